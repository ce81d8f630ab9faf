// What loops came to, counted for whoever asks: slice by slice, once for all who ask meanwhile. Of an execution that has ended a count is good until somebody
// restarts it; of one that goes on for ten times as long as it took, so that looking at a loop does not slow the loop down.
import { isFinal, type ExecutionState, type TaskRun } from '@batuta/core'
import type { HttpDependencies } from '../dependencies.ts'
import { notFound } from '../request-error.ts'
import { getRunOf } from './get-run-of.ts'
import { lookAt } from './look.ts'
import { viewExecution } from './read-execution.ts'
import { LoopCount } from './run-buckets.ts'

export interface LoopWish {
  readonly executionId: string
  /** The loop. */
  readonly parent: string
  /** Buckets. */
  readonly count: number
}

interface Kept {
  readonly text: string
  /** Of the state that was counted; empty while it may move. */
  readonly mark: string
  readonly untilMs: number
}

const KEPT_MAX = 32
const KEPT_TIMES = 10

export class LoopCounts {
  readonly #world: HttpDependencies
  readonly #kept = new Map<string, Kept>()
  readonly #counting = new Map<string, Promise<string>>()

  constructor(world: HttpDependencies) {
    this.#world = world
  }

  async tell(wish: LoopWish): Promise<string> {
    const key = `${wish.executionId} ${wish.parent} ${wish.count}`
    const known = this.#counting.get(key)
    if (known) return await known
    const counting = this.#count(wish, key).finally(() => this.#counting.delete(key))
    this.#counting.set(key, counting)
    return await counting
  }

  async #count({ executionId, parent, count }: LoopWish, key: string): Promise<string> {
    const { platform } = this.#world
    const before = this.#kept.get(key)
    const startedMs = platform.elapsedMs()
    let counting: LoopCount | undefined
    for (;;) {
      const seen = await viewExecution(executionId, this.#world, (state, plan) => {
        const run = getRunOf(state, parent)
        const mark = markOf(state, run)
        if (before?.mark === mark && (mark !== '' || before.untilMs > startedMs)) return before
        counting ??= new LoopCount(run, count)
        const isWhole = counting.goOn({ state, plan, run })
        const text = isWhole ? counting.tell({ state, plan, run }, lookAt(executionId, 'b', this.#world)) : ''
        return { text, mark, untilMs: 0 }
      })
      if (!seen) throw notFound(`The execution "${executionId}"`)
      if (seen === before) return seen.text
      if (seen.text !== '') {
        const nowMs = platform.elapsedMs()
        this.#keep(key, { ...seen, untilMs: nowMs + KEPT_TIMES * (nowMs - startedMs) })
        return seen.text
      }
      await new Promise<void>(resolve => platform.defer(resolve))
    }
  }

  #keep(key: string, kept: Kept): void {
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest)
  }
}

function markOf({ state, history, runs }: ExecutionState, run: TaskRun): string {
  if (!isFinal(state)) return ''
  return `${history.length} ${history.at(-1)?.atMs ?? 0} ${runs.length} ${run.epoch}`
}
