// Listeners, the older form of what comes after an execution. Their conditions are judged once, when the execution has come to its final state; the
// tasks of those that hold are one list, before afterExecution. A condition that cannot be judged does not hold.
import { Asked } from '../expression/asked.ts'
import { compileTemplate } from '../expression/template.ts'
import type { Flow } from '../flow/flow.ts'
import { BatutaError } from '../std/errors.ts'
import type { ValueMap } from '../std/value.ts'
import { judgeConditions, type ConditionContext } from '../trigger/condition.ts'
import { scopeOf, type View } from './context.ts'

export interface PlanListener {
  readonly conditions: readonly ValueMap[]
  readonly tasks: readonly number[]
}

export const NO_LISTENERS: readonly PlanListener[] = []

export function compileListeners(
  { listeners = [] }: Flow,
  list: (tasks: NonNullable<Flow['listeners']>[number]['tasks']) => readonly number[],
): readonly PlanListener[] {
  if (listeners.length === 0) return NO_LISTENERS
  return listeners.map(({ conditions, tasks }) => ({ conditions, tasks: list(tasks) }))
}

/** What comes after the execution, without the tasks of listeners whose conditions do not hold. */
export function tasksAfter(view: View): readonly number[] {
  const { listeners, root } = view.plan
  const context = contextOf(view)
  const left = new Set(
    listeners.flatMap(({ conditions, tasks }) => (judgeConditions(conditions, context).type === 'holds' ? [] : tasks)),
  )
  return root.after.filter(task => !left.has(task))
}

function contextOf(view: View): ConditionContext {
  const { state, plan } = view
  const { namespace, flowId } = state
  return {
    flow: { namespace, id: flowId },
    execution: {
      namespace,
      flowId,
      state: state.state,
      labels: state.labels,
      hasOutputs: state.outputs !== undefined,
      attempts: [...state.runs].map(run => run.attempts.map(attempt => attempt.state)),
    },
    render: template => {
      try {
        return compileTemplate(template, { dialect: plan.flow.dialect }).render(scopeOf(view))
      } catch (error) {
        if (!(error instanceof Asked)) throw error
        throw new BatutaError('expression-value', `The condition of a listener cannot ask for a ${error.request.name}.`)
      }
    },
  }
}
