// All that triggers do on this node: schedules, those that listen to executions, and what is told to them from outside.
import { decodeValue, trust } from '@batuta/core'
import type { FlowKey, TriggerKey } from '../storage/store.ts'
import type { FlowTriggers } from './flow-triggers.ts'
import type { Listeners } from './listeners.ts'
import type { NoteTaker } from './note.ts'
import type { Schedules } from './schedules.ts'

/** A flow's triggers were changed by another node: their rows are to be read again. */
export interface TriggerChanged extends FlowKey {
  readonly type: 'trigger-changed'
}

export const CHANGED_BEGIN = '{"type":"trigger-changed"'

export interface NodeTriggersOptions {
  readonly schedules: Schedules
  readonly flowTriggers: FlowTriggers
  notes(): NoteTaker
  /** What flows need to be known before their triggers are judged. */
  prepare(flow?: FlowKey): Promise<void>
  /** The clock looks again no later than then. */
  lookAt(atMs: number | undefined): void
}

export class NodeTriggers {
  readonly #options: NodeTriggersOptions
  readonly listeners: Listeners

  constructor(options: NodeTriggersOptions) {
    this.#options = options
    const { schedules, flowTriggers, lookAt } = options
    this.listeners = {
      tell: (view, events) => flowTriggers.tell(view, events),
      take: (signal, rowId) => flowTriggers.take(signal, rowId),
      waitsFor: id => schedules.waitsFor(id),
      ended: (id, state) => void schedules.ended(id, state).then(lookAt),
    }
  }

  /** Before signals are taken. */
  async open(): Promise<void> {
    await this.#options.prepare()
    await this.#options.flowTriggers.load()
  }

  async load(): Promise<void> {
    this.#options.lookAt(await this.#options.schedules.load())
  }

  /** A flow was saved or deleted, or its triggers were changed by hand. */
  async reload(flow: FlowKey): Promise<void> {
    await this.#options.prepare(flow)
    await this.#options.flowTriggers.reload(flow)
    this.#options.lookAt(await this.#options.schedules.reload(flow))
  }

  fireDue(nowMs: number): number | undefined {
    return this.#options.schedules.fireDue(nowMs)
  }

  /** The execution that holds a trigger. */
  lockOf(key: TriggerKey): string | undefined {
    return this.#options.schedules.lockOf(key)
  }

  /** Undefined for stored signals that are not for triggers. */
  takeStored(body: string, rowId: string): Promise<void> | undefined {
    return body.startsWith(CHANGED_BEGIN)
      ? this.#takeChange(body, rowId)
      : this.#options.flowTriggers.takeStored(body, rowId)
  }

  async #takeChange(body: string, rowId: string): Promise<void> {
    await this.reload(trust<TriggerChanged>(decodeValue(body)))
    await this.#options.notes().note({ signalsTaken: [rowId] })
  }
}
