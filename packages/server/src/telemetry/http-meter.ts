// Counts the answers of the API, by route and status.
import { madeOnce } from './flow-meters.ts'
import { Histogram, SHORT_SECONDS } from './histogram.ts'

/** What no route was found for. */
export const NO_ROUTE = 'none'

export interface RouteMeter {
  readonly statuses: Map<number, number>
  /** Until the answer was made; streams go on. */
  readonly durations: Histogram
}

export class HttpMeter {
  readonly routes = new Map<string, RouteMeter>()

  answered(route: string | undefined, status: number, tookMs: number): void {
    const { statuses, durations } = madeOnce(this.routes, route ?? NO_ROUTE, newRouteMeter)
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    durations.observe(tookMs / 1_000)
  }
}

function newRouteMeter(): RouteMeter {
  return { statuses: new Map(), durations: new Histogram(SHORT_SECONDS) }
}
