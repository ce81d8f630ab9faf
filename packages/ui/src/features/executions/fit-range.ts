// Where a chart of the last day begins so that what there is fills it: a server that was started an hour ago has nothing to show of the night.

export interface Counted {
  readonly to: string
  readonly buckets: readonly { readonly start: string; readonly states: Readonly<Record<string, number>> }[]
}

/** Less than this part of the range holds everything. */
const SHARE = 0.4
const STEP_MS = 10 * 60_000

/** Undefined: the whole range is in use. */
export function fitStart({ to, buckets }: Counted): string | undefined {
  const first = buckets.findIndex(({ states }) => Object.values(states).some(count => count > 0))
  if (first < 0 || first < buckets.length * (1 - SHARE)) return undefined
  const start = Date.parse(buckets[first]?.start ?? to)
  return new Date(Math.floor(start / STEP_MS) * STEP_MS).toISOString()
}
