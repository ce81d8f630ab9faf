// What the tasks of a flow came to in one execution, by task: of several runs of one task the state that one must know of.
import { walkBlocks, type Block } from './flow-blocks.ts'

export interface TaskFacts {
  readonly state: string
  /** How many runs of the task there are, and how many of them have ended. */
  readonly count: number
  readonly done: number
  readonly durationMs?: number
  readonly attempts: number
}

export interface TaskRunLike {
  readonly taskId: string
  readonly attempts?: readonly unknown[]
  readonly state: { readonly current: string; readonly startDate?: string; readonly endDate?: string }
}

/** From what one must know to what one may forget. */
const ORDER = [
  ...['FAILED', 'KILLED', 'CANCELLED', 'KILLING', 'PAUSED', 'BREAKPOINT', 'RUNNING', 'RESTARTED', 'RETRYING'],
  ...['WARNING', 'SUBMITTED', 'CREATED', 'QUEUED', 'RESUBMITTED', 'RETRIED', 'SUCCESS', 'SKIPPED'],
]
const ENDED: ReadonlySet<string> = new Set([
  ...['FAILED', 'KILLED', 'CANCELLED', 'WARNING', 'SUCCESS', 'SKIPPED', 'RETRIED'],
])

export function factsOfRuns(runs: readonly TaskRunLike[]): ReadonlyMap<string, TaskFacts> {
  const facts = new Map<string, TaskFacts>()
  for (const { taskId, attempts = [], state } of runs) {
    const before = facts.get(taskId)
    const durationMs = lengthOf(state)
    facts.set(taskId, {
      state: before === undefined ? state.current : worse(before.state, state.current),
      count: (before?.count ?? 0) + 1,
      done: (before?.done ?? 0) + (ENDED.has(state.current) ? 1 : 0),
      attempts: Math.max(before?.attempts ?? 0, attempts.length),
      ...longer(before?.durationMs, durationMs),
    })
  }
  return facts
}

/** It ran, or something in it did. */
export function hasRun(block: Block, facts: ReadonlyMap<string, TaskFacts>): boolean {
  return facts.has(block.id) || [...walkBlocks(block.branches)].some(({ block: inner }) => facts.has(inner.id))
}

function worse(one: string, other: string): string {
  return rank(one) <= rank(other) ? one : other
}

function rank(state: string): number {
  const at = ORDER.indexOf(state)
  return at < 0 ? ORDER.length : at
}

function lengthOf({ startDate, endDate }: TaskRunLike['state']): number | undefined {
  if (startDate === undefined || endDate === undefined) return undefined
  return Date.parse(endDate) - Date.parse(startDate)
}

function longer(one: number | undefined, other: number | undefined): { readonly durationMs?: number } {
  if (one === undefined) return other === undefined ? {} : { durationMs: other }
  return { durationMs: other === undefined ? one : Math.max(one, other) }
}
