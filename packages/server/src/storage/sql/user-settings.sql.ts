// What people set for themselves, or share.
export const UPSERT_SETTING = `insert into user_settings (tenant, kind, owner, id, body, updated_ms) values ($1, $2, $3, $4, $5, $6)
  on conflict (tenant, kind, owner, id) do update set body = excluded.body, updated_ms = excluded.updated_ms`
export const DELETE_SETTING =
  'delete from user_settings where tenant = $1 and kind = $2 and owner = $3 and id = $4 returning 1'
/** Index: the primary key. */
export const LIST_SETTINGS = 'select * from user_settings where tenant = $1 and kind = $2 order by owner, id'
/** Index: the primary key. */
export const LIST_SETTINGS_OF =
  'select * from user_settings where tenant = $1 and kind = $2 and owner = $3 order by owner, id'
