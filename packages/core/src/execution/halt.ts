// Stopping and going on by hand: a pause that no task asked for, breakpoints, and what lets an execution go on although something tells it to wait.
import type { View } from './context.ts'
import type { Command, Decision, Event, Refusal } from './event.ts'
import { endAt, switchedOffAt, takePlace } from './gate.ts'
import { refuseBySwitch } from './kill-switch.ts'
import { decideResume } from './resume.ts'
import type { PlanTask } from './plan.ts'
import { EXECUTION_MOVES, ROOT, isFinal, type ExecutionState, type StateName, type TaskRun } from './state.ts'

type CommandOf<Name extends Command['name']> = Extract<Command, { name: Name }>

/** What runs goes on, and its results are taken; nothing new begins until somebody resumes it. */
export function decidePause({ state }: View): Decision {
  if (state.state !== 'RUNNING')
    return refuse(`The execution "${state.id}" is ${state.state}: only a running one can be paused.`)
  return { events: [{ type: 'moved', to: 'PAUSED' }], effects: [] }
}

export function decideForceRun(view: View): Decision {
  const { state } = view
  if (isFinal(state.state)) return refuse(`The execution "${state.id}" has already ended as ${state.state}.`)
  switch (state.state) {
    case 'CREATED':
    case 'QUEUED': {
      const off = switchedOffAt(view)
      if (off) return refuseBySwitch(view, off)
      return {
        events: [...withoutTimer(state, 'schedule'), ...takePlace(view), { type: 'moved', to: 'RUNNING' }],
        effects: [],
      }
    }
    case 'BREAKPOINT':
      return goOn(state, undefined)
    case 'PAUSED':
      return decideResume(view, { name: 'resume' })
    default:
      return { events: [], effects: [], again: ROOT }
  }
}

function withoutTimer({ timers }: ExecutionState, name: string): readonly Event[] {
  return timers.has(name) ? [{ type: 'timer-fired', name }] : []
}

/** Takes it out of the queue of its limit, whatever that says. */
export function decideUnqueue(view: View, { state: wished }: CommandOf<'unqueue'>): Decision {
  const { state } = view
  if (state.state !== 'QUEUED')
    return refuse(`The execution "${state.id}" is ${state.state}: only a queued one can be taken out of the queue.`)
  const to = EXECUTION_MOVES.QUEUED.find(known => known === wished && known !== 'KILLING')
  if (to === undefined) {
    const message = `A queued execution can go on as ${EXECUTION_MOVES.QUEUED.filter(known => known !== 'KILLING').join(', ')}, not as "${wished}".`
    return { events: [], effects: [], refusal: { code: 'invalid-state', message } }
  }
  if (isFinal(to)) return endAt(view, to)
  const off = to === 'RUNNING' ? switchedOffAt(view) : undefined
  if (off) return refuseBySwitch(view, off)
  const place = to === 'RUNNING' ? takePlace(view) : []
  return { events: [...place, { type: 'moved', to }], effects: [], again: ROOT }
}

export function decideGoOn({ state }: View, { breakpoints }: CommandOf<'resume-from-breakpoint'>): Decision {
  if (state.state !== 'BREAKPOINT' && (isFinal(state.state) || !isAtBreakpoint(state)))
    return refuse(`The execution "${state.id}" is ${state.state}: it stands at no breakpoint.`)
  return goOn(state, breakpoints)
}

function goOn(state: ExecutionState, breakpoints: CommandOf<'resume-from-breakpoint'>['breakpoints']): Decision {
  const events: Event[] = breakpoints ? [{ type: 'breakpoints', breakpoints }] : []
  for (const run of state.runs.open())
    if (run.state === 'BREAKPOINT' && !run.isRemoved)
      events.push({ type: 'run-moved', run: run.ordinal, to: 'CREATED' })
  return { events: [...events, ...(state.state === 'BREAKPOINT' ? RUNS : [])], effects: [] }
}

const RUNS: readonly Event[] = [{ type: 'moved', to: 'RUNNING' }]

/** A run came to its breakpoint while another one waited: once nothing is waited for, the execution stands there, too. */
export function standAtBreakpoint({ state }: View): Decision | undefined {
  const { breakpoints = [] } = state
  if (breakpoints.length === 0 || state.state !== 'RUNNING' || !isAtBreakpoint(state)) return undefined
  return { events: [{ type: 'moved', to: 'BREAKPOINT' }], effects: [] }
}

function isAtBreakpoint({ runs }: ExecutionState): boolean {
  return runs.some(run => run.state === 'BREAKPOINT' && !run.isRemoved)
}

/** A run stops once at its breakpoint; what comes after the execution stops at none. */
export function stopAtBreakpoint({ state }: View, run: TaskRun, { id }: PlanTask): Decision | undefined {
  const isMeant = state.breakpoints?.some(point => point.id === id && (point.value ?? run.value) === run.value)
  if (
    isMeant !== true ||
    isFinal(state.state) ||
    run.state !== 'CREATED' ||
    run.history.some(moment => moment.state === 'BREAKPOINT')
  )
    return undefined
  const stopped: Event = { type: 'run-moved', run: run.ordinal, to: 'BREAKPOINT' }
  const isStopping: StateName = state.state
  return { events: isStopping === 'RUNNING' ? [stopped, { type: 'moved', to: 'BREAKPOINT' }] : [stopped], effects: [] }
}

function refuse(message: string): Decision {
  const refusal: Refusal = { code: 'wrong-state', message }
  return { events: [], effects: [], refusal }
}
