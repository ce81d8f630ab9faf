// A signed call starts one execution, however often it comes: whoever catches one and sends it again is told what the first has started. The claim is a row
// of the store, so it outlives a restart and holds on every node; it is made before the birth, with the id that the execution is to have, so that a call
// that died in between can be made again.
import { createHash } from 'node:crypto'
import type { TriggerKey } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { json, type Reply } from '../reply.ts'
import { executionUrl } from './start-execution.ts'

export interface SignedOnce {
  readonly trigger: TriggerKey
  /** What tells this call from every other. */
  readonly once: string
  readonly keptMs: number
  readonly plannedId: string
}

export type Claimed =
  { readonly type: 'new'; readonly executionId: string } | { readonly type: 'known'; readonly reply: Reply }

const STARTING = 0

export async function claimSignedCall(signed: SignedOnce, dependencies: HttpDependencies): Promise<Claimed> {
  const { trigger, once, keptMs, plannedId } = signed
  const { store, platform } = dependencies
  const nowMs = platform.nowMs()
  const { tenant, namespace, flowId, triggerId } = trigger
  const mark = createHash('sha256').update(once).digest('base64url')
  const row = {
    key: `webhook/${tenant}/${namespace}/${flowId}/${triggerId}/${mark}`,
    entity: plannedId,
    bodyHash: '',
    status: STARTING,
    body: '{}',
    expiresMs: nowMs + keptMs,
  }
  const known = await store.perform('claimOperation', { row, nowMs })
  if (!known) return { type: 'new', executionId: plannedId }
  const executionId = known.entity
  if (!(await store.read.findExecution(executionId))) return { type: 'new', executionId }
  const url = executionUrl({ namespace, flowId, executionId }, dependencies)
  const reply = json({ id: executionId, namespace, flowId, url })
  return { type: 'known', reply: { ...reply, headers: { 'idempotent-replayed': 'true' } } }
}
