// The context that the expressions of a flow will see, as far as the flow itself decides it.
import { isList, isMap, mapEntries, mapGet, mapSize } from '../std/value.ts'
import type { Value } from '../std/value.ts'
import type { Catalogue } from './catalogue.ts'
import type { Flow, Input, Task, Trigger } from './flow.ts'
import { coreName, walkFlow } from './graph.ts'
import { hasExpression } from './parse-type.ts'
import { ANY, mapShape, NUMBER, shapeOfOutputs, shapeOfSchema, shapeOfValue, TEXT } from './shape.ts'
import type { Shape } from './shape.ts'

export interface KnownTask {
  readonly task: Task
  readonly ancestors: readonly Task[]
  /** What one run of it puts out; undefined when nothing. */
  readonly outputs: Shape | undefined
}

export interface FlowShapes {
  readonly inputs: Shape
  readonly vars: Shape
  readonly trigger: Shape
  /** By the id that `outputs` knows them by. */
  readonly tasks: ReadonlyMap<string, KnownTask>
}

export function shapesOf(flow: Flow, catalogue: Catalogue): FlowShapes {
  return {
    inputs: inputsShape(flow.inputs),
    vars: varsShape(flow),
    trigger: anyTriggerShape(flow, catalogue),
    tasks: knownTasks(flow, catalogue),
  }
}

/** Dotted ids nest, and those of a FORM lie under its own. */
export function inputsShape(inputs: readonly Input[]): Shape {
  const root: Fields = new Map()
  for (const input of inputs) {
    const path = input.id.split('.')
    let level = root
    for (const part of path.slice(0, -1)) {
      const next = level.get(part)
      const fields: Fields = next instanceof Map ? next : new Map()
      level.set(part, fields)
      level = fields
    }
    const last = path.at(-1) ?? input.id
    if (!(level.get(last) instanceof Map)) level.set(last, inputShape(input))
  }
  return fieldsShape(root)
}

type Fields = Map<string, Shape | Fields>

function fieldsShape(fields: Fields): Shape {
  return mapShape(Array.from(fields, ([key, field]) => [key, field instanceof Map ? fieldsShape(field) : field]))
}

function inputShape({ type, inputs }: Input): Shape {
  switch (type) {
    case 'STRING':
    case 'SECRET':
    case 'EMAIL':
    case 'ENUM':
    case 'SELECT':
    case 'FILE':
    case 'URI':
      return TEXT
    case 'INT':
    case 'FLOAT':
      return NUMBER
    case 'BOOLEAN':
    case 'BOOL':
      return { type: 'scalar', sample: true }
    case 'ARRAY':
    case 'MULTISELECT':
      return { type: 'list', item: ANY }
    case 'FORM':
      return inputs === undefined ? ANY : inputsShape(inputs)
    case 'DATETIME':
    case 'DATE':
    case 'TIME':
    case 'DURATION':
    case 'JSON':
    case 'YAML':
    case 'ION':
    case 'OBJECT':
    case 'TABLE':
      return ANY
  }
}

/** What the flow declares, and what its tasks set. */
function varsShape(flow: Flow): Shape {
  const fields = Array.from(mapEntries(flow.variables), ([key, value]): [string, Shape] => [key, shapeOfValue(value)])
  let isOpen = false
  for (const { task } of walkFlow(flow)) {
    if (coreName(task.type) !== 'execution.SetVariables') continue
    const set = mapGet(task.properties, 'variables') ?? null
    if (!isMap(set)) isOpen = true
    else for (const [key] of mapEntries(set)) fields.push([key, ANY])
  }
  return mapShape(fields, isOpen)
}

/** What a parent leaves for the execution that its Subflow starts. */
const OF_PARENT: readonly (readonly [string, Shape])[] = [
  ['executionId', TEXT],
  ['namespace', TEXT],
  ['flowId', TEXT],
  ['flowRevision', NUMBER],
]

const OF_SUBFLOW: readonly (readonly [string, Shape])[] = [
  ...OF_PARENT,
  ['taskRunId', TEXT],
  ['taskRunValue', ANY],
  ['taskRunIteration', NUMBER],
]

function anyTriggerShape(flow: Flow, catalogue: Catalogue): Shape {
  const fields = new Map<string, Shape>()
  for (const trigger of flow.triggers) {
    const shape = triggerShape(trigger, catalogue)
    if (shape.type !== 'map' || shape.isOpen) return ANY
    for (const [key, field] of shape.fields) fields.set(key, fields.has(key) ? ANY : field)
  }
  for (const [key, field] of OF_SUBFLOW) if (!fields.has(key)) fields.set(key, field)
  return mapShape(fields)
}

