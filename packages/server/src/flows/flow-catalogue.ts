// The flows in memory: the newest live revision of each as parsed text, and plans compiled when first needed. A revision that executions
// still run with is read from the store once and kept while it is used.
import { compilePlan, decodeValue, trust, type Flow, type Plan } from '@batuta/core'
import { haveOtherTriggers, type FreshDefaults } from './fresh-defaults.ts'
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
  /** Flows whose triggers read otherwise than they were saved, since plugin defaults changed while nobody was there. */
  readonly remade: readonly FlowKey[]
  /** Plugin defaults changed: the flows whose triggers read otherwise now. */
  refresh(namespace: string): Promise<readonly FlowKey[]>
}

export interface FlowEntry extends FlowKey {
  readonly revision: number
  readonly parsed: string
  readonly isDisabled: boolean
}

const PAGE = 500

export async function openFlowCatalogue(store: Store, defaults?: FreshDefaults): Promise<FlowCatalogue> {
  const entries = new Map<string, FlowEntry>()
  const plans = new Map<string, Plan>()
  const freshOf = (row: FlowRow): string => defaults?.fresh(row) ?? row.parsed
  const take = (row: FlowRow): void => {
    if (row.isDeleted) entries.delete(keyText(row))
    else
      entries.set(keyText(row), {
        tenant: row.tenant,
        namespace: row.namespace,
        flowId: row.flowId,
        revision: row.revision,
        parsed: freshOf(row),
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
  const remade: FlowKey[] = []
  await readAll(store, row => {
    take(row)
    const now = defaults && entries.get(keyText(row))?.parsed
    if (now !== undefined && haveOtherTriggers(row.parsed, now)) remade.push(row)
  })
  return {
    remade,
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
      return row && compile(key, revision, freshOf(row))
    },
    take,
    forget: key => void entries.delete(keyText(key)),
    all: () => entries.values(),
    refresh: async namespace => {
      defaults?.forget()
      return await refreshFlows(namespace, { store, entries, plans, take })
    },
  }
}

interface Kept {
  readonly store: Store
  readonly entries: ReadonlyMap<string, FlowEntry>
  readonly plans: Map<string, Plan>
  take(row: FlowRow): void
}

async function refreshFlows(above: string, { store, entries, plans, take }: Kept): Promise<readonly FlowKey[]> {
  const found = [...entries.values()].filter(({ namespace }) => isWithin(namespace, above))
  forgetPlans(plans, found)
  const changed: FlowKey[] = []
  for (const entry of found) {
    const row = await store.read.findFlow(entry, entry.revision)
    const newest = entries.get(keyText(entry))
    if (!row || row.isDeleted || newest?.revision !== row.revision) continue
    take(row)
    const now = entries.get(keyText(entry))?.parsed ?? entry.parsed
    if (haveOtherTriggers(entry.parsed, now)) changed.push(entry)
  }
  // What was compiled while the rows were read.
  forgetPlans(plans, found)
  return changed
}

function isWithin(namespace: string, above: string): boolean {
  return namespace === above || namespace.startsWith(`${above}.`)
}

/** Older revisions too: they are read again when somebody needs them. */
function forgetPlans(plans: Map<string, Plan>, flows: readonly FlowKey[]): void {
  const keys = new Set(flows.map(keyText))
  for (const name of plans.keys()) if (keys.has(name.slice(0, name.lastIndexOf('/')))) plans.delete(name)
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
