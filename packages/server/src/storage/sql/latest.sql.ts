// The newest executions of flows, by the index executions_by_flow, and the ends of logs, by logs_by_execution. The databases differ: SQLite answers fifty
// statements sooner than one over fifty flows (3.9 ms instead of 5.4), PostgreSQL is a round trip away from each.

export const LATEST_OF_FLOW = `select id, state, created_ms, end_ms, trigger_id from executions
  where tenant = $1 and namespace = $2 and flow_id = $3 order by id desc limit $4`

/** The flows as JSON, a pair of namespace and id each; `place` counts them from 1. */
export const LATEST_OF_FLOWS = `select f.place, e.* from json_array_elements($1::json) with ordinality as f (flow, place)
  cross join lateral (select id, state, created_ms, end_ms, trigger_id, born_ms from executions
    where tenant = $2 and namespace = f.flow ->> 0 and flow_id = f.flow ->> 1 order by born_ms desc, id desc limit $3) as e
  order by f.place, e.born_ms desc, e.id desc`

export const LATEST_LOG = `select lines from logs where execution_id = $1 and level_max >= $2 order by seq desc limit 1`

/** The executions as JSON, a pair of birth and id each; of each of them one partition is looked into. */
export const LATEST_LOG_OF_ALL = `select e.place, l.lines from json_array_elements($1::json) with ordinality as e (execution, place)
  cross join lateral (select lines from logs where born_ms = (e.execution ->> 0)::bigint and execution_id = e.execution ->> 1 and level_max >= $2
    order by seq desc limit 1) as l`
