// Rows of the database as the port speaks of them.
import { assert } from '@batuta/core'
import type { ExecutionRow, JobRow, LimitMemberRow, MetricRow, OperationRow, WaitsFor, WindowRow } from '../batch.ts'
import type { FlowRow, KeyRow, NamespaceRow, ReasonRow, SecretRow, StoredTrigger, TriggerKey } from '../store.ts'

export type SqlRow = Record<string, unknown>

export function text(row: SqlRow, column: string): string {
  return String(row[column])
}

export function number(row: SqlRow, column: string): number {
  return Number(row[column])
}

/** SQLite has no booleans of its own. */
export function flag(row: SqlRow, column: string): boolean {
  return row[column] === true || row[column] === 1
}

export function textOrNull(row: SqlRow, column: string): string | null {
  const value = row[column]
  return value === null || value === undefined ? null : String(value)
}

export function numberOrNull(row: SqlRow, column: string): number | null {
  const value = row[column]
  return value === null || value === undefined ? null : Number(value)
}

/** PostgreSQL's driver gives a Buffer: the same bytes, but not the same type. */
export function bytes(row: SqlRow, column: string): Uint8Array {
  const value = row[column]
  assert(value instanceof Uint8Array, `the column "${column}" holds no bytes`)
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
}

export function flowOf(row: SqlRow): FlowRow {
  return {
    tenant: text(row, 'tenant'),
    namespace: text(row, 'namespace'),
    flowId: text(row, 'id'),
    revision: number(row, 'revision'),
    source: text(row, 'source'),
    parsed: text(row, 'parsed'),
    isDisabled: flag(row, 'is_disabled'),
    isDeleted: flag(row, 'is_deleted'),
    nowMs: number(row, 'updated_ms'),
  }
}

export function metricOf(row: SqlRow): MetricRow {
  return {
    executionId: text(row, 'execution_id'),
    run: number(row, 'run'),
    taskId: text(row, 'task_id'),
    name: text(row, 'name'),
    type: text(row, 'type'),
    value: number(row, 'value'),
    tags: text(row, 'tags'),
    atMs: number(row, 'at_ms'),
  }
}

const WAITS: readonly WaitsFor[] = ['nothing', 'job', 'timer', 'signal', 'child', 'limit', 'human']

export function executionOf(row: SqlRow): ExecutionRow {
  return {
    id: text(row, 'id'),
    tenant: text(row, 'tenant'),
    namespace: text(row, 'namespace'),
    flowId: text(row, 'flow_id'),
    revision: number(row, 'revision'),
    state: text(row, 'state'),
    createdMs: number(row, 'created_ms'),
    endMs: numberOrNull(row, 'end_ms'),
    waitsFor: WAITS.find(name => name === row['waits_for']) ?? null,
    turn: number(row, 'turn'),
    shard: number(row, 'shard'),
    triggerId: textOrNull(row, 'trigger_id'),
    triggerType: textOrNull(row, 'trigger_type'),
    parentId: textOrNull(row, 'parent_id'),
    originalId: text(row, 'original_id'),
  }
}

export function jobOf(row: SqlRow): JobRow {
  return {
    executionId: text(row, 'execution_id'),
    run: number(row, 'run'),
    epoch: number(row, 'epoch'),
    shard: number(row, 'shard'),
    queue: text(row, 'queue'),
    rank: number(row, 'rank'),
    node: textOrNull(row, 'node'),
    incarnation: numberOrNull(row, 'incarnation'),
    claimedMs: numberOrNull(row, 'claimed_ms'),
    payload: text(row, 'payload'),
  }
}

export function limitMemberOf(row: SqlRow): LimitMemberRow {
  return {
    limitKey: text(row, 'limit_key'),
    executionId: text(row, 'execution_id'),
    isHolding: number(row, 'is_holding'),
    rank: number(row, 'rank'),
    share: text(row, 'share'),
    keys: text(row, 'keys'),
  }
}

export function triggerOf(row: SqlRow): StoredTrigger {
  return {
    tenant: text(row, 'tenant'),
    namespace: text(row, 'namespace'),
    flowId: text(row, 'flow_id'),
    triggerId: text(row, 'trigger_id'),
    nextMs: numberOrNull(row, 'next_ms'),
    lastMs: numberOrNull(row, 'last_ms'),
    expectedNextMs: numberOrNull(row, 'next_ms'),
    executionId: textOrNull(row, 'execution_id'),
    isDisabled: flag(row, 'is_disabled'),
    hash: text(row, 'hash'),
    state: textOrNull(row, 'state'),
  }
}

export function windowOf(row: SqlRow): WindowRow {
  return { ...triggerKeyOf(row), setId: text(row, 'set_id'), body: textOrNull(row, 'body') }
}

export function reasonOf(row: SqlRow): ReasonRow {
  return {
    ...triggerKeyOf(row),
    code: text(row, 'code'),
    reason: text(row, 'reason'),
    firstMs: number(row, 'first_ms'),
    lastMs: number(row, 'last_ms'),
    count: number(row, 'count'),
  }
}

function triggerKeyOf(row: SqlRow): TriggerKey {
  return {
    tenant: text(row, 'tenant'),
    namespace: text(row, 'namespace'),
    flowId: text(row, 'flow_id'),
    triggerId: text(row, 'trigger_id'),
  }
}

export function keyOf(row: SqlRow): KeyRow {
  return {
    tenant: text(row, 'tenant'),
    namespace: text(row, 'namespace'),
    key: text(row, 'key'),
    value: text(row, 'value'),
    type: text(row, 'type'),
    description: textOrNull(row, 'description'),
    expiresMs: numberOrNull(row, 'expires_ms'),
    updatedMs: number(row, 'updated_ms'),
    version: number(row, 'version'),
    createdMs: number(row, 'created_ms'),
  }
}

export function secretOf(row: SqlRow): SecretRow {
  return {
    tenant: text(row, 'tenant'),
    namespace: text(row, 'namespace'),
    key: text(row, 'key'),
    cipher: text(row, 'cipher'),
    description: textOrNull(row, 'description'),
    tags: text(row, 'tags'),
    updatedMs: number(row, 'updated_ms'),
  }
}

export function namespaceOf(row: SqlRow): NamespaceRow {
  return {
    tenant: text(row, 'tenant'),
    namespace: text(row, 'namespace'),
    settings: text(row, 'settings'),
    updatedMs: number(row, 'updated_ms'),
  }
}

export function operationOf(row: SqlRow): OperationRow {
  return {
    key: text(row, 'key'),
    entity: text(row, 'entity'),
    bodyHash: text(row, 'body_hash'),
    status: number(row, 'status'),
    body: text(row, 'body'),
    expiresMs: number(row, 'expires_ms'),
  }
}
