// Flow triggers of this node. A change of state anywhere becomes a signal to the home of each listener that may care, in the flush of the turn; here
// the listener judges it, and what comes of it – a birth, a window that knows more – is written together with the end of the signal. So each end
// of an upstream counts exactly once, whatever dies in between.
import {
  SHARDS,
  correlationOf,
  decodeValue,
  encodeValue,
  evaluateAsync,
  findZone,
  flowEventOf,
  flowTriggerVariables,
  judgeFlowEvent,
  scopeOfEvent,
  statesPassed,
  trust,
  type Ask,
  type ConditionContext,
  type Event,
  type FlowEvent,
  type FlowJudgement,
  type Signal,
  type Value,
  type View,
  type WindowState,
  type Zone,
} from '@batuta/core'
import { scopeOf, type StartWorld } from '../flows/births.ts'
import type { FlowCatalogue, FlowEntry } from '../flows/flow-catalogue.ts'
import { birthOfTrigger, failedBirth } from '../flows/trigger-birth.ts'
import type { TriggerReasons } from '../flows/trigger-reasons.ts'
import type { FlowKey, Store, TriggerKey } from '../storage/store.ts'
import type { WindowRow } from '../storage/batch.ts'
import { ListenerIndex, type PlacedListener } from './listener-index.ts'
import type { Listeners, TriggerSignal } from './listeners.ts'
import { MissedWindows, type MissedWindow } from './missed-windows.ts'
import type { Note, NoteTaker } from './note.ts'
import type { Breakers } from '../flows/breakers.ts'
import { homeShardOf } from '../flows/home.ts'

export interface FlowTriggersOptions {
  readonly store: Store
  readonly flows: FlowCatalogue
  readonly zone: string
  readonly reasons: TriggerReasons
  readonly isHoliday?: ConditionContext['isHoliday']
  notes(): NoteTaker
  /** Switched off by hand. */
  isOff?(key: TriggerKey): boolean
  nowMs(): number
  owns(shard: number): boolean
  startWorld(): StartWorld
  askOf(key: FlowKey): Ask
  /** On the home of the flow. */
  newId(flow: FlowKey, bornMs: number): string
  /** The clock looks again no later than then. */
  lookAt(atMs: number | undefined): void
  /** Runs the function in a moment. */
  defer(run: () => void): void
  readonly breakers?: Breakers
  onNotice(message: string, error?: unknown): void
}

/** What travels. */
interface TriggerEvent extends TriggerKey {
  readonly type: 'trigger-event'
  readonly event: FlowEvent
}

const SIGNAL_BEGIN = '{"type":"trigger-event"'

interface Outcome {
  /** By a circuit breaker. */
  readonly held?: string
  readonly births: readonly Extract<Signal, { type: 'create' }>[]
  readonly windows: readonly WindowRow[]
  readonly judgement: FlowJudgement | undefined
}

export class FlowTriggers implements Listeners {
  readonly #options: FlowTriggersOptions
  readonly #index: ListenerIndex
  readonly #zone: Zone
  readonly #windows = new Map<string, WindowState>()
  /** What comes to a listener with windows is judged one after the other. */
  readonly #lines = new Map<string, Promise<number>>()
  readonly #inHand = new Set<string>()
  readonly #missed: MissedWindows
  readonly #underWay = new Set<Promise<void>>()
  /** Shards whose windows are known: a node owns a shard before it has read them. */
  readonly #loaded = new Set<number>()
  readonly #coming = new Set<number>()
  /** Windows of own shards are not known: something was written that may be in the store or not, or the shard was away for a moment. */
  #isToRead = false

  constructor(options: FlowTriggersOptions) {
    this.#options = options
    this.#index = new ListenerIndex(options.flows)
    this.#zone = findZone(options.zone) ?? trust<Zone>(findZone('UTC'))
    this.#missed = new MissedWindows(this.#zone)
  }

