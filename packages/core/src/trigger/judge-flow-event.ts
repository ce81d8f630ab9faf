// Whether a change of state makes a Flow trigger fire: its conditions on the execution at hand, and the parts of its sets that executions have met
// within the window so far. What is met stays met until the window is over; a trigger fires by an execution that met something.
import { compileTemplate } from '../expression/template.ts'
import type { Scope } from '../expression/scope.ts'
import { isList, isMap, mapEntries, mapFrom, mapGet } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'
import type { Zone } from '../std/zone.ts'
import { parsePattern } from '../flow/input-pattern.ts'
import {
  judgeConditions,
  judgeWhen,
  type ConditionContext,
  type Judgement,
  type ObservedExecution,
} from './condition.ts'
import { flowTriggerVariables, type FlowEvent } from './flow-event.ts'
import type { ConditionPart, ConditionSet, FlowListener } from './flow-listener.ts'
import { windowAt, type TimeWindow } from './time-window.ts'

/** What a set knows of its window. */
export interface WindowState extends TimeWindow {
  readonly met: readonly Met[]
  readonly hasFired: boolean
}

export interface Met {
  /** Of the part. */
  readonly key: string
  readonly atMs: number
  readonly executionId: string
  readonly flowId: string
  readonly outputs: ValueMap | null
}

export interface FlowJudgement {
  readonly fires: boolean
  /** Why it does not, for whoever asks. */
  readonly reason: string
  /** Windows to be kept, by the id of their set; null where one is over. */
  readonly windows: ReadonlyMap<string, WindowState | null>
  /** Outputs of the executions that made it fire. */
  readonly outputs: ValueMap | null
}

export interface FlowJudgeWorld {
  /** Variables of the listener's flow. */
  readonly scope: Scope
  readonly nowMs: number
  readonly zone: Zone
  windowOf(setId: string): WindowState | undefined
  isHoliday?: ConditionContext['isHoliday']
}

const NO_WINDOWS: ReadonlyMap<string, WindowState | null> = new Map()

export function judgeFlowEvent(listener: FlowListener, event: FlowEvent, world: FlowJudgeWorld): FlowJudgement {
  const context = contextOf(listener, event, world)
  const plain = judgePlain(listener, context)
  if (plain.type !== 'holds')
    return { fires: false, reason: textOf(plain), windows: NO_WINDOWS, outputs: event.outputs }
  if (listener.sets.length === 0) return { fires: true, reason: '', windows: NO_WINDOWS, outputs: event.outputs }
  const outcomes = listener.sets.map(set => judgeSet(set, { event, context, world }))
  const open = outcomes.find(outcome => !outcome.isComplete)
  const windows = new Map<string, WindowState | null>()
  for (const { set, window } of outcomes)
    if (window) windows.set(set.id, open === undefined ? afterFiring(set, window) : window)
  return {
    fires: open === undefined,
    reason: open?.reason ?? '',
    windows,
    outputs: open === undefined ? outputsOf(outcomes, event) : event.outputs,
  }
}

function judgePlain({ conditions, when }: FlowListener, context: ConditionContext): Judgement {
  const judgement = judgeConditions(conditions, context)
  return judgement.type === 'holds' && when !== undefined ? judgeWhen(when, context) : judgement
}

function textOf(judgement: Exclude<Judgement, { type: 'holds' }>): string {
  return judgement.type === 'fails' ? judgement.reason : judgement.problem
}

interface Seen {
  readonly event: FlowEvent
  readonly context: ConditionContext
  readonly world: FlowJudgeWorld
}

interface SetOutcome {
  readonly set: ConditionSet
  readonly isComplete: boolean
  readonly reason: string
  readonly window: WindowState | undefined
}

