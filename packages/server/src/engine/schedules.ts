// Schedule triggers of this node: a heap by their next date. What is due is decided at once, a slice at a time so that nothing else waits, and begins
// in that order, some births at a time: firing is a birth that carries the cursor's move.
import {
  decodeTriggerState,
  dueScheduleDate,
  encodeTriggerState,
  encodeValue,
  mapGet,
  missedDates,
  openSchedule,
  scheduleVariables,
  shardOf,
  stepSchedule,
  type DateFilter,
  type Flow,
  type Label,
  type RecoverPolicy,
  type Schedule,
  type Trigger,
  type ValueMap,
} from '@batuta/core'
import { homeShardOf } from '../flows/home.ts'
import type { ReasonCode } from '../flows/trigger-reasons.ts'
import { TimerHeap } from './timer-heap.ts'
import type { TriggerRow } from '../storage/batch.ts'
import type { FlowKey, Store, StoredTrigger, TriggerKey } from '../storage/store.ts'

export interface Firing {
  /** Tells when it was decided, too. */
  readonly executionId: string
  readonly row: TriggerRow
  readonly flow: Flow
  readonly trigger: Trigger
  readonly schedule: Schedule
  readonly dateMs: number
  readonly variables: ValueMap
  /** It comes too late: only the cursor moves. */
  readonly lateByMs?: number
  /** Of a backfill. */
  readonly labels?: readonly Label[]
  readonly inputs?: ValueMap
}

/** What became of a firing. */
export interface Fired {
  /** The cursor has moved, with the birth or without one. */
  readonly isTaken: boolean
  /** The engine has too much to do: nothing happened. */
  readonly isRefused?: boolean
  /** The execution that was started. */
  readonly executionId?: string
  /** The state in which it ended already, in its first turn. */
  readonly ended?: string
}

export interface SchedulesOptions {
  readonly store: Store
  readonly zone: string
  nowMs(): number
  /** Schedules live on the home shard of their flow. */
  owns(shard: number): boolean
  /** The newest live revision of a flow. */
  findFlow(key: FlowKey): Flow | undefined
  /** The conditions of a schedule as a judge of dates; undefined where all pass. */
  filterOf?(key: FlowKey, trigger: Trigger, schedule: Schedule): DateFilter | undefined
  /** Of an execution that was decided at that moment. */
  newId(row: FlowKey, decidedMs: number): string
  /** Starts the execution; the cursor moves with its birth. `settle` follows. */
  fire(firing: Firing): void
  /** The clock looks again no later than then. */
  lookAt(atMs: number | undefined): void
  /** Why something was not started. */
  onReason?(key: TriggerKey, code: ReasonCode, reason: string): void
  onNotice(message: string, error?: unknown): void
}

const RETRY_MS = 1_000
/** In one slice: 4 ms. */
const DECIDED_MAX = 4_000
/** As long as there are more to decide, births wait; no longer than this. */
const DECIDING_MAX_MS = 500
/** Of those under way. More would only wait in the engine, which refuses what has waited long. */
const BIRTHS_MAX = 128
/** The engine gets this long to catch up when it refused a birth. */
const PAUSE_MS = 20
const OPENED_MAX = 10_000
/** The end of an execution is told; this is for those that are gone without a word. */
const LOCK_LOOK_MS = 60_000
/** One that is born away from its trigger ends where nobody tells: it is looked at this soon, and then after twice as long each time. */
const LOCK_LOOK_AWAY_MS = 1_000
/** A look that failed is made again this soon. */
const LOCK_LOOK_AGAIN_MS = 1_000
/** A trigger that was looked at last so long ago was switched off meanwhile. */
const BACK_MS = 60_000

interface Scheduled {
  stored: StoredTrigger
  /** Where the heap has it; undefined while it is fired or disabled. */
  dueMs: number | undefined
  /** The date it fires at next; differs from the stored cursor only after an outage. */
  dateMs: number | null
  /** A firing that was not taken is tried again no sooner. */
  retryMs: number
  /** The execution that it waits for. */
  lockedBy: string | undefined
  /** How long until that is looked at. */
  lookMs: number
}

