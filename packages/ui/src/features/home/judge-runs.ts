// What the figures of the home page are made of.
import { stateGroupOf } from '../../lib/states.ts'
import { STATE_GROUPS, type StateGroup } from '../../lib/tokens.ts'

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

/** How many there are of each group that has a colour, as they lie in a bar: what went well first, failures after it. */
export function partsOf(states: Readonly<Record<string, number>>): readonly (readonly [StateGroup, number])[] {
  const counts = new Map<StateGroup, number>()
  for (const [state, count] of Object.entries(states)) {
    const group = stateGroupOf(state)
    counts.set(group, (counts.get(group) ?? 0) + count)
  }
  return STATE_GROUPS.flatMap(group => {
    const count = counts.get(group) ?? 0
    return count === 0 ? [] : [[group, count] as const]
  })
}

/** The rate over time in so many steps; undefined where nothing ended. */
export function successOverTime(
  buckets: readonly { readonly states: Readonly<Record<string, number>> }[],
  steps: number,
): readonly (number | undefined)[] {
  const size = Math.max(1, Math.ceil(buckets.length / steps))
  return Array.from({ length: Math.ceil(buckets.length / size) }, (_, index) => {
    const sums: Record<string, number> = {}
    for (const { states } of buckets.slice(index * size, (index + 1) * size))
      for (const [state, count] of Object.entries(states)) sums[state] = (sums[state] ?? 0) + count
    return successRateOf(sums).rate
  })
}

export interface LastSuccess {
  readonly revision: number
}

/** The revision that fails now and the one that went well last, where they differ. */
export function changedRevision(
  lastSuccess: LastSuccess | undefined,
  revisions: readonly number[],
): { readonly from: number; readonly to: number } | undefined {
  const to = Math.max(0, ...revisions)
  return lastSuccess === undefined || to === 0 || lastSuccess.revision === to
    ? undefined
    : { from: lastSuccess.revision, to }
}
