// Schedule triggers of this node: a heap by their next date. Firing is a birth that carries the cursor's move.
import {
  SHARDS,
  dueScheduleDate,
  hashText,
  missedDates,
  openSchedule,
  scheduleVariables,
  type Flow,
  type Schedule,
  type Trigger,
  type ValueMap,
} from '@batuta/core'
import type { TriggerRow } from '../storage/batch.ts'
import type { FlowKey, Store, StoredTrigger } from '../storage/store.ts'

export interface Firing {
  readonly row: TriggerRow
  readonly flow: Flow
  readonly trigger: Trigger
  readonly variables: ValueMap
}

export interface SchedulesOptions {
  readonly store: Store
  readonly zone: string
  nowMs(): number
  /** Schedules live on the home shard of their flow. */
  owns(shard: number): boolean
  /** The newest live revision of a flow. */
  findFlow(key: FlowKey): Flow | undefined
  /** Starts the execution; the cursor moves with its birth. */
  fire(firing: Firing): void
  onNotice(message: string, error?: unknown): void
}

const RETRY_MS = 1_000

interface Scheduled {
  stored: StoredTrigger
  /** The date it fires at next; differs from the stored cursor only after an outage. */
  dateMs: number | null
  /** A firing that was not taken is tried again no sooner. */
  retryMs: number
  /** A birth is under way: the next date is looked at when it is committed. */
  isFiring: boolean
}

export class Schedules {
  readonly #options: SchedulesOptions
  readonly #scheduled = new Map<string, Scheduled>()

  constructor(options: SchedulesOptions) {
    this.#options = options
  }

  /** The cursors as they stand in the store, with what was missed while nobody looked. */
  async load(): Promise<number | undefined> {
    const triggers = await this.#options.store.read.listTriggers()
    this.#scheduled.clear()
    for (const stored of triggers) {
      if (stored.nextMs === null || !this.#options.owns(homeShardOf(stored))) continue
      const trigger = this.#options.findFlow(stored)?.triggers.find(candidate => candidate.id === stored.triggerId)
      const schedule = trigger && openSchedule(trigger, this.#options.zone)
      const dateMs = schedule ? recoveredMs(schedule, stored, this.#options.nowMs()) : stored.nextMs
      this.#scheduled.set(keyOf(stored), { stored, dateMs, retryMs: 0, isFiring: false })
    }
    return this.#nextMs()
  }

  /** After a flow was saved or deleted: its triggers as the store has them now. */
  async reload(row: FlowKey): Promise<number | undefined> {
    const triggers = await this.#options.store.read.listTriggers()
    for (const [key, { stored }] of this.#scheduled) if (isOf(stored, row)) this.#scheduled.delete(key)
    for (const stored of triggers)
      if (isOf(stored, row) && stored.nextMs !== null && this.#options.owns(homeShardOf(stored)))
        this.#scheduled.set(keyOf(stored), { stored, dateMs: stored.nextMs, retryMs: 0, isFiring: false })
    return this.#nextMs()
  }

  /** Fires what is due; returns the moment of the next date. */
  fireDue(nowMs: number): number | undefined {
    for (const scheduled of this.#scheduled.values()) {
      const { stored } = scheduled
      if (scheduled.isFiring || stored.isDisabled || scheduled.dateMs === null) continue
      if (Math.max(scheduled.dateMs, scheduled.retryMs) > nowMs) continue
      this.#fire(scheduled, scheduled.dateMs)
    }
    return this.#nextMs()
  }

  /** The birth of a firing was committed: the cursor stands at its next date. One that was not taken may have been refused for an old cursor. */
  async settle(row: TriggerRow, isTaken: boolean): Promise<number | undefined> {
    const scheduled = this.#scheduled.get(keyOf(row))
    if (!scheduled) return this.#nextMs()
    if (isTaken) {
      scheduled.stored = { ...scheduled.stored, ...row, expectedNextMs: row.nextMs }
      scheduled.dateMs = row.nextMs
    } else await this.#refresh(scheduled)
    scheduled.retryMs = isTaken ? 0 : this.#options.nowMs() + RETRY_MS
    scheduled.isFiring = false
    return this.#nextMs()
  }

  async #refresh(scheduled: Scheduled): Promise<void> {
    const key = keyOf(scheduled.stored)
    try {
      const stored = (await this.#options.store.read.listTriggers()).find(found => keyOf(found) === key)
      if (!stored) this.#scheduled.delete(key)
      else if (stored.nextMs !== scheduled.stored.nextMs) {
        scheduled.stored = stored
        scheduled.dateMs = stored.nextMs
      }
    } catch (error) {
      this.#options.onNotice(`the cursor of the schedule ${key} cannot be read; it is tried again`, error)
    }
  }

  #fire(scheduled: Scheduled, dateMs: number): void {
    const { stored } = scheduled
    if (!this.#options.owns(homeShardOf(stored))) return
    const flow = this.#options.findFlow(stored)
    const trigger = flow?.triggers.find(candidate => candidate.id === stored.triggerId)
    const schedule = trigger && openSchedule(trigger, this.#options.zone)
    if (!flow || !trigger || !schedule || flow.disabled || trigger.disabled) {
      this.#scheduled.delete(keyOf(stored))
      return
    }
    scheduled.isFiring = true
    const nextMs = dueScheduleDate(schedule, { cursorMs: dateMs, nowMs: this.#options.nowMs() }) ?? null
    const row: TriggerRow = { ...rowOf(stored), nextMs, lastMs: dateMs, expectedNextMs: stored.nextMs }
    this.#options.fire({ row, flow, trigger, variables: scheduleVariables(schedule, dateMs) })
  }

  #nextMs(): number | undefined {
    let nextMs = Infinity
    for (const { stored, dateMs, retryMs, isFiring } of this.#scheduled.values()) {
      if (!isFiring && !stored.isDisabled && dateMs !== null) nextMs = Math.min(nextMs, Math.max(dateMs, retryMs))
    }
    return Number.isFinite(nextMs) ? nextMs : undefined
  }
}

/** The first date of a schedule trigger, for its cursor when it is saved. */
export function firstDateOf(
  flow: Flow,
  triggerId: string,
  { nowMs, zone }: { readonly nowMs: number; readonly zone: string },
): number | null {
  const trigger = flow.triggers.find(candidate => candidate.id === triggerId)
  const schedule = trigger && openSchedule(trigger, zone)
  return schedule ? (dueScheduleDate(schedule, { nowMs }) ?? null) : null
}

/** After an outage: the oldest missed date that the trigger's policy makes up for, or the next one from now. */
function recoveredMs(schedule: Schedule, stored: StoredTrigger, nowMs: number): number | null {
  if (stored.nextMs === null || stored.nextMs > nowMs) return stored.nextMs
  const { dates } = missedDates(schedule, { cursorMs: stored.nextMs - 1, nowMs }, schedule.recoverMissed ?? 'ALL')
  return dates[0] ?? dueScheduleDate(schedule, { nowMs }) ?? null
}

/** Where a flow's triggers and limits are at home, for ever. */
export function homeShardOf({ tenant, namespace, flowId }: FlowKey): number {
  return hashText(`${tenant}/${namespace}/${flowId}`) % SHARDS
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
