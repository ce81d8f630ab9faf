// The statements of a flush.
export const FENCE =
  'update nodes set flush_seq = ?, high_water_ms = max(high_water_ms, ?) where id = ? and incarnation = ? and flush_seq = ?'

export const INSERT_EXECUTION = `insert into executions
  (id, tenant, namespace, flow_id, revision, state, created_ms, end_ms, waits_for, turn, shard, trigger_id, trigger_type, parent_id, original_id)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
export const UPDATE_EXECUTION = 'update executions set state = ?, end_ms = ?, waits_for = ?, turn = ? where id = ?'
export const INSERT_JOURNAL = 'insert into journal (execution_id, turn, version, at_ms, events) values (?, ?, ?, ?, ?)'
export const INSERT_LOG =
  'insert into logs (execution_id, tenant, namespace, flow_id, at_ms, level_max, lines) values (?, ?, ?, ?, ?, ?, ?)'
export const INSERT_METRIC =
  'insert into metrics (execution_id, run, task_id, name, type, value, tags, at_ms) values (?, ?, ?, ?, ?, ?, ?, ?)'
export const DELETE_LABELS = 'delete from execution_labels where execution_id = ?'
export const INSERT_LABEL = 'insert or ignore into execution_labels (key, value, execution_id) values (?, ?, ?)'

export const INSERT_JOB = `insert into jobs (execution_id, run, epoch, shard, queue, rank, node, incarnation, claimed_ms, payload)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
export const DELETE_JOB = 'delete from jobs where execution_id = ? and run = ? and epoch = ?'
export const KILL_JOB = 'update jobs set is_killed = 1 where execution_id = ? and run = ? and epoch = ?'

export const UPSERT_TIMER = `insert into timers (execution_id, name, shard, at_ms) values (?, ?, ?, ?)
  on conflict (execution_id, name) do update set at_ms = excluded.at_ms`
export const DELETE_TIMER = 'delete from timers where execution_id = ? and name = ?'
export const UPSERT_LIMIT_MEMBER = `insert into limit_members (limit_key, execution_id, is_holding, rank, share, keys) values (?, ?, ?, ?, ?, ?)
  on conflict (limit_key, execution_id) do update set is_holding = excluded.is_holding, rank = excluded.rank, keys = excluded.keys`
export const DELETE_LIMIT_MEMBER = 'delete from limit_members where limit_key = ? and execution_id = ?'
export const INSERT_SIGNAL = 'insert into signals (id, shard, execution_id, body) values (?, ?, ?, ?)'
export const DELETE_SIGNAL = 'delete from signals where id = ?'
export const INSERT_OPERATION =
  'insert into operations (key, entity, body_hash, status, body, expires_ms) values (?, ?, ?, ?, ?, ?)'
/** Compare and set: a trigger whose cursor moved meanwhile is not fired again. */
export const MOVE_TRIGGER = `update triggers set next_ms = ?, last_ms = ?, execution_id = ?, state = ?
  where tenant = ? and namespace = ? and flow_id = ? and trigger_id = ? and next_ms is ?`
export const UPSERT_WINDOW = `insert into windows (tenant, namespace, flow_id, trigger_id, set_id, body) values (?, ?, ?, ?, ?, ?)
  on conflict (tenant, namespace, flow_id, trigger_id, set_id) do update set body = excluded.body`
