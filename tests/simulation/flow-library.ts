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
import {
  ASKER,
  ASKER_DOCUMENT,
  CALLED,
  DATED,
  DATED_TRIGGERS,
  DEADLINE,
  DEADLINE_DOCUMENT,
  JOINER,
  JOINER_DOCUMENT,
  LISTENER,
  LISTENER_DOCUMENT,
  READER,
  READER_DOCUMENT,
  SCHEDULE,
  SCHEDULE_ID,
  TICKED,
  calledDocument,
  datedDocument,
  tickedDocument,
} from './special-flows.ts'
import { POLL_TYPE, WATCH_TYPE } from './stranger.ts'

export const TENANT = 'main'
/** Of the flows that are saved again, so many only grow. */
const GROWN = 0.6
const CATALOGUE = createCatalogue([
  { type: JOB_TYPE, kind: 'task' },
  { type: POLL_TYPE, kind: 'polling' },
  { type: WATCH_TYPE, kind: 'realtime' },
])
/** Of the circuit breakers, so many wait for a hand. */
const BY_HAND = 0.4

interface Special {
  readonly key: FlowKey
  readonly document: object
  /** Those that the clock looks at. */
  readonly timed: readonly string[]
}

export class FlowLibrary {
  readonly count: number
  readonly scheduled: FlowKey | undefined
  readonly hasListener: boolean
  /** Flows whose triggers look outside. */
  readonly sources: readonly TriggerKey[]
  readonly hasJoiner: boolean
  readonly hasDoors: boolean
  /** Those of the flow whose schedules say what becomes of missed dates. */
  readonly dated: readonly string[]
  readonly hasTicks: boolean
  readonly hasDeadline: boolean
  readonly #release: { readonly called: string | undefined; readonly ticked: string | undefined }
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
    this.hasDoors = chance.hits(0.35)
    this.hasTicks = chance.hits(0.2)
    this.dated = chance.hits(0.3) ? [chance.pick(DATED_TRIGGERS).id, chance.pick(DATED_TRIGGERS).id] : []
    this.hasDeadline = chance.hits(0.2)
    const release = (): string | undefined => (chance.hits(BY_HAND) ? undefined : 'PT8S')
    this.#release = { called: release(), ticked: release() }
    const others = [LISTENER, JOINER, READER, ASKER, CALLED, TICKED, DEADLINE].map(({ flowId }) => flowId)
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
    for (const { key, document, timed } of this.#specials) {
      const { flow } = await this.#keep(key, document, nowMs)
      if (timed.length === 0) continue
      const triggers = timed.map(triggerId => {
        const nextMs = firstDateOf(flow, triggerId, { nowMs, zone: 'UTC' }) ?? nowMs
        return { triggerId, nextMs, hash: 'one' }
      })
      await this.#truth.perform('saveTriggers', { flow: key, triggers })
    }
  }

  /** All that start something by themselves. */
  get startingTriggers(): readonly TriggerKey[] {
    const { scheduled, sources, dated, hasTicks, hasDeadline } = this
    return [
      ...(scheduled ? [{ ...scheduled, triggerId: SCHEDULE_ID }] : []),
      ...sources,
      ...[...new Set(dated)].map(triggerId => ({ ...DATED, triggerId })),
      ...(hasTicks ? [{ ...TICKED, triggerId: 'ticks' }] : []),
      ...(hasDeadline ? [{ ...DEADLINE, triggerId: 'deadline' }] : []),
    ]
  }

  get #specials(): readonly Special[] {
    const { called, ticked } = this.#release
    const special = (isThere: boolean, key: FlowKey, document: object, timed: readonly string[] = []): Special[] =>
      isThere ? [{ key, document, timed }] : []
    const asks = (flow: FlowKey): boolean => this.sources.some(({ flowId }) => flowId === flow.flowId)
    return [
      ...special(this.hasListener, LISTENER, LISTENER_DOCUMENT),
      ...special(this.hasJoiner, JOINER, JOINER_DOCUMENT),
      ...special(asks(READER), READER, READER_DOCUMENT, ['messages']),
      ...special(asks(ASKER), ASKER, ASKER_DOCUMENT, ['poll']),
      ...special(this.hasDoors, CALLED, calledDocument(called)),
      ...special(this.hasTicks, TICKED, tickedDocument(ticked), ['ticks']),
      ...special(this.dated.length > 0, DATED, datedDocument(this.dated), [...new Set(this.dated)]),
      ...special(this.hasDeadline, DEADLINE, DEADLINE_DOCUMENT),
    ]
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
