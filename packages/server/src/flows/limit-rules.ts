// Which limits the executions of a flow are subject to, and where these are at home. All members of a limit live on its home shard, so that one node
// knows all of them and whoever asks for a place is answered in the turn of its birth. The newest revision of the flow tells, whatever revision runs.
import type { Concurrency } from '@batuta/core'
import type { FlowKey } from '../storage/store.ts'
import type { FlowCatalogue } from './flow-catalogue.ts'
import { homeShardOf } from './home.ts'

export interface LimitRules {
  /** None for most flows. */
  keysOf(flow: FlowKey): readonly string[]
  /** How many may hold a place of it; Infinity when it is there no more. */
  limitOf(key: string): number
  behaviorOf(flow: FlowKey): Concurrency['behavior']
  /** Where executions of the flow are to be born; undefined: anywhere. */
  birthShardOf(flow: FlowKey): number | undefined
}

export function newLimitRules(flows: Pick<FlowCatalogue, 'flowOf'>): LimitRules {
  return {
    keysOf: flow => (flows.flowOf(flow)?.concurrency ? [flowLimitKey(flow)] : NONE),
    limitOf: key => flows.flowOf(flowOfKey(key))?.concurrency?.limit ?? Infinity,
    behaviorOf: flow => flows.flowOf(flow)?.concurrency?.behavior ?? 'QUEUE',
    birthShardOf: flow => (flows.flowOf(flow)?.concurrency ? homeShardOf(flow) : undefined),
  }
}

const NONE: readonly string[] = []

export function flowLimitKey({ tenant, namespace, flowId }: FlowKey): string {
  return `flow/${tenant}/${namespace}/${flowId}`
}

/** The flow whose limit it is; undefined for a pool. */
export function flowOfLimit(key: string): FlowKey | undefined {
  return key.startsWith('flow/') ? flowOfKey(key) : undefined
}

function flowOfKey(key: string): FlowKey {
  const [, tenant = '', namespace = '', flowId = ''] = key.split('/')
  return { tenant, namespace, flowId }
}

/** Where a limit is at home. */
export function homeShardOfLimit(key: string): number {
  return homeShardOf(flowOfKey(key))
}
