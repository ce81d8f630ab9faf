// Apps, and the addresses by which somebody without a name looks at one execution.
export const UPSERT_APP = `insert into apps (tenant, uid, namespace, id, flow_id, source, created_ms, updated_ms) values ($1, $2, $3, $4, $5, $6, $7, $8)
  on conflict (tenant, uid) do update set namespace = excluded.namespace, id = excluded.id, flow_id = excluded.flow_id,
  source = excluded.source, updated_ms = excluded.updated_ms`
export const DELETE_APP = 'delete from apps where tenant = $1 and uid = $2 returning 1'
export const FIND_APP = 'select * from apps where tenant = $1 and uid = $2'
export const LIST_APPS = 'select * from apps where tenant = $1 order by namespace, id'

export const INSERT_LINK = `insert into links (tenant, hash, execution_id, task_run_id, app_uid, created_ms, expires_ms)
  values ($1, $2, $3, $4, $5, $6, $7) on conflict (tenant, hash) do nothing`
/** Index: links_by_expiry. */
export const DELETE_EXPIRED_LINKS = 'delete from links where expires_ms < $1'
export const FIND_LINK = 'select * from links where tenant = $1 and hash = $2'
