// What the expressions of a task may name, as data: for editors that complete them, and for whoever has no editor of ours.
import type { Catalogue } from './catalogue.ts'
import type { Flow } from './flow.ts'
import { coreName, findVisit } from './graph.ts'
import { loopAround, outOfReach, type Place } from './reach.ts'
import type { Shape } from './shape.ts'
import { shapesOf } from './shape-of-flow.ts'

/** `any`, the name of a type, a list with what it holds, or a map of its fields; `*` is any key. */
export type ShapeText = string | readonly ShapeText[] | { readonly [field: string]: ShapeText }

export interface ExpressionNames {
  readonly inputs: ShapeText
  readonly vars: ShapeText
  readonly trigger: ShapeText
  readonly labels: readonly string[]
  /** Of tasks that may have run by then, each under its id. */
  readonly outputs: { readonly [task: string]: ShapeText }
  readonly taskrun: readonly string[]
  readonly flow: readonly string[]
  readonly execution: readonly string[]
}

/** Undefined when the flow has no such task; without a task: what the end of the flow sees. */
export function expressionNames(flow: Flow, catalogue: Catalogue, taskId?: string): ExpressionNames | undefined {
  const reader: Place | undefined = taskId === undefined ? undefined : findVisit(flow, taskId)
  if (taskId !== undefined && !reader) return undefined
  const shapes = shapesOf(flow, catalogue)
  const outputs: [string, ShapeText][] = []
  for (const [id, known] of shapes.tasks) {
    if (known.outputs === undefined) continue
    if (reader ? outOfReach(reader, known) !== undefined : loopAround(known, undefined) !== undefined) continue
    const loops = known.ancestors.filter(({ type }) => KEYED.has(coreName(type))).length
    outputs.push([id, keyed(textOf(known.outputs), loops)])
  }
  return {
    inputs: textOf(shapes.inputs),
    vars: textOf(shapes.vars),
    trigger: flow.triggers.length === 0 ? {} : textOf(shapes.trigger),
    labels: flow.labels.map(({ key }) => key),
    outputs: Object.fromEntries(outputs),
    taskrun: ['id', 'startDate', 'attemptsCount', 'parentId', 'value', 'iteration'],
    flow: ['id', 'namespace', 'revision', 'tenantId'],
    execution: ['id', 'startDate', 'originalId'],
  }
}

const KEYED: ReadonlySet<string> = new Set(['flow.ForEach', 'flow.EachSequential', 'flow.EachParallel'])

/** Each loop around a task is a level of values above its outputs. */
function keyed(shape: ShapeText, loops: number): ShapeText {
  let text = shape
  for (let level = 0; level < loops; level++) text = { '*': text }
  return text
}

function textOf(shape: Shape): ShapeText {
  switch (shape.type) {
    case 'any':
      return 'any'
    case 'scalar':
      return typeof shape.sample === 'string' ? 'string' : typeof shape.sample === 'boolean' ? 'boolean' : 'number'
    case 'list':
      return [textOf(shape.item)]
    case 'values':
      return { '*': textOf(shape.item) }
    case 'map':
      return Object.fromEntries(Array.from(shape.fields, ([name, field]) => [name, textOf(field)]))
  }
}
