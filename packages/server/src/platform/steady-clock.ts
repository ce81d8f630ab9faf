// The hour as a process tells it: it never goes back and never stands still, whatever is done to the clock of its machine. A clock that is found
// ahead goes on at half its pace until the true time has caught up. Alone, the wall clock of the machine is true; once a database has told its
// time, only that is, and the wall clock is not looked at any more.
import type { Clock } from './platform.ts'

export interface TimeSource {
  /** Epoch milliseconds of the machine's clock, which may be set at any time, both ways. */
  wallMs(): number
  /** Milliseconds since some moment; never set. */
  elapsedMs(): number
}

const SLOW_PACE = 0.5

export class SteadyClock implements Pick<Clock, 'nowMs'> {
  readonly #source: TimeSource
  #latestMs: number
  #elapsedMs: number
  /** Of the database's time over the elapsed time. */
  #offsetMs: number | undefined

  constructor(source: TimeSource) {
    this.#source = source
    this.#latestMs = source.wallMs()
    this.#elapsedMs = source.elapsedMs()
  }

  nowMs(): number {
    const elapsedMs = this.#source.elapsedMs()
    const trueMs = this.#offsetMs === undefined ? this.#source.wallMs() : elapsedMs + this.#offsetMs
    this.#latestMs = Math.max(trueMs, this.#latestMs + (elapsedMs - this.#elapsedMs) * SLOW_PACE)
    this.#elapsedMs = elapsedMs
    return Math.floor(this.#latestMs)
  }

  elapsedMs(): number {
    return this.#source.elapsedMs()
  }

  /** Something happened at this moment already: it is not earlier now. */
  notBefore(ms: number): void {
    this.#latestMs = Math.max(this.#latestMs, ms)
  }

  /** The database told its time at some moment after `askedMs` of the elapsed time; how long the answer took leaves so much open. */
  correct(databaseMs: number, askedMs: number): void {
    const least = databaseMs - this.#source.elapsedMs()
    const most = databaseMs - askedMs
    if (this.#offsetMs === undefined) {
      // Nothing was done yet by the clock of the machine.
      this.#offsetMs = least
      this.#latestMs = databaseMs
      this.#elapsedMs = this.#source.elapsedMs()
    } else this.#offsetMs = Math.min(Math.max(this.#offsetMs, least), most)
  }
}
