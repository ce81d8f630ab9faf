// Records of access control, and the chain of what people did.
export const BEGIN_VERSIONS = `insert into access_versions (tenant, version, floor) values ($1, 0, 0) on conflict (tenant) do nothing`
/** Holds back other changes until this one is committed: versions are seen in their order. */
export const NEXT_VERSION = 'update access_versions set version = version + 1 where tenant = $1 returning version'
export const RAISE_FLOOR = 'update access_versions set floor = $2 where tenant = $1 and floor < $2'
export const FIND_VERSION = 'select version, floor from access_versions where tenant = $1'

export const FIND_RECORD = 'select version, is_removed from access_records where tenant = $1 and kind = $2 and id = $3'
/** Index: access_records_by_name. */
export const FIND_NAMESAKE = `select 1 from access_records where tenant = $1 and kind = $2 and name = $3 and id <> $4 and is_removed = $5 limit 1`
export const UPSERT_RECORD = `insert into access_records (tenant, kind, id, name, body, updated_ms, version, is_removed)
  values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (tenant, kind, id) do update
  set name = excluded.name, body = excluded.body, updated_ms = excluded.updated_ms, version = excluded.version, is_removed = excluded.is_removed`
export const REMOVE_RECORD = `update access_records set name = '', body = '', updated_ms = $4, version = $5, is_removed = $6
  where tenant = $1 and kind = $2 and id = $3 and is_removed <> $6`
/** Index: access_records_by_version. */
export const PURGE_REMOVED =
  'delete from access_records where tenant = $1 and is_removed = $2 and updated_ms < $3 returning version'
/** Index: access_records_by_version. */
export const LIST_RECORDS = `select kind, id, name, body, updated_ms, version, is_removed from access_records
  where tenant = $1 and version > $2 order by version, kind, id`

export const BEGIN_CHAIN = `insert into audit_ends (tenant, seq, hash) values ($1, 0, '') on conflict (tenant) do nothing`
/** Holds back others who append until this is committed. */
export const HOLD_CHAIN = 'update audit_ends set seq = seq where tenant = $1 returning seq, hash'
export const FIND_END = 'select seq, hash from audit_ends where tenant = $1'
export const MOVE_CHAIN = 'update audit_ends set seq = $2, hash = $3 where tenant = $1'
export const INSERT_AUDIT = `insert into audit_log
  (tenant, seq, id, at_ms, actor_id, resource, action, namespace, item_id, outcome, body, prev_hash, hash)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
const AUDIT_COLUMNS =
  'tenant, seq, id, at_ms, actor_id, resource, action, namespace, item_id, outcome, body, prev_hash, hash'
/** The condition stands for the `?`; by its number, the primary key. */
export const LIST_AUDIT = `select ${AUDIT_COLUMNS} from audit_log where ? order by seq desc limit ? offset ?`
export const LIST_AUDIT_ASCENDING = `select ${AUDIT_COLUMNS} from audit_log where ? order by seq limit ? offset ?`
export const COUNT_AUDIT = 'select count(*) as n from (select 1 from audit_log where ? limit ?) as found'
