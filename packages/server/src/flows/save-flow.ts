// Saves a flow: parsed, judged, kept as a revision, its triggers with their cursors, and only then known to the engine.
import { createHash } from 'node:crypto'
import {
  ENCRYPTED_TYPE,
  checkFlow,
  encodeValue,
  findCallCycle,
  trust,
  type Catalogue,
  type Diagnostic,
  type Dialect,
  type Flow,
  type PluginDefault,
  type Positions,
  type Value,
} from '@batuta/core'
import type { FlowCatalogue } from './flow-catalogue.ts'
import type { PolicyBook } from '../policies/policy-book.ts'
import { keptFlow } from './fresh-defaults.ts'
import type { Pools } from './pools.ts'
import type { TaskFiles } from '../plugins/task-files.ts'
import type { FlowKey, FlowRow, FlowWrite, Store, TriggerWrite } from '../storage/store.ts'

export interface SaveWorld {
  readonly store: Store
  readonly flows: FlowCatalogue
  readonly catalogue: Catalogue
  readonly globalDefaults: readonly PluginDefault[]
  namespaceDefaults?(namespace: string): readonly PluginDefault[]
  readonly tenant: string
  /** Limits that flows share. */
  readonly pools?: Pools
  /** What flows may be. */
  readonly policies?: PolicyBook
  /** Tasks from files of namespaces. */
  readonly taskFiles?: TaskFiles
  /** Whose flows these are, where that is not left to each flow. */
  readonly dialect?: Dialect
  nowMs(): number
  /** The first date of a schedule trigger after now, null for other triggers. */
  firstDateOf(flow: Flow, triggerId: string): number | null
  /** The flow was saved or deleted: its triggers may have changed. */
  onChanged(key: FlowKey): Promise<void>
}

export interface JudgedFlow {
  readonly flow?: Flow
  readonly diagnostics: readonly Diagnostic[]
  readonly positions: Positions
}

type JudgeWorld = Pick<
  SaveWorld,
  'catalogue' | 'globalDefaults' | 'flows' | 'tenant' | 'namespaceDefaults' | 'dialect' | 'policies'
>

/** A world that also knows the files of the namespace which the flow's tasks are made of, as they are now: for whoever saves it, or asks whether it could be. */
export async function withTaskFiles(source: string, world: SaveWorld): Promise<SaveWorld> {
  const catalogue = await world.taskFiles?.catalogueFor(source, world.catalogue)
  return catalogue === undefined || catalogue === world.catalogue ? world : { ...world, catalogue }
}

/** Form and meaning at once: every problem of the document comes back together. */
export function judgeFlow(source: string, world: JudgeWorld): JudgedFlow {
  const { flow, diagnostics, positions } = checkFlow(source, world)
  const forged = flow && judgeForged(flow)
  if (forged) return { diagnostics: [...diagnostics, forged], positions }
  if (!flow) return { diagnostics, positions }
  const labelled = world.policies?.withLabels(flow) ?? flow
  const found = [judgeCalls(labelled, world) ?? [], judgeByPolicies(labelled, world)].flat()
  const all = [...diagnostics, ...found.map(each => ({ ...each, ...positions.ofPath(each.path) }))]
  const isRefused = found.some(({ severity }) => severity === 'error')
  return { diagnostics: all, positions, ...(!isRefused && { flow: labelled }) }
}

function judgeByPolicies(flow: Flow, { policies }: JudgeWorld): readonly Diagnostic[] {
  return (policies?.judge(flow) ?? []).map(({ isBlocking, message, path }) => ({
    ...{ severity: isBlocking ? 'error' : 'warning', code: 'policy-violation', message, path },
  }))
}

/** Whoever could write cipher texts into a flow would have them opened for him. */
function judgeForged(flow: Flow): Diagnostic | undefined {
  if (!encodeValue(trust<Value>(flow)).includes(ENCRYPTED_TYPE)) return undefined
  const message = `A flow cannot hold "${ENCRYPTED_TYPE}", which marks what the server itself has encrypted: use secret() or an input of type SECRET.`
  return { severity: 'error', code: 'value-reserved', message, path: '' }
}

