// Approval waits for a person's yes or no, and runs the tasks of the answer. What happens then, and when nobody answers in time, is said by
// one behavior each: CONTINUE goes on as the tasks of the answer ended, WARN and FAIL colour the task, the others end the execution.
import type { PlanTask } from '../execution/plan.ts'
import { RunError, type Renderer } from '../execution/renderer.ts'
import type { FinalState } from '../execution/state.ts'
import { isTruthyText, mapGet, type ValueMap } from '../std/value.ts'
import type { Control, Ending, ResolvedAnswer, Resumption } from './control.ts'
import { readDurationMs } from './read-duration.ts'

type Decision = 'approve' | 'deny'
type Behavior = 'CONTINUE' | 'WARN' | 'FAIL' | 'SUCCEED' | 'CANCEL' | 'KILL'
const BEHAVIORS: readonly Behavior[] = ['CONTINUE', 'WARN', 'FAIL', 'SUCCEED', 'CANCEL', 'KILL']

export const approval: Control = {
  type: 'io.kestra.plugin.core.flow.Approval',
  aliases: [],
  waiting: {
    hook: 'onWait',
    resumed: (task, render, answer) => decided(task, decisionOf(task, answer), outputsOf(render, answer)),
    expired: (task, render, { inputs }) => {
      const ending = endingOf(behaviorOf(task, render, 'expireBehavior', 'CANCEL'), 'SUCCESS')
      const outputs = { decision: 'expired', auto: true, on: instant(render), inputs }
      return { ...ending, outputs, problem: `Nobody decided about "${task.id}" in time.` }
    },
  },
  open: (task, render) => {
    for (const [name, byDefault] of BEHAVIOR_NAMES) behaviorOf(task, render, name, byDefault)
    if (isTruthyText(render.text('autoApprove') ?? 'false')) {
      const outputs = { decision: 'approve', auto: true, on: instant(render) }
      return { branch: branchOf(task, 'approve'), outputs }
    }
    const timeoutMs = readDurationMs(task, render, 'timeout')
    if (timeoutMs === undefined) return { branch: [], wait: {} }
    const due = new Date(render.scope.nowMs + timeoutMs).toISOString()
    return { branch: [], wait: { timeoutMs }, outputs: { due } }
  },
  end: (task, render, { state, run }) => {
    const decision = run.outputs && mapGet(run.outputs, 'decision')
    const name = decision === 'deny' ? 'denyBehavior' : 'approveBehavior'
    const byDefault = decision === 'deny' ? 'CANCEL' : 'CONTINUE'
    return state === 'SUCCESS' ? endingOf(behaviorOf(task, render, name, byDefault), state) : { to: state }
  },
}

const BEHAVIOR_NAMES: readonly (readonly [string, Behavior])[] = [
  ['approveBehavior', 'CONTINUE'],
  ['denyBehavior', 'CANCEL'],
  ['expireBehavior', 'CANCEL'],
]

function decided(task: PlanTask, decision: Decision, outputs: ValueMap): Resumption {
  return { to: 'RUNNING', branch: branchOf(task, decision), outputs: { decision, ...outputs } }
}

function branchOf({ lists }: PlanTask, decision: Decision): readonly number[] {
  return lists.hooks.get(decision === 'approve' ? 'onApprove' : 'onDeny') ?? []
}

function decisionOf(task: PlanTask, { decision = 'approve' }: ResolvedAnswer): Decision {
  const known = (['approve', 'deny'] as const).find(name => name === decision.toLowerCase())
  if (known) return known
  throw new RunError(`The decision about "${task.id}" is approve or deny, not "${decision}".`)
}

function outputsOf(render: Renderer, { inputs, by, comment }: ResolvedAnswer): ValueMap {
  return {
    auto: false,
    on: instant(render),
    inputs,
    ...(by === undefined ? {} : { by }),
    ...(comment === undefined ? {} : { comment }),
  }
}

function instant({ scope }: Renderer): string {
  return new Date(scope.nowMs).toISOString()
}

function endingOf(behavior: Behavior, state: FinalState): Ending {
  switch (behavior) {
    case 'CONTINUE':
      return { to: state }
    case 'WARN':
      return { to: 'WARNING' }
    case 'FAIL':
      return { to: 'FAILED' }
    case 'SUCCEED':
      return { to: 'SUCCESS', exit: 'SUCCESS' }
    case 'CANCEL':
      return { to: 'CANCELLED', exit: 'CANCELLED' }
    case 'KILL':
      return { to: 'KILLED', exit: 'KILLED' }
  }
}

function behaviorOf(task: PlanTask, render: Renderer, name: string, byDefault: Behavior): Behavior {
  const text = render.text(name)?.trim() ?? ''
  if (text === '') return byDefault
  const known = BEHAVIORS.find(behavior => behavior === text)
  if (known) return known
  throw new RunError(`The ${name} of "${task.id}" must be one of ${BEHAVIORS.join(', ')}, but is "${text}".`)
}
