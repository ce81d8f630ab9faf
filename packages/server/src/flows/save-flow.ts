// Saves a flow: parsed, judged, kept as a revision, its triggers with their cursors, and only then known to the engine.
import { createHash } from 'node:crypto'
import {
  checkFlow,
  encodeValue,
  trust,
  type Catalogue,
  type Diagnostic,
  type Flow,
  type PluginDefault,
  type Value,
} from '@batuta/core'
import type { FlowCatalogue } from './flow-catalogue.ts'
import type { FlowKey, FlowRow, Store, TriggerWrite } from '../storage/store.ts'

export interface SaveWorld {
  readonly store: Store
  readonly flows: FlowCatalogue
  readonly catalogue: Catalogue
  readonly globalDefaults: readonly PluginDefault[]
  readonly tenant: string
  nowMs(): number
  /** The first date of a schedule trigger after now, null for other triggers. */
  firstDateOf(flow: Flow, triggerId: string): number | null
  /** The flow was saved or deleted: its triggers may have changed. */
  onChanged(key: FlowKey): Promise<void>
}

export interface JudgedFlow {
  readonly flow?: Flow
  readonly diagnostics: readonly Diagnostic[]
}

/** Form and meaning at once: every problem of the document comes back together. */
export function judgeFlow(
  source: string,
  { catalogue, globalDefaults }: Pick<SaveWorld, 'catalogue' | 'globalDefaults'>,
): JudgedFlow {
  return checkFlow(source, { catalogue, globalDefaults })
}

export async function saveFlow(source: string, flow: Flow, world: SaveWorld): Promise<FlowRow> {
  const { store, flows, tenant } = world
  const row = await store.perform('saveFlow', {
    tenant,
    namespace: flow.namespace,
    flowId: flow.id,
    source,
    parsed: encodeValue(trust<Value>(flow)),
    nowMs: world.nowMs(),
    isDisabled: flow.disabled,
  })
  await store.perform('saveTriggers', {
    flow: row,
    triggers: flow.triggers.map(trigger => triggerWrite(flow, trigger.id, world)),
  })
  flows.take(row)
  await world.onChanged(row)
  return row
}

export async function deleteFlow(key: FlowKey, world: SaveWorld): Promise<boolean> {
  const isDeleted = await world.store.perform('deleteFlow', { ...key, nowMs: world.nowMs() })
  world.flows.forget(key)
  await world.onChanged(key)
  return isDeleted
}

function triggerWrite(flow: Flow, triggerId: string, world: SaveWorld): TriggerWrite {
  const definition = flow.triggers.find(trigger => trigger.id === triggerId)
  const hash = createHash('sha256')
    .update(encodeValue(trust<Value>(definition ?? null)))
    .digest('hex')
    .slice(0, 16)
  return { triggerId, nextMs: world.firstDateOf(flow, triggerId), hash }
}
