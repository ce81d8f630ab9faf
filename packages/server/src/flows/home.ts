import { SHARDS, hashText } from '@batuta/core'
import type { FlowKey } from '../storage/store.ts'

/** Where a flow's triggers and limits are at home, for ever. */
export function homeShardOf({ tenant, namespace, flowId }: FlowKey): number {
  return hashText(`${tenant}/${namespace}/${flowId}`) % SHARDS
}
