// The flows of a run: made by chance, saved as a user would save them, changed now and then.
import {
  compilePlan,
  createCatalogue,
  decodeValue,
  encodeValue,
  parseFlow,
  trust,
  type Flow,
  type Plan,
  type Value,
} from '@batuta/core'
import { firstDateOf } from '../../packages/server/src/engine/schedules.ts'
import type { Tables } from '../../packages/server/src/storage/memory/tables.ts'
import type { FlowKey, FlowRow, Store, TriggerKey } from '../../packages/server/src/storage/store.ts'
import type { Chance } from './chance.ts'
import { JOB_TYPE, NAMESPACE, randomFlow } from './random-flow.ts'
import type { Doc } from './random-groups.ts'
import { DrawnLimits } from './shared-limits.ts'
import { POLL_TYPE, WATCH_TYPE } from './stranger.ts'

export const TENANT = 'main'
const ENDS = ['SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED', 'RETRIED']
export const SCHEDULE_ID = 'every'
/** Of the flows that are saved again, so many only grow. */
const GROWN = 0.6
/** The schedule strikes this often. */
export const SCHEDULE_EVERY_MS = 5_000

const CATALOGUE = createCatalogue([
  { type: JOB_TYPE, kind: 'task' },
  { type: POLL_TYPE, kind: 'polling' },
  { type: WATCH_TYPE, kind: 'realtime' },
])
const SCHEDULE = {
  id: SCHEDULE_ID,
  type: 'io.kestra.plugin.core.trigger.Schedule',
  cron: '*/5 * * * * *',
  withSeconds: true,
  // It strikes on time, whatever becomes of its executions.
  allowConcurrent: true,
}
/** Hears of the end of every other execution. */
export const LISTENER: FlowKey = { tenant: 'main', namespace: NAMESPACE, flowId: 'heard' }
const LISTENER_DOCUMENT = {
  id: LISTENER.flowId,
  namespace: NAMESPACE,
  tasks: [{ id: 'told', type: 'io.kestra.plugin.core.log.Log', message: "{{ trigger.executionId ?? 'nobody' }}" }],
  triggers: [{ id: 'ends', type: 'io.kestra.plugin.core.trigger.Flow' }],
}

/** Is told once an execution of each of the first two flows has ended, and then anew. */
export const JOINER: FlowKey = { tenant: 'main', namespace: NAMESPACE, flowId: 'joined' }
const JOINER_DOCUMENT = {
  id: JOINER.flowId,
  namespace: NAMESPACE,
  tasks: [{ id: 'told', type: 'io.kestra.plugin.core.log.Log', message: 'both' }],
  triggers: [
    {
      id: 'both',
      type: 'io.kestra.plugin.core.trigger.Flow',
      preconditions: {
        id: 'pair',
        resetOnSuccess: true,
        flows: [0, 1].map(number => ({ namespace: NAMESPACE, flowId: `f${number}`, states: ENDS })),
      },
    },
  ],
}
/** Reads the messages of a stranger as they come. */
export const READER: FlowKey = { tenant: 'main', namespace: NAMESPACE, flowId: 'read' }
const READER_DOCUMENT = {
  id: READER.flowId,
  namespace: NAMESPACE,
  tasks: [{ id: 'told', type: 'io.kestra.plugin.core.log.Log', message: "{{ trigger.number ?? 'none' }}" }],
  triggers: [{ id: 'messages', type: WATCH_TYPE }],
}
/** Asks the stranger now and then, and not while what it found is worked on. */
export const ASKER: FlowKey = { tenant: 'main', namespace: NAMESPACE, flowId: 'asked' }
const ASKER_DOCUMENT = {
  id: ASKER.flowId,
  namespace: NAMESPACE,
  tasks: [{ id: 'works', type: JOB_TYPE, outcomes: 'S' }],
  triggers: [{ id: 'poll', type: POLL_TYPE, interval: 'PT2S' }],
}

export class FlowLibrary {
  readonly count: number
  readonly scheduled: FlowKey | undefined
  readonly hasListener: boolean
  /** Flows whose triggers look outside. */
  readonly sources: readonly TriggerKey[]
  readonly hasJoiner: boolean
  readonly #tables: Tables
  readonly #truth: Store
  readonly #chance: Chance
  readonly #plans = new Map<string, Plan>()
  readonly #newest = new Map<number, Doc>()
  /** The first of the revisions that grew to the newest one, by number of the flow. */
  readonly #grownSince = new Map<number, number>()
  /** The same in all revisions of a flow. */
  readonly limits: DrawnLimits

