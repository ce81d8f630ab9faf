// The conditions of dialect 1, and `when` of dialect 2: whether a trigger may fire. Rendering comes in as an argument; what a condition
// cannot judge is a problem, which schedules turn into a failed execution and everything else into "no".
import { BatutaError } from '../std/errors.ts'
import { compareInstants, parseIsoDate, parseIsoInstant, parseIsoTime } from '../std/iso-time.ts'
import { isList, isMap, mapEntries, mapGet } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import { plainText, printValue } from '../std/value-text.ts'
import type { Label } from '../flow/flow.ts'
import { coreName } from '../flow/graph.ts'

/** The execution that a Flow trigger or listener looks at. */
export interface ObservedExecution {
  readonly namespace: string
  readonly flowId: string
  readonly state: string
  readonly labels: readonly Label[]
  readonly hasOutputs: boolean
  /** For each task run the states of its attempts. */
  readonly attempts: readonly (readonly string[])[]
}

export interface ConditionContext {
  /** Renders over the variables of the trigger; throws a BatutaError when it cannot. */
  render(template: string): string
  /** The flow that owns the trigger. */
  readonly flow: { readonly namespace: string; readonly id: string }
  readonly execution?: ObservedExecution
  /** Whether an ISO date is a public holiday there; absent where no calendar is installed. */
  isHoliday?(isoDate: string, country: string | undefined, subDivision: string | undefined): boolean
}

export type Judgement =
  | { readonly type: 'holds' }
  | { readonly type: 'fails'; readonly reason: string }
  | { readonly type: 'problem'; readonly problem: string }

/** All must hold; the first that does not tells why. */
export function judgeConditions(conditions: readonly ValueMap[], context: ConditionContext): Judgement {
  for (const condition of conditions) {
    const judgement = judgeCondition(condition, context)
    if (judgement.type !== 'holds') return judgement
  }
  return { type: 'holds' }
}

/** `when` of dialect 2: by the truth of its text. */
export function judgeWhen(template: string, context: ConditionContext): Judgement {
  return attempt(() => verdict(isTrue(context.render(template)), `\`when\` was false: ${template}`))
}

function judgeCondition(condition: ValueMap, context: ConditionContext): Judgement {
  const type = printValue(mapGet(condition, 'type') ?? null)
  return attempt(() => {
    const reader: Reader = { condition, context, name: type.slice(type.lastIndexOf('.') + 1) }
    const judge = JUDGES.get(coreName(type))
    if (judge === undefined) throw new Unjudgeable(`nobody knows how to judge ${type} here`)
    const outcome = judge(reader)
    return typeof outcome === 'boolean' ? verdict(outcome, `${reader.name} was not met`) : outcome
  })
}

function verdict(holds: boolean, reason: string): Judgement {
  return holds ? { type: 'holds' } : { type: 'fails', reason }
}

/** Leaves a condition that cannot be judged; never seen outside of this file. */
class Unjudgeable extends Error {}

function attempt(judge: () => Judgement): Judgement {
  try {
    return judge()
  } catch (error) {
    if (error instanceof Unjudgeable || error instanceof BatutaError) return { type: 'problem', problem: error.message }
    throw error
  }
}

interface Reader {
  readonly condition: ValueMap
  readonly context: ConditionContext
  readonly name: string
}

type Judge = (reader: Reader) => boolean | Judgement

