// Flows that other nodes save: read when a hint comes, and every second in any case.
import type { Clock, Scheduler } from '../platform/platform.ts'
import type { Cluster } from '../storage/cluster.ts'
import type { FlowRow } from '../storage/store.ts'
import type { FlowCatalogue } from '../flows/flow-catalogue.ts'

const LOOK_EVERY_MS = 1_000

export interface FlowFollowerOptions {
  readonly cluster: Cluster
  readonly flows: FlowCatalogue
  readonly platform: Clock & Scheduler
  /** A flow changed: its triggers may have, too. */
  onChanged(row: FlowRow): Promise<void>
  onNotice(message: string, error?: unknown): void
}

export class FlowFollower {
  readonly #options: FlowFollowerOptions
  #seq = 0
  #isLooking = false
  #isStopped = false
  #callOff: (() => void) | undefined

  constructor(options: FlowFollowerOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    await this.look()
    this.#again()
  }

  stop(): void {
    this.#isStopped = true
    this.#callOff?.()
  }

  async look(): Promise<void> {
    if (this.#isLooking || this.#isStopped) return
    this.#isLooking = true
    const { cluster, onNotice } = this.#options
    try {
      for (
        let news = await cluster.listFlowsSince(this.#seq);
        news.length > 0;
        news = await cluster.listFlowsSince(this.#seq)
      )
        for (const { seq, row } of news) {
          await this.#take(row)
          this.#seq = seq
        }
    } catch (error) {
      onNotice('flows of other nodes could not be read; it is tried again', error)
    } finally {
      this.#isLooking = false
    }
  }

  async #take(row: FlowRow): Promise<void> {
    const { flows, onChanged } = this.#options
    const known = flows.newest(row)
    if (known !== undefined && known.revision >= row.revision) return
    flows.take(row)
    await onChanged(row)
  }

  #again(): void {
    if (this.#isStopped) return
    const { platform } = this.#options
    this.#callOff = platform.at(platform.nowMs() + LOOK_EVERY_MS, () => void this.look().then(() => this.#again()))
  }
}
