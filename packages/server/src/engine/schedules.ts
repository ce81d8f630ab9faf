// Schedule triggers of this node: a heap by their next date. Firing is a birth that carries the cursor's move.
import {
  formatZoned,
  mapFrom,
  mapGet,
  nextCronDate,
  parseCron,
  previousCronDate,
  findZone,
  type Cron,
  type Flow,
  type Trigger,
  type Value,
  type ValueMap,
  type Zone,
} from '@batuta/core'
import type { TriggerRow } from '../storage/batch.ts'
import type { FlowKey, Store, StoredTrigger } from '../storage/store.ts'

export const SCHEDULE = 'io.kestra.plugin.core.trigger.Schedule'

export interface Firing {
  readonly row: TriggerRow
  readonly flow: Flow
  readonly trigger: Trigger
  readonly variables: ValueMap
}

export interface SchedulesOptions {
  readonly store: Store
  readonly zone: string
  /** The newest live revision of a flow. */
  findFlow(key: FlowKey): Flow | undefined
  /** Starts the execution; the cursor moves with its birth. */
  fire(firing: Firing): void
}

interface Scheduled {
  stored: StoredTrigger
  /** A birth is under way: the next date is looked at when it is committed. */
  isFiring: boolean
}

export class Schedules {
  readonly #options: SchedulesOptions
  readonly #scheduled = new Map<string, Scheduled>()

  constructor(options: SchedulesOptions) {
    this.#options = options
  }

  async load(): Promise<void> {
    for (const stored of await this.#options.store.read.listTriggers()) {
      if (stored.nextMs !== null) this.#scheduled.set(keyOf(stored), { stored, isFiring: false })
    }
  }

  /** After a flow was saved or deleted: its triggers as the store has them now. */
  async reload(row: FlowKey): Promise<number | undefined> {
    for (const [key, { stored }] of this.#scheduled) if (isOf(stored, row)) this.#scheduled.delete(key)
    const triggers = await this.#options.store.read.listTriggers()
    for (const stored of triggers)
      if (isOf(stored, row) && stored.nextMs !== null) this.#scheduled.set(keyOf(stored), { stored, isFiring: false })
    return this.#nextMs()
  }

  /** Fires what is due; returns the moment of the next date. */
  fireDue(nowMs: number): number | undefined {
    for (const scheduled of this.#scheduled.values()) {
      const { stored } = scheduled
      if (scheduled.isFiring || stored.isDisabled || stored.nextMs === null || stored.nextMs > nowMs) continue
      this.#fire(scheduled, stored.nextMs)
    }
    return this.#nextMs()
  }

  /** The birth of a firing was committed (or refused for good): the cursor stands at its next date. */
  settle(row: TriggerRow, isTaken: boolean): number | undefined {
    const scheduled = this.#scheduled.get(keyOf(row))
    if (!scheduled) return this.#nextMs()
    scheduled.isFiring = false
    if (isTaken) scheduled.stored = { ...scheduled.stored, ...row, expectedNextMs: row.nextMs }
    return this.#nextMs()
  }

  #fire(scheduled: Scheduled, dateMs: number): void {
    const { stored } = scheduled
    const flow = this.#options.findFlow(stored)
    const trigger = flow?.triggers.find(candidate => candidate.id === stored.triggerId)
    const schedule = trigger && scheduleOf(trigger, this.#options.zone)
    if (!flow || !trigger || !schedule || flow.disabled || trigger.disabled) {
      this.#scheduled.delete(keyOf(stored))
      return
    }
    scheduled.isFiring = true
    const nextMs = nextCronDate(schedule.cron, dateMs, schedule.zone) ?? null
    const row: TriggerRow = { ...rowOf(stored), nextMs, lastMs: dateMs, expectedNextMs: stored.nextMs }
    this.#options.fire({ row, flow, trigger, variables: variablesOf(schedule, dateMs, nextMs) })
  }

  #nextMs(): number | undefined {
    let nextMs = Infinity
    for (const { stored, isFiring } of this.#scheduled.values()) {
      if (!isFiring && !stored.isDisabled && stored.nextMs !== null) nextMs = Math.min(nextMs, stored.nextMs)
    }
    return Number.isFinite(nextMs) ? nextMs : undefined
  }
}

export interface Schedule {
  readonly cron: Cron
  readonly zone: Zone
}

export function scheduleOf(trigger: Trigger, defaultZone: string): Schedule | undefined {
  if (trigger.type !== SCHEDULE) return undefined
  const source = mapGet(trigger.properties, 'cron')
  if (typeof source !== 'string') return undefined
  const parsed = parseCron(source, { withSeconds: mapGet(trigger.properties, 'withSeconds') === true })
  const zoneName = mapGet(trigger.properties, 'timezone')
  const zone = findZone(typeof zoneName === 'string' ? zoneName : defaultZone)
  return parsed.type === 'cron' && zone ? { cron: parsed.cron, zone } : undefined
}

/** The first date of a schedule trigger, for its cursor when it is saved. */
export function firstDateOf(
  flow: Flow,
  triggerId: string,
  { nowMs, zone }: { readonly nowMs: number; readonly zone: string },
): number | null {
  const trigger = flow.triggers.find(candidate => candidate.id === triggerId)
  const schedule = trigger && scheduleOf(trigger, zone)
  return schedule ? (nextCronDate(schedule.cron, nowMs, schedule.zone) ?? null) : null
}

function variablesOf({ cron, zone }: Schedule, dateMs: number, nextMs: number | null): ValueMap {
  const previousMs = previousCronDate(cron, dateMs, zone)
  const entries: [string, Value][] = [['date', formatZoned(dateMs, zone)]]
  if (nextMs !== null) entries.push(['next', formatZoned(nextMs, zone)])
  if (previousMs !== undefined) entries.push(['previous', formatZoned(previousMs, zone)])
  return mapFrom(entries)
}

function rowOf(stored: StoredTrigger): Omit<TriggerRow, 'nextMs' | 'lastMs' | 'expectedNextMs'> {
  const { tenant, namespace, flowId, triggerId, executionId } = stored
  return { tenant, namespace, flowId, triggerId, executionId }
}

function keyOf({
  tenant,
  namespace,
  flowId,
  triggerId,
}: Pick<TriggerRow, 'tenant' | 'namespace' | 'flowId' | 'triggerId'>): string {
  return `${tenant}/${namespace}/${flowId}/${triggerId}`
}

function isOf(stored: StoredTrigger, row: FlowKey): boolean {
  return stored.tenant === row.tenant && stored.namespace === row.namespace && stored.flowId === row.flowId
}
