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
  type DateFilter,
  type Missed,
  type RecoverPolicy,
  type Schedule,
  type Trigger,
  type TriggerState,
} from '@batuta/core'
import type { SignalRow } from '../storage/batch.ts'
import type { FlowKey, Store, StoredTrigger, TriggerChange, TriggerKey } from '../storage/store.ts'
import type { FlowCatalogue } from './flow-catalogue.ts'
import { SwitchedOff } from './switched-off.ts'

export interface TriggerDeskOptions {
  readonly store: Store
  readonly flows: FlowCatalogue
  readonly zone: string
  nowMs(): number
  /** Tells whoever owns the triggers of the flow to read them again. */
  signalOf(flow: FlowKey): SignalRow
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

/** What somebody wants of the dates that a schedule missed while it was off. */
export interface MissedWish {
  readonly policy: RecoverPolicy
  /** Undefined where all dates pass. */
  readonly passes?: DateFilter | undefined
}

const NOTHING_MISSED: Missed = { dates: [], hasOlder: false }

/** Its owner moves it on now and then; many times in a row is no race any more. */
const TRIES_MAX = 20
const LOOK_MS = 1_000
const LOOKS_MAX = 10_000

export class TriggerDesk {
  readonly #options: TriggerDeskOptions
  /** Of this node's own triggers: read again by whoever owns them. */
  readonly switchedOff: SwitchedOff
  readonly #schedules = new WeakMap<Trigger, Schedule>()
  /** At what other nodes may have changed, by flow. */
  readonly #looks = new Map<string, { readonly atMs: number; readonly rows: Promise<readonly StoredTrigger[]> }>()
  #watcher: ((flow: FlowKey) => Promise<void>) | undefined

  constructor(options: TriggerDeskOptions) {
    this.#options = options
    this.switchedOff = new SwitchedOff(options.store, options.flows)
  }

  /**
   * Any node may be called by a webhook, and hears of no changes to triggers that are at home elsewhere: there they count within a second.
   */
  async isWebhookOff(key: TriggerKey): Promise<boolean> {
    const { store } = this.#options
    if (!store.cluster) return this.switchedOff.has(key)
    const { tenant, namespace, flowId } = key
    const name = `${tenant}/${namespace}/${flowId}`
    const nowMs = this.#options.nowMs()
    let look = this.#looks.get(name)
    if (!look || Math.abs(nowMs - look.atMs) >= LOOK_MS) {
      look = { atMs: nowMs, rows: store.read.listTriggers({ tenant, namespace, flowId }) }
      look.rows.catch(() => this.#looks.delete(name))
      if (this.#looks.size >= LOOKS_MAX) this.#looks.clear()
      this.#looks.set(name, look)
    }
    return (await look.rows).some(row => row.triggerId === key.triggerId && row.isDisabled)
  }

  /** The rooms of this node hear of changes directly; what they cannot read now they read again by themselves. */
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

  /**
   * Switched on, a schedule goes on from now, unless it says itself that it makes up for what it missed, or somebody says so now: that is written
   * with the switch, so that whoever owns the trigger by then keeps to it. Returns what is let go.
   */
  async setDisabled(key: TriggerKey, isDisabled: boolean, wish?: MissedWish): Promise<Missed> {
    let letGo = NOTHING_MISSED
    if (isDisabled && wish)
      throw new TriggerRefusal(422, '`missed` is for switching a trigger on: leave it out to switch one off.')
    await this.#change(key, ({ stored, trigger }) => {
      letGo = NOTHING_MISSED
      if (!isDisabled && trigger?.disabled)
        throw new TriggerRefusal(409, `The trigger "${key.triggerId}" is disabled in its flow: change it there.`)
      if (stored.isDisabled === isDisabled && wish)
        throw new TriggerRefusal(
          409,
          `The trigger "${key.triggerId}" is on already: what it missed was decided when it was switched on. Backfill what is wanted.`,
        )
      if (stored.isDisabled === isDisabled) return undefined
      if (isDisabled) return { isDisabled }
      const missed = this.#missedBy(stored, trigger, wish?.passes)
      const resumed = this.#resumed(stored, trigger, wish)
      letGo = { ...missed, dates: missed.dates.filter(date => date < (resumed.nextMs ?? Infinity)) }
      return { isDisabled, ...resumed }
    })
    return letGo
  }

  /** The dates that a schedule missed since it was switched off, oldest first, as far as they can be made up for. */
  async missedBy(key: TriggerKey, passes?: DateFilter): Promise<Missed> {
    const { stored, trigger } = await this.get(key)
    return stored.isDisabled ? this.#missedBy(stored, trigger, passes) : NOTHING_MISSED
  }

  #missedBy(stored: StoredTrigger, trigger: Trigger | undefined, passes: DateFilter | undefined): Missed {
    const schedule = trigger && this.#scheduleOf(trigger)
    const { backfill } = decodeTriggerState(stored.state)
    if (!schedule || backfill || stored.nextMs === null) return NOTHING_MISSED
    const due = { cursorMs: stored.nextMs - 1, nowMs: this.#options.nowMs(), ...(passes && { passes }) }
    return missedDates(schedule, due, 'ALL')
  }

  async unlock(key: TriggerKey, isLocked: boolean): Promise<void> {
    if (!isLocked) throw new TriggerRefusal(409, `The trigger "${key.triggerId}" is not locked.`)
    await this.#change(key, () => ({ executionId: null }))
  }

  /** Whatever it waits for or runs is given up, and it begins anew. */
  async restart(key: TriggerKey): Promise<void> {
    await this.#change(key, ({ stored, trigger }) => {
      const { watch } = decodeTriggerState(stored.state)
      const resumed = watch ? { nextMs: this.#options.nowMs() } : this.#resumed(stored, trigger)
      // What is out stays known: whoever owns the trigger by then ends it and begins the next.
      return { executionId: null, state: stored.state ?? null, ...resumed }
    })
  }

