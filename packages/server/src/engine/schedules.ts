// Schedule triggers of this node: a heap by their next date. What is due is decided at once, a slice at a time so that nothing else waits, and begins
// in that order, some births at a time: firing is a birth that carries the cursor's move.
import {
  SHARDS,
  dueScheduleDate,
  encodeValue,
  hashText,
  missedDates,
  openSchedule,
  scheduleVariables,
  type Flow,
  type Label,
  type Schedule,
  type Trigger,
  type ValueMap,
} from '@batuta/core'
import { TimerHeap } from './timer-heap.ts'
import type { TriggerRow } from '../storage/batch.ts'
import type { FlowKey, Store, StoredTrigger } from '../storage/store.ts'

export interface Firing {
  /** Tells when it was decided, too. */
  readonly executionId: string
  readonly row: TriggerRow
  readonly flow: Flow
  readonly trigger: Trigger
  readonly variables: ValueMap
  /** Of a backfill. */
  readonly labels?: readonly Label[]
  readonly inputs?: ValueMap
}

export interface SchedulesOptions {
  readonly store: Store
  readonly zone: string
  nowMs(): number
  /** Schedules live on the home shard of their flow. */
  owns(shard: number): boolean
  /** The newest live revision of a flow. */
  findFlow(key: FlowKey): Flow | undefined
  newId(row: FlowKey): string
  /** Starts the execution; the cursor moves with its birth. `settle` follows. */
  fire(firing: Firing): void
  onNotice(message: string, error?: unknown): void
}

const RETRY_MS = 1_000
/** In one slice: 4 ms. */
const DECIDED_MAX = 500
/** Of those under way. More would only wait in the engine, which refuses what has waited long. */
const BIRTHS_MAX = 128
const OPENED_MAX = 10_000

interface Scheduled {
  stored: StoredTrigger
  /** Where the heap has it; undefined while it is fired or disabled. */
  dueMs: number | undefined
  /** The date it fires at next; differs from the stored cursor only after an outage. */
  dateMs: number | null
  /** A firing that was not taken is tried again no sooner. */
  retryMs: number
}

/** Its variables are made when it begins. */
interface Decided extends Omit<Firing, 'variables'> {
  readonly schedule: Schedule
  readonly dateMs: number
}

interface Due {
  readonly atMs: number
  readonly key: string
}

export class Schedules {
  readonly #options: SchedulesOptions
  readonly #scheduled = new Map<string, Scheduled>()
  /** Entries that are no longer true stay until they come up. */
  readonly #heap = new TimerHeap<Due>()
  readonly #byFlow = new Map<string, Set<string>>()
  #decided: Decided[] = []
  /** Of those decided. */
  #begun = 0
  #births = 0
  readonly #opened = new Map<string, Schedule | undefined>()

  constructor(options: SchedulesOptions) {
    this.#options = options
  }

