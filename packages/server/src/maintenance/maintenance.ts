// Rounds: what finds again what a lost wake-up, a refused signal or a death left behind. A round reads rows, which are the truth, and says again what
// should have been heard; saying it twice does no harm. All of them are run once before the server takes anything new: that is its recovery.
import type { Clock, Scheduler } from '../platform/platform.ts'

export interface Round {
  readonly name: string
  readonly everyMs: number
  /** It is part of the recovery unless it can wait until later. */
  readonly canWait?: boolean
  /** A long one ends early when the signal says that the server stops. */
  run(signal?: AbortSignal): Promise<void>
}

export interface MaintenanceOptions {
  readonly rounds: readonly Round[]
  readonly platform: Clock & Scheduler
  onNotice(message: string, error?: unknown): void
}

export class Maintenance {
  readonly #options: MaintenanceOptions
  readonly #callOffs = new Map<string, () => void>()
  readonly #stopping = new AbortController()

  constructor(options: MaintenanceOptions) {
    this.#options = options
  }

  /** Runs every round once, in their order, then again and again. Rejects when one of the first cannot be run. */
  async start(): Promise<void> {
    for (const round of this.#options.rounds) {
      if (!round.canWait) await round.run()
      this.#plan(round)
    }
  }

  /** Runs every round once now, in their order: after shards came from a node that is gone. */
  async runAll(): Promise<void> {
    for (const round of this.#options.rounds) if (!round.canWait) await round.run()
  }

  stop(): void {
    this.#stopping.abort()
    for (const callOff of this.#callOffs.values()) callOff()
  }

  /** A round ends before it begins anew. */
  #plan(round: Round): void {
    if (this.#stopping.signal.aborted) return
    const { platform, onNotice } = this.#options
    const callOff = platform.at(platform.nowMs() + round.everyMs, () => {
      round
        .run(this.#stopping.signal)
        .catch((error: unknown) => onNotice(`the round "${round.name}" failed; it is run again`, error))
        .finally(() => this.#plan(round))
    })
    this.#callOffs.set(round.name, callOff)
  }
}
