// The tables of the PostgreSQL driver. What grows with history is partitioned by the day of the execution's birth, which its id tells, so that
// a purge drops a partition instead of deleting rows. Ids compare as bytes (collate "C"), as they do everywhere else.

/** Tables that are partitioned by `born_ms`, the moment that the execution's id begins with: those of the first migration, and all. */
export const PARTITIONED_FIRST: readonly string[] = ['executions', 'execution_labels', 'journal', 'logs', 'metrics']
export const PARTITIONED: readonly string[] = [...PARTITIONED_FIRST, 'snapshots']

export const MIGRATION_1: string = `
create table nodes (
  id text collate "C" primary key, incarnation bigint not null, flush_seq bigint not null, high_water_ms bigint not null,
  lease_until timestamptz, fenced boolean not null default false, roles text[] not null default '{}'
) with (fillfactor = 50);

create table shards (id smallint primary key, owner_node text collate "C");
insert into shards (id) select generate_series(0, 255);

create table flows (
  seq bigint generated always as identity, tenant text collate "C" not null, namespace text collate "C" not null, id text collate "C" not null,
  revision integer not null check (revision >= 1), source text not null, parsed text not null, is_disabled boolean not null,
  is_deleted boolean not null, updated_ms bigint not null, primary key (tenant, namespace, id, revision)
);
create index flows_by_seq on flows (seq);

create table executions (
  born_ms bigint not null, id text collate "C" not null, tenant text collate "C" not null, namespace text collate "C" not null, flow_id text collate "C" not null,
  revision integer not null, state text collate "C" not null, created_ms bigint not null, end_ms bigint, waits_for text collate "C",
  turn integer not null, shard smallint not null, trigger_id text, trigger_type text, parent_id text collate "C", original_id text collate "C" not null,
  primary key (born_ms, id), check (end_ms is null or end_ms >= created_ms)
) partition by range (born_ms);
create index executions_by_namespace on executions (namespace, id);
create index executions_by_flow on executions (namespace, flow_id, id);
create index executions_unusual on executions (state, id) where state <> 'SUCCESS';
create index executions_by_parent on executions (parent_id, id) where parent_id is not null;
create index executions_open on executions (shard, waits_for, id) where waits_for is not null;

create table execution_labels (
  born_ms bigint not null, key text collate "C" not null, value text collate "C" not null, execution_id text collate "C" not null,
  primary key (born_ms, key, value, execution_id)
) partition by range (born_ms);
create index execution_labels_by_execution on execution_labels (execution_id);

create table journal (
  born_ms bigint not null, execution_id text collate "C" not null, turn integer not null, version integer not null, at_ms bigint not null,
  events text not null, primary key (born_ms, execution_id, turn)
) partition by range (born_ms);

create table logs (
  born_ms bigint not null, seq bigint generated always as identity, execution_id text collate "C" not null, tenant text collate "C" not null,
  namespace text collate "C" not null, flow_id text collate "C" not null, at_ms bigint not null, level_max smallint not null, lines text not null
) partition by range (born_ms);
create index logs_by_execution on logs (execution_id, seq);

create table metrics (
  born_ms bigint not null, seq bigint generated always as identity, execution_id text collate "C" not null, run integer not null,
  task_id text not null, name text not null, type text not null, value double precision not null, tags text not null, at_ms bigint not null
) partition by range (born_ms);
create index metrics_by_execution on metrics (execution_id, seq);

create table jobs (
  execution_id text collate "C" not null, run integer not null, epoch integer not null, shard smallint not null, queue text collate "C" not null,
  rank bigint not null, node text collate "C", incarnation bigint, claimed_ms bigint, is_killed boolean not null default false, payload text not null,
  primary key (execution_id, run, epoch), check ((node is null) = (incarnation is null))
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
create index jobs_free on jobs (queue, rank, execution_id) where node is null;
create index jobs_killed on jobs (execution_id) where node is null and is_killed;
create index jobs_by_node on jobs (node, incarnation) where node is not null;

create table timers (
  execution_id text collate "C" not null, name text not null, shard smallint not null, at_ms bigint not null, primary key (execution_id, name)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
create index timers_by_time on timers (at_ms);

create table signals (id text collate "C" primary key, shard smallint not null, execution_id text collate "C" not null, body text not null)
  with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
create index signals_by_shard on signals (shard, id);

create table operations (
  key text collate "C" primary key, entity text not null, body_hash text not null, status integer not null, body text not null, expires_ms bigint not null
);
create index operations_by_expiry on operations (expires_ms);

create table triggers (
  tenant text collate "C" not null, namespace text collate "C" not null, flow_id text collate "C" not null, trigger_id text collate "C" not null,
  next_ms bigint, last_ms bigint, execution_id text collate "C", is_disabled boolean not null, hash text not null,
  primary key (tenant, namespace, flow_id, trigger_id)
);

create table keys (
  tenant text collate "C" not null, namespace text collate "C" not null, key text collate "C" not null, value text not null, type text not null,
  description text, expires_ms bigint, updated_ms bigint not null, primary key (tenant, namespace, key)
);
`