  /** As if it had just been saved; of a flow that is gone the row goes, too. */
  async forget(key: TriggerKey): Promise<void> {
    await this.#change(key, ({ stored, trigger }) => {
      const schedule = trigger && this.#scheduleOf(trigger)
      const nextMs = schedule ? (dueScheduleDate(schedule, { nowMs: this.#options.nowMs() }) ?? null) : null
      const { watch } = decodeTriggerState(stored.state)
      const state = watch ? encodeTriggerState({ watch }) : null
      return { nextMs, lastMs: null, executionId: null, state, isDisabled: false }
    })
  }

  async createBackfill(key: TriggerKey, request: BackfillRequest): Promise<void> {
    await this.#change(key, ({ stored, trigger }) => {
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
      // Without a date in between it is over as it begins.
      return backfill ? backfillOf(state, backfill) : {}
    })
  }

  async pauseBackfill(key: TriggerKey, isPaused: boolean): Promise<void> {
    await this.#change(key, ({ stored }) => {
      const { state, backfill } = runningBackfill(key, stored)
      if (!backfill.isPaused && !isPaused) return {}
      if (backfill.isPaused && isPaused)
        throw new TriggerRefusal(409, `The backfill of "${key.triggerId}" is paused already.`)
      return backfillOf(state, { ...backfill, isPaused })
    })
  }

  /** The schedule stands where it stood before. */
  async deleteBackfill(key: TriggerKey): Promise<void> {
    await this.#change(key, ({ stored }) => {
      const { state, backfill } = runningBackfill(key, stored)
      const { backfill: _, ...kept } = state
      return { state: encodeTriggerState(kept), nextMs: backfill.previousNextMs }
    })
  }

  /** Made from the row as it is read, and made again when its owner was faster: what fired meanwhile must not fire again. */
  async #change(key: TriggerKey, make: (found: FoundTrigger) => Change | undefined): Promise<void> {
    const { tenant, namespace, flowId } = key
    const { store, signalOf } = this.#options
    const flow = { tenant, namespace, flowId }
    const told = store.cluster ? { signal: signalOf(flow) } : {}
    this.#looks.clear()
    try {
      await this.#perform(key, make, told)
    } finally {
      // Also when nothing changed: whoever changed it before may have been told of an error, and nobody else of the change.
      if (!store.cluster) await this.#tell(flow)
    }
  }

  async #perform(
    key: TriggerKey,
    make: (found: FoundTrigger) => Change | undefined,
    told: Pick<TriggerChange, 'signal'>,
  ): Promise<void> {
    const { tenant, namespace, flowId, triggerId } = key
    const flow = { tenant, namespace, flowId }
    for (let tries = 0; ; tries++) {
      const found = await this.get(key)
      const change = make(found)
      if (change === undefined) return
      const { nextMs, state } = found.stored
      const row = { ...flow, triggerId, ...change, ...told, expected: { nextMs, state: state ?? null } }
      if (await this.#options.store.perform('changeTrigger', row)) return
      if (tries >= TRIES_MAX)
        throw new TriggerRefusal(409, `The trigger "${triggerId}" fires too often to be changed now: try again.`)
    }
  }

  async #tell(flow: FlowKey): Promise<void> {
    if (this.#watcher) await this.#watcher(flow)
    else await this.switchedOff.load(flow)
  }

  #resumed(
    stored: StoredTrigger,
    trigger: Trigger | undefined,
    wish?: MissedWish,
  ): Pick<TriggerChange, 'nextMs' | 'state'> {
    const schedule = trigger && this.#scheduleOf(trigger)
    const { makeUpUntilMs: _, ...kept } = decodeTriggerState(stored.state)
    if (!schedule || kept.backfill) return {}
    const { passes } = wish ?? {}
    const nowMs = this.#options.nowMs()
    const cursorMs = stored.nextMs === null ? nowMs : stored.nextMs - 1
    const policy = wish?.policy ?? schedule.recoverMissed ?? 'NONE'
    const { dates } = missedDates(schedule, { cursorMs, nowMs, ...(passes && { passes }) }, policy)
    const makeUpUntilMs = wish && dates.at(-1)
    const state = encodeTriggerState({ ...kept, ...(makeUpUntilMs !== undefined && { makeUpUntilMs }) })
    // The clock of whoever fired it may be ahead of ours.
    const sinceMs = Math.max(nowMs, stored.lastMs ?? 0)
    return { nextMs: dates[0] ?? dueScheduleDate(schedule, { nowMs: sinceMs }) ?? null, state }
  }

  #scheduleOf(trigger: Trigger): Schedule | undefined {
    const known = this.#schedules.get(trigger)
    if (known) return known
    const schedule = openSchedule(trigger, this.#options.zone)
    if (schedule) this.#schedules.set(trigger, schedule)
    return schedule
  }
}

type Change = Omit<TriggerChange, keyof TriggerKey | 'expected'>

function backfillOf(state: TriggerState, backfill: Backfill): Change {
  const nextMs = backfill.isPaused ? null : backfill.currentMs
  return { state: encodeTriggerState({ ...state, backfill }), nextMs }
}

function runningBackfill(
  { triggerId }: TriggerKey,
  stored: StoredTrigger,
): { readonly state: TriggerState; readonly backfill: Backfill } {
  const state = decodeTriggerState(stored.state)
  if (!state.backfill) throw new TriggerRefusal(409, `No backfill of the trigger "${triggerId}" is running.`)
  return { state, backfill: state.backfill }
}
