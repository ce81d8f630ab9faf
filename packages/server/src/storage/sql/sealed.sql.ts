// Data keys, tokens, policies.
export const ADD_DATA_KEY = `insert into data_keys (id, tenant, namespace, purpose, kid, wrapped, created_ms) values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (id) do nothing`
export const REWRAP_DATA_KEY =
  'update data_keys set purpose = $2, kid = $3, wrapped = $4 where id = $1 and wrapped = $5 returning 1'
export const LIST_DATA_KEYS = 'select * from data_keys order by created_ms, id'

export const RESEAL_SECRET =
  'update secrets set cipher = $4 where tenant = $1 and namespace = $2 and key = $3 and cipher = $5 returning 1'

export const ADD_TOKEN = `insert into tokens (tenant, namespace, token, kind, cipher, created_ms) values ($1, $2, $3, $4, $5, $6)
  on conflict (tenant, namespace, token) do nothing`
export const RESEAL_TOKEN =
  'update tokens set cipher = $4 where tenant = $1 and namespace = $2 and token = $3 and cipher = $5 returning 1'
export const PURGE_TOKENS = 'delete from tokens where tenant = $1 and namespace = $2 and created_ms < $3 returning 1'
export const FIND_TOKEN = 'select * from tokens where tenant = $1 and namespace = $2 and token = $3'
/** Index: the primary key. */
export const LIST_TOKENS = `select * from tokens where (tenant, namespace, token) > ($1, $2, $3)
  order by tenant, namespace, token limit $4`

export const UPSERT_POLICY = `insert into policies (tenant, namespace, id, body, created_ms, updated_ms) values ($1, $2, $3, $4, $5, $6)
  on conflict (tenant, namespace, id) do update set body = excluded.body, updated_ms = excluded.updated_ms`
export const DELETE_POLICY = 'delete from policies where tenant = $1 and namespace = $2 and id = $3 returning 1'
export const LIST_POLICIES = 'select * from policies order by tenant, namespace, id'
