// The statements of the reads, the same for SQLite and PostgreSQL, each with the index it uses where that is not the primary key.
export const FIND_FENCE = 'select incarnation, flush_seq from nodes where id = $1'

export const FIND_REVISION = 'select * from flows where tenant = $1 and namespace = $2 and id = $3 and revision = $4'
export const FIND_NEWEST =
  'select * from flows where tenant = $1 and namespace = $2 and id = $3 order by revision desc limit 1'
export const LIST_REVISIONS = 'select * from flows where tenant = $1 and namespace = $2 and id = $3 order by revision'
export const LIST_FLOWS = `select f.* from flows f
  where (f.tenant, f.namespace, f.id) > ($1, $2, $3) and not f.is_deleted
  and f.revision = (select max(revision) from flows n where n.tenant = f.tenant and n.namespace = f.namespace and n.id = f.id)
  order by f.tenant, f.namespace, f.id limit $4`
export const LIST_TRIGGERS = 'select * from triggers'
/** All are looked at, few are given: it is the rows that cost. */
export const LIST_DUE_TRIGGERS = 'select * from triggers where next_ms < $1 and not is_disabled'
export const LIST_DISABLED_TRIGGERS = 'select * from triggers where is_disabled'
export const LIST_WINDOWS = 'select * from windows where body is not null'
export const WINDOWS_OF_FLOW = `${LIST_WINDOWS} and tenant = $1 and namespace = $2 and flow_id = $3`
export const LIST_REASONS = `select * from trigger_reasons where tenant = $1 and namespace = $2 and flow_id = $3 and trigger_id = $4
  order by last_ms desc limit $5`

export const FIND_EXECUTION = 'select * from executions where ?'
/**
 * The namespaces that flows of the tenant have or had, from the first name on, one probe of the primary key each. Executions have no others.
 */
export const LIST_NAMESPACES = `with recursive found (namespace, count) as (
    select (select min(namespace) from flows where tenant = $1 and namespace >= $2 and namespace < $3), 1
    union all
    select (select min(f.namespace) from flows f where f.tenant = $1 and f.namespace > found.namespace and f.namespace < $3), count + 1
    from found where found.namespace is not null and count < $4)
  select namespace from found where namespace is not null`
export const JOURNALS_OF =
  'select execution_id, turn, version, at_ms, events from journal where ? order by execution_id, turn'
/** Index: executions_open. */
export const LIST_READY = "select id from executions where waits_for = 'nothing' and id > $1 order by id limit $2"
/** Index: logs_by_execution. */
export const LOGS_OF = 'select * from logs where ? order by seq limit ? offset ?'
/** Index: logs_by_execution. */
export const LATEST_LOGS_OF = 'select * from logs where ? order by seq desc limit ? offset ?'
/** Index: logs_by_execution. */
export const LOG_CHUNKS = 'select seq, at_ms, level_max, lines from logs where ? order by seq limit ?'
export const LATEST_LOG_CHUNKS = 'select seq, at_ms, level_max, lines from logs where ? order by seq desc limit ?'
/** Index: metrics_by_execution. */
export const METRICS_OF = 'select * from metrics where ? order by seq'

/** Index: timers_by_time. */
export const LIST_TIMERS = 'select * from timers where at_ms <= $1 order by at_ms limit $2'
export const LIST_LIMIT_MEMBERS = 'select * from limit_members where limit_key = $1 order by rank, execution_id'
/** One probe of the primary key for each limit, however many executions wait. */
export const LIST_LIMIT_KEYS = `with recursive found (name, count) as (
    select (select min(limit_key) from limit_members where limit_key > $1), 1
    union all
    select (select min(limit_key) from limit_members where limit_key > found.name), count + 1
    from found where found.name is not null and count < $2)
  select name from found where name is not null`
export const LIST_SIGNALS = 'select * from signals where id > $1 order by id limit $2'
/** Index: jobs_by_node, in PostgreSQL jobs_sent. */
export const LIST_HELD_JOBS =
  'select execution_id, run, epoch from jobs where node = $1 and incarnation = $2 and claimed_ms <= $3 limit $4'
/** Index: jobs_by_node, in PostgreSQL jobs_sent. */
export const LIST_LOST_JOBS = 'select * from jobs where node = $1 and incarnation <> $2 limit $3'
/** Index: jobs_free. */
export const COUNT_FREE_JOBS =
  'select count(*) as n from (select 1 from jobs where node is null and not is_killed limit 1000) as found'
/** One probe of the index for each queue, however many jobs wait. */
export const LIST_FREE_QUEUES = `with recursive queues (name) as (
    select (select min(queue) from jobs where node is null)
    union all
    select (select min(queue) from jobs where node is null and queue > queues.name) from queues where queues.name is not null)
  select name from queues where name is not null`
/** Index: jobs_free. */
export const LIST_FREE_JOBS = `select execution_id, run, epoch from jobs
  where node is null and not is_killed and queue = $1 order by rank limit $2`
/** Index: jobs_free. */
export const LIST_FREE_PAYLOADS = `select payload from jobs
  where node is null and not is_killed and queue = $1 order by rank limit $2`
/** Index: jobs_killed. */
export const LIST_KILLED_JOBS = 'select execution_id, run, epoch from jobs where node is null and is_killed limit $1'
export const FIND_OPERATION = 'select * from operations where key = $1'

export const FIND_KEY = 'select * from keys where tenant = $1 and namespace = $2 and key = $3'
export const LIST_KEYS = 'select * from keys where tenant = $1 and namespace = $2 order by key'
/** One probe of the primary key for each namespace, however many keys it has. */
export const LIST_KEY_NAMESPACES = `with recursive found (namespace) as (
    select (select min(namespace) from keys where tenant = $1)
    union all
    select (select min(k.namespace) from keys k where k.tenant = $1 and k.namespace > found.namespace) from found
    where found.namespace is not null)
  select namespace from found where namespace is not null`
export const LIST_KEY_VERSIONS =
  'select version, value, type, updated_ms from key_versions where tenant = $1 and namespace = $2 and key = $3 order by version'

export const FIND_SECRET = 'select * from secrets where tenant = $1 and namespace = $2 and key = $3'
export const LIST_SECRETS = 'select * from secrets where tenant = $1 order by namespace, key'
export const LIST_SECRETS_OF = 'select * from secrets where tenant = $1 and namespace = $2 order by key'
export const LIST_NAMED = 'select * from namespaces where tenant = $1 order by namespace'