/** What a node tells of itself, as JSON. */
export const MIGRATION_2: string = `alter table nodes add column facts text not null default '{}';`

/**
 * Lists that hold at ten million rows. Every index that a list walks ends with the moment and the id, in the order of the partitions, so that a walk
 * opens the newest partition and goes on to the next one only when it must.
 */
export const LIST_INDEXES: string = `
drop index executions_by_namespace;
drop index executions_by_flow;
drop index executions_unusual;
drop index executions_by_parent;
drop index executions_open;
create index executions_by_namespace on executions (tenant, namespace, born_ms, id);
create index executions_by_flow on executions (tenant, namespace, flow_id, born_ms, id);
create index executions_unusual on executions (tenant, state, born_ms, id, namespace, flow_id) where state <> 'SUCCESS';
create index executions_unusual_by_namespace on executions (tenant, namespace, state, born_ms, id, flow_id) where state <> 'SUCCESS';
create index executions_by_parent on executions (parent_id, born_ms, id) where parent_id is not null;
create index executions_open on executions (waits_for, id) where waits_for is not null;
alter table execution_labels drop constraint execution_labels_pkey;
alter table execution_labels add primary key (key, value, born_ms, execution_id);
`

/** Keys have versions; secrets are kept encrypted; namespaces can be told about. */
export const KEYS_AND_SECRETS: string = `
alter table keys add column version bigint not null default 1;
alter table keys add column created_ms bigint not null default 0;
update keys set created_ms = updated_ms;

create table key_versions (
  tenant text collate "C" not null, namespace text collate "C" not null, key text collate "C" not null, version bigint not null,
  value text not null, type text not null, updated_ms bigint not null, primary key (tenant, namespace, key, version)
);
insert into key_versions select tenant, namespace, key, 1, value, type, updated_ms from keys;

create table secrets (
  tenant text collate "C" not null, namespace text collate "C" not null, key text collate "C" not null, cipher text not null,
  description text, tags text not null, updated_ms bigint not null, primary key (tenant, namespace, key)
);

create table namespaces (
  tenant text collate "C" not null, namespace text collate "C" not null, settings text not null, updated_ms bigint not null,
  primary key (tenant, namespace)
);
`

/** Triggers keep more than a cursor: a backfill, the mark of a source, windows of conditions, and why they started nothing. */
export const MIGRATION_TRIGGERS: string = `
alter table triggers add column state text;
create table windows (
  tenant text collate "C" not null, namespace text collate "C" not null, flow_id text collate "C" not null, trigger_id text collate "C" not null,
  set_id text collate "C" not null, body text, primary key (tenant, namespace, flow_id, trigger_id, set_id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
create table trigger_reasons (
  tenant text collate "C" not null, namespace text collate "C" not null, flow_id text collate "C" not null, trigger_id text collate "C" not null,
  code text collate "C" not null, reason text collate "C" not null, first_ms bigint not null, last_ms bigint not null, count bigint not null,
  primary key (tenant, namespace, flow_id, trigger_id, code, reason)
);
`

/** Who holds a place of a limit, and who waits for one, in the order of coming. */
export const LIMIT_MEMBERS: string = `
create table limit_members (
  limit_key text collate "C" not null, execution_id text collate "C" not null, is_holding smallint not null check (is_holding in (0, 1)),
  rank bigint not null, share text not null, keys text not null, primary key (limit_key, execution_id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_cost_delay = 0);
create index limit_members_by_execution on limit_members (execution_id);
`

/** Suites of flow tests, and what their runs came to. */
export const FLOW_TESTS: string = `
create table test_suites (
  tenant text collate "C" not null, namespace text collate "C" not null, id text collate "C" not null, flow_id text collate "C" not null,
  source text not null, updated_ms bigint not null, primary key (tenant, namespace, id)
);
create table test_results (
  tenant text collate "C" not null, id text collate "C" not null, namespace text collate "C" not null, suite_id text collate "C" not null,
  flow_id text collate "C" not null, state text not null, started_ms bigint not null, body text not null, primary key (tenant, id)
);
create index test_results_by_suite on test_results (tenant, namespace, suite_id, id);
`

