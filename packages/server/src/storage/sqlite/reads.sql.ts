// The statements of the reads, each with the index it uses where that is not the primary key.
export const FLUSH_SEQ = 'select flush_seq from nodes where id = ?'

export const FIND_REVISION = 'select * from flows where tenant = ? and namespace = ? and id = ? and revision = ?'
export const FIND_NEWEST =
  'select * from flows where tenant = ? and namespace = ? and id = ? order by revision desc limit 1'
export const LIST_REVISIONS = 'select * from flows where tenant = ? and namespace = ? and id = ? order by revision'
export const LIST_FLOWS = `select f.* from flows f
  where (f.tenant, f.namespace, f.id) > (?, ?, ?) and f.is_deleted = 0
  and f.revision = (select max(revision) from flows n where n.tenant = f.tenant and n.namespace = f.namespace and n.id = f.id)
  order by f.tenant, f.namespace, f.id limit ?`
export const LIST_TRIGGERS = 'select * from triggers'

export const FIND_EXECUTION = 'select * from executions where id = ?'
export const JOURNAL_OF = 'select turn, version, at_ms, events from journal where execution_id = ? order by turn'
/** Index: executions_open. */
export const LIST_READY = "select id from executions where waits_for = 'nothing' and id > ? order by id limit ?"
/** Index: logs_by_execution. */
export const LOGS_OF = 'select * from logs where execution_id = ? and level_max >= ? order by rowid limit ? offset ?'
/** Index: metrics_by_execution. */
export const METRICS_OF = 'select * from metrics where execution_id = ? order by rowid'

/** Index: timers_by_time. */
export const LIST_TIMERS = 'select * from timers where at_ms <= ? order by at_ms limit ?'
export const LIST_SIGNALS = 'select * from signals where id > ? order by id limit ?'
export const LIST_LOST_JOBS = 'select * from jobs where node = ? and incarnation <> ? limit ?'
/** Index: jobs_free. */
export const COUNT_FREE_JOBS =
  'select count(*) as n from (select 1 from jobs where node is null and is_killed = 0 limit 1000)'
/** Index: jobs_free. */
export const LIST_KILLED_JOBS = 'select execution_id, run, epoch from jobs where node is null and is_killed = 1 limit ?'
export const FIND_OPERATION = 'select * from operations where key = ?'

export const FIND_KEY = 'select * from keys where tenant = ? and namespace = ? and key = ?'
export const LIST_KEYS = 'select * from keys where tenant = ? and namespace = ? order by key'
