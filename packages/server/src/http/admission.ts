// Lets new work in as fast as it is done. A server that begins all that it is asked for at once does nothing but begin: with thousands of clients
// each round of the event loop reads and refuses thousands of requests, and the engine gets its one flush per round. So a bounded number is under
// way; who comes later waits for a short while, unread, and is told to come back when that was too long. Waiting costs nothing, refusing does.
import type { Clock, Scheduler } from '../platform/platform.ts'
import { SubmitError } from '../inbox/inbox.ts'

export interface AdmissionOptions {
  readonly platform: Clock & Scheduler
  /** Requests under way at a time. */
  readonly placesMax: number
  /** How long one waits for a place. */
  readonly waitMaxMs: number
  /** Who needs longer is waiting for its client, and others get the place. */
  readonly stayMaxMs: number
}

/** As many as fill a few flushes: more would wait in the engine instead of here. The wait is the age at which the engine, too, is overloaded. */
export const ADMISSION = { placesMax: 512, waitMaxMs: 250, stayMaxMs: 1_000 } as const

/** So many who were served stay in the queue for a while: to take out each at once would cost more. */
const SERVED_MAX = 1_024

/** A place taken. */
export interface Place {
  readonly fromMs: number
}

interface Waiting {
  readonly fromMs: number
  admit(place: Place): void
  refuse(error: SubmitError): void
}

export class Admission {
  readonly #options: AdmissionOptions
  /** The oldest first. */
  readonly #taken = new Set<Place>()
  #waiting: Waiting[] = []
  #head = 0
  #isWatched = false

  constructor(options: AdmissionOptions) {
    this.#options = options
  }

  get waiting(): number {
    return this.#waiting.length - this.#head
  }

  /** Who waits, and who waited and is not forgotten yet. */
  get kept(): number {
    return this.#waiting.length
  }

  /** At once where there is a place and nobody before. @throws {SubmitError} `overloaded` when none came free in time. */
  enter(): Place | Promise<Place> {
    const fromMs = this.#options.platform.elapsedMs()
    if (this.waiting === 0 && this.#isRoom(fromMs)) return this.#place(fromMs)
    return new Promise((admit, refuse) => {
      this.#waiting.push({ fromMs, admit, refuse })
      this.#watch()
    })
  }

  /** May be said twice. */
  leave(place: Place): void {
    if (this.#taken.delete(place) && this.waiting > 0) this.#letIn()
  }

  #place(fromMs: number): Place {
    const place = { fromMs }
    this.#taken.add(place)
    return place
  }

  #isRoom(nowMs: number): boolean {
    const { placesMax, stayMaxMs } = this.#options
    if (this.#taken.size < placesMax) return true
    for (const place of this.#taken) {
      if (nowMs - place.fromMs < stayMaxMs) break
      this.#taken.delete(place)
    }
    return this.#taken.size < placesMax
  }

  #letIn(): void {
    const nowMs = this.#options.platform.elapsedMs()
    for (let next = this.#waiting[this.#head]; next; next = this.#waiting[this.#head]) {
      const isLate = nowMs - next.fromMs >= this.#options.waitMaxMs
      if (!isLate && !this.#isRoom(nowMs)) return this.#forgetServed()
      this.#head += 1
      if (isLate) next.refuse(this.#refusal())
      else next.admit(this.#place(nowMs))
    }
    this.#waiting = []
    this.#head = 0
  }

  /** While the server is overloaded somebody waits at any moment: those before them are not kept until that is over. */
  #forgetServed(): void {
    if (this.#head < SERVED_MAX || this.#head * 2 < this.#waiting.length) return
    this.#waiting = this.#waiting.slice(this.#head)
    this.#head = 0
  }

  /** Where nobody leaves, nobody is let in; those who wait are answered all the same. */
  #watch(): void {
    if (this.#isWatched) return
    this.#isWatched = true
    const { platform, waitMaxMs } = this.#options
    platform.at(platform.nowMs() + waitMaxMs, () => {
      this.#isWatched = false
      this.#letIn()
      if (this.waiting > 0) this.#watch()
    })
  }

  #refusal(): SubmitError {
    const { waitMaxMs } = this.#options
    const message = `The server is starting ${this.#taken.size} executions and had no place for this one within ${waitMaxMs} ms: try again in a moment.`
    return new SubmitError('overloaded', message)
  }
}
