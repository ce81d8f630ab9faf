// Settlements on their way to other nodes' executions. A statement takes as many as came while the one before was on its way: one job alone waits for
// nobody, and a thousand cost a few commits instead of a thousand.
import type { JobKey, SignalRow } from '../storage/batch.ts'

export interface SettledJob {
  readonly key: JobKey
  /** What the owner of the execution is told. */
  readonly signal: SignalRow
}

/** Rejects when nobody can say what was stored: whoever settled says it again. */
export type SendSettled = (jobs: readonly SettledJob[]) => Promise<void>

const STATEMENT_JOBS_MAX = 500

interface Waiting {
  readonly job: SettledJob
  resolve(): void
  reject(error: unknown): void
}

export class Settlements {
  readonly #send: SendSettled
  #waiting: Waiting[] = []
  #isSending = false

  constructor(send: SendSettled) {
    this.#send = send
  }

  /** Settles with the statement that took it. */
  add(job: SettledJob): Promise<void> {
    const taken = new Promise<void>((resolve, reject) => this.#waiting.push({ job, resolve, reject }))
    if (!this.#isSending) void this.#sendAll()
    return taken
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true
    // What is settled in one turn of the event loop goes together.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, STATEMENT_JOBS_MAX)
      try {
        await this.#send(batch.map(({ job }) => job))
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    this.#isSending = false
  }
}
