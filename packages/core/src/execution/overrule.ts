// People know better: the state of an execution that has ended, or of one of its task runs, set by hand. An execution is only labelled; a run goes
// another way, so that what is around it is open again and the execution goes on.
import type { View } from './context.ts'
import type { Command, Decision, Event, Refusal } from './event.ts'
import { endExecution } from './finish.ts'
import { getRun, groupOf } from './look-up.ts'
import { endWaiting, stopAll, stopRuns } from './stop.ts'
import { EXECUTION_MOVES, HANDLER, ROOT, isFinal, type ExecutionState, type FinalState, type TaskRun } from './state.ts'

type CommandOf<Name extends Command['name']> = Extract<Command, { name: Name }>

const TO_STATES: readonly FinalState[] = ['SUCCESS', 'WARNING', 'FAILED', 'CANCELLED', 'KILLED']

export function decideStatus({ state }: View, { state: wished }: CommandOf<'change-status'>): Decision {
  const to = TO_STATES.find(known => known === wished)
  if (to === undefined)
    return refuse(
      'invalid-state',
      `The state of an execution can be set to ${TO_STATES.join(', ')}, not to "${wished}".`,
    )
  if (!isFinal(state.state)) {
    const message = `The execution "${state.id}" is ${state.state}: only the state of one that has ended can be set.`
    return refuse('wrong-state', message)
  }
  if (to === state.state) return { events: [], effects: [] }
  if (!EXECUTION_MOVES[state.state].includes(to)) {
    return refuse('wrong-state', `The execution "${state.id}" is ${state.state}: another one has taken its place.`)
  }
  return { events: [{ type: 'moved', to }], effects: [] }
}

export function decideRunState(view: View, { run: ordinal, state: wished }: CommandOf<'change-run-state'>): Decision {
  const { state } = view
  const to = TO_STATES.find(known => known === wished)
  if (to === undefined)
    return refuse('invalid-state', `The state of a task run can be set to ${TO_STATES.join(', ')}, not to "${wished}".`)
  const run = state.runs.at(ordinal)
  if (!run || run.isRemoved) return refuse('unknown-task-run', `The execution "${state.id}" has no such task run.`)
  const isOver = isFinal(state.state) && state.isEnded && state.state !== 'RETRIED'
  const isAtRest = isOver || state.state === 'PAUSED'
  if (!isAtRest || (!isFinal(run.state) && run.state !== 'PAUSED')) {
    const message = `The execution "${state.id}" is ${state.state} and the task run is ${run.state}: only what has ended or waits can be told how it ended.`
    return refuse('wrong-state', message)
  }
  const waiting = findWaitingAround(state, ordinal)
  if (waiting) {
    const message = `The task run ${ordinal} belongs to the run ${waiting.ordinal}, which waits: resume that one, or say how that one ended.`
    return refuse('wrong-state', message)
  }
  // What comes after the execution changes nothing about how it ended.
  if (isAfter(view, ordinal)) {
    const { groups } = reopenedBy(state, ordinal)
    return { events: [{ type: 'overruled', run: ordinal, to, groups, removed: [] }], effects: [] }
  }
  const overruled = { type: 'overruled', run: ordinal, to, ...reopenedBy(state, ordinal) } as const
  if (to === 'CANCELLED') return cancelled(view, overruled, ordinal)
  const gone = stopRuns(
    view,
    overruled.removed.map(other => getRun(state, other)),
    'KILLED',
  )
  const events: Event[] = [...gone.events, ...endWaiting(state, run), { type: 'moved', to: 'RESTARTED' }, overruled]
  return { events, effects: gone.effects }
}

/** What goes on around a run that waits is that one's own business: it must not end its wait. */
function findWaitingAround(state: ExecutionState, ordinal: number): TaskRun | undefined {
  for (let at = getRun(state, ordinal).parent; at !== ROOT; at = getRun(state, at).parent)
    if (getRun(state, at).state === 'PAUSED') return getRun(state, at)
  return undefined
}

/** Whether a run is one of afterExecution, or stands in one. */
export function isAfter({ state, plan }: Pick<View, 'state' | 'plan'>, ordinal: number): boolean {
  let run = getRun(state, ordinal)
  while (run.parent !== ROOT) run = getRun(state, run.parent)
  return run.lane === HANDLER && plan.root.after.includes(run.task)
}

/** A cancelled run cancels the execution: nothing of it goes on. */
function cancelled(view: View, overruled: Event, ordinal: number): Decision {
  const { state } = view
  const around = new Set([ordinal])
  const open: Event[] = []
  for (let at = getRun(state, ordinal).parent; at !== ROOT; at = getRun(state, at).parent) {
    around.add(at)
    open.push({ type: 'run-moved', run: at, to: 'CANCELLED' })
  }
  const stopped = stopAll(view, around)
  const moved: readonly Event[] = state.state === 'CANCELLED' ? [] : [{ type: 'moved', to: 'CANCELLED' }]
  const end = endExecution(state, 'CANCELLED')
  return {
    events: [...stopped.events, overruled, ...open, ...moved, ...end.events],
    effects: [...stopped.effects, ...end.effects],
  }
}

/** Groups around the run are open again; handlers that ran because of how it ended are not there any more. */
function reopenedBy(state: ExecutionState, ordinal: number): { readonly groups: number[]; readonly removed: number[] } {
  const groups: number[] = []
  const removed: number[] = []
  const remove = (at: number): void => {
    removed.push(at)
    for (const child of getRun(state, at).group?.children ?? []) remove(child)
  }
  for (let at = ordinal; at !== ROOT; at = getRun(state, at).parent) {
    const run = getRun(state, at)
    for (const sibling of groupOf(state, run.parent).children) {
      const other = getRun(state, sibling)
      if (other.isRemoved || other.lane !== HANDLER || sibling === at) continue
      if (run.lane !== HANDLER || sibling > at) remove(sibling)
    }
    if (run.parent !== ROOT) groups.unshift(run.parent)
  }
  return { groups, removed }
}

function refuse(code: Refusal['code'], message: string): Decision {
  return { events: [], effects: [], refusal: { code, message } }
}
