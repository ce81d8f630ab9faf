// Operations on many, and the chunks of what they are done to.
export const INSERT_BULK = `insert into bulk_operations (tenant, id, state, epoch, until_ms, body, updated_ms)
  values ($1, $2, 'gathering', 0, 0, $3, $4) on conflict (tenant, id) do nothing`
/** A node takes again what was in its own hands: there is one process of a name. */
export const CLAIM_BULK = `update bulk_operations set node = $3, epoch = epoch + 1, until_ms = $4
  where tenant = $1 and id = $2 and (until_ms <= $5 or node = $3)
    and (state in ('gathering', 'running') or (state = 'paused' and wish is not null)) returning epoch`
export const SAVE_BULK = `update bulk_operations set state = $4, body = $5, until_ms = $6, updated_ms = $7,
    wish = case when wish = $8 then null else wish end
  where tenant = $1 and id = $2 and epoch = $3 returning 1`
export const UPSERT_CHUNK = `insert into bulk_chunks (tenant, operation_id, seq, body) values ($1, $2, $3, $4)
  on conflict (tenant, operation_id, seq) do update set body = excluded.body`
export const WISH_BULK = `update bulk_operations set wish = $3
  where tenant = $1 and id = $2 and state in ('gathering', 'running', 'paused') returning 1`
const ENDED_BEFORE = "tenant = $1 and updated_ms < $2 and state in ('done', 'cancelled', 'failed')"
export const PURGE_CHUNKS = `delete from bulk_chunks where tenant = $1
  and operation_id in (select id from bulk_operations where ${ENDED_BEFORE})`
export const PURGE_BULKS = `delete from bulk_operations where ${ENDED_BEFORE} returning 1`
/** Index: the primary key, as of all that follow. */
export const FIND_BULK = 'select * from bulk_operations where tenant = $1 and id = $2'
export const LIST_BULKS = 'select * from bulk_operations where tenant = $1 order by id desc limit $2'
export const LIST_OPEN_BULKS = `select * from bulk_operations
  where tenant = $1 and state in ('gathering', 'running', 'paused') order by id`
export const LIST_CHUNKS = `select * from bulk_chunks where tenant = $1 and operation_id = $2 and seq > $3
  order by seq limit $4`
