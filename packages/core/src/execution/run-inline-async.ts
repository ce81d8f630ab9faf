// An inline task outside of a turn, whose templates may ask the world: as the host runs it, but in place. For rehearsals.
import { evaluateAsync, type Ask } from '../expression/render-async.ts'
import type { Scope } from '../expression/scope.ts'
import { ExpressionError } from '../std/errors.ts'
import { mapHas, type Value } from '../std/value.ts'
import { inlineTaskOf, type InlineOutcome } from '../inline/inline-task.ts'
import { scopeOf, type View } from './context.ts'
import { getTask, type PlanTask } from './plan.ts'
import { RunError, type Renderer } from './renderer.ts'
import type { TaskRun } from './state.ts'
import { variablesOf } from './variables.ts'

/** Undefined when the run's task is not an inline one. */
export async function runInlineAsync(view: View, run: TaskRun, ask: Ask): Promise<InlineOutcome | undefined> {
  const task = getTask(view.plan, run.task)
  // The plan calls a task that asks the world a job, whatever its type.
  const inline = inlineTaskOf(task.task.type)
  if (inline === undefined) return undefined
  const subject = {
    state: view.state,
    run,
    dialect: view.plan.flow.dialect,
    variables: variablesOf(view.state, view.plan),
  }
  try {
    return await evaluateAsync(scope => inline.run(task, rendererOver(task, scope), subject), scopeOf(view, run), ask)
  } catch (error) {
    if (error instanceof ExpressionError || error instanceof RunError)
      return { state: 'FAILED', logs: [{ level: 'ERROR', message: error.message }] }
    throw error
  }
}

function rendererOver(task: PlanTask, scope: Scope): Renderer {
  const read = (name: string, how: 'text' | 'value' | 'typed'): Value | undefined => {
    const property = task.properties.get(name)
    return !property || property.raw === null ? undefined : property[how](scope)
  }
  return {
    scope,
    has: name => mapHas(task.task.properties, name),
    raw: name => task.properties.get(name)?.raw,
    text: name => {
      const text = read(name, 'text')
      return typeof text === 'string' ? text : undefined
    },
    value: name => read(name, 'value'),
    typed: name => read(name, 'typed'),
    answer: slot => {
      throw new RunError(`Nothing was asked under "${slot}".`)
    },
  }
}
