// The tables of the SQLite driver. `tenant` is part of every identity from the first migration. Indexes exist for the lists that are named
// beside them, and for nothing else: each one costs every execution.

export const MIGRATION_1: string = `
create table nodes (
  id text primary key, incarnation integer not null, flush_seq integer not null, high_water_ms integer not null
) without rowid;

create table flows (
  tenant text not null, namespace text not null, id text not null, revision integer not null check (revision >= 1),
  source text not null, parsed text not null, is_disabled integer not null, is_deleted integer not null, updated_ms integer not null,
  primary key (tenant, namespace, id, revision)
) without rowid;

create table executions (
  id text primary key, tenant text not null, namespace text not null, flow_id text not null, revision integer not null,
  state text not null, created_ms integer not null, end_ms integer, waits_for text, turn integer not null, shard integer not null,
  trigger_id text, trigger_type text, parent_id text, original_id text not null,
  check (end_ms is null or end_ms >= created_ms)
) without rowid;
-- The id begins with the moment of birth, so (…, id) is "by start".
create index executions_by_namespace on executions (namespace, id);
create index executions_by_flow on executions (namespace, flow_id, id);
create index executions_unusual on executions (state, id) where state <> 'SUCCESS';
create index executions_by_parent on executions (parent_id, id) where parent_id is not null;
create index executions_open on executions (waits_for, id) where waits_for is not null;

create table execution_labels (
  key text not null, value text not null, execution_id text not null, primary key (key, value, execution_id)
) without rowid;
create index execution_labels_by_execution on execution_labels (execution_id);

create table journal (
  execution_id text not null, turn integer not null, version integer not null, at_ms integer not null, events text not null,
  primary key (execution_id, turn)
) without rowid;

create table logs (
  seq integer primary key, execution_id text not null, tenant text not null, namespace text not null, flow_id text not null, at_ms integer not null,
  level_max integer not null, lines text not null
);
create index logs_by_execution on logs (execution_id, seq);

create table metrics (
  seq integer primary key, execution_id text not null, run integer not null, task_id text not null, name text not null, type text not null, value real not null,
  tags text not null, at_ms integer not null
);
create index metrics_by_execution on metrics (execution_id, seq);

create table jobs (
  execution_id text not null, run integer not null, epoch integer not null, shard integer not null, queue text not null, rank integer not null,
  node text, incarnation integer, claimed_ms integer, is_killed integer not null default 0, payload text not null,
  primary key (execution_id, run, epoch), check ((node is null) = (incarnation is null))
) without rowid;
create index jobs_free on jobs (rank, execution_id) where node is null;
create index jobs_killed on jobs (execution_id) where node is null and is_killed;
create index jobs_by_node on jobs (node, incarnation) where node is not null;

create table timers (
  execution_id text not null, name text not null, shard integer not null, at_ms integer not null, primary key (execution_id, name)
) without rowid;
create index timers_by_time on timers (at_ms);

create table signals (id text primary key, shard integer not null, execution_id text not null, body text not null) without rowid;

create table operations (
  key text primary key, entity text not null, body_hash text not null, status integer not null, body text not null, expires_ms integer not null
) without rowid;
create index operations_by_expiry on operations (expires_ms);

create table triggers (
  tenant text not null, namespace text not null, flow_id text not null, trigger_id text not null, next_ms integer, last_ms integer,
  execution_id text, is_disabled integer not null, hash text not null, primary key (tenant, namespace, flow_id, trigger_id)
) without rowid;

create table keys (
  tenant text not null, namespace text not null, key text not null, value text not null, type text not null, description text,
  expires_ms integer, updated_ms integer not null, primary key (tenant, namespace, key)
) without rowid;
`

/**
 * Lists that hold at ten million rows: the tenant is in every index, so that counting and skipping read no rows, and what is not SUCCESS is found
 * by namespace, too. The flow stands last there, for filters without a look at the row.
 */
export const MIGRATION_2: string = `
drop index executions_by_namespace;
drop index executions_by_flow;
drop index executions_unusual;
create index executions_by_namespace on executions (tenant, namespace, id);
create index executions_by_flow on executions (tenant, namespace, flow_id, id);
create index executions_unusual on executions (tenant, state, id, namespace, flow_id) where state <> 'SUCCESS';
create index executions_unusual_by_namespace on executions (tenant, namespace, state, id, flow_id) where state <> 'SUCCESS';
`

/** Keys have versions; secrets are kept encrypted; namespaces can be told about. */
export const KEYS_AND_SECRETS: string = `
alter table keys add column version integer not null default 1;
alter table keys add column created_ms integer not null default 0;
update keys set created_ms = updated_ms;

create table key_versions (
  tenant text not null, namespace text not null, key text not null, version integer not null, value text not null, type text not null,
  updated_ms integer not null, primary key (tenant, namespace, key, version)
) without rowid;
insert into key_versions select tenant, namespace, key, 1, value, type, updated_ms from keys;

create table secrets (
  tenant text not null, namespace text not null, key text not null, cipher text not null, description text, tags text not null,
  updated_ms integer not null, primary key (tenant, namespace, key)
) without rowid;

create table namespaces (
  tenant text not null, namespace text not null, settings text not null, updated_ms integer not null, primary key (tenant, namespace)
) without rowid;
`

