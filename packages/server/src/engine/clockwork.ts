// Timers and schedules of this node. Timers due within the next minute are in memory, later ones are read when their minute comes. A schedule
// fires by a birth that moves its cursor in the same flush, so that no tick is lost or doubled, whatever dies in between.
import { shardOf } from '@batuta/core'
import type { Inbox } from '../inbox/inbox.ts'
import type { Platform } from '../platform/platform.ts'
import type { Store } from '../storage/store.ts'
import { TimerHeap, type TimerEntry } from './timer-heap.ts'

const HORIZON_MS = 60_000
const REFILL_EVERY_MS = 30_000
const REFILL_MAX = 10_000
/** A clock that is put forward, by its database or after a machine has slept, wakes nobody: no moment is missed for longer than this. */
const LOOK_EVERY_MS = 2_000
const FIRE_MAX = 1_000

export interface ClockworkOptions {
  readonly store: Store
  readonly inbox: Inbox
  readonly platform: Platform
  /** Timers of other nodes' shards are theirs. */
  owns(shard: number): boolean
  /** Fires what is due among the schedules and says when the next one is. */
  fireSchedules(nowMs: number): number | undefined
  onNotice(message: string, error?: unknown): void
}

export class Clockwork {
  readonly #options: ClockworkOptions
  readonly #heap = new TimerHeap()
  /** Entries of the heap, so that a refill adds none twice. */
  readonly #known = new Set<string>()
  #callOff: (() => void) | undefined
  #wakeMs = Infinity
  #refillMs = 0
  #isStopped = false
  #isTicking = false

  constructor(options: ClockworkOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    await this.#tick()
  }

  /** Shards came: their timers are read at once. */
  refresh(): void {
    this.#refillMs = 0
    this.#wakeAt(this.#options.platform.nowMs())
  }

  stop(): void {
    this.#isStopped = true
    this.#callOff?.()
  }

  /** A timer was committed. */
  add(timer: TimerEntry): void {
    if (timer.atMs > this.#options.platform.nowMs() + HORIZON_MS) return
    this.#push(timer)
    this.#wakeAt(timer.atMs)
  }

  /** A schedule was saved or moved: look again no later than then. */
  lookAt(atMs: number | undefined): void {
    if (atMs !== undefined) this.#wakeAt(atMs)
  }

  #push(timer: TimerEntry): void {
    const key = keyOf(timer)
    if (this.#known.has(key)) return
    this.#known.add(key)
    this.#heap.push(timer)
  }

  #wakeAt(atMs: number): void {
    if (this.#isStopped || atMs >= this.#wakeMs) return
    this.#callOff?.()
    this.#wakeMs = atMs
    this.#callOff = this.#options.platform.at(atMs, () => {
      this.#wakeMs = Infinity
      void this.#tick()
    })
  }

  async #tick(): Promise<void> {
    if (this.#isTicking || this.#isStopped) return
    this.#isTicking = true
    try {
      const nowMs = this.#options.platform.nowMs()
      if (nowMs >= this.#refillMs) await this.#refill(nowMs)
      this.#fireTimers(nowMs)
      const scheduleMs = this.#options.fireSchedules(nowMs)
      this.#isTicking = false
      this.#wakeAt(
        Math.min(this.#heap.nextMs ?? Infinity, scheduleMs ?? Infinity, this.#refillMs, nowMs + LOOK_EVERY_MS),
      )
    } catch (error) {
      this.#isTicking = false
      this.#options.onNotice('the clockwork stumbled and tries again in a second', error)
      this.#wakeAt(this.#options.platform.nowMs() + 1_000)
    }
  }

  async #refill(nowMs: number): Promise<void> {
    const timers = await this.#options.store.read.listTimers({ untilMs: nowMs + HORIZON_MS, limit: REFILL_MAX })
    for (const timer of timers) if (this.#options.owns(timer.shard)) this.#push(timer)
    const last = timers.at(-1)
    this.#refillMs = timers.length < REFILL_MAX ? nowMs + REFILL_EVERY_MS : Math.max(nowMs, last?.atMs ?? nowMs)
  }

  #fireTimers(nowMs: number): void {
    for (let count = 0; count < FIRE_MAX; count++) {
      const timer = this.#heap.popDue(nowMs)
      if (!timer) return
      this.#known.delete(keyOf(timer))
      if (!this.#options.owns(shardOf(timer.executionId))) continue
      this.#options.inbox
        .submit({ type: 'timer', executionId: timer.executionId, name: timer.name })
        .catch(error =>
          this.#options.onNotice(
            `the timer "${timer.name}" of ${timer.executionId} was not taken; it fires again`,
            error,
          ),
        )
    }
  }
}

function keyOf({ executionId, name, atMs }: TimerEntry): string {
  return `${executionId} ${name} ${atMs}`
}