const JUDGES: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ['condition.DateTimeBetween', reader => isBetweenMoments(reader)],
  ['condition.DayWeek', reader => weekday(dateOf(reader)) === dayName(reader)],
  ['condition.DayWeekInMonth', reader => isNthWeekday(reader)],
  ['condition.Weekend', reader => ['SATURDAY', 'SUNDAY'].includes(weekday(dateOf(reader)))],
  ['condition.TimeBetween', reader => isBetweenTimes(reader)],
  ['condition.PublicHoliday', reader => isPublicHoliday(reader)],
  ['condition.Expression', reader => isTrue(required(reader, 'expression'))],
  ['condition.ExecutionOutputs', reader => executionOf(reader).hasOutputs && isTrue(required(reader, 'expression'))],
  ['condition.Not', reader => judgeNone(reader)],
  ['condition.Or', reader => judgeAny(reader)],
  ['condition.ExecutionFlow', reader => isFlow(reader, executionOf(reader).namespace, executionOf(reader).flowId)],
  ['condition.FlowCondition', reader => isFlow(reader, reader.context.flow.namespace, reader.context.flow.id)],
  ['condition.ExecutionNamespace', reader => isNamespace(reader, executionOf(reader).namespace)],
  ['condition.FlowNamespaceCondition', reader => isNamespace(reader, reader.context.flow.namespace)],
  ['condition.ExecutionLabels', reader => hasLabels(reader)],
  ['condition.ExecutionStatus', reader => isIn(reader, executionOf(reader).state)],
  ['condition.HasRetryAttempt', reader => hasRetryAttempt(reader)],
])

/** Conditions of expressions have their own truth: blank and `false` are false, `0` is not. */
function isTrue(text: string): boolean {
  const trimmed = text.trim()
  return trimmed !== '' && trimmed !== 'false'
}

function optional({ condition, context }: Reader, key: string): string | undefined {
  const value = mapGet(condition, key) ?? null
  if (value === null) return undefined
  return typeof value === 'string' ? context.render(value) : plainText(value)
}

function required(reader: Reader, key: string): string {
  const text = optional(reader, key)
  if (text === undefined) throw new Unjudgeable(`\`${key}\` of ${reader.name} is missing`)
  return text
}

function executionOf({ context, name }: Reader): ObservedExecution {
  if (context.execution === undefined)
    throw new Unjudgeable(`${name} needs an execution to look at, and there is none here`)
  return context.execution
}

function dateOf(reader: Reader): string {
  return optional(reader, 'date') ?? reader.context.render('{{ trigger.date }}')
}

const WEEKDAYS = ['THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY']

/** By the date as it is written, that is in its own zone. */
function weekday(date: string): string {
  const days = dayNumber(date)
  return WEEKDAYS[((days % 7) + 7) % 7] ?? ''
}

function dayNumber(date: string): number {
  const days = parseIsoDate(date.trim().slice(0, 10))
  if (days === undefined) throw new Unjudgeable(`"${date}" is not an ISO date-time`)
  return days
}

function dayName(reader: Reader): string {
  return required(reader, 'dayOfWeek').toUpperCase()
}

function isNthWeekday(reader: Reader): boolean {
  const date = dateOf(reader)
  if (weekday(date) !== dayName(reader)) return false
  const day = Number(date.trim().slice(8, 10))
  const nth = required(reader, 'dayInMonth')
  if (nth === 'LAST') return Number(nextWeek(date)) <= 7
  return ['FIRST', 'SECOND', 'THIRD', 'FOURTH'].indexOf(nth) === Math.floor((day - 1) / 7)
}

/** The day of the month a week later. */
function nextWeek(date: string): string {
  return new Date((dayNumber(date) + 7) * 86_400_000).toISOString().slice(8, 10)
}

function isBetweenMoments(reader: Reader): boolean {
  const [date, after, before] = [momentOf(dateOf(reader)), optional(reader, 'after'), optional(reader, 'before')]
  if (after === undefined && before === undefined) throw new Unjudgeable(`${reader.name} needs \`after\` or \`before\``)
  const isAfter = after === undefined || compareInstants(date, momentOf(after)) > 0
  return isAfter && (before === undefined || compareInstants(date, momentOf(before)) < 0)
}

function momentOf(text: string): NonNullable<ReturnType<typeof parseIsoInstant>> {
  const instant = parseIsoInstant(text)
  if (instant === undefined) throw new Unjudgeable(`"${text}" is not an ISO date-time with an offset`)
  return instant
}

