// All that triggers do on this node: schedules, sources, those that listen to executions, and what is told to them from outside.
import { decodeValue, trust, type Signal } from '@batuta/core'
import type { Inbox } from '../inbox/inbox.ts'
import type { FlowKey, Store } from '../storage/store.ts'
import type { FlowTriggers } from './flow-triggers.ts'
import type { Listeners } from './listeners.ts'
import type { NoteTaker } from './note.ts'
import type { Schedules } from './schedules.ts'
import { StaleWatch, emissionOf, refusedEmission, type Emission } from './emission.ts'
import { isTold } from './source.ts'
import type { Sources } from './sources.ts'

/** A flow's triggers were changed by another node: their rows are to be read again. */
export interface TriggerChanged extends FlowKey {
  readonly type: 'trigger-changed'
}

const CHANGED_BEGIN = '{"type":"trigger-changed"'
const EMITTED_BEGIN = '{"type":"source-events"'
const RETRY_MS = 1_000

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
  onNotice(message: string, error?: unknown): void
}

export class NodeTriggers {
  readonly #options: NodeTriggersOptions
  readonly listeners: Listeners
  /** What is read later must not be overwritten by what was read before. */
  readonly #reloads = new Map<string, Promise<void>>()
  #loading: Promise<void> = Promise.resolve()
  /** Flows whose triggers could not be read: read again. */
  readonly #unread = new Map<string, { readonly flow: FlowKey; readonly atMs: number }>()

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
    const mine = Promise.all([this.#loading, ...this.#reloads.values()]).then(() => this.#load())
    this.#loading = mine.catch(() => {})
    await mine
  }

  /** A flow was saved or deleted, or its triggers were changed by hand. What cannot be read now is read again soon, whoever is told so. */
  async reload({ tenant, namespace, flowId }: FlowKey): Promise<void> {
    const name = `${tenant}/${namespace}/${flowId}`
    const before = Promise.all([this.#loading, this.#reloads.get(name)])
    const mine = before.then(() => this.#reload(name, { tenant, namespace, flowId }))
    const settled = mine
      .catch(() => {})
      .finally(() => {
        if (this.#reloads.get(name) === settled) this.#reloads.delete(name)
      })
    this.#reloads.set(name, settled)
    await mine
  }

  async #load(): Promise<void> {
    const { store, schedules, sources, lookAt } = this.#options
    const rows = await store.read.listTriggers()
    lookAt(await schedules.load(rows))
    lookAt(await sources.load(rows))
  }

  async #reload(name: string, flow: FlowKey): Promise<void> {
    const { schedules, flowTriggers, sources, prepare, nowMs, lookAt } = this.#options
    this.#unread.delete(name)
    try {
      await prepare(flow)
      await flowTriggers.reload(flow)
      lookAt(await schedules.reload(flow))
      lookAt(await sources.reload(flow))
    } catch (error) {
      const atMs = nowMs() + RETRY_MS
      this.#unread.set(name, { flow, atMs })
      lookAt(atMs)
      throw error
    }
  }

  /** When the next of them is due. */
  #readAgain(nowMs: number): number | undefined {
    let nextMs: number | undefined
    for (const [name, { flow, atMs }] of this.#unread) {
      if (atMs > nowMs) {
        nextMs = Math.min(nextMs ?? Infinity, atMs)
        continue
      }
      this.#unread.delete(name)
      this.reload(flow).catch(error =>
        this.#options.onNotice(`the triggers of the flow ${name} cannot be read yet; it is tried again`, error),
      )
    }
    return nextMs
  }

  /** Shards go to other nodes, or all of them; settles when nothing of them is on its way to the store. */
  async release(keeps: (shard: number) => boolean): Promise<void> {
    await this.#options.sources.release(keeps)
    await this.#options.flowTriggers.release(keeps)
  }

  fireDue(nowMs: number): number | undefined {
    const { schedules, sources, flowTriggers } = this.#options
    const due = [this.#readAgain(nowMs), schedules.fireDue(nowMs), sources.fireDue(nowMs), flowTriggers.fireDue(nowMs)]
    const next = due.filter(atMs => atMs !== undefined)
    return next.length === 0 ? undefined : Math.min(...next)
  }

  /** The inbox of the engine, with what is said of jobs of sources sent to their triggers. */
  before(inbox: Inbox): Inbox {
    return {
      submit: async (signal: Signal, how) => {
        if (!isTold(signal)) return await inbox.submit(signal, how)
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
