// Conditions of a schedule as a judge of dates. Those that look at nothing but the day are asked once a day: a minute-by-minute schedule for the first
// Monday of a month is refused forty thousand times in a row.
import { Asked } from '../expression/asked.ts'
import type { Scope } from '../expression/scope.ts'
import { compileTemplate } from '../expression/template.ts'
import { coreName } from '../flow/graph.ts'
import type { Flow, Trigger } from '../flow/flow.ts'
import { mapFrom, mapGet, mapHas } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'
import { formatZoned } from '../std/zone.ts'
import { judgeConditions, judgeWhen, type ConditionContext, type Judgement } from './condition.ts'
import type { DateFilter, Schedule } from './schedule.ts'

export interface FilterWorld {
  readonly flow: Flow
  readonly trigger: Trigger
  readonly schedule: Schedule
  /** What templates see besides `trigger`. */
  readonly scope: Scope
  readonly isHoliday?: ConditionContext['isHoliday']
}

const OF_THE_DAY = ['condition.DayWeek', 'condition.DayWeekInMonth', 'condition.Weekend', 'condition.PublicHoliday']
const DAYS_KEPT_MAX = 10_000

/** Undefined where every date passes. */
export function dateFilterOf(world: FilterWorld): DateFilter | undefined {
  const { conditions, properties } = world.trigger
  if (conditions.length === 0 && !mapHas(properties, 'when')) return undefined
  const byDay = conditions.filter(isOfTheDay)
  const others = { ...world.trigger, conditions: conditions.filter(condition => !isOfTheDay(condition)) }
  const days = new Map<string, boolean>()
  return dateMs => {
    const day = formatZoned(dateMs, world.schedule.zone).slice(0, 10)
    const known = days.get(day)
    const isDay =
      known ?? passes(judgeDate({ ...world, trigger: { ...world.trigger, conditions: byDay, properties: {} } }, dateMs))
    if (known === undefined) {
      if (days.size >= DAYS_KEPT_MAX) days.clear()
      days.set(day, isDay)
    }
    return isDay && passes(judgeDate({ ...world, trigger: others }, dateMs))
  }
}

/** A condition on the date that its schedule fires at, by what does not change within a day. */
function isOfTheDay(condition: ValueMap): boolean {
  return OF_THE_DAY.includes(coreName(printValue(mapGet(condition, 'type') ?? null))) && !mapHas(condition, 'date')
}

/** What cannot be judged, or not without asking the world, is judged when its hour has come. */
function passes(judgement: Judgement | undefined): boolean {
  return judgement?.type !== 'fails'
}

/** Undefined when the world has to be asked. */
function judgeDate(world: FilterWorld, dateMs: number): Judgement | undefined {
  try {
    return judgeScheduleDate(world, dateMs)
  } catch (error) {
    if (error instanceof Asked) return undefined
    throw error
  }
}

export function judgeScheduleDate(
  { flow, trigger, schedule, scope, isHoliday }: FilterWorld,
  dateMs: number,
): Judgement {
  const when = mapGet(trigger.properties, 'when') ?? null
  if (trigger.conditions.length === 0 && when === null) return { type: 'holds' }
  let variables: ValueMap | undefined
  const lookup = (root: string): Value | undefined => {
    if (root !== 'trigger' && root !== 'schedule') return scope.lookup(root)
    return (variables ??= plainVariables(schedule, dateMs))
  }
  const inner: Scope = { ...scope, lookup }
  const context: ConditionContext = {
    flow: { namespace: flow.namespace, id: flow.id },
    render: template => compileTemplate(template, { dialect: flow.dialect }).render(inner),
    ...(isHoliday ? { isHoliday } : {}),
  }
  const judgement = judgeConditions(trigger.conditions, context)
  return judgement.type === 'holds' && when !== null ? judgeWhen(printValue(when), context) : judgement
}

/** The neighbours on the line itself: those that pass are what is asked for. */
function plainVariables(schedule: Schedule, dateMs: number): ValueMap {
  const [next, previous] = [schedule.next(dateMs), schedule.previous(dateMs)]
  return mapFrom([
    ['date', formatZoned(dateMs, schedule.zone)],
    ...(next === undefined ? [] : [['next', formatZoned(next, schedule.zone)] as const]),
    ...(previous === undefined ? [] : [['previous', formatZoned(previous, schedule.zone)] as const]),
  ])
}