  /** The cursors as they stand in the store, with what was missed while nobody looked. */
  async load(): Promise<number | undefined> {
    const triggers = await this.#options.store.read.listTriggers()
    this.#scheduled.clear()
    this.#heap.clear()
    this.#byFlow.clear()
    for (const stored of triggers) {
      if (stored.nextMs === null || !this.#options.owns(homeShardOf(stored))) continue
      const trigger = this.#options.findFlow(stored)?.triggers.find(candidate => candidate.id === stored.triggerId)
      const schedule = trigger && this.#open(trigger)
      const dateMs = schedule ? recoveredMs(schedule, stored, this.#options.nowMs()) : stored.nextMs
      this.#add(stored, dateMs)
    }
    return this.#nextMs()
  }

  /** After a flow was saved or deleted: its triggers as the store has them now. */
  async reload(row: FlowKey): Promise<number | undefined> {
    const { tenant, namespace, flowId } = row
    const triggers = await this.#options.store.read.listTriggers({ tenant, namespace, flowId })
    const known = this.#byFlow.get(flowKeyOf(row)) ?? new Set()
    for (const key of known) this.#scheduled.delete(key)
    this.#byFlow.delete(flowKeyOf(row))
    for (const stored of triggers)
      if (stored.nextMs !== null && this.#options.owns(homeShardOf(stored))) this.#add(stored, stored.nextMs)
    return this.#nextMs()
  }

  /** Decides what is due, a slice of it at a time; returns the moment of the next date, which may have come already. */
  fireDue(nowMs: number): number | undefined {
    for (let count = 0; count < DECIDED_MAX; count++) {
      const due = this.#heap.popDue(nowMs)
      if (!due) break
      const scheduled = this.#scheduled.get(due.key)
      if (scheduled?.dueMs === due.atMs && scheduled.dateMs !== null) this.#fire(scheduled, scheduled.dateMs)
    }
    return this.#nextMs()
  }

  /** The birth of a firing was committed: the cursor stands at its next date. One that was not taken may have been refused for an old cursor. */
  async settle(row: TriggerRow, isTaken: boolean): Promise<number | undefined> {
    this.#births -= 1
    this.#begin()
    const scheduled = this.#scheduled.get(keyOf(row))
    if (!scheduled) return this.#nextMs()
    if (isTaken) {
      scheduled.stored = { ...scheduled.stored, ...row, expectedNextMs: row.nextMs }
      scheduled.dateMs = row.nextMs
    } else await this.#refresh(scheduled)
    scheduled.retryMs = isTaken ? 0 : this.#options.nowMs() + RETRY_MS
    if (this.#scheduled.get(keyOf(row)) === scheduled) this.#plan(keyOf(row), scheduled)
    return this.#nextMs()
  }

  #add(stored: StoredTrigger, dateMs: number | null): void {
    const key = keyOf(stored)
    const scheduled: Scheduled = { stored, dateMs, retryMs: 0, dueMs: undefined }
    this.#scheduled.set(key, scheduled)
    const flow = flowKeyOf(stored)
    const keys = this.#byFlow.get(flow) ?? new Set()
    this.#byFlow.set(flow, keys.add(key))
    this.#plan(key, scheduled)
  }

  #plan(key: string, scheduled: Scheduled): void {
    const { stored, dateMs, retryMs } = scheduled
    scheduled.dueMs = stored.isDisabled || dateMs === null ? undefined : Math.max(dateMs, retryMs)
    if (scheduled.dueMs !== undefined) this.#heap.push({ atMs: scheduled.dueMs, key })
  }

  async #refresh(scheduled: Scheduled): Promise<void> {
    const key = keyOf(scheduled.stored)
    const { tenant, namespace, flowId } = scheduled.stored
    try {
      const triggers = await this.#options.store.read.listTriggers({ tenant, namespace, flowId })
      const stored = triggers.find(found => keyOf(found) === key)
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
    const schedule = trigger && this.#open(trigger)
    if (!flow || !trigger || !schedule || flow.disabled || trigger.disabled) {
      this.#scheduled.delete(keyOf(stored))
      return
    }
    scheduled.dueMs = undefined
    const nextMs = dueScheduleDate(schedule, { cursorMs: dateMs, nowMs: this.#options.nowMs() }) ?? null
    const row: TriggerRow = { ...rowOf(stored), nextMs, lastMs: dateMs, expectedNextMs: stored.nextMs }
    const executionId = this.#options.newId(row)
    this.#decided.push({ executionId, row, flow, trigger, schedule, dateMs })
    this.#begin()
  }

  /** In the order of their decisions, so many at a time. */
  #begin(): void {
    while (this.#births < BIRTHS_MAX) {
      const decided = this.#decided[this.#begun++]
      if (!decided) break
      this.#births += 1
      const { schedule, dateMs, ...firing } = decided
      this.#options.fire({ ...firing, variables: scheduleVariables(schedule, dateMs) })
    }
    if (this.#begun < this.#decided.length) return
    this.#decided = []
    this.#begun = 0
  }

  /** Triggers that say the same share what was compiled of it. */
  #open(trigger: Trigger): Schedule | undefined {
    const words = `${trigger.type} ${encodeValue(trigger.properties)}`
    if (!this.#opened.has(words)) {
      if (this.#opened.size >= OPENED_MAX) this.#opened.clear()
      this.#opened.set(words, openSchedule(trigger, this.#options.zone))
    }
    return this.#opened.get(words)
  }

  #nextMs(): number | undefined {
    for (;;) {
      const { first } = this.#heap
      if (!first || this.#scheduled.get(first.key)?.dueMs === first.atMs) return first?.atMs
      this.#heap.popDue(first.atMs)
    }
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
  const { tenant, namespace, flowId, triggerId, executionId, state } = stored
  return { tenant, namespace, flowId, triggerId, executionId, state }
}

function keyOf({
  tenant,
  namespace,
  flowId,
  triggerId,
}: Pick<TriggerRow, 'tenant' | 'namespace' | 'flowId' | 'triggerId'>): string {
  return `${tenant}/${namespace}/${flowId}/${triggerId}`
}

function flowKeyOf({ tenant, namespace, flowId }: FlowKey): string {
  return `${tenant}/${namespace}/${flowId}`
}
