// The flows in memory: the newest live revision of each as parsed text, and plans compiled when first needed. A revision that executions
// still run with is read from the store once and kept while it is used.
import { compilePlan, decodeValue, trust, type Flow, type Plan } from '@batuta/core'
import { haveOtherTriggers, type FreshDefaults } from './fresh-defaults.ts'
import type { FlowKey, FlowRow, Store } from '../storage/store.ts'
import { FlowMap } from './flow-map.ts'

const PLANS_MAX = 2_000

export interface FlowCatalogue {
  /** The newest live revision, when its flow is known. */
  newest(key: FlowKey): FlowEntry | undefined
  planOf(entry: FlowEntry): Plan
  /** What is written, for whoever goes through all flows: nothing of it is kept, and no plan that is kept goes for it. */
  readFlow(entry: FlowEntry): Flow
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
  readonly savedMs: number
  /** While it is compiled. */
  plan?: Plan
}

const PAGE = 500

/** By flow and revision, the oldest first; `entry` where it is kept there, too. */
type Plans = Map<string, { readonly plan: Plan; readonly entry: FlowEntry | undefined }>

export async function openFlowCatalogue(store: Store, defaults?: FreshDefaults): Promise<FlowCatalogue> {
  const newest = new FlowMap<FlowEntry>()
  const plans: Plans = new Map()
  const freshOf = (row: FlowRow): string => defaults?.fresh(row) ?? row.parsed
  const take = (row: FlowRow): void => {
    if (row.isDeleted) return newest.delete(row)
    const { tenant, namespace, flowId, revision, isDisabled, nowMs: savedMs } = row
    newest.set(row, { tenant, namespace, flowId, revision, parsed: freshOf(row), isDisabled, savedMs })
  }
  const compile = (key: FlowKey, { revision, parsed }: Pick<FlowRow, 'revision' | 'parsed'>): Plan => {
    const name = nameOf(key, revision)
    const known = plans.get(name)?.plan
    const plan = known ?? compilePlan(decodeFlow(parsed), { tenant: key.tenant, revision })
    const entry = newest.get(key)
    const isNewest = entry?.revision === revision
    if (isNewest) entry.plan = plan
    plans.set(name, { plan, entry: isNewest ? entry : undefined })
    if (plans.size > PLANS_MAX) forgetOldest(plans)
    return plan
  }
  const planOf = (entry: FlowEntry): Plan => entry.plan ?? compile(entry, entry)
  const findPlan = (key: FlowKey, revision: number): Plan | undefined => {
    const entry = newest.get(key)
    return entry?.revision === revision ? planOf(entry) : plans.get(nameOf(key, revision))?.plan
  }
  const remade: FlowKey[] = []
  await readAll(store, row => {
    take(row)
    const now = defaults && newest.get(row)?.parsed
    if (now !== undefined && haveOtherTriggers(row.parsed, now)) remade.push(row)
  })
  return {
    remade,
    newest: key => newest.get(key),
    planOf,
    readFlow: ({ plan, parsed }) => plan?.flow ?? decodeFlow(parsed),
    flowOf: key => {
      const entry = newest.get(key)
      return entry && planOf(entry).flow
    },
    findPlan,
    loadPlan: async (key, revision) => {
      const known = findPlan(key, revision)
      if (known) return known
      const row = await store.read.findFlow(key, revision)
      return row && compile(key, { revision, parsed: freshOf(row) })
    },
    take,
    forget: key => newest.delete(key),
    all: () => newest.values(),
    refresh: async namespace => {
      defaults?.forget()
      return await refreshFlows(namespace, { store, newest, plans, take })
    },
  }
}

function decodeFlow(parsed: string): Flow {
  return trust<Flow>(decodeValue(parsed))
}

interface Kept {
  readonly store: Store
  readonly newest: FlowMap<FlowEntry>
  readonly plans: Plans
  take(row: FlowRow): void
}

async function refreshFlows(above: string, { store, newest, plans, take }: Kept): Promise<readonly FlowKey[]> {
  const found = [...newest.values()].filter(({ namespace }) => isWithin(namespace, above))
  forgetPlans(plans, found)
  const changed: FlowKey[] = []
  for (const entry of found) {
    const row = await store.read.findFlow(entry, entry.revision)
    if (!row || row.isDeleted || newest.get(entry)?.revision !== row.revision) continue
    take(row)
    const now = newest.get(entry)?.parsed ?? entry.parsed
    if (haveOtherTriggers(entry.parsed, now)) changed.push(entry)
  }
  // What was compiled while the rows were read.
  forgetPlans(plans, found)
  return changed
}

function isWithin(namespace: string, above: string): boolean {
  return above === '' || namespace === above || namespace.startsWith(`${above}.`)
}

/** Older revisions too: they are read again when somebody needs them. */
function forgetPlans(plans: Plans, flows: readonly FlowKey[]): void {
  const keys = new Set(flows.map(keyText))
  for (const [name, { entry }] of plans) {
    if (!keys.has(name.slice(0, name.lastIndexOf('/')))) continue
    if (entry) delete entry.plan
    plans.delete(name)
  }
}

function forgetOldest(plans: Plans): void {
  for (const [name, { entry }] of plans) {
    if (entry) delete entry.plan
    plans.delete(name)
    return
  }
}

function nameOf(key: FlowKey, revision: number): string {
  return `${keyText(key)}/${revision}`
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
