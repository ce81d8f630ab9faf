// The statements of the rare writes, the same for SQLite and PostgreSQL: `$n` is a parameter.
/** `$3` is the incarnation that is followed, whichever it is when it is less than 0. */
export const JOIN_NODE = `insert into nodes (id, incarnation, flush_seq, high_water_ms) values ($1, 1, 0, $2)
  on conflict (id) do update set incarnation = nodes.incarnation + 1, high_water_ms = case when nodes.high_water_ms > excluded.high_water_ms then nodes.high_water_ms else excluded.high_water_ms end
  where $3 < 0 or nodes.incarnation = $3
  returning incarnation, flush_seq, high_water_ms`

export const NEWEST_FLOW =
  'select * from flows where tenant = $1 and namespace = $2 and id = $3 order by revision desc limit 1'
export const INSERT_FLOW = `insert into flows (tenant, namespace, id, revision, source, parsed, is_disabled, is_deleted, updated_ms)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

export const DELETE_REVISION = `update flows set is_deleted = true
  where tenant = $1 and namespace = $2 and id = $3 and revision = $4 and not is_deleted returning 1`

export const TRIGGERS_OF_FLOW = 'select * from triggers where tenant = $1 and namespace = $2 and flow_id = $3'
export const DELETE_TRIGGERS = 'delete from triggers where tenant = $1 and namespace = $2 and flow_id = $3'
export const DELETE_TRIGGER =
  'delete from triggers where tenant = $1 and namespace = $2 and flow_id = $3 and trigger_id = $4'
export const UPSERT_TRIGGER = `insert into triggers (tenant, namespace, flow_id, trigger_id, next_ms, last_ms, execution_id, is_disabled, hash)
  values ($1, $2, $3, $4, $5, null, null, false, $6)
  on conflict (tenant, namespace, flow_id, trigger_id) do update set next_ms = excluded.next_ms, last_ms = null, execution_id = null, state = null, hash = excluded.hash`
export const DISABLE_TRIGGER =
  'update triggers set is_disabled = $1, next_ms = $2 where tenant = $3 and namespace = $4 and flow_id = $5 and trigger_id = $6 returning 1'

/** What belongs to a trigger and goes with it. */
export const TABLES_OF_TRIGGERS: readonly string[] = ['windows', 'trigger_reasons']
export function deleteOfFlow(table: string): string {
  return `delete from ${table} where tenant = $1 and namespace = $2 and flow_id = $3`
}
export function deleteOfTrigger(table: string): string {
  return `${deleteOfFlow(table)} and trigger_id = $4`
}
export const INSERT_SIGNAL = 'insert into signals (id, shard, execution_id, body) values ($1, $2, $3, $4) returning 1'
/** Beside each value stands whether it is given. */
export const CHANGE_TRIGGER = `update triggers set is_disabled = case when $1 then $2 else is_disabled end,
  next_ms = case when $3 then $4 else next_ms end, last_ms = case when $5 then $6 else last_ms end,
  execution_id = case when $7 then $8 else execution_id end, state = case when $9 then $10 else state end
  where tenant = $11 and namespace = $12 and flow_id = $13 and trigger_id = $14
  and (not $15 or (next_ms is not distinct from $16 and state is not distinct from $17)) returning 1`
export const NOTE_REASON = `insert into trigger_reasons (tenant, namespace, flow_id, trigger_id, code, reason, first_ms, last_ms, count)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  on conflict (tenant, namespace, flow_id, trigger_id, code, reason) do update
  set count = trigger_reasons.count + excluded.count, last_ms = excluded.last_ms`
/** All but the latest. */
export const FORGET_REASONS = `delete from trigger_reasons where tenant = $1 and namespace = $2 and flow_id = $3 and trigger_id = $4
  and last_ms < (select min(last_ms) from (select last_ms from trigger_reasons
    where tenant = $1 and namespace = $2 and flow_id = $3 and trigger_id = $4 order by last_ms desc limit $5) as latest)`

/** The parameters stand in the order of their numbers: `$9` is whether a living key is overwritten. */
export const UPSERT_KEY = `insert into keys (tenant, namespace, key, value, type, description, expires_ms, updated_ms, created_ms, version)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $8, 1)
  on conflict (tenant, namespace, key) do update set value = excluded.value, type = excluded.type, description = excluded.description,
  expires_ms = excluded.expires_ms, updated_ms = excluded.updated_ms, version = keys.version + 1
  where $9 or keys.expires_ms <= excluded.updated_ms
  returning *`
export const INSERT_KEY_VERSION = `insert into key_versions (tenant, namespace, key, version, value, type, updated_ms)
  values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`
export const TRIM_KEY_VERSIONS =
  'delete from key_versions where tenant = $1 and namespace = $2 and key = $3 and version <= $4'
export const PURGE_KEY_VERSIONS = `delete from key_versions where tenant = $1 and namespace = $2 and key = $3 and updated_ms < $4
  and version not in (select version from key_versions where tenant = $1 and namespace = $2 and key = $3 order by version desc limit $5)
  returning 1`
export const DELETE_KEY = `delete from keys where tenant = $1 and namespace = $2 and key = $3
  and (expires_ms <= $4 or $4 = 0) returning 1`
export const DELETE_KEY_VERSIONS = 'delete from key_versions where tenant = $1 and namespace = $2 and key = $3'

export const UPSERT_SECRET = `insert into secrets (tenant, namespace, key, cipher, description, tags, updated_ms) values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (tenant, namespace, key) do update set cipher = excluded.cipher, description = excluded.description, tags = excluded.tags,
  updated_ms = excluded.updated_ms`
export const DELETE_SECRET = 'delete from secrets where tenant = $1 and namespace = $2 and key = $3 returning 1'
export const UPSERT_NAMESPACE = `insert into namespaces (tenant, namespace, settings, updated_ms) values ($1, $2, $3, $4)
  on conflict (tenant, namespace) do update set settings = excluded.settings, updated_ms = excluded.updated_ms`
export const DELETE_NAMESPACE = 'delete from namespaces where tenant = $1 and namespace = $2 returning 1'

/**
 * What belongs to an execution: history, found by its birth, and what is still to be done. Signals to it stay: whoever takes them tells those that wait
 * for an answer, such as a parent that had it restarted in the same moment.
 */
export const TABLES_BY_BIRTH: readonly string[] = ['journal', 'snapshots', 'logs', 'metrics', 'execution_labels']
export const TABLES_OF_WORK: readonly string[] = ['timers', 'jobs', 'limit_members']
export function deleteByBirth(table: string): string {
  return `delete from ${table} where ?`
}
export function deleteOf(table: string): string {
  return `delete from ${table} where execution_id = $1`
}
export const PURGE_METRICS = 'delete from metrics where ? returning 1'
/** Index: logs_by_execution. */
export const CHUNKS_OF = 'select seq, lines from logs where ? order by seq'
export const DELETE_CHUNK = 'delete from logs where ? and seq = ?'
export function updateChunk(where: string): string {
  return `update logs set lines = ?, level_max = ? where ${where} and seq = ?`
}
export const DELETE_EXECUTION = 'delete from executions where ? returning namespace, flow_id'
/** One that was restarted since it was looked at stays. */
export const DELETE_ENDED =
  'delete from executions where ? and waits_for is null and end_ms < ? returning namespace, flow_id'
export function listOld(order: string): string {
  return `select e.id, e.waits_for, e.end_ms from executions e where ? order by ${order} limit ?`
}
/** Index: operations_by_expiry. */
export const PURGE_OPERATIONS =
  'delete from operations where key in (select key from operations where expires_ms <= $1 order by expires_ms limit $2) returning 1'
export const CLAIM_OPERATION = `
  insert into operations (key, entity, body_hash, status, body, expires_ms) values ($1, $2, $3, $4, $5, $6)
  on conflict (key) do update set entity = excluded.entity, body_hash = excluded.body_hash, status = excluded.status,
    body = excluded.body, expires_ms = excluded.expires_ms where operations.expires_ms <= $7
  returning 1`
export const CHANGE_OPERATION = 'update operations set status = $3, body = $4 where key = $1 and body = $2 returning 1'
export const DELETE_OPERATION = 'delete from operations where key = $1 and body = $2 returning 1'
