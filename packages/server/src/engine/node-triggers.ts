// All that triggers do on this node: schedules, sources, those that listen to executions, and what is told to them from outside.
import { decodeValue, trust, type Signal } from '@batuta/core'
import type { Inbox } from '../inbox/inbox.ts'
import type { FlowKey, Store } from '../storage/store.ts'
import type { FlowTriggers } from './flow-triggers.ts'
import type { Listeners } from './listeners.ts'
import type { NoteTaker } from './note.ts'
import type { Schedules } from './schedules.ts'
import { StaleWatch, emissionOf, refusedEmission, type Emission } from './emission.ts'
import { Sources } from './sources.ts'

/** A flow's triggers were changed by another node: their rows are to be read again. */
export interface TriggerChanged extends FlowKey {
  readonly type: 'trigger-changed'
}

const CHANGED_BEGIN = '{"type":"trigger-changed"'
const EMITTED_BEGIN = '{"type":"source-events"'

export interface NodeTriggersOptions {
  readonly store: Store
  readonly schedules: Schedules
  readonly flowTriggers: FlowTriggers
  readonly sources: Sources
  notes(): NoteTaker
  nowMs(): number
  /** What flows need to be known before their triggers are judged. */
  prepare(flow?: FlowKey): Promise<void>
  /** The clock looks again no later than then. */
  lookAt(atMs: number | undefined): void
}

export class NodeTriggers {
  readonly #options: NodeTriggersOptions
  readonly listeners: Listeners
  /** Rows are read and taken one after the other: what was read before a change must not be taken after it. */
  #line: Promise<unknown> = Promise.resolve()

  constructor(options: NodeTriggersOptions) {
    this.#options = options
    const { schedules, flowTriggers, sources, lookAt } = options
    this.listeners = {
      tell: (view, events) => flowTriggers.tell(view, events),
      take: (signal, rowId) => flowTriggers.take(signal, rowId),
      waitsFor: id => schedules.waitsFor(id) || sources.waitsFor(id),
      ended: (id, state) => {
        void schedules.ended(id, state).then(lookAt)
        void sources.ended(id, state).then(lookAt)
      },
    }
  }

  /** Before signals are taken. */
  async open(): Promise<void> {
    await this.#options.prepare()
    await this.#options.flowTriggers.load()
  }

  async load(): Promise<void> {
    await this.#inLine(async () => {
      const { store, schedules, sources, lookAt } = this.#options
      const rows = await store.read.listTriggers()
      lookAt(await schedules.load(rows))
      lookAt(await sources.load(rows))
    })
  }

  /** A flow was saved or deleted, or its triggers were changed by hand. */
  async reload(flow: FlowKey): Promise<void> {
    const { schedules, flowTriggers, sources, prepare, lookAt } = this.#options
    await prepare(flow)
    await flowTriggers.reload(flow)
    await this.#inLine(async () => {
      lookAt(await schedules.reload(flow))
      lookAt(await sources.reload(flow))
    })
  }

  async #inLine(act: () => Promise<void>): Promise<void> {
    const mine = this.#line.then(act)
    this.#line = mine.catch(() => {})
    await mine
  }

  /** Shards go to other nodes, or all of them; settles when nothing of them is on its way to the store. */
  async release(keeps: (shard: number) => boolean): Promise<void> {
    await this.#options.sources.release(keeps)
    await this.#options.flowTriggers.release(keeps)
  }

  fireDue(nowMs: number): number | undefined {
    const { schedules, sources, flowTriggers } = this.#options
    const next = [schedules.fireDue(nowMs), sources.fireDue(nowMs), flowTriggers.fireDue(nowMs)].filter(
      atMs => atMs !== undefined,
    )
    return next.length === 0 ? undefined : Math.min(...next)
  }

  /** The inbox of the engine, with what is said of jobs of sources sent to their triggers. */
  before(inbox: Inbox): Inbox {
    return {
      submit: async (signal: Signal, how) => {
        if (!Sources.isAbout(signal)) return await inbox.submit(signal, how)
        await this.#options.sources.settle(signal, how?.rowId)
        return {}
      },
    }
  }

  async emit(emission: Emission): Promise<void> {
    await this.#options.sources.emit(emission)
  }

  /** Undefined for stored signals that are not for triggers. */
  takeStored(body: string, rowId: string): Promise<void> | undefined {
    if (body.startsWith(EMITTED_BEGIN)) return this.#takeEmission(emissionOf(decodeValue(body)), rowId)
    return body.startsWith(CHANGED_BEGIN)
      ? this.#takeChange(body, rowId)
      : this.#options.flowTriggers.takeStored(body, rowId)
  }

  async #takeChange(body: string, rowId: string): Promise<void> {
    await this.reload(trust<TriggerChanged>(decodeValue(body)))
    await this.#options.notes().note({ signalsTaken: [rowId] })
  }

  async #takeEmission(emission: Emission, rowId: string): Promise<void> {
    const { sources, notes, nowMs } = this.#options
    try {
      await sources.emit(emission, rowId)
    } catch (error) {
      if (!(error instanceof StaleWatch)) throw error
      await notes().note({ signalsTaken: [rowId], operations: [refusedEmission(rowId, emission, nowMs())] })
    }
  }
}
