// The conditions of schedules as judges of dates, one per trigger and revision.
import { dateFilterOf, type ConditionContext, type DateFilter, type Schedule, type Trigger } from '@batuta/core'
import { scopeOf, type StartWorld } from '../flows/births.ts'
import type { FlowCatalogue } from '../flows/flow-catalogue.ts'
import type { SchedulesOptions } from './schedules.ts'

export interface DateFiltersWorld {
  readonly flows: FlowCatalogue
  startWorld(): StartWorld
  isHoliday?: ConditionContext['isHoliday']
}

export function newDateFilters({
  flows,
  startWorld,
  isHoliday,
}: DateFiltersWorld): NonNullable<SchedulesOptions['filterOf']> {
  const filters = new WeakMap<Trigger, { readonly schedule: Schedule; readonly filter: DateFilter | undefined }>()
  return (key, trigger, schedule) => {
    if (trigger.conditions.length === 0 && !('when' in trigger.properties)) return undefined
    const known = filters.get(trigger)
    if (known?.schedule === schedule) return known.filter
    const entry = flows.newest(key)
    if (!entry) return undefined
    const plan = flows.planOf(entry)
    const scope = scopeOf(plan, startWorld())
    const filter = dateFilterOf({ flow: plan.flow, trigger, schedule, scope, ...(isHoliday ? { isHoliday } : {}) })
    filters.set(trigger, { schedule, filter })
    return filter
  }
}
