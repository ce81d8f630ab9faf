// What people set for themselves, or share.
export const UPSERT_SETTING = `insert into user_settings (tenant, kind, owner, id, body, updated_ms) values ($1, $2, $3, $4, $5, $6)
  on conflict (tenant, kind, owner, id) do update set body = excluded.body, updated_ms = excluded.updated_ms`
export const DELETE_SETTING =
  'delete from user_settings where tenant = $1 and kind = $2 and owner = $3 and id = $4 returning 1'
/** Puts nothing in the place of a row of another moment. */
export const ADD_SETTING = `insert into user_settings (tenant, kind, owner, id, body, updated_ms) values ($1, $2, $3, $4, $5, $6)
  on conflict (tenant, kind, owner, id) do nothing returning 1`
export const REVISE_SETTING = `update user_settings set body = $1, updated_ms = $2
  where tenant = $3 and kind = $4 and owner = $5 and id = $6 and updated_ms = $7 returning 1`
export const DROP_SETTING =
  'delete from user_settings where tenant = $1 and kind = $2 and owner = $3 and id = $4 and updated_ms = $5 returning 1'
export const FIND_SETTING = 'select * from user_settings where tenant = $1 and kind = $2 and owner = $3 and id = $4'
/** Index: the primary key. */
export const LIST_SETTINGS = 'select * from user_settings where tenant = $1 and kind = $2 order by owner, id'
/** Index: the primary key. */
export const LIST_SETTINGS_OF =
  'select * from user_settings where tenant = $1 and kind = $2 and owner = $3 order by owner, id'