/** Triggers keep more than a cursor: a backfill, the mark of a source, windows of conditions, and why they started nothing. */
export const MIGRATION_TRIGGERS: string = `
alter table triggers add column state text;
create table windows (
  tenant text not null, namespace text not null, flow_id text not null, trigger_id text not null, set_id text not null, body text,
  primary key (tenant, namespace, flow_id, trigger_id, set_id)
) without rowid;
create table trigger_reasons (
  tenant text not null, namespace text not null, flow_id text not null, trigger_id text not null, code text not null, reason text not null,
  first_ms integer not null, last_ms integer not null, count integer not null,
  primary key (tenant, namespace, flow_id, trigger_id, code, reason)
) without rowid;
`

/** Who holds a place of a limit, and who waits for one, in the order of coming. */
export const LIMIT_MEMBERS: string = `
create table limit_members (
  limit_key text not null, execution_id text not null, is_holding integer not null check (is_holding in (0, 1)), rank integer not null,
  share text not null, keys text not null, primary key (limit_key, execution_id)
) without rowid;
create index limit_members_by_execution on limit_members (execution_id);
`

/** Suites of flow tests, and what their runs came to. */
export const FLOW_TESTS: string = `
create table test_suites (
  tenant text not null, namespace text not null, id text not null, flow_id text not null, source text not null, updated_ms integer not null,
  primary key (tenant, namespace, id)
) without rowid;
create table test_results (
  tenant text not null, id text not null, namespace text not null, suite_id text not null, flow_id text not null, state text not null,
  started_ms integer not null, body text not null, primary key (tenant, id)
) without rowid;
create index test_results_by_suite on test_results (tenant, namespace, suite_id, id);
`

/** What people set for themselves, or share: views of lists, preferences. */
export const USER_SETTINGS: string = `
create table user_settings (
  tenant text not null, kind text not null, owner text not null, id text not null, body text not null, updated_ms integer not null,
  primary key (tenant, kind, owner, id)
) without rowid;
`

/** Operations on many in the background, and what each of their items was and became. */
export const BULK_OPERATIONS: string = `
create table bulk_operations (
  tenant text not null, id text not null, state text not null, wish text, node text, epoch integer not null, until_ms integer not null,
  body text not null, updated_ms integer not null, primary key (tenant, id)
) without rowid;
create table bulk_chunks (
  tenant text not null, operation_id text not null, seq integer not null, body text not null, primary key (tenant, operation_id, seq)
) without rowid;
`

/** Pages for people who know nothing of flows, and the addresses by which somebody without a name looks at one execution. */
export const APPS: string = `
create table apps (
  tenant text not null, uid text not null, namespace text not null, id text not null, flow_id text not null, source text not null,
  created_ms integer not null, updated_ms integer not null, primary key (tenant, uid)
) without rowid;
create table links (
  tenant text not null, hash text not null, execution_id text not null, task_run_id text not null, app_uid text not null,
  created_ms integer not null, expires_ms integer not null, primary key (tenant, hash)
) without rowid;
create index links_by_expiry on links (expires_ms);
`

/** Who may do what: small records with a version that grows. What people did: a chain that is only ever added to. */
export const ACCESS: string = `
create table access_versions (tenant text primary key, version integer not null, floor integer not null) without rowid;
create table access_records (
  tenant text not null, kind text not null, id text not null, name text not null, body text not null, updated_ms integer not null,
  version integer not null, is_removed integer not null check (is_removed in (0, 1)), primary key (tenant, kind, id)
) without rowid;
create index access_records_by_version on access_records (tenant, version);
create index access_records_by_name on access_records (tenant, kind, name);

create table audit_ends (tenant text primary key, seq integer not null, hash text not null) without rowid;
create table audit_log (
  tenant text not null, seq integer not null, id text not null, at_ms integer not null, actor_id text not null, resource text not null,
  action text not null, namespace text, item_id text, outcome text not null, body text not null, prev_hash text not null, hash text not null,
  primary key (tenant, seq)
) without rowid;
create index audit_log_by_item on audit_log (tenant, item_id, seq);
`

/** Keys that rows are encrypted with, themselves encrypted; what tokens stand for; what flows may be. */
export const SEALED: string = `
create table data_keys (
  id text not null primary key, tenant text not null, namespace text not null, purpose text not null check (purpose in ('rows', 'retired', 'tokens')),
  kid text not null, wrapped text not null, created_ms integer not null
) without rowid;
create table tokens (
  tenant text not null, namespace text not null, token text not null, kind text not null, cipher text not null, created_ms integer not null,
  primary key (tenant, namespace, token)
) without rowid;
create table policies (
  tenant text not null, namespace text not null, id text not null, body text not null, created_ms integer not null, updated_ms integer not null,
  primary key (tenant, namespace, id)
) without rowid;
`

/**
 * What is folded of long journals. With rowids, unlike the others: a table without them is the tree of its key, and a row of 1 MB has no place there.
 */
export const SNAPSHOTS: string = `
create table snapshots (
  execution_id text not null, turn integer not null, part integer not null, bytes blob not null, primary key (execution_id, turn, part)
);
`