function judgeSet(set: ConditionSet, seen: Seen): SetOutcome {
  const { event, world } = seen
  const window = openWindow(set, world)
  if (!window) return { set, isComplete: false, reason: `now is outside of the window of "${set.id}"`, window }
  const fresh = set.parts.filter(part => judgePart(part, seen))
  const isFresh = ({ key }: Met): boolean => fresh.some(part => part.key === key)
  const met = [...window.met.filter(known => !isFresh(known)), ...metBy(fresh, event, world.nowMs)]
  const count = met.filter(({ key }) => set.parts.some(part => part.key === key)).length
  if (fresh.length === 0)
    return { set, isComplete: false, reason: `the execution meets no part of "${set.id}"`, window: undefined }
  return {
    set,
    isComplete: count >= set.needed,
    reason: `${count} of ${set.needed} parts of "${set.id}" are met`,
    window: { ...window, met },
  }
}

function metBy(
  parts: readonly ConditionPart[],
  { executionId, flowId, outputs }: FlowEvent,
  atMs: number,
): readonly Met[] {
  return [...new Set(parts.map(part => part.key))].map(key => ({ key, atMs, executionId, flowId, outputs }))
}

/** The one that is kept, as long as it lasts; of one that looks back what is not too old. */
export function openWindow(
  { id, window: spec }: ConditionSet,
  { nowMs, zone, windowOf }: Pick<FlowJudgeWorld, 'nowMs' | 'zone' | 'windowOf'>,
): WindowState | undefined {
  const known = windowOf(id)
  if (spec.type === 'lookback') {
    const fromMs = nowMs - spec.sizeMs
    const met = known?.met.filter(({ atMs }) => atMs >= fromMs) ?? []
    return { startMs: fromMs, endMs: nowMs + spec.sizeMs, met, hasFired: known?.hasFired ?? false }
  }
  if (known && nowMs >= known.startMs && nowMs <= known.endMs) return known
  const window = windowAt(spec, nowMs, zone)
  return window && { ...window, met: [], hasFired: false }
}

/** One that slides begins anew with the next execution that counts. */
function afterFiring(set: ConditionSet, window: WindowState): WindowState | null {
  if (!set.isReset) return { ...window, hasFired: true }
  return set.window.type === 'sliding' ? null : { ...window, met: [], hasFired: true }
}

function outputsOf(outcomes: readonly SetOutcome[], event: FlowEvent): ValueMap | null {
  const met = outcomes.flatMap(({ set, window }) =>
    set.id === 'dependsOn' && set.parts.length > 1 ? (window?.met ?? []) : [],
  )
  if (met.length === 0) return event.outputs
  return mapFrom(met.flatMap(({ flowId, outputs }) => (outputs === null ? [] : [[flowId, outputs] as const])))
}

function judgePart(part: ConditionPart, { event, context }: Seen): boolean {
  switch (part.type) {
    case 'condition':
      return judgeConditions([part.condition], context).type === 'holds'
    case 'upstream':
      return isUpstream(part, event) && (part.when === undefined || judgeWhen(part.when, context).type === 'holds')
    case 'where': {
      const passes = (filter: ValueMap): boolean => passesFilter(filter, event, context)
      return part.isAny ? part.filters.some(passes) : part.filters.every(passes)
    }
  }
}

function isUpstream(
  { upstream, states, labels }: Extract<ConditionPart, { type: 'upstream' }>,
  event: FlowEvent,
): boolean {
  if (upstream.namespace !== event.namespace) return false
  if (upstream.flowId !== undefined && upstream.flowId !== event.flowId) return false
  if (states && !states.has(event.state)) return false
  return labels.every(({ key, value }) => event.labels.some(label => label.key === key && label.value === value))
}

