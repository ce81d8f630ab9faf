// Values over time, in buckets whose width follows from the span; a bucket without values is there, empty.
export type Aggregation = 'sum' | 'avg' | 'min' | 'max'

export interface Sample {
  readonly value: number
  readonly atMs: number
}

export interface Aggregated {
  readonly groupBy: 'month' | 'week' | 'day' | 'hour' | 'minute'
  readonly aggregations: readonly { readonly name: string; readonly value: number | null; readonly date: string }[]
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const BUCKETS_MAX = 1_000

export function aggregate(
  samples: readonly Sample[],
  { startMs, endMs, how }: { readonly startMs: number; readonly endMs: number; readonly how: Aggregation },
): Aggregated {
  const groupBy = widthOf(endMs - startMs)
  const byBucket = Map.groupBy(samples, ({ atMs }) => floorOf(atMs, groupBy))
  const aggregations: Aggregated['aggregations'][number][] = []
  for (let at = floorOf(startMs, groupBy); at <= endMs && aggregations.length < BUCKETS_MAX; at = nextOf(at, groupBy)) {
    const values = (byBucket.get(at) ?? []).map(({ value }) => value)
    aggregations.push({
      name: how,
      value: values.length === 0 ? null : combine(values, how),
      date: new Date(at).toISOString(),
    })
  }
  return { groupBy, aggregations }
}

function widthOf(spanMs: number): Aggregated['groupBy'] {
  if (spanMs > 365 * DAY_MS) return 'month'
  if (spanMs > 180 * DAY_MS) return 'week'
  if (spanMs > DAY_MS) return 'day'
  return spanMs > 6 * HOUR_MS ? 'hour' : 'minute'
}

function floorOf(atMs: number, groupBy: Aggregated['groupBy']): number {
  const date = new Date(atMs)
  const day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate())
  switch (groupBy) {
    case 'month':
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)
    case 'week':
      return day - ((date.getUTCDay() + 6) % 7) * DAY_MS
    case 'day':
      return day
    case 'hour':
      return atMs - (atMs % HOUR_MS)
    case 'minute':
      return atMs - (atMs % MINUTE_MS)
  }
}

function nextOf(atMs: number, groupBy: Aggregated['groupBy']): number {
  const date = new Date(atMs)
  switch (groupBy) {
    case 'month':
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
    case 'week':
      return atMs + 7 * DAY_MS
    case 'day':
      return atMs + DAY_MS
    case 'hour':
      return atMs + HOUR_MS
    case 'minute':
      return atMs + MINUTE_MS
  }
}

function combine(values: readonly number[], how: Aggregation): number {
  const sum = values.reduce((total, value) => total + value, 0)
  switch (how) {
    case 'sum':
      return sum
    case 'avg':
      return sum / values.length
    case 'min':
      return Math.min(...values)
    case 'max':
      return Math.max(...values)
  }
}
