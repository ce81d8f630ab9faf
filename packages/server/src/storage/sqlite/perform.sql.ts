// The statements of the rare writes.
export const FIND_NODE = 'select incarnation, flush_seq, high_water_ms from nodes where id = ?'
export const JOIN_NODE = `insert into nodes (id, incarnation, flush_seq, high_water_ms) values (?, 1, 0, ?)
  on conflict (id) do update set incarnation = incarnation + 1, high_water_ms = max(high_water_ms, excluded.high_water_ms)
  returning incarnation, flush_seq, high_water_ms`

export const NEWEST_FLOW =
  'select * from flows where tenant = ? and namespace = ? and id = ? order by revision desc limit 1'
export const INSERT_FLOW = `insert into flows (tenant, namespace, id, revision, source, parsed, is_disabled, is_deleted, updated_ms)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?)`

export const TRIGGERS_OF_FLOW = 'select * from triggers where tenant = ? and namespace = ? and flow_id = ?'
export const DELETE_TRIGGERS = 'delete from triggers where tenant = ? and namespace = ? and flow_id = ?'
export const DELETE_TRIGGER =
  'delete from triggers where tenant = ? and namespace = ? and flow_id = ? and trigger_id = ?'
export const UPSERT_TRIGGER = `insert into triggers (tenant, namespace, flow_id, trigger_id, next_ms, last_ms, execution_id, is_disabled, hash)
  values (?, ?, ?, ?, ?, null, null, 0, ?)
  on conflict (tenant, namespace, flow_id, trigger_id) do update set next_ms = excluded.next_ms, last_ms = null, execution_id = null, hash = excluded.hash`
export const DISABLE_TRIGGER =
  'update triggers set is_disabled = ?, next_ms = ? where tenant = ? and namespace = ? and flow_id = ? and trigger_id = ?'

/** Index: jobs_free. */
export const CLAIM_JOBS = `update jobs set node = ?, incarnation = ?, claimed_ms = ?
  where (execution_id, run, epoch) in (select execution_id, run, epoch from jobs where node is null and is_killed = 0
    order by rank, execution_id, run, epoch limit ?)
  returning *`

export const UPSERT_KEY = `insert into keys (tenant, namespace, key, value, type, description, expires_ms, updated_ms) values (?, ?, ?, ?, ?, ?, ?, ?)
  on conflict (tenant, namespace, key) do update set value = excluded.value, type = excluded.type, description = excluded.description,
  expires_ms = excluded.expires_ms, updated_ms = excluded.updated_ms`
export const DELETE_KEY = 'delete from keys where tenant = ? and namespace = ? and key = ?'

export const DELETE_OF_EXECUTION: readonly string[] = [
  'journal',
  'logs',
  'metrics',
  'execution_labels',
  'timers',
  'jobs',
  'signals',
].map(table => `delete from ${table} where execution_id = ?`)
export const DELETE_EXECUTION = 'delete from executions where id = ?'
/** Index: operations_by_expiry. */
export const PURGE_OPERATIONS =
  'delete from operations where key in (select key from operations where expires_ms <= ? order by expires_ms limit ?)'