/** A filter on a field of the execution, or on an expression; one that cannot be rendered is absent. */
function passesFilter(filter: ValueMap, event: FlowEvent, context: ConditionContext): boolean {
  const text = (key: string): string => printValue(mapGet(filter, key) ?? null)
  const rendered = (value: Value): string | undefined => tryRender(printValue(value), context)
  if (text('field') === 'EXPRESSION') return passes(text('type'), rendered(mapGet(filter, 'value') ?? null), [])
  const field = fieldOf(text('field'), event)
  const values = mapGet(filter, 'values') ?? null
  const wanted = isList(values) ? values : [mapGet(filter, 'value') ?? null]
  return passes(
    text('type'),
    field,
    wanted.flatMap(value => rendered(value) ?? []),
  )
}

function tryRender(template: string, context: ConditionContext): string | undefined {
  let text: string | undefined
  const judgement = judgeWhen('', {
    ...context,
    render: () => {
      text = context.render(template)
      return 'true'
    },
  })
  return judgement.type === 'holds' ? text : undefined
}

function fieldOf(field: string, { flowId, namespace, state }: FlowEvent): string | undefined {
  return { FLOW_ID: flowId, NAMESPACE: namespace, STATE: state }[field]
}

function passes(type: string, value: string | undefined, wanted: readonly string[]): boolean {
  const [first = ''] = wanted
  switch (type) {
    case 'EQUAL_TO':
      return value === first
    case 'NOT_EQUAL_TO':
      return value !== first
    case 'IN':
      return value !== undefined && wanted.includes(value)
    case 'NOT_IN':
      return value === undefined || !wanted.includes(value)
    case 'IS_TRUE':
      return value !== undefined && isTruth(value)
    case 'IS_FALSE':
      return value !== undefined && !isTruth(value)
    case 'IS_NULL':
      return value === undefined || value === ''
    case 'IS_NOT_NULL':
      return value !== undefined && value !== ''
    case 'STARTS_WITH':
      return value?.startsWith(first) ?? false
    case 'ENDS_WITH':
      return value?.endsWith(first) ?? false
    case 'CONTAINS':
      return value?.includes(first) ?? false
    case 'REGEX':
      return value !== undefined && matches(first, value)
    default:
      return false
  }
}

/** The whole text, as Java's `matches`. */
function matches(source: string, text: string): boolean {
  const parsed = parsePattern(source)
  return parsed.type === 'pattern' && parsed.pattern.matches(text)
}

function isTruth(text: string): boolean {
  return text.trim() !== '' && text.trim() !== 'false'
}

function contextOf(listener: FlowListener, event: FlowEvent, world: FlowJudgeWorld): ConditionContext {
  const { flow } = listener
  const wide = scopeOfEvent(listener, event, { scope: world.scope, outputs: event.outputs })
  // Dialect 2 keeps outputs of task runs apart from what its conditions see.
  const scope: Scope =
    flow.dialect === 1 ? wide : { ...wide, lookup: root => (root === 'outputs' ? undefined : wide.lookup(root)) }
  return {
    flow: { namespace: flow.namespace, id: flow.id },
    execution: observed(event),
    render: template => compileTemplate(template, { dialect: flow.dialect }).render(scope),
    ...(world.isHoliday ? { isHoliday: world.isHoliday } : {}),
  }
}

/** The variables of the upstream, over those of the listener's flow; `trigger` tells of the upstream. */
export function scopeOfEvent(
  { flow }: FlowListener,
  event: FlowEvent,
  { scope, outputs }: { readonly scope: Scope; readonly outputs: ValueMap | null },
): Scope {
  const own = mapGet(event.context, 'trigger')
  const variables = flowTriggerVariables(event, outputs, flow)
  const trigger = own !== undefined && isMap(own) ? mapFrom([...mapEntries(own), ...mapEntries(variables)]) : variables
  return {
    ...scope,
    lookup: root => (root === 'trigger' ? trigger : (mapGet(event.context, root) ?? scope.lookup(root))),
  }
}

function observed({ namespace, flowId, state, labels, outputs, attempts }: FlowEvent): ObservedExecution {
  return { namespace, flowId, state, labels, hasOutputs: outputs !== null, attempts }
}