  constructor(tables: Tables, truth: Store, chance: Chance) {
    this.#tables = tables
    this.#truth = truth
    this.#chance = chance
    this.count = chance.int(1, 3)
    this.scheduled = chance.hits(0.3) ? flowKey(0) : undefined
    this.hasListener = chance.hits(0.3)
    this.hasJoiner = this.count > 1 && chance.hits(0.4)
    this.sources = [
      ...(chance.hits(0.25) ? [{ ...READER, triggerId: 'messages' }] : []),
      ...(chance.hits(0.2) ? [{ ...ASKER, triggerId: 'poll' }] : []),
    ]
    const others = [LISTENER, JOINER, READER, ASKER].map(({ flowId }) => flowId)
    this.limits = new DrawnLimits(chance, { count: this.count, others })
  }

  async saveAll(nowMs: number): Promise<void> {
    await this.#truth.perform('setKey', {
      tenant: TENANT,
      namespace: NAMESPACE,
      key: 'answer',
      value: encodeValue('true'),
      type: 'STRING',
      description: null,
      expiresMs: null,
      updatedMs: nowMs,
    })
    for (let number = 0; number < this.count; number++) await this.save(number, nowMs)
    if (this.hasListener) await this.#keep(LISTENER, LISTENER_DOCUMENT, nowMs)
    if (this.hasJoiner) await this.#keep(JOINER, JOINER_DOCUMENT, nowMs)
    for (const { triggerId, ...key } of this.sources) {
      await this.#keep(key, key.flowId === READER.flowId ? READER_DOCUMENT : ASKER_DOCUMENT, nowMs)
      await this.#truth.perform('saveTriggers', { flow: key, triggers: [{ triggerId, nextMs: nowMs, hash: 'one' }] })
    }
  }

  /** A new flow under the number, or a new revision of it. */
  async save(number: number, nowMs: number): Promise<FlowRow> {
    const key = flowKey(number)
    const callable = this.limits.mayCall(key.flowId)
      ? Array.from({ length: number }, (_, at) => flowKey(at).flowId)
      : []
    const random = this.#grown(number) ?? randomFlow(this.#chance, { id: key.flowId, callable })
    this.#newest.set(number, random)
    const isScheduled = this.scheduled?.flowId === key.flowId
    const { row, flow } = await this.#keep(key, isScheduled ? { ...random, triggers: [SCHEDULE] } : random, nowMs)
    const nextMs = firstDateOf(flow, SCHEDULE_ID, { nowMs, zone: 'UTC' })
    const triggers = isScheduled ? [{ triggerId: SCHEDULE_ID, nextMs, hash: 'unchanged' }] : []
    await this.#truth.perform('saveTriggers', { flow: key, triggers })
    return row
  }

  async #keep(key: FlowKey, document: object, nowMs: number): Promise<{ readonly row: FlowRow; readonly flow: Flow }> {
    const concurrency = this.limits.concurrencyOf(key.flowId)
    const source = JSON.stringify(concurrency ? { ...document, concurrency } : document)
    const { flow, diagnostics } = parseFlow(source, { catalogue: CATALOGUE })
    if (!flow) throw new Error(`the flow is refused: ${JSON.stringify(diagnostics)}\n${source}`)
    const parsed = encodeValue(trust<Value>(flow))
    const row = await this.#truth.perform('saveFlow', { ...key, source, parsed, nowMs, isDisabled: flow.disabled })
    return { row, flow }
  }

  /** What has run of one revision stands in the other as it did. */
  isGrown({ flowId }: FlowKey, from: number, to: number): boolean {
    const since = this.#grownSince.get(Number(flowId.slice(1))) ?? 1
    return from >= since && to >= from
  }

  /** The flow as it is with one task more, now and then. */
  #grown(number: number): Doc | undefined {
    const known = this.#newest.get(number)
    const revision = this.#rowsOf(flowKey(number)).length + 1
    if (!known || !this.#chance.hits(GROWN)) {
      this.#grownSince.set(number, revision)
      return undefined
    }
    const more = { id: `n${revision}`, type: 'io.kestra.plugin.core.log.Log', message: 'more' }
    return { ...known, tasks: [...(known['tasks'] as readonly Doc[]), more] }
  }

  planOf({ tenant, namespace, flowId, revision }: FlowKey & { readonly revision: number }): Plan {
    const name = `${flowId}/${revision}`
    const known = this.#plans.get(name)
    if (known) return known
    const row = this.#rowsOf({ tenant, namespace, flowId }).find(found => found.revision === revision)
    if (!row) throw new Error(`there is no flow ${name}`)
    const plan = compilePlan(trust<Flow>(decodeValue(row.parsed)), { tenant, revision })
    this.#plans.set(name, plan)
    return plan
  }

  sourceOf(flowId: string, revision: number): string {
    return this.#rowsOf({ tenant: TENANT, namespace: NAMESPACE, flowId })[revision - 1]?.source ?? 'no source'
  }

  #rowsOf({ tenant, namespace, flowId }: FlowKey): readonly FlowRow[] {
    return this.#tables.flows.get(`${tenant}/${namespace}/${flowId}`) ?? []
  }
}

export function flowKey(number: number): FlowKey {
  return { tenant: TENANT, namespace: NAMESPACE, flowId: `f${number}` }
}
