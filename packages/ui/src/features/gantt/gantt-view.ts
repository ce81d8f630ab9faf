// The part of the time that is in sight, and the marks below it. Pure: milliseconds in, milliseconds out.

export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

const SPAN_MIN_MS = 2
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500]
const LONG_STEPS_MS = [
  1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000,
  7_200_000, 14_400_000, 21_600_000, 43_200_000, 86_400_000, 172_800_000, 604_800_000,
]

export function lengthOf({ fromMs, toMs }: Span): number {
  return Math.max(1, toMs - fromMs)
}

/** Nearer by `factor` < 1, with the moment under the pointer where it was. */
export function zoomAt(
  view: Span,
  whole: Span,
  { atMs, factor }: { readonly atMs: number; readonly factor: number },
): Span {
  const length = Math.min(lengthOf(whole), Math.max(SPAN_MIN_MS, lengthOf(view) * factor))
  const share = (atMs - view.fromMs) / lengthOf(view)
  return within({ fromMs: atMs - share * length, toMs: atMs + (1 - share) * length }, whole)
}

export function panBy(view: Span, whole: Span, ms: number): Span {
  return within({ fromMs: view.fromMs + ms, toMs: view.toMs + ms }, whole)
}

function within(view: Span, whole: Span): Span {
  const length = Math.min(lengthOf(view), lengthOf(whole))
  const fromMs = Math.min(Math.max(view.fromMs, whole.fromMs), whole.toMs - length)
  return { fromMs, toMs: fromMs + length }
}

/** Round moments after the beginning, about as many as are wanted. */
export function ticksOf({ fromMs, toMs }: Span, originMs: number, wanted: number): readonly number[] {
  const least = (toMs - fromMs) / Math.max(1, wanted)
  const step = [...STEPS, ...LONG_STEPS_MS].find(size => size >= least) ?? Math.ceil(least / 604_800_000) * 604_800_000
  const first = Math.ceil((fromMs - originMs) / step) * step
  const ticks: number[] = []
  for (let at = originMs + first; at <= toMs; at += step) ticks.push(at)
  return ticks
}

/** Where a moment is, in percent of what is in sight. */
export function percentOf(ms: number, view: Span): number {
  return ((ms - view.fromMs) / lengthOf(view)) * 100
}

/** `120-4500`: milliseconds after the beginning, as the address keeps it. */
export function writeZoom(view: Span, whole: Span): string | undefined {
  if (view.fromMs <= whole.fromMs && view.toMs >= whole.toMs) return undefined
  return `${Math.round(view.fromMs - whole.fromMs)}-${Math.round(view.toMs - whole.fromMs)}`
}

export function readZoom(text: string | undefined, whole: Span): Span {
  const match = /^(\d+)-(\d+)$/.exec(text ?? '')
  const [from, to] = [Number(match?.[1]), Number(match?.[2])]
  if (!match || !(to > from)) return whole
  return within({ fromMs: whole.fromMs + from, toMs: whole.fromMs + to }, whole)
}
