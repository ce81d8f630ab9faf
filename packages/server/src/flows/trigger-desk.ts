// What people and tasks do to triggers by hand: switch them, unlock them, begin and stop backfills, forget their state. The row is changed, and
// whoever owns the trigger reads it again.
import {
  beginBackfill,
  decodeTriggerState,
  dueScheduleDate,
  encodeTriggerState,
  missedDates,
  openSchedule,
  type Backfill,
  type BackfillRequest,
  type Schedule,
  type Trigger,
  type TriggerState,
} from '@batuta/core'
import type { FlowKey, Store, StoredTrigger, TriggerChange, TriggerKey } from '../storage/store.ts'
import type { FlowCatalogue } from './flow-catalogue.ts'
import { SwitchedOff } from './switched-off.ts'

export interface TriggerDeskOptions {
  readonly store: Store
  readonly flows: FlowCatalogue
  readonly zone: string
  nowMs(): number
  /** Whoever owns the triggers of the flow is to read them again. */
  tell(flow: FlowKey): Promise<void>
}

/** Why it was not done; the status is that of the reply. */
export class TriggerRefusal extends Error {
  readonly status: 404 | 409 | 422
  constructor(status: 404 | 409 | 422, message: string) {
    super(message)
    this.name = 'TriggerRefusal'
    this.status = status
  }
}

export interface FoundTrigger {
  readonly stored: StoredTrigger
  /** Absent when the flow lost it meanwhile. */
  readonly trigger: Trigger | undefined
}

export class TriggerDesk {
  readonly #options: TriggerDeskOptions
  /** Of this node's own triggers: read again by whoever owns them. */
  readonly switchedOff: SwitchedOff
  readonly #schedules = new WeakMap<Trigger, Schedule>()
  #watcher: ((flow: FlowKey) => Promise<void>) | undefined

  constructor(options: TriggerDeskOptions) {
    this.#options = options
    this.switchedOff = new SwitchedOff(options.store, options.flows)
  }

  /** Any node may be called by a webhook, and hears of no changes to triggers that are at home elsewhere. */
  async isWebhookOff(key: TriggerKey): Promise<boolean> {
    const { store } = this.#options
    if (!store.cluster) return this.switchedOff.has(key)
    const { tenant, namespace, flowId } = key
    const rows = await store.read.listTriggers({ tenant, namespace, flowId })
    return rows.some(row => row.triggerId === key.triggerId && row.isDisabled)
  }

  /** The rooms of this node hear of changes directly. */
  watch(watcher: (flow: FlowKey) => Promise<void>): void {
    this.#watcher = watcher
  }

  async get(key: TriggerKey): Promise<FoundTrigger> {
    const { tenant, namespace, flowId, triggerId } = key
    const rows = await this.#options.store.read.listTriggers({ tenant, namespace, flowId })
    const stored = rows.find(row => row.triggerId === triggerId)
    if (!stored)
      throw new TriggerRefusal(404, `There is no trigger "${triggerId}" in the flow "${namespace}.${flowId}".`)
    return { stored, trigger: this.triggerOf(key) }
  }

  triggerOf(key: TriggerKey): Trigger | undefined {
    return this.#options.flows.flowOf(key)?.triggers.find(({ id }) => id === key.triggerId)
  }

  /** Switched on, a schedule goes on from now, unless it says itself that it makes up for what it missed. */
  async setDisabled(key: TriggerKey, isDisabled: boolean): Promise<void> {
    const { stored, trigger } = await this.get(key)
    if (!isDisabled && trigger?.disabled)
      throw new TriggerRefusal(409, `The trigger "${key.triggerId}" is disabled in its flow: change it there.`)
    if (stored.isDisabled === isDisabled) return
    await this.#change(key, { isDisabled, ...(isDisabled ? {} : this.#resumed(stored, trigger)) })
  }

  async unlock(key: TriggerKey, isLocked: boolean): Promise<void> {
    if (!isLocked) throw new TriggerRefusal(409, `The trigger "${key.triggerId}" is not locked.`)
    await this.#change(key, { executionId: null })
  }

