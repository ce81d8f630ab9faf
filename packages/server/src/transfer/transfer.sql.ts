// What exports read beyond the audit's ranges, and what imports write.

export const FLOWS_AFTER = `select * from flows
  where (tenant, namespace, id, revision) > ($1, $2, $3, $4) order by tenant, namespace, id, revision limit $5`
export const KEYS_AFTER = `select * from keys
  where (tenant, namespace, key) > ($1, $2, $3) order by tenant, namespace, key limit $4`
export const TRIGGERS = 'select * from triggers order by tenant, namespace, flow_id, trigger_id'
export const SIGNALS_AFTER = 'select id, execution_id, body from signals where id > $1 order by id limit $2'
export const EVENT_VERSION = 'select coalesce(max(version), 1) as version from journal'

export const FIND_FLOW =
  'select source, parsed, is_deleted from flows where tenant = $1 and namespace = $2 and id = $3 and revision = $4'
export const HAS_EXECUTION = {
  sqlite: 'select 1 from executions where id = $1',
  postgres: 'select 1 from executions where born_ms = $2 and id = $1',
} as const

/** The newer value of a key stays. */
export const UPSERT_KEY = `insert into keys (tenant, namespace, key, value, type, description, expires_ms, updated_ms, created_ms, version)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
  on conflict (tenant, namespace, key) do update set value = excluded.value, type = excluded.type, description = excluded.description,
  expires_ms = excluded.expires_ms, updated_ms = excluded.updated_ms, created_ms = excluded.created_ms, version = excluded.version
  where excluded.updated_ms > keys.updated_ms`
/** Encrypted: they are read again where the same key of encryption is configured. */
export const SECRETS = 'select * from secrets order by tenant, namespace, key'
export const UPSERT_SECRET = `insert into secrets (tenant, namespace, key, cipher, description, tags, updated_ms) values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (tenant, namespace, key) do update set cipher = excluded.cipher, description = excluded.description, tags = excluded.tags,
  updated_ms = excluded.updated_ms where excluded.updated_ms > secrets.updated_ms`
/** Wrapped: they are opened where the same outer key is configured. */
export const DATA_KEYS = 'select * from data_keys order by created_ms, id'
export const TOKENS_AFTER = `select * from tokens where (tenant, namespace, token) > ($1, $2, $3)
  order by tenant, namespace, token limit $4`
export const POLICIES = 'select * from policies order by tenant, namespace, id'
export const ADD_DATA_KEY = `insert into data_keys (id, tenant, namespace, purpose, kid, wrapped, created_ms) values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (id) do nothing`
export const ADD_TOKEN = `insert into tokens (tenant, namespace, token, kind, cipher, created_ms) values ($1, $2, $3, $4, $5, $6)
  on conflict (tenant, namespace, token) do nothing`
export const UPSERT_POLICY = `insert into policies (tenant, namespace, id, body, created_ms, updated_ms) values ($1, $2, $3, $4, $5, $6)
  on conflict (tenant, namespace, id) do update set body = excluded.body, updated_ms = excluded.updated_ms
  where excluded.updated_ms > policies.updated_ms`
export const ACCESS_RECORDS = 'select * from access_records order by tenant, version, kind, id'
export const AUDIT_AFTER = 'select * from audit_log where (tenant, seq) > ($1, $2) order by tenant, seq limit $3'
export const NAMESPACES = 'select * from namespaces order by tenant, namespace'
export const UPSERT_NAMESPACE = `insert into namespaces (tenant, namespace, settings, updated_ms) values ($1, $2, $3, $4)
  on conflict (tenant, namespace) do update set settings = excluded.settings, updated_ms = excluded.updated_ms
  where excluded.updated_ms > namespaces.updated_ms`

export const COLUMNS = {
  flows: ['tenant', 'namespace', 'id', 'revision', 'source', 'parsed', 'is_disabled', 'is_deleted', 'updated_ms'],
  triggers: [
    'tenant',
    'namespace',
    'flow_id',
    'trigger_id',
    'next_ms',
    'last_ms',
    'execution_id',
    'is_disabled',
    'hash',
    'state',
  ],
  executions: [
    ...[
      'id',
      'tenant',
      'namespace',
      'flow_id',
      'revision',
      'state',
      'created_ms',
      'end_ms',
      'waits_for',
      'turn',
      'shard',
    ],
    ...['trigger_id', 'trigger_type', 'parent_id', 'original_id'],
  ],
  execution_labels: ['execution_id', 'key', 'value'],
  journal: ['execution_id', 'turn', 'version', 'at_ms', 'events'],
  logs: ['execution_id', 'tenant', 'namespace', 'flow_id', 'at_ms', 'level_max', 'lines'],
  metrics: ['execution_id', 'run', 'task_id', 'name', 'type', 'value', 'tags', 'at_ms'],
  timers: ['execution_id', 'name', 'shard', 'at_ms'],
  jobs: [
    ...['execution_id', 'run', 'epoch', 'shard', 'queue', 'rank', 'node', 'incarnation', 'claimed_ms', 'is_killed'],
    'payload',
  ],
  signals: ['id', 'shard', 'execution_id', 'body'],
} as const satisfies Record<string, readonly string[]>

export type Table = keyof typeof COLUMNS

/** Tables that PostgreSQL keeps by the day of birth; the first column of these names the execution. */
export const BY_DAY: ReadonlySet<Table> = new Set(['executions', 'execution_labels', 'journal', 'logs', 'metrics'])

/** `rows` rows of a table; what is there already stays. */
export function insertRows(table: Table, rows: number, hasBirth: boolean): string {
  const columns = hasBirth ? ['born_ms', ...COLUMNS[table]] : COLUMNS[table]
  let parameter = 0
  const row = (): string => `(${columns.map(() => `$${++parameter}`).join(', ')})`
  const values = Array.from({ length: rows }, row).join(', ')
  return `insert into ${table} (${columns.join(', ')}) values ${values} on conflict do nothing`
}