/** Times carry offsets, and are compared as what they are in UTC. */
function isBetweenTimes(reader: Reader): boolean {
  const date = dateOf(reader)
  const time = offsetNanos(date.slice(date.indexOf('T') + 1))
  const [after, before] = [optional(reader, 'after'), optional(reader, 'before')]
  if (after === undefined && before === undefined) throw new Unjudgeable(`${reader.name} needs \`after\` or \`before\``)
  return (after === undefined || time > offsetNanos(after)) && (before === undefined || time < offsetNanos(before))
}

function offsetNanos(text: string): number {
  const match = /^([\d:.]+)(?:Z|([+-])(\d\d):?(\d\d))?(?:\[[\w/+-]+\])?$/.exec(text.trim())
  const nanos = match === null ? undefined : parseIsoTime(match[1] ?? '')
  if (match === null || nanos === undefined) throw new Unjudgeable(`"${text}" is not a time with an offset`)
  const offset = (Number(match[3] ?? 0) * 3600 + Number(match[4] ?? 0) * 60) * 1e9
  return match[2] === '-' ? nanos + offset : nanos - offset
}

function isPublicHoliday(reader: Reader): boolean {
  const { isHoliday } = reader.context
  if (isHoliday === undefined) throw new Unjudgeable('no calendar of public holidays is installed')
  return isHoliday(dateOf(reader).trim().slice(0, 10), optional(reader, 'country'), optional(reader, 'subDivision'))
}

function nested({ condition, name }: Reader): readonly ValueMap[] {
  const conditions = mapGet(condition, 'conditions') ?? null
  if (!isList(conditions)) throw new Unjudgeable(`\`conditions\` of ${name} is missing`)
  return conditions.filter(item => isMap(item))
}

function judgeNone(reader: Reader): Judgement {
  const judgements = nested(reader).map(condition => judgeCondition(condition, reader.context))
  const problem = judgements.find(({ type }) => type === 'problem')
  return (
    problem ??
    verdict(
      judgements.every(({ type }) => type === 'fails'),
      'Not: one of its conditions was met',
    )
  )
}

function judgeAny(reader: Reader): Judgement {
  const judgements = nested(reader).map(condition => judgeCondition(condition, reader.context))
  if (judgements.some(({ type }) => type === 'holds')) return { type: 'holds' }
  const problem = judgements.find(({ type }) => type === 'problem')
  return problem ?? { type: 'fails', reason: 'Or: none of its conditions was met' }
}

function isFlow(reader: Reader, namespace: string, flowId: string): boolean {
  return required(reader, 'namespace') === namespace && required(reader, 'flowId') === flowId
}

function isNamespace(reader: Reader, namespace: string): boolean {
  const wanted = required(reader, 'namespace')
  const comparison = optional(reader, 'comparison') ?? (optional(reader, 'prefix') === 'true' ? 'PREFIX' : 'EQUALS')
  if (comparison === 'PREFIX') return namespace.startsWith(wanted)
  return comparison === 'SUFFIX' ? namespace.endsWith(wanted) : namespace === wanted
}

function hasLabels(reader: Reader): boolean {
  const { labels } = executionOf(reader)
  return wantedLabels(mapGet(reader.condition, 'labels') ?? null).every(([key, value]) =>
    labels.some(label => label.key === key && label.value === value),
  )
}

function wantedLabels(value: Value): readonly (readonly [string, string])[] {
  if (isMap(value)) return Array.from(mapEntries(value), ([key, item]) => [key, printValue(item)] as const)
  if (!isList(value)) return []
  return value.flatMap(item =>
    isMap(item) ? [[printValue(mapGet(item, 'key') ?? null), printValue(mapGet(item, 'value') ?? null)] as const] : [],
  )
}

function isIn({ condition }: Reader, state: string): boolean {
  const [wanted, unwanted] = [mapGet(condition, 'in') ?? null, mapGet(condition, 'notIn') ?? null]
  const isWanted = !isList(wanted) || wanted.some(item => printValue(item) === state)
  return isWanted && !(isList(unwanted) && unwanted.some(item => printValue(item) === state))
}

function hasRetryAttempt(reader: Reader): boolean {
  return executionOf(reader).attempts.some(states => states.length > 1 && states.some(state => isIn(reader, state)))
}