  /** Whatever it waits for or runs is given up, and it begins anew. */
  async restart(key: TriggerKey): Promise<void> {
    const { stored, trigger } = await this.get(key)
    const { watch, ...kept } = decodeTriggerState(stored.state)
    const nextMs = watch ? { nextMs: this.#options.nowMs() } : this.#resumed(stored, trigger)
    await this.#change(key, { executionId: null, state: encodeTriggerState(kept), ...nextMs })
  }

  /** As if it had just been saved; of a flow that is gone the row goes, too. */
  async forget(key: TriggerKey): Promise<void> {
    const { trigger } = await this.get(key)
    const schedule = trigger && this.#scheduleOf(trigger)
    const nextMs = schedule ? (dueScheduleDate(schedule, { nowMs: this.#options.nowMs() }) ?? null) : null
    await this.#change(key, { nextMs, lastMs: null, executionId: null, state: null, isDisabled: false })
  }

  async createBackfill(key: TriggerKey, request: BackfillRequest): Promise<void> {
    const { stored, trigger } = await this.get(key)
    const schedule = trigger && this.#scheduleOf(trigger)
    if (!schedule)
      throw new TriggerRefusal(422, `The trigger "${key.triggerId}" is no schedule: there is nothing to backfill.`)
    if (stored.isDisabled || trigger.disabled)
      throw new TriggerRefusal(409, `The trigger "${key.triggerId}" is disabled: enable it to backfill.`)
    const state = decodeTriggerState(stored.state)
    if (state.backfill)
      throw new TriggerRefusal(409, `A backfill of the trigger "${key.triggerId}" is running: delete it first.`)
    if (request.startMs > request.endMs) throw new TriggerRefusal(422, 'A backfill must start before its end.')
    const backfill = beginBackfill(schedule, request, stored.nextMs)
    if (!backfill)
      throw new TriggerRefusal(422, 'The schedule has no date between the start and the end of the backfill.')
    await this.#put(key, { ...state, backfill }, backfill.isPaused ? null : backfill.currentMs)
  }

  async pauseBackfill(key: TriggerKey, isPaused: boolean): Promise<void> {
    const { state, backfill } = await this.#backfillOf(key)
    if (backfill.isPaused === isPaused)
      throw new TriggerRefusal(
        409,
        `The backfill of "${key.triggerId}" is ${isPaused ? 'paused already' : 'not paused'}.`,
      )
    await this.#put(key, { ...state, backfill: { ...backfill, isPaused } }, isPaused ? null : backfill.currentMs)
  }

  /** The schedule stands where it stood before. */
  async deleteBackfill(key: TriggerKey): Promise<void> {
    const { state, backfill } = await this.#backfillOf(key)
    const { backfill: _, ...kept } = { ...state, backfill }
    await this.#put(key, kept, backfill.previousNextMs)
  }

  async #backfillOf(key: TriggerKey): Promise<{ readonly state: TriggerState; readonly backfill: Backfill }> {
    const { stored } = await this.get(key)
    const state = decodeTriggerState(stored.state)
    if (!state.backfill) throw new TriggerRefusal(409, `No backfill of the trigger "${key.triggerId}" is running.`)
    return { state, backfill: state.backfill }
  }

  async #put(key: TriggerKey, state: TriggerState, nextMs: number | null): Promise<void> {
    await this.#change(key, { state: encodeTriggerState(state), nextMs })
  }

  async #change(
    { tenant, namespace, flowId, triggerId }: TriggerKey,
    change: Omit<TriggerChange, keyof TriggerKey>,
  ): Promise<void> {
    await this.#options.store.perform('changeTrigger', { tenant, namespace, flowId, triggerId, ...change })
    const flow = { tenant, namespace, flowId }
    if (this.#options.store.cluster) return await this.#options.tell(flow)
    await this.switchedOff.load(flow)
    await this.#watcher?.(flow)
  }

  #resumed(stored: StoredTrigger, trigger: Trigger | undefined): { readonly nextMs?: number | null } {
    const schedule = trigger && this.#scheduleOf(trigger)
    const { backfill } = decodeTriggerState(stored.state)
    if (!schedule || backfill) return {}
    const nowMs = this.#options.nowMs()
    const cursorMs = stored.nextMs === null ? nowMs : stored.nextMs - 1
    const { dates } = missedDates(schedule, { cursorMs, nowMs }, schedule.recoverMissed ?? 'NONE')
    return { nextMs: dates[0] ?? dueScheduleDate(schedule, { nowMs }) ?? null }
  }

  #scheduleOf(trigger: Trigger): Schedule | undefined {
    const known = this.#schedules.get(trigger)
    if (known) return known
    const schedule = openSchedule(trigger, this.#options.zone)
    if (schedule) this.#schedules.set(trigger, schedule)
    return schedule
  }
}