/** What people set for themselves, or share: views of lists, preferences. */
export const USER_SETTINGS: string = `
create table user_settings (
  tenant text collate "C" not null, kind text collate "C" not null, owner text collate "C" not null, id text collate "C" not null,
  body text not null, updated_ms bigint not null, primary key (tenant, kind, owner, id)
);
`

/** Operations on many in the background, and what each of their items was and became. */
export const BULK_OPERATIONS: string = `
create table bulk_operations (
  tenant text collate "C" not null, id text collate "C" not null, state text not null, wish text, node text collate "C", epoch bigint not null,
  until_ms bigint not null, body text not null, updated_ms bigint not null, primary key (tenant, id)
);
create table bulk_chunks (
  tenant text collate "C" not null, operation_id text collate "C" not null, seq bigint not null, body text not null,
  primary key (tenant, operation_id, seq)
);
`

/** Pages for people who know nothing of flows, and the addresses by which somebody without a name looks at one execution. */
export const APPS: string = `
create table apps (
  tenant text collate "C" not null, uid text collate "C" not null, namespace text collate "C" not null, id text collate "C" not null,
  flow_id text collate "C" not null, source text not null, created_ms bigint not null, updated_ms bigint not null, primary key (tenant, uid)
);
create table links (
  tenant text collate "C" not null, hash text collate "C" not null, execution_id text collate "C" not null,
  task_run_id text collate "C" not null, app_uid text collate "C" not null, created_ms bigint not null, expires_ms bigint not null,
  primary key (tenant, hash)
);
create index links_by_expiry on links (expires_ms);
`

/** Who may do what: small records with a version that grows. What people did: a chain that is only ever added to. */
export const ACCESS: string = `
create table access_versions (tenant text collate "C" primary key, version bigint not null, floor bigint not null);
create table access_records (
  tenant text collate "C" not null, kind text collate "C" not null, id text collate "C" not null, name text collate "C" not null,
  body text not null, updated_ms bigint not null, version bigint not null, is_removed boolean not null, primary key (tenant, kind, id)
);
create index access_records_by_version on access_records (tenant, version);
create index access_records_by_name on access_records (tenant, kind, name);

create table audit_ends (tenant text collate "C" primary key, seq bigint not null, hash text not null);
create table audit_log (
  tenant text collate "C" not null, seq bigint not null, id text collate "C" not null, at_ms bigint not null,
  actor_id text collate "C" not null, resource text collate "C" not null, action text collate "C" not null, namespace text collate "C",
  item_id text collate "C", outcome text not null, body text not null, prev_hash text not null, hash text not null,
  primary key (tenant, seq)
);
create index audit_log_by_item on audit_log (tenant, item_id, seq);
`

/** Keys that rows are encrypted with, themselves encrypted; what tokens stand for; what flows may be. */
export const SEALED: string = `
create table data_keys (
  id text collate "C" primary key, tenant text collate "C" not null, namespace text collate "C" not null,
  purpose text not null check (purpose in ('rows', 'retired', 'tokens')), kid text not null, wrapped text not null, created_ms bigint not null
);
create table tokens (
  tenant text collate "C" not null, namespace text collate "C" not null, token text collate "C" not null, kind text not null,
  cipher text not null, created_ms bigint not null, primary key (tenant, namespace, token)
);
create table policies (
  tenant text collate "C" not null, namespace text collate "C" not null, id text collate "C" not null, body text not null,
  created_ms bigint not null, updated_ms bigint not null, primary key (tenant, namespace, id)
);
`

/**
 * What is folded of long journals; the bytes are compressed already. The days that there are get their partitions one by one, each in a transaction
 * of its own: all together they could need more locks than a server has room for.
 */
export const SNAPSHOTS: readonly string[] = [
  `create table if not exists snapshots (
  born_ms bigint not null, execution_id text collate "C" not null, turn integer not null, part integer not null, bytes bytea not null,
  primary key (born_ms, execution_id, turn, part)
) partition by range (born_ms)`,
  // Partitions that are made from now on have it from here.
  'alter table snapshots alter column bytes set storage external',
  'create table if not exists snapshots_other partition of snapshots default',
  `do $$
declare day text; from_ms bigint;
begin
  for day in select right(c.relname, 8) from pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and c.relispartition and c.relname ~ '^executions_\\d{8}$'
  loop
    from_ms := (to_date(day, 'YYYYMMDD') - date '1970-01-01') * 86400000::bigint;
    execute format('create table if not exists snapshots_%s partition of snapshots for values from (%s) to (%s)', day, from_ms, from_ms + 86400000);
    commit;
  end loop;
end $$`,
]
