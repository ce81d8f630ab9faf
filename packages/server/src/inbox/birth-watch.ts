// Executions that other nodes are to begin: whoever waits for one is told what its journal says as soon as there is one. All that are waited for are
// looked for in one question.
import type { Clock, Scheduler } from '../platform/platform.ts'
import type { JournalRowOf } from '../storage/batch.ts'
import type { Store } from '../storage/store.ts'
import { SubmitError } from './inbox.ts'

const QUESTION_IDS_MAX = 500
const WAIT_MAX_MS = 5_000
const LOOK_FIRST_MS = 2
const LOOK_MAX_MS = 100

interface Waiting {
  readonly untilMs: number
  resolve(rows: readonly JournalRowOf[]): void
  reject(error: unknown): void
}

export class BirthWatch {
  readonly #store: Store
  readonly #platform: Clock & Scheduler
  readonly #waiting = new Map<string, Waiting>()
  #isLooking = false
  #lookMs = LOOK_FIRST_MS

  constructor(store: Store, platform: Clock & Scheduler) {
    this.#store = store
    this.#platform = platform
  }

  /** The journal of the execution; rejects with `SubmitError` when it has not begun in time. */
  journalOf(executionId: string): Promise<readonly JournalRowOf[]> {
    const untilMs = this.#platform.nowMs() + WAIT_MAX_MS
    const found = new Promise<readonly JournalRowOf[]>((resolve, reject) =>
      this.#waiting.set(executionId, { untilMs, resolve, reject }),
    )
    this.#lookMs = LOOK_FIRST_MS
    if (!this.#isLooking) void this.#lookForAll()
    return found
  }

  async #lookForAll(): Promise<void> {
    this.#isLooking = true
    while (this.#waiting.size > 0) {
      const ids = [...this.#waiting.keys()].slice(0, QUESTION_IDS_MAX)
      await this.#look(ids)
      await new Promise<void>(resolve => void this.#platform.at(this.#platform.nowMs() + this.#lookMs, resolve))
      this.#lookMs = Math.min(this.#lookMs * 2, LOOK_MAX_MS)
    }
    this.#isLooking = false
  }

  async #look(ids: readonly string[]): Promise<void> {
    try {
      const found = await this.#store.read.journalsOf(ids)
      for (const [id, rows] of found) this.#take(id)?.resolve(rows)
      if (found.size > 0) this.#lookMs = LOOK_FIRST_MS
    } catch (error) {
      for (const id of ids) this.#take(id)?.reject(error)
      return
    }
    const nowMs = this.#platform.nowMs()
    for (const id of ids) {
      const waiting = this.#waiting.get(id)
      // To the end of the line: those behind it are looked for, too.
      if (waiting && this.#waiting.delete(id) && waiting.untilMs > nowMs) this.#waiting.set(id, waiting)
      else waiting?.reject(new SubmitError('unavailable', lateText(id)))
    }
  }

  #take(id: string): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    return waiting
  }
}

function lateText(id: string): string {
  return `It takes more than ${WAIT_MAX_MS} ms for the execution "${id}" to begin: it is stored and will be done, look again later.`
}
