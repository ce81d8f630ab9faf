// What a Flow trigger listens to, compiled once per revision: which executions can matter to it at all, what it asks of each of them, and what must
// come together within a window. All that a change of state costs elsewhere is a look-up in the index of these.
import { compileDeep } from '../expression/render-deep.ts'
import { coreName } from '../flow/graph.ts'
import type { Flow, Label, Trigger } from '../flow/flow.ts'
import { ExpressionError } from '../std/errors.ts'
import { isList, isMap, mapEntries, mapGet } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import { encodeValue } from '../std/value-json.ts'
import { printValue } from '../std/value-text.ts'
import { windowOf1, windowOf2, type WindowSpec } from './time-window.ts'

export interface FlowListener {
  readonly flow: Flow
  readonly trigger: Trigger
  readonly states: ReadonlySet<string>
  /** Only executions of these can matter; undefined where nobody can say beforehand. */
  readonly upstreams: readonly Upstream[] | undefined
  /** Conditions on the execution at hand. */
  readonly conditions: readonly ValueMap[]
  readonly when: string | undefined
  readonly sets: readonly ConditionSet[]
  /** The roots of the upstream's variables that its templates can reach. */
  readonly roots: ReadonlySet<string>
  readonly needsAttempts: boolean
}

export interface Upstream {
  readonly namespace: string
  /** Any flow of the namespace when absent. */
  readonly flowId?: string
}

/** Conditions on several executions. */
export interface ConditionSet {
  readonly id: string
  readonly window: WindowSpec
  /** It starts over once it has fired. */
  readonly isReset: boolean
  /** How many of its parts must be met. */
  readonly needed: number
  readonly parts: readonly ConditionPart[]
  /** What happens when the window ends before that. */
  readonly onMiss?: { readonly labels: readonly Label[] }
}

export type ConditionPart = { readonly key: string } & (
  | { readonly type: 'condition'; readonly condition: ValueMap }
  | {
      readonly type: 'upstream'
      readonly upstream: Upstream
      readonly states: ReadonlySet<string> | undefined
      readonly labels: readonly Label[]
      readonly when: string | undefined
    }
  | { readonly type: 'where'; readonly isAny: boolean; readonly filters: readonly ValueMap[] }
)

export const FLOW_TRIGGER = 'io.kestra.plugin.core.trigger.Flow'
const FINAL_STATES = ['SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED', 'RETRIED', 'SKIPPED']
const GOOD_STATES = ['SUCCESS', 'WARNING']
/** Everything that the upstream's variables have. */
const ALL_ROOTS = ['inputs', 'outputs', 'labels', 'execution', 'tasks', 'trigger']

export function compileFlowListener(flow: Flow, trigger: Trigger): FlowListener {
  const own = (key: string): Value => mapGet(trigger.properties, key) ?? null
  const dependsOn = own('dependsOn')
  const preconditions = own('preconditions')
  const multiple = trigger.conditions.filter(isMultiple)
  const conditions = trigger.conditions.filter(condition => !isMultiple(condition))
  const sets = [
    ...multiple.map(multipleSet),
    ...(isMap(preconditions) ? [preconditionSet(preconditions)] : []),
    ...(isList(dependsOn) ? [dependenceSet(dependsOn, own)] : []),
  ]
  const when = own('when')
  return {
    flow,
    trigger,
    states: new Set(textsOf(own('states')) ?? FINAL_STATES),
    upstreams: upstreamsOf(conditions, sets),
    conditions,
    when: when === null ? undefined : printValue(when),
    sets,
    roots: rootsOf(flow, trigger),
    needsAttempts: encodeValue([...trigger.conditions]).includes('HasRetryAttempt'),
  }
}

function isMultiple(condition: ValueMap): boolean {
  return coreName(printValue(mapGet(condition, 'type') ?? null)) === 'condition.MultipleCondition'
}

function multipleSet(condition: ValueMap): ConditionSet {
  const get = (key: string): Value => mapGet(condition, key) ?? null
  const inner = get('conditions')
  const parts = isMap(inner)
    ? Array.from(mapEntries(inner), ([name, item]): ConditionPart[] =>
        isMap(item) ? [{ type: 'condition', key: name, condition: item }] : [],
      ).flat()
    : []
  const window = get('timeWindow')
  return {
    id: printValue(get('id')),
    window: windowOf1(isMap(window) ? window : condition),
    isReset: get('resetOnSuccess') !== false,
    needed: parts.length,
    parts,
  }
}

function preconditionSet(preconditions: ValueMap): ConditionSet {
  const get = (key: string): Value => mapGet(preconditions, key) ?? null
  const window = get('timeWindow')
  const parts = [
    ...mapsOf(get('flows')).map(flow => upstreamPart(flow, undefined)),
    ...mapsOf(get('where')).map(wherePart),
  ]
  return {
    id: printValue(get('id')),
    window: windowOf1(isMap(window) ? window : undefined),
    isReset: get('resetOnSuccess') !== false,
    needed: new Set(parts.map(part => part.key)).size,
    parts,
  }
}

