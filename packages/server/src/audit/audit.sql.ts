// What the audit reads. Executions, journals, labels and logs are walked by ranges of ids, in the order of birth. On PostgreSQL a range of ids
// comes with the range of moments that the ids begin with, so that only the partitions of these days are touched.

export const MIGRATIONS_TABLE = {
  sqlite: "select 1 from sqlite_schema where type = 'table' and name = 'migrations'",
  postgres: "select 1 where to_regclass('migrations') is not null",
} as const

/** For what is asked outside of a snapshot. */
export const READ_ONLY = 'set default_transaction_read_only = on'
export const POSTGRES_NOW = 'select (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms'

export interface RangeStatements {
  /** After the id $1, at most $2; on PostgreSQL $3 is its moment. */
  readonly executionsAfter: string
  /** After the turn $2 of the id $1, up to the id $3, at most $4; on PostgreSQL $5 and $6 are the moments. */
  readonly journalAfter: string
  /** After the chunk $2 of the id $1, up to the id $3, at most $4; on PostgreSQL $5 and $6 are the moments. */
  readonly logsAfter: string
  /** The same for measurements. */
  readonly metricsAfter: string
  /** Ids over $1 and up to $2; on PostgreSQL $3 and $4 are the moments. */
  readonly labelsBetween: string
  /** The execution $1; on PostgreSQL $2 is its moment. */
  readonly findExecution: string
  /** The birth of $1; on PostgreSQL $2 is its moment. */
  readonly firstTurn: string
}

export const SQLITE_RANGES: RangeStatements = {
  executionsAfter: 'select * from executions where id > $1 order by id limit $2',
  journalAfter: `select execution_id, turn, version, at_ms, events from journal
    where (execution_id, turn) > ($1, $2) and execution_id <= $3 order by execution_id, turn limit $4`,
  logsAfter: `select execution_id, seq, at_ms, level_max, lines from logs
    where (execution_id, seq) > ($1, $2) and execution_id <= $3 order by execution_id, seq limit $4`,
  metricsAfter: `select execution_id, seq, run, task_id, name, type, value, tags, at_ms from metrics
    where (execution_id, seq) > ($1, $2) and execution_id <= $3 order by execution_id, seq limit $4`,
  labelsBetween: 'select execution_id, key, value from execution_labels where execution_id > $1 and execution_id <= $2',
  findExecution: 'select * from executions where id = $1',
  firstTurn: 'select turn, version, at_ms, events from journal where execution_id = $1 order by turn limit 1',
}

export const POSTGRES_RANGES: RangeStatements = {
  executionsAfter: 'select * from executions where (born_ms, id) > ($3::bigint, $1) order by born_ms, id limit $2',
  journalAfter: `select execution_id, turn, version, at_ms, events from journal
    where born_ms between $5 and $6 and (execution_id, turn) > ($1, $2::bigint) and execution_id <= $3
    order by execution_id, turn limit $4`,
  logsAfter: `select execution_id, seq, at_ms, level_max, lines from logs
    where born_ms between $5 and $6 and (execution_id, seq) > ($1, $2::bigint) and execution_id <= $3
    order by execution_id, seq limit $4`,
  metricsAfter: `select execution_id, seq, run, task_id, name, type, value, tags, at_ms from metrics
    where born_ms between $5 and $6 and (execution_id, seq) > ($1, $2::bigint) and execution_id <= $3
    order by execution_id, seq limit $4`,
  labelsBetween: `select execution_id, key, value from execution_labels
    where born_ms between $3 and $4 and execution_id > $1 and execution_id <= $2`,
  findExecution: 'select * from executions where born_ms = $2 and id = $1',
  firstTurn:
    'select turn, version, at_ms, events from journal where born_ms = $2 and execution_id = $1 order by turn limit 1',
}

export const JOBS_BETWEEN = `select execution_id, run, epoch, node, incarnation, claimed_ms, is_killed, queue, rank, payload from jobs
  where execution_id > $1 and execution_id <= $2`
export const TIMERS_BETWEEN =
  'select execution_id, name, at_ms from timers where execution_id > $1 and execution_id <= $2'
/** Signals are few and have no index by execution: asked only when something seems to be missing. */
export const SIGNALS_OF = 'select body from signals where execution_id = $1 limit 1000'
export const FIND_REVISION = 'select * from flows where tenant = $1 and namespace = $2 and id = $3 and revision = $4'
export const TRIGGERS = 'select * from triggers order by tenant, namespace, flow_id, trigger_id'

/** Jobs that look at the sources of triggers, by the ordinal that no run has. */
export const SOURCE_JOBS = 'select execution_id, epoch, is_killed from jobs where run = -2'

/** Jobs in the hands of nodes that are not there any more; on PostgreSQL $1 is how long the lease may be over. Index: jobs_by_node. */
export const ABANDONED_JOBS = {
  sqlite: `select j.execution_id, j.run, j.epoch, j.node, j.incarnation from jobs j left join nodes n on n.id = j.node
    where j.node is not null and (n.id is null or n.incarnation <> j.incarnation) order by j.execution_id, j.run limit 1000`,
  postgres: `select j.execution_id, j.run, j.epoch, j.node, j.incarnation from jobs j left join nodes n on n.id = j.node
    where j.node is not null and (n.id is null or n.incarnation <> j.incarnation
      or n.lease_until < clock_timestamp() - interval '45 seconds') order by j.execution_id, j.run limit 1000`,
} as const

/** Whether an engine is there that would have taken the jobs back; SQLite's is known by the lock of its folder. */
export const LIVE_ENGINES =
  "select id from nodes where not fenced and lease_until >= clock_timestamp() and 'engine' = any(roles)"

/** Any read of the file will do. */
export const LOCK_PROBE = 'select count(*) as n from sqlite_schema'

/** Index: timers_by_time. */
export const OVERDUE_TIMERS = 'select execution_id, name, at_ms from timers where at_ms < $1 order by at_ms limit 1000'
export const OVERDUE_TRIGGERS = `select * from triggers
  where next_ms < $1 and not is_disabled order by next_ms limit 1000`
export const NEWEST_FLOW =
  'select * from flows where tenant = $1 and namespace = $2 and id = $3 order by revision desc limit 1'

export const LIMIT_MEMBERS = 'select * from limit_members order by limit_key, rank, execution_id limit 100000'
export const REVISIONS_OF = 'select * from flows where tenant = $1 and namespace = $2 and id = $3 order by revision'
export const EVENTS_OF = 'select version, events from journal where execution_id = $1 order by turn'