export function triggerShape({ type }: Trigger, catalogue: Catalogue): Shape {
  const known = catalogue.resolve(type)
  switch (coreName(type)) {
    case 'trigger.Schedule':
    case 'trigger.ScheduleOnDates':
      return mapShape(['date', 'next', 'previous'].map(key => [key, ANY]))
    case 'trigger.Webhook':
      return mapShape(['body', 'headers', 'parameters', 'path', 'uri', 'parts', 'formFields'].map(key => [key, ANY]))
    case 'trigger.Flow':
      return mapShape([...OF_PARENT, ['state', TEXT], ['outputs', ANY], ['executionLabels', ANY]])
  }
  if (known === undefined || known.outputs.length === 0) return ANY
  return shapeOfOutputs(known.outputs)
}

function knownTasks(flow: Flow, catalogue: Catalogue): ReadonlyMap<string, KnownTask> {
  const tasks = new Map<string, KnownTask>()
  for (const { task, ancestors } of walkFlow(flow)) {
    tasks.set(task.id, { task, ancestors, outputs: outputsShape(task, catalogue) })
    if (coreName(task.type) !== 'flow.ForEachItem') continue
    for (const [suffix, fields] of ITEM_OUTPUTS)
      tasks.set(`${task.id}_${suffix}`, { task, ancestors, outputs: mapShape(fields) })
  }
  return tasks
}

const ITEM_OUTPUTS: readonly (readonly [string, readonly (readonly [string, Shape])[]])[] = [
  ['split', [['splits', TEXT]]],
  [
    'items',
    [
      ['numberOfBatches', NUMBER],
      ['iterations', { type: 'values', item: NUMBER }],
      ['subflowOutputsBaseUri', TEXT],
    ],
  ],
  ['merge', [['subflowOutputs', TEXT]]],
]

/** Of one run; undefined when a type is known to put out nothing. */
function outputsShape(task: Task, catalogue: Catalogue): Shape | undefined {
  const special = outputsByType(task)
  if (special !== undefined) return special
  const type = catalogue.resolve(task.type)
  if (type === undefined) return ANY
  const documented = shapeOfOutputs(type.outputs)
  const own = type.outputsSchema === undefined ? undefined : shapeOfSchema(type.outputsSchema)
  // What is installed and what is documented may be of different versions: a field of either is one.
  if (own !== undefined && (own.type !== 'map' || own.isOpen)) return ANY
  const fields: (readonly [string, Shape])[] = [
    ...(documented.type === 'map' ? documented.fields : []),
    ...(own?.type === 'map' ? own.fields : []),
  ]
  if (fields.some(([name]) => name === 'exitCode')) fields.push(...OF_SCRIPTS)
  if (fields.length > 0) return mapShape(fields)
  return coreName(task.type) === '' ? ANY : undefined
}

/** Undocumented, but there. */
const OF_SCRIPTS: readonly (readonly [string, Shape])[] = [
  ['stdOutLineCount', NUMBER],
  ['stdErrLineCount', NUMBER],
  ['taskRunner', ANY],
]

function outputsByType(task: Task): Shape | undefined {
  const { properties, asks = [] } = task
  switch (coreName(task.type)) {
    case 'flow.Pause':
      return mapShape([
        ['onResume', inputsShape(asks)],
        ['resumed', mapShape(['by', 'on', 'to'].map(key => [key, TEXT]))],
      ])
    case 'flow.Approval':
      return mapShape([
        ...['url', 'decision', 'auto', 'by', 'on', 'comment', 'due'].map((key): [string, Shape] => [key, ANY]),
        ['inputs', inputsShape(asks)],
      ])
    case 'flow.Loop':
      return mapShape(
        ['iterationCount', 'runningIterations', 'terminatedIterations', 'outputs', 'uri'].map(key => [key, ANY]),
      )
    case 'flow.Subflow':
      return mapShape([
        ['executionId', TEXT],
        ['state', TEXT],
        ['outputs', subflowOutputs(mapGet(properties, 'outputs') ?? null)],
      ])
    case 'output.OutputValues':
      return mapShape([['values', literalKeys(mapGet(properties, 'values') ?? null)]])
    case 'flow.WorkingDirectory':
      return mapShape([['outputFiles', ANY]])
    default:
      return undefined
  }
}

/** The old property names what the task itself puts out; else the called flow does, which is not known here. */
function subflowOutputs(outputs: Value): Shape {
  return isMap(outputs) && mapSize(outputs) > 0 ? literalKeys(outputs, true) : ANY
}

function literalKeys(value: Value, isOpen = false): Shape {
  if (!isMap(value)) return ANY
  const fields = Array.from(mapEntries(value), ([key, item]): [string, Shape] => [
    key,
    (typeof item === 'string' && hasExpression(item)) || isList(item) || isMap(item) ? ANY : shapeOfValue(item),
  ])
  return mapShape(fields, isOpen)
}
