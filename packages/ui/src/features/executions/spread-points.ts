// Executions as points of a plane: when they began against how long they took. Lengths differ by powers of ten, so the scale is that of their logarithms,
// and both axes hold what there is and nothing else.

export interface Spread {
  readonly fromMs: number
  readonly toMs: number
}

export interface PointRow {
  readonly id: string
  readonly state: { readonly current: string; readonly startDate: string; readonly endDate?: string | undefined }
}

export interface Point<Row> {
  readonly row: Row
  readonly durationMs: number
  /** Parts of the plane, 0 to 1, from the left and from below. */
  readonly x: number
  readonly y: number
}

export interface Tick {
  readonly ms: number
  readonly y: number
}

export interface PointBucket {
  readonly start: string
  readonly end: string
  readonly states: Readonly<Record<string, number>>
  readonly durationMs?: number
}

export interface Plane<Row> {
  readonly points: readonly Point<Row>[]
  readonly ticks: readonly Tick[]
  /** Slices of the time, for those who choose a part of it. */
  readonly buckets: readonly PointBucket[]
}

const BUCKETS = 60
const TICKS_MAX = 4
const ROUND_MS = [1, 10, 100, 1_000, 10_000, 60_000, 600_000, 3_600_000, 36_000_000, 86_400_000, 864_000_000]

export function spreadPoints<Row extends PointRow>(
  rows: readonly Row[],
  { fromMs, toMs }: Spread,
  nowMs: number,
): Plane<Row> {
  const spanMs = Math.max(1, toMs - fromMs)
  const placed = rows.flatMap(row => {
    const startMs = Date.parse(row.state.startDate)
    const { endDate } = row.state
    const durationMs = Math.max(0, (endDate === undefined ? nowMs : Date.parse(endDate)) - startMs)
    return startMs < fromMs || startMs > toMs ? [] : [{ row, startMs, durationMs }]
  })
  const lengths = placed.map(({ durationMs }) => durationMs)
  const height = heightOf(Math.min(...lengths), Math.max(...lengths))
  return {
    points: placed.map(({ row, startMs, durationMs }) => ({
      ...{ row, durationMs },
      x: (startMs - fromMs) / spanMs,
      y: height(durationMs),
    })),
    ticks: ticksOf(lengths, height),
    buckets: bucketsOf(placed, { fromMs, toMs: fromMs + spanMs }),
  }
}

/** In the middle when all are alike. */
function heightOf(leastMs: number, mostMs: number): (ms: number) => number {
  const [low, high] = [Math.log1p(leastMs), Math.log1p(mostMs)]
  return ms => (high - low < 1e-9 ? 0.5 : (Math.log1p(ms) - low) / (high - low))
}

function ticksOf(lengths: readonly number[], height: (ms: number) => number): readonly Tick[] {
  const [least, most] = [Math.min(...lengths), Math.max(...lengths)]
  const found = ROUND_MS.filter(ms => ms >= least && ms <= most)
  const step = Math.max(1, Math.ceil(found.length / TICKS_MAX))
  return found.filter((_, index) => index % step === 0).map(ms => ({ ms, y: height(ms) }))
}

function bucketsOf(
  placed: readonly { readonly row: PointRow; readonly startMs: number; readonly durationMs: number }[],
  { fromMs, toMs }: Spread,
): readonly PointBucket[] {
  const widthMs = (toMs - fromMs) / BUCKETS
  const groups = Map.groupBy(placed, ({ startMs }) =>
    Math.min(BUCKETS - 1, Math.max(0, Math.floor((startMs - fromMs) / widthMs))),
  )
  const iso = (ms: number): string => new Date(ms).toISOString()
  return Array.from({ length: BUCKETS }, (_, index) => {
    const own = groups.get(index) ?? []
    const states: Record<string, number> = {}
    for (const { row } of own) states[row.state.current] = (states[row.state.current] ?? 0) + 1
    const sumMs = own.reduce((sum, { durationMs }) => sum + durationMs, 0)
    return {
      start: iso(fromMs + index * widthMs),
      // Whoever narrows the list to the last slice does not lose what began at its very end.
      end: iso(index === BUCKETS - 1 ? toMs + 1 : fromMs + (index + 1) * widthMs),
      states,
      ...(own.length === 0 ? {} : { durationMs: Math.round(sumMs / own.length) }),
    }
  })
}
