// Renders the properties of one run inside a turn. A template that asks the world is not rendered here: its first look throws
// `NeedsEvaluation`, the turn journals `evaluate-asked`, and once the answer is journaled it is read from there: replay never asks again.
import { Asked } from '../expression/asked.ts'
import { mapHas, type Value } from '../std/value.ts'
import { scopeOf } from './context.ts'
import type { Plan, PlanTask } from './plan.ts'
import type { Property } from './property.ts'
import { RunError } from './run-error.ts'
import type { Evaluated, ExecutionState, TaskRun } from './state.ts'
import { openSealed, reachesSealed } from './sealed.ts'
import { reachesStored } from './stored.ts'
import type { TurnEnv } from './turn-env.ts'
import type { Scope } from '../expression/scope.ts'

export interface Renderer {
  readonly scope: Scope
  has(name: string): boolean
  raw(name: string): Value | undefined
  /** Rendered as text; undefined when the property is absent or null. */
  text(name: string): string | undefined
  value(name: string): Value | undefined
  typed(name: string): Value | undefined
  /** What was asked outside of the turn under this slot; asks when nothing was. */
  answer(slot: string): Value
}

export class NeedsEvaluation extends Error {
  readonly slot: string
  /** Because it reaches a value that no turn holds: an encrypted one, or one that lies in internal storage. */
  readonly isSealed: boolean
  constructor(slot: string, isSealed = false) {
    super(`the template "${slot}" is evaluated outside the turn`)
    this.slot = slot
    this.isSealed = isSealed
  }
}

export { RunError } from './run-error.ts'

export function rendererOf(
  view: { readonly state: ExecutionState; readonly plan: Plan; readonly env: TurnEnv },
  run: TaskRun,
  task: PlanTask,
): Renderer {
  return new RunRenderer(scopeOf(view, run), run, task)
}

/** A class because one is made for every run that begins: its functions would be made with it. */
class RunRenderer implements Renderer {
  readonly scope: Scope
  readonly #run: TaskRun
  readonly #task: PlanTask

  constructor(scope: Scope, run: TaskRun, task: PlanTask) {
    this.scope = scope
    this.#run = run
    this.#task = task
  }

  has(name: string): boolean {
    return mapHas(this.#task.task.properties, name)
  }

  raw(name: string): Value | undefined {
    return this.#task.properties.get(name)?.raw
  }

  text(name: string): string | undefined {
    const text = this.#read(name, 'text')
    return typeof text === 'string' ? text : undefined
  }

  value(name: string): Value | undefined {
    return this.#read(name, 'value')
  }

  typed(name: string): Value | undefined {
    return this.#read(name, 'typed')
  }

  answer(slot: string): Value {
    const known = this.#run.evaluated?.get(slot)
    if (known === undefined || known === 'asked') throw new NeedsEvaluation(slot)
    if ('error' in known) throw new RunError(known.error)
    return known.value
  }

  #read(name: string, how: Reading['how']): Value | undefined {
    const property = name === 'timeout' ? this.#task.timeout : this.#task.properties.get(name)
    if (!property || property.raw === null) return undefined
    return readProperty(property, { scope: this.scope, how, evaluated: this.#run.evaluated })
  }
}

export interface Reading {
  readonly scope: Scope
  readonly how: 'text' | 'value' | 'typed'
  readonly evaluated: ReadonlyMap<string, Evaluated> | undefined
}

/** What a template asks may be known at run time only (`render(vars.x)`), so every template is tried first. */
export function readProperty(property: Property, { scope, how, evaluated }: Reading): Value {
  const known = evaluated?.get(slotOf(property, how))
  if (known === 'asked') throw new NeedsEvaluation(slotOf(property, how))
  if (known !== undefined) {
    if ('error' in known) throw new RunError(known.error)
    return scope.open ? openSealed(known.value, scope.open) : known.value
  }
  if (scope.isSealed && reachesSealed(property.paths, scope)) throw new NeedsEvaluation(slotOf(property, how), true)
  if (scope.hasStored && reachesStored(property.paths, scope)) throw new NeedsEvaluation(slotOf(property, how), true)
  try {
    return property[how](scope)
  } catch (error) {
    if (error instanceof Asked) throw new NeedsEvaluation(slotOf(property, how))
    throw error
  }
}

function slotOf({ slot }: Property, how: Reading['how']): string {
  return `${slot}:${how}`
}