  /** The windows of the shards that came. Those of the others are known here better than anywhere else. */
  async load(): Promise<void> {
    for (let shard = 0; shard < SHARDS; shard++)
      if (this.#options.owns(shard) && !this.#loaded.has(shard)) this.#coming.add(shard)
    const rows = await this.#options.store.read.listWindows()
    for (const { key, listener } of this.#index.all())
      if (this.#coming.has(homeShardOf(key)))
        for (const set of listener.sets) this.#windows.delete(windowName({ ...key, setId: set.id }))
    for (const row of rows) if (this.#coming.has(homeShardOf(row))) this.#takeWindow(row)
    for (const shard of this.#coming) if (this.#options.owns(shard)) this.#loaded.add(shard)
    this.#coming.clear()
    this.#missed.clear()
    for (const placed of this.#index.all()) this.#planMisses(placed)
  }

  /** Shards go to other nodes, who will write the windows from then on. Settles when nothing is on its way to the store any more. */
  async release(keeps: (shard: number) => boolean): Promise<void> {
    for (const shards of [this.#loaded, this.#coming])
      for (const shard of shards) if (!keeps(shard)) shards.delete(shard)
    await this.settled()
  }

  /** A flow was saved or deleted: windows whose rows went with their definition are forgotten. */
  async reload(flow: FlowKey): Promise<void> {
    const known = this.#index.ofFlow(flow)
    this.#index.refresh(flow)
    for (const placed of this.#index.ofFlow(flow)) this.#planMisses(placed)
    if (known.length === 0) return
    const names = known.flatMap(({ key, listener }) => listener.sets.map(set => windowName({ ...key, setId: set.id })))
    const before = new Map(names.map(name => [name, this.#windows.get(name)]))
    const { tenant, namespace, flowId } = flow
    const rows = await this.#options.store.read.listWindows({ tenant, namespace, flowId })
    const kept = new Set(rows.map(windowName))
    for (const [name, window] of before)
      if (!kept.has(name) && this.#windows.get(name) === window) this.#windows.delete(name)
  }

  tell(view: View, events: readonly Event[]): readonly TriggerSignal[] {
    if (this.#index.isEmpty || !events.some(event => event.type === 'moved')) return []
    const listeners = this.#index.of(view.state)
    if (listeners.length === 0) return []
    return statesPassed(events).flatMap(state =>
      listeners
        .filter(({ listener }) => listener.states.has(state))
        .map(({ key, listener }) => ({
          shard: homeShardOf(key),
          body: encodeValue(trust<Value>({ type: 'trigger-event', ...key, event: flowEventOf(view, state, listener) })),
        })),
    )
  }

  /** When nothing of what is being judged is on its way to the store any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay)
  }

  /** Windows that have ended without what they waited for. */
  fireDue(nowMs: number): number | undefined {
    for (const missed of this.#missed.takeDue(nowMs)) void this.#miss(missed)
    return this.#missed.nextMs
  }

  /** Windows that were written, or not, are read before anything is judged by them again: whoever judged by what it remembers would write over them. */
  async #note({ key }: PlacedListener, note: Note): Promise<boolean> {
    try {
      return await this.#options.notes().note(note)
    } catch (error) {
      const shard = homeShardOf(key)
      if ((note.windows?.length ?? 0) > 0 && this.#loaded.delete(shard)) this.#readSoon()
      throw error
    }
  }

  #readSoon(): void {
    if (!this.#isToRead) this.#options.defer(() => void this.#readUnread())
    this.#isToRead = true
  }

  async #readUnread(): Promise<void> {
    try {
      await this.#options.notes().settled()
      await this.load()
      this.#isToRead = false
    } catch (error) {
      this.#options.onNotice('windows of flow triggers cannot be read; they are read again', error)
      this.#options.defer(() => void this.#readUnread())
    }
  }

  #planMisses(placed: PlacedListener): void {
    const { key, listener } = placed
    if (!this.#options.owns(homeShardOf(key)) || !this.#loaded.has(homeShardOf(key)) || this.#isOff(placed)) return
    for (const set of listener.sets) {
      const window = this.#windows.get(windowName({ ...key, setId: set.id }))
      this.#missed.plan(placed, set, { window, nowMs: this.#options.nowMs() })
    }
    this.#options.lookAt(this.#missed.nextMs)
  }

  async #miss(missed: MissedWindow): Promise<void> {
    const { placed, set } = missed
    const name = nameOf(placed.key)
    const before = this.#lines.get(name) ?? Promise.resolve(0)
    const mine = before.then(() => this.#tellMissed(missed))
    this.#lines.set(
      name,
      mine.then(
        () => before,
        () => before,
      ),
    )
    try {
      await mine
    } catch (error) {
      this.#options.onNotice(`the end of the window "${set.id}" of ${name} could not be told; it is tried again`, error)
      this.#options.defer(() => this.#planMisses(placed))
    }
  }

  async #tellMissed({ placed, set, endMs }: MissedWindow): Promise<void> {
    const { key, listener } = placed
    const { flows, newId, reasons, owns } = this.#options
    const entry = flows.newest(key)
    if (this.#index.find(key) !== placed || !entry || entry.isDisabled || !owns(homeShardOf(key))) return
    if (this.#isOff(placed)) return
    const window = this.#windows.get(windowName({ ...key, setId: set.id }))
    if (window?.hasFired && window.endMs === endMs) return this.#planMisses(placed)
    const reason = `the window "${set.id}" ended with ${window?.met.length ?? 0} of ${set.needed} parts met`
    const executionId = newId(key, this.#options.nowMs())
    const plan = flows.planOf(entry)
    const start = { plan, trigger: listener.trigger, variables: {} }
    const birth = failedBirth(executionId, start, { problem: reason, labels: set.onMiss?.labels ?? [] })
    const told: WindowState = { startMs: window?.startMs ?? endMs, endMs, met: [], hasFired: true }
    const row = { ...key, setId: set.id, body: encodeValue(trust<Value>(told)) }
    await this.#note(placed, { births: [{ type: 'create', executionId, birth }], windows: [row] })
    this.#takeWindow(row)
    reasons.note(key, 'window', reason)
    this.#planMisses(placed)
  }

  take({ body }: TriggerSignal, rowId: string): void {
    this.takeStored(body, rowId)?.catch(error =>
      this.#options.onNotice(`the signal ${rowId} to a trigger was not taken; it is taken again`, error),
    )
  }

  /** Settles when it is taken, or is already under way. Undefined for signals that are not for triggers. */
  takeStored(body: string, rowId: string): Promise<void> | undefined {
    return body.startsWith(SIGNAL_BEGIN) ? this.#takeOnce(body, rowId) : undefined
  }

  async #takeOnce(body: string, rowId: string): Promise<void> {
    if (this.#inHand.has(rowId)) return
    this.#inHand.add(rowId)
    const mine = this.#line(trust<TriggerEvent>(decodeValue(body)), rowId)
    const quiet = mine.catch(() => {})
    this.#underWay.add(quiet)
    try {
      await mine
    } finally {
      this.#underWay.delete(quiet)
      this.#inHand.delete(rowId)
    }
  }

  /** What one upstream went through is judged in its order; with windows, whatever comes to the listener. */
  async #line({ event, ...key }: TriggerEvent, rowId: string): Promise<void> {
    const placed = this.#index.find(key)
    if (!placed) return await this.#judge(placed, event, { rowId, bornMs: 0 })
    const name = placed.listener.sets.length === 0 ? `${nameOf(key)} ${event.executionId}` : nameOf(key)
    const before = this.#lines.get(name) ?? Promise.resolve(0)
    // Of two executions the later one is the younger, also when one millisecond brought both.
    const mine = before.then(async latestMs => {
      const bornMs = Math.max(this.#options.nowMs(), latestMs + 1)
      await this.#judge(placed, event, { rowId, bornMs })
      return bornMs
    })
    const settled = mine.catch(() => before)
    this.#lines.set(name, settled)
    try {
      await mine
    } finally {
      if (this.#lines.get(name) === settled) this.#lines.delete(name)
    }
  }

  async #judge(
    placed: PlacedListener | undefined,
    event: FlowEvent,
    { rowId, bornMs }: { readonly rowId: string; readonly bornMs: number },
  ): Promise<void> {
    const { flows, reasons } = this.#options
    const entry = placed && flows.newest(placed.key)
    if (!placed || !entry) return void (await this.#options.notes().note({ signalsTaken: [rowId] }))
    const shard = homeShardOf(placed.key)
    if (placed.listener.sets.length > 0 && !this.#loaded.has(shard)) {
      if (this.#options.owns(shard)) this.#readSoon()
      throw new Error(`the windows of ${nameOf(placed.key)} are not read yet`)
    }
    const outcome = await this.#outcomeOf(placed, entry, { event, bornMs })
    const { births, windows, judgement } = outcome
    if (!(await this.#note(placed, { births, windows, signalsTaken: [rowId] }))) return
    for (const row of windows) this.#takeWindow(row)
    this.#planMisses(placed)
    if (outcome.held !== undefined) return reasons.note(placed.key, 'held', outcome.held)
    if (!judgement) return reasons.note(placed.key, 'disabled', 'the flow or the trigger is disabled')
    const { sets } = placed.listener
    if (!judgement.fires) reasons.note(placed.key, sets.length === 0 ? 'conditions' : 'window', judgement.reason)
  }

  async #outcomeOf(
    { key, listener }: PlacedListener,
    entry: FlowEntry,
    { event, bornMs }: { readonly event: FlowEvent; readonly bornMs: number },
  ): Promise<Outcome> {
    const { flows } = this.#options
    if (entry.isDisabled || this.#isOff({ key, listener })) return { births: [], windows: [], judgement: undefined }
    const plan = flows.planOf(entry)
    const ask = this.#options.askOf(key)
    const world = this.#options.startWorld()
    const nowMs = this.#options.nowMs()
    const { isHoliday } = this.#options
    const judgement = await evaluateAsync(
      scope =>
        judgeFlowEvent(listener, event, {
          scope,
          nowMs,
          zone: this.#zone,
          ...(isHoliday ? { isHoliday } : {}),
          windowOf: setId => this.#windows.get(windowName({ ...key, setId })),
        }),
      scopeOf(plan, world),
      ask,
    )
    const windows = [...judgement.windows].map(([setId, state]) => ({
      ...key,
      setId,
      body: state === null ? null : encodeValue(trust<Value>(state)),
    }))
    if (!judgement.fires) return { births: [], windows, judgement }
    const held = await this.#options.breakers?.heldBy(flowOf(key), plan.flow, key.triggerId)
    if (held) return { births: [], windows, judgement, held: held.reason }
    const executionId = this.#options.newId(key, bornMs)
    const { outputs } = judgement
    const prepared = await birthOfTrigger(
      executionId,
      {
        plan,
        trigger: listener.trigger,
        variables: flowTriggerVariables(event, outputs, listener.flow),
        scope: scopeOfEvent(listener, event, { scope: scopeOf(plan, world), outputs }),
        labels: [{ key: 'system.correlationId', value: correlationOf(event) }],
      },
      { world, ask },
    )
    // Until dialect 2 inputs that cannot be rendered start nothing.
    if ('problem' in prepared && prepared.isRendering && listener.flow.dialect === 1) {
      this.#options.reasons.note(key, 'inputs', `its inputs cannot be rendered: ${prepared.problem}`)
      return { births: [], windows, judgement }
    }
    return { births: [{ type: 'create', executionId, birth: prepared.birth }], windows, judgement }
  }

  #isOff({ key, listener }: PlacedListener): boolean {
    return listener.trigger.disabled || this.#options.isOff?.(key) === true
  }

  #takeWindow({ body, ...row }: WindowRow): void {
    const shard = homeShardOf(row)
    const isOwn = this.#options.owns(shard)
    if (body !== null && isOwn) return void this.#windows.set(windowName(row), trust<WindowState>(decodeValue(body)))
    this.#windows.delete(windowName(row))
    // Somebody else may write it now: what is known of the shard must be read before it is judged by again, should it come back.
    if (!isOwn) this.#loaded.delete(shard)
  }
}

function nameOf({ tenant, namespace, flowId, triggerId }: TriggerKey): string {
  return `${tenant}/${namespace}/${flowId}/${triggerId}`
}

function windowName(row: Omit<WindowRow, 'body'>): string {
  return `${nameOf(row)}/${row.setId}`
}

function flowOf({ tenant, namespace, flowId }: TriggerKey): FlowKey {
  return { tenant, namespace, flowId }
}
