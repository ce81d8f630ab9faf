// What can be done to an execution in the state that it is in, and why not where it cannot.
import { EXECUTION_STATES, isFinalState, stateWord } from '../../lib/states.ts'

export const EXECUTION_ACTIONS = [
  'restart',
  'replay',
  'kill',
  'pause',
  'resume',
  'unqueue',
  'forceRun',
  'step',
  'labels',
  'delete',
  'changeState',
] as const

export type ExecutionAction = (typeof EXECUTION_ACTIONS)[number]

const RESTARTABLE = ['FAILED', 'WARNING', 'KILLED', 'CANCELLED', 'PAUSED']
const PAUSABLE = ['RUNNING', 'RETRYING', 'RESTARTED']
const FORCED = ['CREATED', 'QUEUED', 'PAUSED', 'RUNNING', 'RETRYING']

/** Undefined: it can be done. */
export function whyNot(action: ExecutionAction, state: string): string | undefined {
  if (isPossible(action, state)) return undefined
  return `It is ${stateWord(state).toLowerCase()}; ${NEEDS[action]}.`
}

/** What one must be allowed to. */
export function needOf(action: ExecutionAction): 'EXECUTION:CREATE' | 'EXECUTION:UPDATE' | 'EXECUTION:DELETE' {
  if (action === 'delete') return 'EXECUTION:DELETE'
  return action === 'replay' ? 'EXECUTION:CREATE' : 'EXECUTION:UPDATE'
}

export function isPossible(action: ExecutionAction, state: string): boolean {
  switch (action) {
    case 'restart':
      return RESTARTABLE.includes(state)
    case 'replay':
      return true
    case 'kill':
      return !isFinalState(state) && state !== 'KILLING'
    case 'pause':
      return PAUSABLE.includes(state)
    case 'resume':
      return state === 'PAUSED'
    case 'unqueue':
      return state === 'QUEUED'
    case 'forceRun':
      return FORCED.includes(state)
    case 'step':
      return state === 'BREAKPOINT'
    case 'labels':
    case 'delete':
    case 'changeState':
      return isFinalState(state)
  }
}

const NEEDS: Readonly<Record<ExecutionAction, string>> = {
  restart: 'a restart needs one that failed or waits',
  replay: 'a replay is always possible',
  kill: 'only what goes on can be killed',
  pause: 'only a running one can be paused',
  resume: 'only a paused one can be resumed',
  unqueue: 'only a queued one can be taken out of the queue',
  forceRun: 'only one that waits or runs can be forced',
  step: 'only one at a breakpoint can go on from it',
  labels: 'labels can be set when it has ended',
  delete: 'it can be deleted when it has ended',
  changeState: 'its state can be set when it has ended',
}

export interface Split<Row> {
  readonly fit: readonly Row[]
  readonly skipped: readonly Row[]
}

/** Over many the server restarts what failed only: a success that is restarted by mistake does its work twice. */
export function isPossibleForMany(action: ExecutionAction, state: string): boolean {
  if (action === 'restart') return state === 'FAILED'
  if (action === 'pause') return state === 'RUNNING'
  return isPossible(action, state)
}

/** Whom an action over many is for, and whom it leaves alone. */
export function splitByFit<Row extends { readonly state: { readonly current: string } }>(
  action: ExecutionAction,
  rows: readonly Row[],
): Split<Row> {
  return {
    fit: rows.filter(row => isPossibleForMany(action, row.state.current)),
    skipped: rows.filter(row => !isPossibleForMany(action, row.state.current)),
  }
}

type Query = Readonly<Record<`filters[${string}`, string>>

/** The query of a list, narrowed to the states that an action can be done in; undefined where it asks for none of them. */
export function queryOfFit(action: ExecutionAction, query: Query): Query | undefined {
  let states: readonly string[] = EXECUTION_STATES.filter(state => isPossibleForMany(action, state))
  const rest: Record<`filters[${string}`, string> = {}
  for (const [name, value] of Object.entries(query)) {
    if (name.startsWith('filters[state]')) {
      const isNegated = name.includes('[NOT_')
      states = states.filter(state => value.split(',').includes(state) !== isNegated)
    } else rest[`filters[${name.slice('filters['.length)}`] = value
  }
  if (states.length === 0) return undefined
  if (states.length === EXECUTION_STATES.length) return rest
  return { ...rest, 'filters[state][IN]': states.join(',') }
}

/** `2 failed, 1 killed`. */
export function countStates(rows: readonly { readonly state: { readonly current: string } }[]): string {
  const counts = new Map<string, number>()
  for (const { state } of rows) counts.set(state.current, (counts.get(state.current) ?? 0) + 1)
  return [...counts].map(([state, count]) => `${count} ${stateWord(state).toLowerCase()}`).join(', ')
}
