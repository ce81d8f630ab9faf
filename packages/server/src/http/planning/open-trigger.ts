// A schedule with the judge of its dates, as the scheduler has it: of a flow that is saved, or of one that is only thought of.
import {
  compilePlan,
  dateFilterOf,
  encodeValue,
  fromPlain,
  openSchedule,
  type DateFilter,
  type Plan,
  type Schedule,
  type Trigger,
} from '@batuta/core'
import { scopeOf } from '../../flows/births.ts'
import { judgeFlow } from '../../flows/save-flow.ts'
import type { FlowEntry, HttpDependencies } from '../dependencies.ts'
import { invalidFlow } from '../flows/report-flow.ts'
import { notFound, unprocessable } from '../request-error.ts'

export interface OpenTrigger {
  readonly trigger: Trigger
  readonly schedule: Schedule
  /** Undefined where all dates pass. */
  readonly filter: DateFilter | undefined
}

export interface TriggerWish {
  readonly trigger?: Readonly<Record<string, unknown>>
  readonly cron?: string
  readonly timezone?: string
  readonly when?: string
  readonly withSeconds?: boolean
  readonly namespace?: string
  readonly flowId?: string
  readonly triggerId?: string
}

const SCHEDULE = 'io.kestra.plugin.core.trigger.Schedule'

/** Undefined for triggers that are no schedules. */
export async function openTrigger(
  plan: Plan,
  trigger: Trigger,
  dependencies: HttpDependencies,
): Promise<OpenTrigger | undefined> {
  const world = dependencies.startWorld()
  const schedule = openSchedule(trigger, world.zone)
  if (!schedule) return undefined
  const { holidays } = dependencies
  await holidays?.need(encodeValue(fromPlain(trigger.conditions)))
  const isHoliday = holidays ? { isHoliday: holidays.isHoliday } : {}
  const filter = dateFilterOf({ flow: plan.flow, trigger, schedule, scope: scopeOf(plan, world), ...isHoliday })
  return { trigger, schedule, filter }
}

export async function openWished(wish: TriggerWish, dependencies: HttpDependencies): Promise<OpenTrigger> {
  const { namespace, flowId, triggerId } = wish
  const entry = entryOf(wish, dependencies)
  if (triggerId !== undefined && wish.trigger === undefined && wish.cron === undefined) {
    if (!entry) throw unprocessable('trigger-invalid', 'A trigger is named with its flow: namespace and flowId.')
    const plan = dependencies.flows.planOf(entry)
    const saved = plan.flow.triggers.find(({ id }) => id === triggerId)
    if (!saved) throw notFound(`The trigger "${triggerId}" of the flow "${namespace}.${flowId}"`)
    return opened(await openTrigger(plan, saved, dependencies))
  }
  const plan = thoughtOf(wish, entry, dependencies)
  const [trigger] = plan.flow.triggers
  return opened(trigger && (await openTrigger(plan, trigger, dependencies)))
}

function opened(found: OpenTrigger | undefined): OpenTrigger {
  if (found) return found
  throw unprocessable('trigger-invalid', 'This is no schedule: only Schedule and ScheduleOnDates have dates to come.')
}

function entryOf({ namespace, flowId }: TriggerWish, { flows, config }: HttpDependencies): FlowEntry | undefined {
  if (namespace === undefined || flowId === undefined) return undefined
  const entry = flows.newest({ tenant: config.tenant, namespace, flowId })
  if (!entry) throw notFound(`The flow "${namespace}.${flowId}"`)
  return entry
}

/** A flow with this trigger alone, judged as one that is to be saved; with the variables of the flow that it is meant for. */
function thoughtOf(wish: TriggerWish, entry: FlowEntry | undefined, { flows, saveWorld }: HttpDependencies): Plan {
  const { trigger, cron, timezone, when, withSeconds } = wish
  if (trigger === undefined && cron === undefined)
    throw unprocessable(
      'trigger-invalid',
      'Say what to simulate: a cron, a trigger, or one of a flow by its triggerId.',
    )
  const given = trigger ?? { type: SCHEDULE, cron }
  const own = {
    ...given,
    id: 'simulated',
    ...(timezone === undefined ? {} : { timezone }),
    ...(when === undefined ? {} : { when }),
    ...(withSeconds === undefined ? {} : { withSeconds }),
  }
  const base = entry && flows.planOf(entry).flow
  const source = JSON.stringify({
    id: 'simulated',
    namespace: base?.namespace ?? 'simulated',
    tasks: [{ id: 'nothing', type: 'io.kestra.plugin.core.log.Log', message: '' }],
    triggers: [own],
  })
  const { flow, diagnostics } = judgeFlow(source, saveWorld)
  if (!flow || diagnostics.some(({ severity }) => severity === 'error')) throw invalidFlow(diagnostics)
  const shown = base ? { ...flow, id: base.id, variables: base.variables } : flow
  return compilePlan(shown, { tenant: saveWorld.tenant, revision: 1 })
}
