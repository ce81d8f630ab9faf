// Jobs that engines of other nodes have handed to this one with the flush that stored them: they are read, begun or given back.
import type { JobKey, JobRow } from '../storage/batch.ts'
import type { Member } from '../storage/cluster.ts'
import type { Store } from '../storage/store.ts'

export interface SentJobsOptions {
  readonly store: Store
  readonly node: Member
  isRunning(key: JobKey): boolean
  /** For one more job. */
  hasPlace(): boolean
  begin(row: JobRow): void
  /** It was killed before it began. */
  drop(row: JobRow): void
  onNotice(message: string, error?: unknown): void
}

export class SentJobs {
  readonly #options: SentJobsOptions
  /** Of each engine the last flush whose jobs for this node were seen. */
  readonly #seen = new Map<string, number>()
  #isLooking = false
  #isToLook = false

  constructor(options: SentJobsOptions) {
    this.#options = options
  }

  /** One look at a time: who asks meanwhile is answered by one more. */
  async look(): Promise<void> {
    this.#isToLook = true
    if (this.#isLooking) return
    this.#isLooking = true
    try {
      while (this.#isToLook) {
        this.#isToLook = false
        await this.#take()
      }
    } catch (error) {
      this.#options.onNotice('jobs that were handed to this node could not be read; it is tried again', error)
    }
    this.#isLooking = false
  }

  async #take(): Promise<void> {
    const { store, node, isRunning, hasPlace, begin, drop } = this.#options
    const back: JobKey[] = []
    for (const { row, sender, seq, isKilled } of (await store.cluster?.listSentJobs(node, this.#seen)) ?? []) {
      this.#seen.set(sender, seq)
      if (isRunning(row)) continue
      if (isKilled) drop(row)
      else if (hasPlace()) begin(row)
      else back.push(row)
    }
    if (back.length > 0) await store.cluster?.returnJobs(node, back)
  }
}
