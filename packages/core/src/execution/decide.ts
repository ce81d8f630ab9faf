// THE HEART. `decide` reads the state and the plan and says what happens next: for a signal from outside, or for a run or group on the agenda.
// It changes nothing: the turn applies the events it returns and asks again, until nothing is left to decide before the next wait.
import { getRun } from './look-up.ts'
import type { View } from './context.ts'
import type { Command, Decision, Event, Settlement, Signal } from './event.ts'
import { fireTimer } from './fire-timer.ts'
import { decideGranted } from './gate.ts'
import { decideKill } from './kill.ts'
import { progress } from './progress.ts'
import { decideForceRun, decideGoOn, decidePause, decideUnqueue, standAtBreakpoint } from './halt.ts'
import { decideRunState, decideStatus } from './overrule.ts'
import { decideRestart } from './restart.ts'
import { decideResume } from './resume.ts'
import { decideLabels } from './set-labels.ts'
import { decideSwitchOff } from './kill-switch.ts'
import { judgeAssertions } from './sla.ts'
import { settleChild, settleJob, settleLost, settleUnplaced } from './settle.ts'
import { startRun } from './start-run.ts'
import { ROOT, isFinal, isHalted } from './state.ts'

export const NOTHING: Decision = { events: [], effects: [] }

/** What a signal does to an execution that exists. A signal that came too late does nothing. */
export function decideSignal(view: View, signal: Signal): Decision {
  switch (signal.type) {
    case 'create':
    case 'wake':
      return NOTHING
    case 'command':
      return decideCommand(view, signal.command)
    case 'settled':
      return isCurrent(view, signal) ? settleJob(view, signal) : NOTHING
    case 'lost':
      return isCurrent(view, signal) ? settleLost(view, signal) : NOTHING
    case 'unplaced':
      return isCurrent(view, signal) ? settleUnplaced(view, signal) : NOTHING
    case 'timer':
      return isDue(view, signal.name) ? fireTimer(view, signal.name) : NOTHING
    case 'limit-granted':
      return decideGranted(view)
    case 'evaluated':
      return decideEvaluated(view, signal)
    case 'child-ended':
      return view.state.children.get(signal.run) === signal.childId ? settleChild(view, signal) : NOTHING
  }
}

function decideCommand(view: View, command: Command): Decision {
  switch (command.name) {
    case 'kill':
      return decideKill(view, command)
    case 'restart':
      return decideRestart(view)
    case 'resume':
      return decideResume(view, command)
    case 'release':
      return decideRelease(view)
    case 'switch-off':
      return decideSwitchOff(view, command)
    case 'pause':
      return decidePause(view)
    case 'change-status':
      return decideStatus(view, command)
    case 'change-run-state':
      return decideRunState(view, command)
    case 'set-labels':
      return decideLabels(view, command)
    case 'force-run':
      return decideForceRun(view)
    case 'unqueue':
      return decideUnqueue(view, command)
    case 'resume-from-breakpoint':
      return decideGoOn(view, command)
  }
}

/** Whatever could go on when it was held goes on now; what threw once may throw again, and then it is held again. */
function decideRelease({ state }: View): Decision {
  if (state.isHeld) return { events: [{ type: 'released' }], effects: [] }
  const message = `The execution "${state.id}" is ${state.state} and is not held: there is nothing to release.`
  return { ...NOTHING, refusal: { code: 'wrong-state', message } }
}

/** What a run or group on the agenda can do now. */
export function decideNext(view: View, ordinal: number): Decision {
  const { state, plan } = view
  // A held execution can be killed or released, and nothing else.
  if ((state.isHeld || isHalted(state)) && !state.isKillRequested) return NOTHING
  if (plan.sla.length > 0) {
    const broken = judgeAssertions(view)
    if (broken) return { ...broken, again: ordinal }
  }
  if (ordinal === ROOT) return standAtBreakpoint(view) ?? progress(view, ROOT)
  // Of a restarted execution nothing begins before it has passed the gate; all that was reopened comes on the agenda behind the root.
  if (state.state === 'RESTARTED') return NOTHING
  const run = getRun(state, ordinal)
  if (run.isRemoved) return NOTHING
  if (isFinal(run.state)) {
    // A question at the end of an iteration was asked in the name of its last task.
    const loop = run.isInner === true ? state.runs.at(run.parent) : undefined
    return progress(view, loop?.group && loop.state === 'RUNNING' ? run.parent : ROOT)
  }
  if (run.group && (run.state === 'RUNNING' || run.state === 'PAUSED')) return progress(view, ordinal)
  if (run.state === 'CREATED' || run.state === 'RESTARTED' || (run.state === 'SUBMITTED' && !run.isAwaited))
    return startRun(view, run)
  return NOTHING
}

/** A timer that was set anew meanwhile fires at its new hour only. */
function isDue({ state, env }: View, name: string): boolean {
  const atMs = state.timers.get(name)
  return atMs !== undefined && atMs <= env.nowMs
}

function isCurrent({ state }: View, { run: ordinal, epoch }: Pick<Settlement, 'run' | 'epoch'>): boolean {
  const run = state.runs.at(ordinal)
  return run !== undefined && run.isAwaited && run.epoch === epoch
}

function decideEvaluated({ state }: View, signal: Extract<Signal, { type: 'evaluated' }>): Decision {
  if (!state.asked.has(`${signal.run} ${signal.slot}`)) return NOTHING
  const event: Event = {
    type: 'evaluated',
    run: signal.run,
    slot: signal.slot,
    ...(signal.value === undefined ? {} : { value: signal.value }),
    ...(signal.error === undefined ? {} : { error: signal.error }),
  }
  return { events: [event], effects: [] }
}
