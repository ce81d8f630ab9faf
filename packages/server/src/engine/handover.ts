// Places of workers on other nodes, known from their settlements: who has just ended one job has a place for the next, and gets it with the flush
// that stores it, without a claim. An offer is good for a moment only: a worker that is alive settles all the time, and what a dead one was given
// would wait until it is missed.
import type { PlaceOffer } from '../inbox/jobs.ts'
import type { Member } from '../storage/cluster.ts'

const OFFER_MS = 250

interface Open {
  readonly offer: PlaceOffer
  readonly untilMs: number
}

export class Handover {
  /** In the order of their ends. */
  #open: Open[] = []

  offered(offer: PlaceOffer, nowMs: number): void {
    this.#open.push({ offer, untilMs: nowMs + OFFER_MS })
  }

  /** The worker that takes the next job of that queue, if one has said so just now. */
  take(queue: string, nowMs: number): Member | undefined {
    if (this.#open.length === 0) return undefined
    const firstGood = this.#open.findIndex(({ untilMs }) => untilMs > nowMs)
    this.#open = firstGood < 0 ? [] : firstGood === 0 ? this.#open : this.#open.slice(firstGood)
    const at = this.#open.findIndex(({ offer }) => offer.queue === queue)
    return at < 0 ? undefined : this.#open.splice(at, 1)[0]?.offer
  }
}
