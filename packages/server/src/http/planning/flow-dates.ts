// The dates to come of a flow's schedules. A schedule is compiled once for each revision that is in memory, and its next date is remembered: who asks again
// a moment later reads one number for most of them. What a condition says of a date changes with the world and is asked each time.
import { mapHas, nextScheduleDate, openSchedule, type DateFilter, type Schedule, type Trigger } from '@batuta/core'
import type { FlowEntry, HttpDependencies } from '../dependencies.ts'
import { openTrigger } from './open-trigger.ts'

export interface FlowDate {
  readonly atMs: number
  readonly namespace: string
  readonly flowId: string
  readonly triggerId: string
}

export interface Looking {
  readonly range: { readonly fromMs: number; readonly toMs: number }
  /** Triggers that are switched off, by `offName`. */
  readonly off: ReadonlySet<string>
  /** So many dates at most. */
  readonly room: number
}

interface KeptSchedule {
  readonly triggerId: string
  readonly schedule: Schedule
  /** It has conditions: the trigger is opened again for each look. */
  readonly isFiltered: boolean
  /** Nothing lies between the two; the second is infinite when nothing comes any more. */
  afterMs: number
  nextMs: number
}

/** Dates of one schedule. */
const DATES_MAX = 3_000
const NONE: readonly KeptSchedule[] = []

/** Some hundred bytes beside the text of the flow. The entry is another one as soon as the flow is saved or its defaults change, on whatever node. */
const kept = new WeakMap<FlowEntry, readonly KeptSchedule[]>()

export function offName({ namespace, flowId }: Pick<FlowDate, 'namespace' | 'flowId'>, triggerId: string): string {
  return `${namespace}.${flowId}.${triggerId}`
}

/** Those of the flow that are not disabled by its text. */
export function schedulesOf(entry: FlowEntry, dependencies: HttpDependencies): readonly KeptSchedule[] {
  const known = kept.get(entry)
  if (known) return known
  // Most flows have no schedule: their text tells, without a plan.
  const found = entry.parsed.includes('Schedule') ? openAll(entry, dependencies) : NONE
  kept.set(entry, found)
  return found
}

/** Whether `schedulesOf` has them at hand. */
export function areKept(entry: FlowEntry): boolean {
  return kept.has(entry)
}

function openAll(entry: FlowEntry, { flows, startWorld }: HttpDependencies): readonly KeptSchedule[] {
  const { zone } = startWorld()
  return flows.readFlow(entry).triggers.flatMap((trigger): readonly KeptSchedule[] => {
    const schedule = trigger.disabled ? undefined : openSchedule(trigger, zone)
    if (!schedule) return []
    return [{ triggerId: trigger.id, schedule, isFiltered: isFiltered(trigger), afterMs: Infinity, nextMs: Infinity }]
  })
}

function isFiltered({ conditions, properties }: Trigger): boolean {
  return conditions.length > 0 || mapHas(properties, 'when')
}

export async function datesOfFlow(
  entry: FlowEntry,
  { range, off, room }: Looking,
  dependencies: HttpDependencies,
): Promise<{ readonly dates: readonly FlowDate[]; readonly isPartial: boolean }> {
  const { namespace, flowId } = entry
  const dates: FlowDate[] = []
  let isPartial = false
  for (const one of schedulesOf(entry, dependencies)) {
    const { triggerId } = one
    if (off.has(offName(entry, triggerId))) continue
    const filter = one.isFiltered ? await filterOf(entry, triggerId, dependencies) : undefined
    const most = Math.min(DATES_MAX, room - dates.length)
    let at = one.isFiltered ? nextScheduleDate(one.schedule, range.fromMs - 1, filter) : firstOf(one, range.fromMs)
    let count = 0
    for (; at !== undefined && at < range.toMs && count < most; count++) {
      dates.push({ atMs: at, namespace, flowId, triggerId })
      at = nextScheduleDate(one.schedule, at, filter)
    }
    isPartial ||= at !== undefined && at < range.toMs
  }
  return { dates, isPartial }
}

/** The first date from then on. */
function firstOf(one: KeptSchedule, fromMs: number): number | undefined {
  if (fromMs <= one.afterMs || fromMs > one.nextMs) {
    one.afterMs = fromMs - 1
    one.nextMs = nextScheduleDate(one.schedule, one.afterMs) ?? Infinity
  }
  return one.nextMs === Infinity ? undefined : one.nextMs
}

async function filterOf(
  entry: FlowEntry,
  triggerId: string,
  dependencies: HttpDependencies,
): Promise<DateFilter | undefined> {
  const plan = dependencies.flows.planOf(entry)
  const trigger = plan.flow.triggers.find(({ id }) => id === triggerId)
  return trigger && (await openTrigger(plan, trigger, dependencies))?.filter
}
