// What the figures of the home page are made of.

export interface SuccessRate {
  /** Of those that ended, 0 to 1; undefined while none has. */
  readonly rate: number | undefined
  readonly ended: number
}

const GOOD = ['SUCCESS', 'WARNING']
const BAD = ['FAILED']

/** What somebody stopped has neither succeeded nor failed. */
export function successRateOf(states: Readonly<Record<string, number>>): SuccessRate {
  const sum = (names: readonly string[]): number => names.reduce((total, name) => total + (states[name] ?? 0), 0)
  const good = sum(GOOD)
  const ended = good + sum(BAD)
  return { rate: ended === 0 ? undefined : good / ended, ended }
}

/** `98.2 %`; never 100 where something failed. */
export function percentOf(rate: number): string {
  if (rate === 1) return '100 %'
  return `${Math.min(99.9, Math.round(rate * 1_000) / 10)} %`
}

export interface Run {
  readonly startMs: number
  readonly endMs: number | undefined
}

export interface Usual {
  readonly p50Ms?: number | undefined
  readonly p95Ms?: number | undefined
}

/** How long it takes, when that is longer than nineteen of twenty of its kind. */
export function slownessOf({ startMs, endMs }: Run, { p50Ms, p95Ms }: Usual, nowMs: number): number | undefined {
  const took = (endMs ?? nowMs) - startMs
  if (p95Ms === undefined || p50Ms === undefined || took <= p95Ms * 1.1 || took - p50Ms < NOTICED_MS) return undefined
  return took
}

/** Nobody waits for less. */
const NOTICED_MS = 1_000