/** That it fires, and when that was said; everything else is made when its birth begins. */
interface Decided {
  readonly scheduled: Scheduled
  readonly dateMs: number
  readonly decidedMs: number
}

interface Due {
  readonly atMs: number
  readonly scheduled: Scheduled
}

export class Schedules {
  readonly #options: SchedulesOptions
  readonly #scheduled = new Map<string, Scheduled>()
  /** Entries that are no longer true stay until they come up. */
  readonly #heap = new TimerHeap<Due>()
  readonly #byFlow = new Map<string, Set<string>>()
  /** Which trigger waits for which execution. */
  readonly #locks = new Map<string, string>()
  #decided: Decided[] = []
  /** Of those decided. */
  #begun = 0
  #births = 0
  readonly #underWay = new Map<string, Decided>()
  /** Refused by an engine that had too much to do. */
  readonly #again: Decided[] = []
  #pauseUntilMs = 0
  readonly #opened = new Map<string, Schedule | undefined>()

  constructor(options: SchedulesOptions) {
    this.#options = options
  }

  /** The cursors as they stand in the store, with what was missed while nobody looked. */
  async load(rows?: readonly StoredTrigger[]): Promise<number | undefined> {
    const triggers = rows ?? (await this.#options.store.read.listTriggers())
    this.#scheduled.clear()
    this.#heap.clear()
    this.#byFlow.clear()
    this.#locks.clear()
    for (const stored of triggers) {
      if (stored.nextMs === null || !this.#options.owns(homeShardOf(stored))) continue
      const trigger = this.#triggerOf(stored)
      if (!trigger || !isSchedule(trigger)) continue
      const schedule = this.#open(trigger)
      this.#add(stored, schedule ? this.#recover(schedule, stored) : stored.nextMs)
    }
    return this.#nextMs()
  }

  /** After a flow was saved or deleted: its triggers as the store has them now. */
  async reload(row: FlowKey): Promise<number | undefined> {
    const { tenant, namespace, flowId } = row
    const triggers = await this.#options.store.read.listTriggers({ tenant, namespace, flowId })
    const known = this.#byFlow.get(flowKeyOf(row)) ?? new Set()
    const active = new Set([...known].filter(key => this.#scheduled.has(key)))
    for (const key of known) {
      const { lockedBy } = this.#scheduled.get(key) ?? {}
      if (lockedBy !== undefined) this.#locks.delete(lockedBy)
      this.#forget(key)
    }
    this.#byFlow.delete(flowKeyOf(row))
    for (const stored of triggers) {
      const trigger = this.#triggerOf(stored)
      if (stored.nextMs === null || !trigger || !isSchedule(trigger)) continue
      if (!this.#options.owns(homeShardOf(stored))) continue
      const schedule = this.#open(trigger)
      // A flow that was switched off goes on from now, unless the trigger says that it makes up for what it missed.
      const isBack = schedule && !active.has(keyOf(stored)) && stored.nextMs < this.#options.nowMs() - BACK_MS
      this.#add(stored, isBack ? this.#recover(schedule, stored, 'NONE') : stored.nextMs)
    }
    return this.#nextMs()
  }

  /** Decides what is due, a slice of it at a time; returns the moment of the next date, which may have come already. */
  fireDue(nowMs: number): number | undefined {
    for (let count = 0; count < DECIDED_MAX; count++) {
      const due = this.#heap.popDue(nowMs)
      if (!due) break
      const { scheduled } = due
      if (scheduled.dueMs !== due.atMs || scheduled.dateMs === null) continue
      if (scheduled.lockedBy === undefined) this.#decide(scheduled, scheduled.dateMs)
      else void this.#lookAtLock(scheduled, scheduled.lockedBy).then(() => this.#options.lookAt(this.#nextMs()))
    }
    const nextMs = this.#nextMs()
    if (nextMs === undefined || nextMs > nowMs || this.#isLate(nowMs)) this.#begin()
    return this.#soonest(nextMs)
  }

  /** Births that wait for the engine are tried again when it had its time. */
  #soonest(nextMs: number | undefined): number | undefined {
    const isWaiting = this.#again.length > 0 || this.#begun < this.#decided.length
    if (!isWaiting || this.#pauseUntilMs <= this.#options.nowMs()) return nextMs
    return Math.min(nextMs ?? Infinity, this.#pauseUntilMs)
  }

  /** The first of those that are decided waits for long enough. */
  #isLate(nowMs: number): boolean {
    const first = this.#decided[this.#begun]
    return first !== undefined && nowMs - first.decidedMs > DECIDING_MAX_MS
  }

  #decide(scheduled: Scheduled, dateMs: number): void {
    scheduled.dueMs = undefined
    this.#decided.push({ scheduled, dateMs, decidedMs: this.#options.nowMs() })
  }

  /** The birth of a firing was committed: the cursor stands at its next date. One that was not taken may have been refused for an old cursor. */
  async settle(row: TriggerRow, { isTaken, isRefused, executionId, ended }: Fired): Promise<number | undefined> {
    const key = keyOf(row)
    const decided = this.#underWay.get(key)
    this.#underWay.delete(key)
    this.#births -= 1
    if (isRefused && decided) {
      this.#again.push(decided)
      this.#pauseUntilMs = this.#options.nowMs() + PAUSE_MS
      return this.#soonest(this.#nextMs())
    }
    this.#begin()
    const scheduled = this.#scheduled.get(key)
    if (!scheduled) return this.#nextMs()
    if (isTaken) {
      scheduled.stored = {
        ...scheduled.stored,
        ...row,
        expectedNextMs: row.nextMs,
        ...(executionId && { executionId }),
      }
      scheduled.dateMs = row.nextMs
    } else await this.#refresh(scheduled)
    scheduled.retryMs = isTaken ? 0 : this.#options.nowMs() + RETRY_MS
    if (this.#scheduled.get(key) !== scheduled) return this.#nextMs()
    if (isTaken && executionId !== undefined) {
      if (ended !== undefined) await this.#stopAfter(scheduled, ended)
      else this.#lock(scheduled, executionId)
    }
    this.#plan(scheduled)
    return this.#nextMs()
  }

  /** Whether a trigger of this node waits for the end of an execution. */
  waitsFor(executionId: string): boolean {
    return this.#locks.has(executionId)
  }

  /** An execution has ended that a trigger waited for: it may fire again, unless it was to stop after that. */
  async ended(executionId: string, state: string): Promise<number | undefined> {
    const key = this.#locks.get(executionId)
    this.#locks.delete(executionId)
    const scheduled = key === undefined ? undefined : this.#scheduled.get(key)
    if (key === undefined || scheduled?.lockedBy !== executionId) return this.#nextMs()
    scheduled.lockedBy = undefined
    scheduled.retryMs = 0
    await this.#stopAfter(scheduled, state)
    if (scheduled.dueMs !== undefined || scheduled.dateMs !== null) this.#plan(scheduled)
    return this.#nextMs()
  }

  /** The execution that holds the trigger, if it is known to be one. */
  lockOf(key: TriggerKey): string | undefined {
    return this.#scheduled.get(keyOf(key))?.lockedBy
  }

  #lock(scheduled: Scheduled, executionId: string): void {
    if (this.#isConcurrent(scheduled.stored)) return
    scheduled.lockedBy = executionId
    scheduled.lookMs = firstLookMs(scheduled.stored, executionId)
    scheduled.retryMs = this.#options.nowMs() + scheduled.lookMs
    this.#locks.set(executionId, keyOf(scheduled.stored))
  }

  #isConcurrent(stored: StoredTrigger): boolean {
    const trigger = this.#triggerOf(stored)
    return trigger !== undefined && mapGet(trigger.properties, 'allowConcurrent') === true
  }

  #triggerOf(stored: StoredTrigger): Trigger | undefined {
    return this.#options.findFlow(stored)?.triggers.find(({ id }) => id === stored.triggerId)
  }

  /** Whether it still runs is asked now and then: it may have been deleted, or have ended where nobody told. */
  async #lookAtLock(scheduled: Scheduled, executionId: string): Promise<void> {
    const { store, onNotice, onReason } = this.#options
    scheduled.dueMs = undefined
    const key = keyOf(scheduled.stored)
    let [againMs, nextMs] = [scheduled.lookMs, Math.min(scheduled.lookMs * 2, LOCK_LOOK_MS)]
    try {
      const row = await store.read.findExecution(executionId)
      // Away from its trigger it may not be born yet.
      const isGone = row ? row.waitsFor === null : scheduled.lookMs >= LOCK_LOOK_MS
      if (isGone) return void (await this.ended(executionId, row?.state ?? 'deleted'))
      onReason?.(scheduled.stored, 'locked', `the execution ${executionId} is still running`)
    } catch (error) {
      onNotice(
        `the execution ${executionId} that the trigger ${key} waits for cannot be read; it is tried again`,
        error,
      )
      // Nothing was seen: it may have ended long ago.
      againMs = LOCK_LOOK_AGAIN_MS
      nextMs = scheduled.lookMs
    }
    if (scheduled.lockedBy !== executionId || this.#scheduled.get(key) !== scheduled) return
    scheduled.retryMs = this.#options.nowMs() + againMs
    scheduled.lookMs = nextMs
    this.#plan(scheduled)
  }

  async #stopAfter(scheduled: Scheduled, state: string): Promise<void> {
    const { store, onReason, onNotice } = this.#options
    const { stored } = scheduled
    if (!this.#triggerOf(stored)?.stopAfter.includes(state)) return
    scheduled.stored = { ...stored, isDisabled: true }
    const { tenant, namespace, flowId, triggerId } = stored
    onReason?.(stored, 'stopped', `an execution ended ${state}: the trigger is disabled`)
    try {
      await store.perform('changeTrigger', { tenant, namespace, flowId, triggerId, isDisabled: true })
    } catch (error) {
      onNotice(`the trigger ${keyOf(stored)} is to stop, but could not be marked so`, error)
    }
  }

  /** After an outage: the oldest missed date that the trigger's policy makes up for, or the next one from now. */
  #recover(schedule: Schedule, stored: StoredTrigger, fallback: RecoverPolicy = 'ALL'): number | null {
    const nowMs = this.#options.nowMs()
    const { nextMs } = stored
    const { backfill, makeUpUntilMs = -Infinity } = decodeTriggerState(stored.state)
    // Dates that somebody asked for are not lost with the node that was to run them.
    if (nextMs === null || nextMs > nowMs || backfill || nextMs <= makeUpUntilMs) return nextMs
    const policy = schedule.recoverMissed ?? fallback
    const { dates } = missedDates(schedule, { cursorMs: nextMs - 1, nowMs }, policy)
    const recovered = dates[0] ?? dueScheduleDate(schedule, { nowMs }) ?? null
    if (recovered !== nextMs)
      this.#options.onReason?.(
        stored,
        'missed',
        `dates from ${new Date(nextMs).toISOString()} on were not made up for (recoverMissedSchedules: ${policy})`,
      )
    return recovered
  }

  #add(stored: StoredTrigger, dateMs: number | null): void {
    const key = keyOf(stored)
    const isLocked = stored.executionId !== null && !this.#isConcurrent(stored)
    const lockedBy = isLocked ? (stored.executionId ?? undefined) : undefined
    const lookMs = firstLookMs(stored, lockedBy)
    const scheduled: Scheduled = { stored, dateMs, retryMs: 0, dueMs: undefined, lockedBy, lookMs }
    if (lockedBy !== undefined) this.#locks.set(lockedBy, key)
    this.#scheduled.set(key, scheduled)
    const flow = flowKeyOf(stored)
    const keys = this.#byFlow.get(flow) ?? new Set()
    this.#byFlow.set(flow, keys.add(key))
    this.#plan(scheduled)
  }

  #forget(key: string): void {
    const scheduled = this.#scheduled.get(key)
    if (scheduled) scheduled.dueMs = undefined
    this.#scheduled.delete(key)
  }

