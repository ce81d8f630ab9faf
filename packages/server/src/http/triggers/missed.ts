// What a schedule missed while it was switched off, and what becomes of that when somebody switches it on again: all of it is run, the last alone, or nothing.
import { formatZoned, MISSED_MAX, type Missed, type RecoverPolicy } from '@batuta/core'
import type { TriggerKey } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { openTrigger, type OpenTrigger } from '../planning/open-trigger.ts'

export interface MissedReport {
  readonly count: number
  /** There are more, older ones, that nobody can make up for. */
  readonly hasOlder: boolean
  readonly maximum: number
  /** What becomes of them when nothing is said. */
  readonly policy: RecoverPolicy
  readonly zone?: string
  /** Oldest first. */
  readonly dates: readonly { readonly at: string; readonly local: string }[]
}

export async function findMissed(key: TriggerKey, dependencies: HttpDependencies): Promise<MissedReport> {
  // A trigger that nobody may see, or that is gone, is refused before its flow is read.
  await dependencies.triggerDesk.get(key)
  const opened = await openSaved(key, dependencies)
  const { dates, hasOlder } = await dependencies.triggerDesk.missedBy(key, opened?.filter)
  const zone = opened?.schedule.zone
  return {
    count: dates.length,
    hasOlder,
    maximum: MISSED_MAX,
    policy: opened?.schedule.recoverMissed ?? 'NONE',
    ...(zone && { zone: zone.id }),
    dates: zone ? dates.map(at => ({ at: new Date(at).toISOString(), local: formatZoned(at, zone) })) : [],
  }
}

export interface SwitchWish {
  readonly isDisabled: boolean
  readonly missed: RecoverPolicy | undefined
}

/** What is let go by somebody's choice is noted, for whoever asks why nothing ran then. */
export async function switchTrigger(
  key: TriggerKey,
  { isDisabled, missed: policy }: SwitchWish,
  dependencies: HttpDependencies,
): Promise<void> {
  const { triggerDesk, reasons } = dependencies
  if (policy === undefined) return void (await triggerDesk.setDisabled(key, isDisabled))
  const opened = isDisabled ? undefined : await openSaved(key, dependencies)
  const letGo = await triggerDesk.setDisabled(key, isDisabled, { policy, passes: opened?.filter })
  const reason = reasonOf(letGo, policy)
  if (reason !== undefined) reasons.note(key, 'missed', reason)
}

async function openSaved(key: TriggerKey, dependencies: HttpDependencies): Promise<OpenTrigger | undefined> {
  const { flows } = dependencies
  const entry = flows.newest(key)
  const plan = entry && flows.planOf(entry)
  const trigger = plan?.flow.triggers.find(({ id }) => id === key.triggerId)
  return plan && trigger && (await openTrigger(plan, trigger, dependencies))
}

function reasonOf({ dates, hasOlder }: Missed, policy: RecoverPolicy): string | undefined {
  const [first, last] = [dates[0], dates.at(-1)]
  const older = `older ones were let go: no more than ${MISSED_MAX} are made up for, backfill what else is wanted`
  if (first === undefined || last === undefined) return hasOlder ? older : undefined
  const range = first === last ? `of ${iso(first)}` : `from ${iso(first)} to ${iso(last)}`
  const what = dates.length === 1 ? '1 missed date' : `${dates.length} missed dates`
  const told = `${what}, ${range}, ${dates.length === 1 ? 'was' : 'were'} let go when it was switched on (missed: ${policy})`
  return hasOlder ? `${told}; ${older}` : told
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
