// What `doctor` asks a database besides the audit. Counts are of what is open, which is small beside history.

export const SQLITE_VERSION = 'select sqlite_version() as version'
export const POSTGRES_VERSION = "select current_setting('server_version') as version"
/** All columns: the first version had no `floor`. */
export const MIGRATIONS = 'select * from migrations order by number'
export const JOURNAL_MODE = 'pragma journal_mode'
export const DURABILITY = `select name, setting from pg_settings
  where name in ('fsync', 'full_page_writes', 'synchronous_commit') order by name`

export const SQLITE_NODES = 'select id, incarnation, high_water_ms from nodes order by id'
export const POSTGRES_NODES = `select n.id, n.incarnation, n.roles, n.fenced, n.high_water_ms,
    (extract(epoch from n.lease_until - clock_timestamp()) * 1000)::bigint as left_ms,
    (select count(*) from shards s where s.owner_node = n.id) as shards
  from nodes n order by n.id limit 1000`
export const FREE_SHARDS = 'select count(*) as n from shards where owner_node is null'

/** Index: executions_open. */
export const OPEN_EXECUTIONS =
  'select waits_for, count(*) as n from executions where waits_for is not null group by waits_for order by waits_for'
export const JOBS = `select count(*) as n, coalesce(sum(case when node is null then 1 else 0 end), 0) as free from jobs`
export const TIMERS =
  'select count(*) as n, coalesce(sum(case when at_ms <= $1 then 1 else 0 end), 0) as overdue from timers'
export const SIGNALS = 'select count(*) as n from signals'
export const TRIGGERS =
  'select count(*) as n, coalesce(sum(case when next_ms <= $1 and not is_disabled then 1 else 0 end), 0) as overdue from triggers'

/** Index: executions_open. */
export const HELD = "select * from executions where waits_for = 'human' order by id limit $1"
/** Index: the primary key; the last turns hold the reason. */
export const LAST_TURNS = {
  sqlite: 'select turn, version, at_ms, events from journal where execution_id = $1 order by turn desc limit 5',
  postgres:
    'select turn, version, at_ms, events from journal where born_ms = $2 and execution_id = $1 order by turn desc limit 5',
} as const
