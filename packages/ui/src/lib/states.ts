// The states of executions and task runs in the eight groups that have a colour.
import type { StateGroup } from './tokens.ts'

const GROUPS: Readonly<Record<string, StateGroup>> = {
  SUCCESS: 'success',
  FAILED: 'failed',
  WARNING: 'warning',
  RUNNING: 'running',
  RESTARTED: 'running',
  RETRYING: 'running',
  CREATED: 'waiting',
  SUBMITTED: 'waiting',
  QUEUED: 'waiting',
  RESUBMITTED: 'waiting',
  PAUSED: 'paused',
  BREAKPOINT: 'paused',
  KILLING: 'stopped',
  KILLED: 'stopped',
  CANCELLED: 'stopped',
  SKIPPED: 'skipped',
  RETRIED: 'skipped',
}

export const EXECUTION_STATES = [
  'CREATED',
  'QUEUED',
  'RUNNING',
  'PAUSED',
  'BREAKPOINT',
  'RESTARTED',
  'RETRYING',
  'KILLING',
  'SUCCESS',
  'WARNING',
  'FAILED',
  'KILLED',
  'CANCELLED',
  'RETRIED',
] as const

export function stateGroupOf(state: string): StateGroup {
  return GROUPS[state] ?? 'waiting'
}

const FINAL: readonly StateGroup[] = ['success', 'failed', 'warning', 'skipped']

export function isFinalState(state: string): boolean {
  return FINAL.includes(stateGroupOf(state)) || state === 'KILLED' || state === 'CANCELLED'
}

/** `FAILED` → `Failed`. */
export function stateWord(state: string): string {
  return state.charAt(0) + state.slice(1).toLowerCase()
}