/** Of dialect 2: it always starts over. */
function dependenceSet(dependsOn: readonly Value[], own: (key: string) => Value): ConditionSet {
  const parts = mapsOf(dependsOn).map(upstream => upstreamPart(upstream, GOOD_STATES))
  const window = own('window')
  const onMiss = own('onMiss')
  return {
    id: 'dependsOn',
    window: windowOf2(isMap(window) ? window : undefined),
    isReset: true,
    needed: neededOf(own, new Set(parts.map(part => part.key)).size),
    parts,
    ...(isMap(onMiss) ? { onMiss: { labels: labelsOf(mapGet(onMiss, 'labels') ?? null) } } : {}),
  }
}

function neededOf(own: (key: string) => Value, all: number): number {
  const mode = own('mode')
  if (mode === 'ANY') return 1
  const least = Number(printValue(own('minSatisfied') ?? 1))
  return mode === 'AT_LEAST' && Number.isInteger(least) ? Math.max(1, Math.min(least, all)) : all
}

/** Known by what it says, so that whoever changes the order of a list changes nothing else. */
function upstreamPart(map: ValueMap, states: readonly string[] | undefined): ConditionPart {
  const get = (key: string): Value => mapGet(map, key) ?? null
  const flowId = get('flowId')
  const when = get('when')
  const wanted = textsOf(get('states')) ?? states
  return {
    type: 'upstream',
    key: encodeValue(map),
    upstream: { namespace: printValue(get('namespace')), ...(flowId === null ? {} : { flowId: printValue(flowId) }) },
    states: wanted && new Set(wanted),
    labels: labelsOf(get('labels')),
    when: when === null ? undefined : printValue(when),
  }
}

function wherePart(map: ValueMap): ConditionPart {
  return {
    type: 'where',
    key: encodeValue(map),
    isAny: mapGet(map, 'operand') === 'OR',
    filters: mapsOf(mapGet(map, 'filters') ?? null),
  }
}

function mapsOf(value: Value): readonly ValueMap[] {
  return isList(value) ? value.filter(item => isMap(item)) : []
}

function textsOf(value: Value): readonly string[] | undefined {
  return isList(value) ? value.map(printValue) : undefined
}

/** A map, or a list of keys and values. */
export function labelsOf(value: Value): readonly Label[] {
  if (isMap(value)) return Array.from(mapEntries(value), ([key, item]) => ({ key, value: textOf(item) }))
  return mapsOf(value).map(item => ({
    key: textOf(mapGet(item, 'key') ?? null),
    value: textOf(mapGet(item, 'value') ?? null),
  }))
}

function textOf(value: Value): string {
  return value === null ? '' : printValue(value)
}

/** A condition on the flow says whose executions matter; without windows one that must hold is enough, with them any that a part names. */
function upstreamsOf(conditions: readonly ValueMap[], sets: readonly ConditionSet[]): readonly Upstream[] | undefined {
  for (const condition of conditions) {
    const upstream = upstreamOf(condition)
    if (upstream) return [upstream]
  }
  const [set] = sets
  if (!set) return undefined
  const named = set.parts.map(part => {
    if (part.type === 'upstream') return isConstant(part.upstream) ? part.upstream : undefined
    return part.type === 'condition' ? upstreamOf(part.condition) : undefined
  })
  return named.every(upstream => upstream !== undefined) ? named : undefined
}

function upstreamOf(condition: ValueMap): Upstream | undefined {
  const name = coreName(printValue(mapGet(condition, 'type') ?? null))
  const text = (key: string): string => printValue(mapGet(condition, key) ?? null)
  if (name === 'condition.ExecutionFlow') {
    const upstream = { namespace: text('namespace'), flowId: text('flowId') }
    return isConstant(upstream) ? upstream : undefined
  }
  if (name !== 'condition.ExecutionNamespace') return undefined
  const isPlain = (mapGet(condition, 'comparison') ?? 'EQUALS') === 'EQUALS' && mapGet(condition, 'prefix') !== true
  const upstream = { namespace: text('namespace') }
  return isPlain && isConstant(upstream) ? upstream : undefined
}

function isConstant({ namespace, flowId = '' }: Upstream): boolean {
  return !namespace.includes('{') && !flowId.includes('{')
}

function rootsOf(flow: Flow, { properties, conditions, inputs, labels }: Trigger): ReadonlySet<string> {
  const templates: Value = [properties, [...conditions], inputs, labels.map(({ key, value }) => ({ key, value }))]
  try {
    const { paths, rendersText } = compileDeep(templates, { dialect: flow.dialect })
    if (rendersText || paths.some(path => path.length === 0)) return new Set(ALL_ROOTS)
    return new Set(paths.flatMap(path => path.slice(0, 1)).filter(root => ALL_ROOTS.includes(root)))
  } catch (error) {
    if (error instanceof ExpressionError) return new Set(ALL_ROOTS)
    throw error
  }
}
