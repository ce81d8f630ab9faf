// Every text of a flow that will be rendered, with its path and what it may refer to.
import { isList, isMap, mapEntries, mapGet } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import type { Catalogue } from './catalogue.ts'
import type { Flow, Input, Label, Task, Trigger } from './flow.ts'
import { coreName, walkFlow } from './graph.ts'

export interface TemplatePlace {
  readonly text: string
  readonly path: string
  /** It sees the inputs and task outputs of this very flow, so that names can be checked. */
  readonly isOwnScope: boolean
  readonly reader: Reader
}

/** Whose text it is: what the context holds depends on it. */
export type Reader =
  | { readonly type: 'task'; readonly task: Task; readonly ancestors: readonly Task[] }
  | { readonly type: 'trigger'; readonly trigger: Trigger; readonly isBirth: boolean }
  /** Inputs are resolved before anything runs. */
  | { readonly type: 'input' }
  /** What is rendered when tasks have run: outputs of the flow, its SLA, its variables. */
  | { readonly type: 'flow' }

type Emit = (value: Value | undefined, path: string) => void

/** In no particular order; texts without a brace are left out. */
export function templatesOf(flow: Flow, catalogue: Catalogue): readonly TemplatePlace[] {
  const found: TemplatePlace[] = []
  const emitAs = (reader: Reader, isOwnScope: boolean): Emit => {
    const emit: Emit = (value, path) => {
      if (typeof value === 'string') {
        if (value.includes('{')) found.push({ text: value, path, isOwnScope, reader })
      } else if (value !== undefined && isList(value)) value.forEach((item, index) => emit(item, `${path}[${index}]`))
      else if (value !== undefined && isMap(value))
        for (const [key, item] of mapEntries(value)) emit(item, `${path}.${key}`)
    }
    return emit
  }
  for (const { task, ancestors } of walkFlow(flow)) {
    const reader: Reader = { type: 'task', task, ancestors }
    emitTask(task, catalogue, { own: emitAs(reader, true), foreign: emitAs(reader, false) })
  }
  for (const trigger of flow.triggers) {
    const emitFor = (isBirth: boolean): Emit => emitAs({ type: 'trigger', trigger, isBirth }, false)
    emitTrigger(trigger, catalogue, { birth: emitFor(true), emit: emitFor(false) })
  }
  emitInputs(flow.inputs, 'inputs', emitAs({ type: 'input' }, true))
  const own = emitAs({ type: 'flow' }, true)
  flow.outputs.forEach(({ value }, index) => own(value, `outputs[${index}].value`))
  flow.checks.forEach((check, index) =>
    emitKeys(check, ['condition', 'when', 'message'], { path: `checks[${index}]`, emit: own }),
  )
  flow.sla.forEach((sla, index) => emitKeys(sla, ['assert', 'labels'], { path: `sla[${index}]`, emit: own }))
  own(flow.variables, 'variables')
  return found
}

function emitTask(
  task: Task,
  catalogue: Catalogue,
  { own, foreign }: { readonly own: Emit; readonly foreign: Emit },
): void {
  const { path, properties } = task
  own(task.runIf, `${path}.runIf`)
  own(task.timeout, `${path}.timeout`)
  own(task.workerGroup, `${path}.workerGroup`)
  own(task.workerSelector, `${path}.workerSelector`)
  const known = catalogue.resolve(task.type)?.properties
  const isSubflow = coreName(task.type) === 'flow.Subflow'
  for (const [key, value] of mapEntries(properties)) {
    const property = known?.get(key)
    // A text that the type declares to be literal is never rendered; lists and maps may hold parts that are.
    if (typeof value === 'string' && property !== undefined && !property.isDynamic && property.type === 'string')
      continue
    // The outputs of a Subflow are rendered by its child.
    const emit = isSubflow && key === 'outputs' ? foreign : own
    emit(value, `${path}.${key}`)
  }
  if (task.asks !== undefined)
    emitInputs(task.asks, `${path}.${coreName(task.type) === 'flow.Pause' ? 'onResume' : 'inputs'}`, foreign)
  task.outputs?.forEach(({ value }, index) => own(value, `${path}.outputs[${index}].value`))
}

/** A trigger speaks of what fired it: another flow's outputs, a request, a date. */
function emitTrigger(
  trigger: Trigger,
  catalogue: Catalogue,
  { birth, emit }: { readonly birth: Emit; readonly emit: Emit },
): void {
  const { path } = trigger
  const known = catalogue.resolve(trigger.type)?.properties
  trigger.conditions.forEach((condition, index) => emit(condition, `${path}.conditions[${index}]`))
  emitLabels(trigger.labels, `${path}.labels`, birth)
  birth(trigger.inputs, `${path}.inputs`)
  for (const [key, value] of mapEntries(trigger.properties)) {
    const property = known?.get(key)
    const isLiteral =
      typeof value === 'string' && property !== undefined && !property.isDynamic && property.type === 'string'
    if (!isLiteral || key === 'key') emit(value, `${path}.${key}`)
  }
}

function emitLabels(labels: readonly Label[], path: string, emit: Emit): void {
  for (const { key, value } of labels) emit(value, `${path}.${key}`)
}

function emitInputs(inputs: readonly Input[], path: string, emit: Emit): void {
  inputs.forEach((input, index) => {
    const at = `${path}[${index}]`
    emit(input.defaults, `${at}.defaults`)
    emit(input.prefill, `${at}.prefill`)
    emit(input.dependsOn?.condition, `${at}.dependsOn.condition`)
    emitKeys(input.properties, ['expression'], { path: at, emit })
    if (input.inputs !== undefined) emitInputs(input.inputs, `${at}.inputs`, emit)
  })
}

function emitKeys(
  map: ValueMap,
  keys: readonly string[],
  { path, emit }: { readonly path: string; readonly emit: Emit },
): void {
  for (const key of keys) emit(mapGet(map, key), `${path}.${key}`)
}
