// What backups ask of databases.

/** A copy of one moment, while others write; written as a file of its own, without holes. */
export const COPY_DATABASE = 'vacuum into $1'
export const INTEGRITY = 'pragma integrity_check(10)'
/** All columns: the first version had no `floor`. */
export const MIGRATIONS = 'select * from migrations order by number'

export const TRIGGERS = 'select * from triggers where next_ms is not null and next_ms <= $1'
export const MOVE_CURSOR = `update triggers set next_ms = $1
  where tenant = $2 and namespace = $3 and flow_id = $4 and trigger_id = $5`
export const NEWEST_FLOW =
  'select * from flows where tenant = $1 and namespace = $2 and id = $3 order by revision desc limit 1'

/** The nodes of the time of the backup are gone: their leases end, and their shards are free. */
export const FENCE_NODES = "update nodes set fenced = true, lease_until = clock_timestamp() - interval '1 hour'"
export const FREE_SHARDS = 'update shards set owner_node = null'

/** Whether a PostgreSQL holds anything of Batuta. */
export const HAS_TABLES = "select 1 where to_regclass('migrations') is not null"
export const LIVE_NODES = 'select id from nodes where not fenced and lease_until >= clock_timestamp()'

/** The tables of before are kept under another name, and come back when the restore fails. The name is made of digits and letters by us. */
export function putAside(name: string): readonly string[] {
  return [`alter schema public rename to ${name}`, 'create schema public']
}

export function bringBack(name: string): readonly string[] {
  return ['drop schema public cascade', `alter schema ${name} rename to public`]
}
