// Fork: a new execution that goes on from a moment of another one, with other inputs or other outputs of what was done by then. A pure function of the
// journal up to that moment: what was under way begins again, what was not begun is done.
import type { ValueMap } from '../std/value.ts'
import { getTask } from './plan.ts'
import { bornAgain, continued, withLive, type Again, type ReplaySource, type ReplayWish } from './replay.ts'

export interface ForkWish extends Omit<ReplayWish, 'run'> {
  /** The number of the last event that it has in common with its source. */
  readonly at: number
  /** By ordinal of the run, instead of those that it had. */
  readonly outputs?: ReadonlyMap<number, ValueMap>
}

/** `source` stands at the moment, and its rows end there. */
export function forkBirth(source: ReplaySource, wish: ForkWish): Again {
  const { state, plan } = source
  const { at, outputs = new Map() } = wish
  if (state.isEnded) {
    const message = `After event ${at + 1} of the execution "${state.id}" nothing is left to be done: fork from an earlier one.`
    return { refusal: { code: 'nothing-to-restart', message } }
  }
  for (const ordinal of outputs.keys()) {
    const run = state.runs.at(ordinal)
    if (run && !run.isRemoved && (run.state === 'SUCCESS' || run.state === 'WARNING') && !run.group) continue
    const name = run ? `The task "${getTask(plan, run.task).id}"` : `Run ${ordinal}`
    const message = `${name} has no outputs at event ${at + 1} of the execution "${state.id}" that could be changed.`
    return { refusal: { code: 'unknown-task-run', message } }
  }
  const birth = bornAgain(state, wish, { key: 'system.fork', value: `${state.id}@${at}` })
  const reopening = withLive(state, { leaves: [], groups: [], removed: new Set() })
  return continued(source, wish, { birth, reopening, outputs })
}
