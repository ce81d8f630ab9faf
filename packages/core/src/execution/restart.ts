// Restart: failed leaves run again in the same execution, their ancestors open again, handlers are taken out. A pure function of the state, so
// that the same code answers "what would a restart do?".
import { AssertionError } from '../std/assert.ts'
import { getRun } from './look-up.ts'
import type { View } from './context.ts'
import { mergeLabels } from '../inline/labels.ts'
import type { Decision, Reopening } from './event.ts'
import { tellParent } from './finish.ts'
import { endWaiting, stopRuns } from './stop.ts'
import type { RunPlace } from './packed-runs.ts'
import { HANDLER, ROOT, isFinal, type ExecutionState } from './state.ts'

export type RestartPlan = Reopening

/** A parent that waits for a child which cannot be restarted is told how that one ended. */
export function decideRestart(view: View): Decision {
  const { state } = view
  if ((!isFinal(state.state) || !state.isEnded) && state.state !== 'PAUSED') {
    return refuse(
      'wrong-state',
      `The execution "${state.id}" is ${state.state}: only one that has ended or waits can be restarted.`,
    )
  }
  const plan = planRestart(state)
  if (plan.leaves.length + plan.groups.length === 0) {
    const refused = refuse('nothing-to-restart', 'No task found to restart execution from!')
    return { ...refused, effects: isFinal(state.state) ? tellParent(state, state.state, state.outputs) : [] }
  }
  // Of one that waits: what a waiting task had begun, and its hour.
  const waiting = isFinal(state.state) ? [] : plan.leaves.map(ordinal => getRun(state, ordinal))
  const begun = isFinal(state.state) ? [] : plan.removed.map(ordinal => getRun(state, ordinal))
  const stopped = stopRuns(view, begun, 'KILLED')
  return {
    events: [
      ...stopped.events,
      ...waiting.flatMap(run => endWaiting(state, run)),
      { type: 'moved', to: 'RESTARTED' },
      { type: 'restarted', ...plan },
      { type: 'labels', labels: mergeLabels(state.labels, [{ key: 'system.restarted', value: 'true' }]) },
    ],
    effects: stopped.effects,
  }
}

/** Of one that waits only what waits begins again: everything else goes on. */
export function planRestart(state: ExecutionState): RestartPlan {
  const removed = new Set<number>()
  if (!isFinal(state.state)) {
    const isWaiting = (run: RunPlace): boolean => run.state === 'PAUSED'
    for (const run of state.runs.places())
      if (!run.isRemoved && run.parent !== ROOT && (removed.has(run.parent) || isWaiting(placeOf(state, run.parent))))
        removed.add(run.ordinal)
    return planAgain(state, removed, isWaiting)
  }
  // The folder of a WorkingDirectory is gone: all of it runs again.
  const directories = new Set<number>()
  for (const run of state.runs.places()) {
    if (run.isRemoved) continue
    if (run.lane === HANDLER || removed.has(run.parent) || directories.has(run.parent)) removed.add(run.ordinal)
    else if (run.hasGroup && run.state === 'FAILED' && isDirectory(state, run)) directories.add(run.ordinal)
  }
  return planAgain(state, removed, run => run.state === 'FAILED' || run.state === 'PAUSED')
}

function planAgain(
  state: ExecutionState,
  removed: ReadonlySet<number>,
  isWanted: (run: RunPlace) => boolean,
): RestartPlan {
  const leaves: number[] = []
  const groups = new Set<number>()
  for (const run of state.runs.places()) {
    if (run.isRemoved || removed.has(run.ordinal) || !isWanted(run)) continue
    if (run.hasGroup && run.state !== 'PAUSED' && !isDirectory(state, run)) groups.add(run.ordinal)
    else leaves.push(run.ordinal)
    // A group that has ended over a task that waits has ended: the task waits anew, the group does not.
    for (let at = run.parent; at !== ROOT; at = placeOf(state, at).parent)
      if (isFinal(state.state) || !isFinal(placeOf(state, at).state)) groups.add(at)
  }
  return { leaves, groups: [...groups].sort((a, b) => a - b), removed: [...removed] }
}

function isDirectory(state: ExecutionState, { ordinal }: RunPlace): boolean {
  return getRun(state, ordinal).group?.isDirectory === true
}

function placeOf(state: ExecutionState, ordinal: number): RunPlace {
  const place = state.runs.placeAt(ordinal)
  if (place === undefined) throw new AssertionError(`execution "${state.id}" has no task run ${ordinal}`)
  return place
}

function refuse(code: 'wrong-state' | 'nothing-to-restart', message: string): Decision {
  return { events: [], effects: [], refusal: { code, message } }
}