/** With the flows that are there, the flow may close a circle of calls. Kestra saves it and lets it run for ever. */
function judgeCalls(flow: Flow, { flows, tenant }: JudgeWorld): Diagnostic | undefined {
  const cycle = findCallCycle(flow, ({ namespace, id }) => flows.flowOf({ tenant, namespace, flowId: id }))
  if (!cycle) return undefined
  const { task, isEndless } = cycle
  const way = [...cycle.flows, flow].map(({ namespace, id }) => `${namespace}.${id}`).join(' → ')
  const how = isEndless ? 'always comes back to this flow, without end' : 'may come back to this flow'
  const advice = isEndless
    ? 'put a condition on one of the calls'
    : 'a circle that does not end is stopped after 32 levels'
  const message = `The call of the task "${task.id}" ${how} (${way}): ${advice}.`
  return { severity: isEndless ? 'error' : 'warning', code: 'call-cycle', message, path: task.path }
}

export async function saveFlow(source: string, flow: Flow, world: SaveWorld): Promise<FlowRow> {
  const row = await world.store.perform('saveFlow', flowWrite(source, flow, world))
  await makeKnown(row, flow, world)
  return row
}

/** As a change of the revision that is named: undefined when another one is the newest by now. */
export async function reviseFlow(
  { source, flow, follows }: { readonly source: string; readonly flow: Flow; readonly follows: number },
  world: SaveWorld,
): Promise<FlowRow | undefined> {
  const row = await world.store.perform('reviseFlow', { ...flowWrite(source, flow, world), follows })
  if (row === null) return undefined
  await makeKnown(row, flow, world)
  return row
}

function flowWrite(source: string, flow: Flow, world: SaveWorld): FlowWrite {
  return {
    tenant: world.tenant,
    namespace: flow.namespace,
    flowId: flow.id,
    source,
    parsed: keptFlow(flow, world),
    nowMs: world.nowMs(),
    isDisabled: flow.disabled,
  }
}

async function makeKnown(row: FlowRow, flow: Flow, world: SaveWorld): Promise<void> {
  await saveTriggers(row, flow, world)
  world.flows.take(row)
  await world.onChanged(row)
}

async function saveTriggers(key: FlowKey, flow: Flow, world: Pick<SaveWorld, 'store' | 'firstDateOf'>): Promise<void> {
  const triggers = flow.triggers.map(trigger => triggerWrite(flow, trigger.id, world))
  await world.store.perform('saveTriggers', { flow: key, triggers })
}

/** Flows that read otherwise since plugin defaults changed: their triggers may, too. */
export async function defaultsChanged(keys: Iterable<FlowKey>, world: SaveWorld): Promise<void> {
  for (const key of keys) {
    const flow = world.flows.flowOf(key)
    if (!flow) continue
    await saveTriggers(key, flow, world)
    await world.onChanged(key)
  }
}

export async function deleteFlow(key: FlowKey, world: SaveWorld): Promise<boolean> {
  const isDeleted = await world.store.perform('deleteFlow', { ...key, nowMs: world.nowMs() })
  const { tenant, namespace: owner, flowId: id } = key
  if (isDeleted) await world.store.perform('deleteUserSetting', { tenant, kind: 'draft', owner, id })
  world.flows.forget(key)
  await world.onChanged(key)
  return isDeleted
}

function triggerWrite(flow: Flow, triggerId: string, world: Pick<SaveWorld, 'firstDateOf'>): TriggerWrite {
  const definition = flow.triggers.find(trigger => trigger.id === triggerId)
  const hash = createHash('sha256')
    .update(encodeValue(trust<Value>(definition ?? null)))
    .digest('hex')
    .slice(0, 16)
  return { triggerId, nextMs: world.firstDateOf(flow, triggerId), hash }
}