  #plan(scheduled: Scheduled): void {
    const { stored, dateMs, retryMs } = scheduled
    scheduled.dueMs = stored.isDisabled || dateMs === null ? undefined : Math.max(dateMs, retryMs)
    if (scheduled.dueMs !== undefined) this.#heap.push({ atMs: scheduled.dueMs, scheduled })
  }

  async #refresh(scheduled: Scheduled): Promise<void> {
    const key = keyOf(scheduled.stored)
    const { tenant, namespace, flowId } = scheduled.stored
    try {
      const triggers = await this.#options.store.read.listTriggers({ tenant, namespace, flowId })
      const stored = triggers.find(found => keyOf(found) === key)
      if (!stored) this.#forget(key)
      else if (stored.nextMs !== scheduled.stored.nextMs) {
        scheduled.stored = stored
        scheduled.dateMs = stored.nextMs
      }
    } catch (error) {
      this.#options.onNotice(`the cursor of the schedule ${key} cannot be read; it is tried again`, error)
    }
  }

  /** In the order of their decisions, so many at a time. */
  #begin(): void {
    if (this.#pauseUntilMs > this.#options.nowMs()) return
    while (this.#births < BIRTHS_MAX) {
      const decided = this.#again.pop() ?? this.#decided[this.#begun++]
      if (!decided) break
      const firing = this.#firingOf(decided)
      if (!firing) continue
      this.#births += 1
      this.#underWay.set(keyOf(firing.row), decided)
      this.#options.fire(firing)
    }
    if (this.#begun < this.#decided.length) return
    this.#decided = []
    this.#begun = 0
  }

  /** Undefined when it is another node's, or gone, or was changed since it was decided. */
  #firingOf({ scheduled, dateMs, decidedMs }: Decided): Firing | undefined {
    const { stored } = scheduled
    if (!this.#options.owns(homeShardOf(stored)) || this.#scheduled.get(keyOf(stored)) !== scheduled) return undefined
    // It was read again while a firing was under way, whose end moved it on.
    if (scheduled.dateMs !== dateMs) return undefined
    const flow = this.#options.findFlow(stored)
    const trigger = flow?.triggers.find(candidate => candidate.id === stored.triggerId)
    const schedule = trigger && this.#open(trigger)
    if (!flow || !trigger || !schedule || flow.disabled || trigger.disabled) {
      this.#scheduled.delete(keyOf(stored))
      return undefined
    }
    const passes = this.#options.filterOf?.(stored, trigger, schedule)
    const { nextMs, state, ...step } = stepSchedule(schedule, {
      dateMs,
      nowMs: decidedMs,
      state: decodeTriggerState(stored.state),
      passes,
    })
    const cursor = { nextMs, lastMs: dateMs, expectedNextMs: stored.nextMs, state: encodeTriggerState(state) }
    const row: TriggerRow = { ...rowOf(stored), ...cursor }
    const executionId = this.#options.newId(row, decidedMs)
    const variables = scheduleVariables(schedule, dateMs, passes)
    return { executionId, row, flow, trigger, schedule, dateMs, variables, ...step }
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
      if (!first || first.scheduled.dueMs === first.atMs) return first?.atMs
      this.#heap.popDue(first.atMs)
    }
  }
}

function firstLookMs(stored: StoredTrigger, executionId: string | undefined): number {
  const isAway = executionId !== undefined && shardOf(executionId) !== homeShardOf(stored)
  return isAway ? LOCK_LOOK_AWAY_MS : LOCK_LOOK_MS
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

function isSchedule({ type }: Trigger): boolean {
  return SCHEDULES.has(type)
}

const SCHEDULES: ReadonlySet<string> = new Set([
  'io.kestra.plugin.core.trigger.Schedule',
  'io.kestra.plugin.core.trigger.ScheduleOnDates',
])

function rowOf(stored: StoredTrigger): Omit<TriggerRow, 'nextMs' | 'lastMs' | 'expectedNextMs' | 'state'> {
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

function flowKeyOf({ tenant, namespace, flowId }: FlowKey): string {
  return `${tenant}/${namespace}/${flowId}`
}
