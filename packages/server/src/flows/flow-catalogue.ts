// The flows in memory: the newest live revision of each as parsed text, and plans compiled when first needed. A revision that executions
// still run with is read from the store once and kept while it is used.
import { compilePlan, decodeValue, trust, type Flow, type Plan } from '@batuta/core'
import type { FlowKey, FlowRow, Store } from '../storage/store.ts'

const PLANS_MAX = 2_000

export interface FlowCatalogue {
  /** The newest live revision, when its flow is known. */
  newest(key: FlowKey): FlowEntry | undefined
  planOf(entry: FlowEntry): Plan
  flowOf(key: FlowKey): Flow | undefined
  /** A certain revision, if it is in memory. */
  findPlan(key: FlowKey, revision: number): Plan | undefined
  /** A certain revision, deleted flows included. */
  loadPlan(key: FlowKey, revision: number): Promise<Plan | undefined>
  /** Takes in a row that was saved or deleted. */
  take(row: FlowRow): void
  forget(key: FlowKey): void
  all(): Iterable<FlowEntry>
}

export interface FlowEntry extends FlowKey {
  readonly revision: number
  readonly parsed: string
  readonly isDisabled: boolean
}

const PAGE = 500

export async function openFlowCatalogue(store: Store): Promise<FlowCatalogue> {
  const entries = new Map<string, FlowEntry>()
  const plans = new Map<string, Plan>()
  const take = (row: FlowRow): void => {
    if (row.isDeleted) entries.delete(keyText(row))
    else
      entries.set(keyText(row), {
        tenant: row.tenant,
        namespace: row.namespace,
        flowId: row.flowId,
        revision: row.revision,
        parsed: row.parsed,
        isDisabled: row.isDisabled,
      })
  }
  const compile = (key: FlowKey, revision: number, parsed: string): Plan => {
    const name = `${keyText(key)}/${revision}`
    const known = plans.get(name)
    if (known) return known
    const plan = compilePlan(trust<Flow>(decodeValue(parsed)), { tenant: key.tenant, revision })
    plans.set(name, plan)
    if (plans.size > PLANS_MAX) plans.delete(plans.keys().next().value ?? name)
    return plan
  }
  const findPlan = (key: FlowKey, revision: number): Plan | undefined => {
    const newest = entries.get(keyText(key))
    if (newest?.revision === revision) return compile(key, revision, newest.parsed)
    return plans.get(`${keyText(key)}/${revision}`)
  }
  await readAll(store, take)
  return {
    newest: key => entries.get(keyText(key)),
    planOf: entry => compile(entry, entry.revision, entry.parsed),
    flowOf: key => {
      const entry = entries.get(keyText(key))
      return entry && compile(entry, entry.revision, entry.parsed).flow
    },
    findPlan,
    loadPlan: async (key, revision) => {
      const known = findPlan(key, revision)
      if (known) return known
      const row = await store.read.findFlow(key, revision)
      return row && compile(key, revision, row.parsed)
    },
    take,
    forget: key => void entries.delete(keyText(key)),
    all: () => entries.values(),
  }
}

function keyText({ tenant, namespace, flowId }: FlowKey): string {
  return `${tenant}/${namespace}/${flowId}`
}

async function readAll(store: Store, take: (row: FlowRow) => void): Promise<void> {
  let after: FlowKey | undefined
  for (;;) {
    const rows = await store.read.listFlows(after, PAGE)
    rows.forEach(take)
    after = rows.at(-1)
    if (rows.length < PAGE) return
  }
}
