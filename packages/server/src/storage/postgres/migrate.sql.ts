// The statements around a migration.
export const HAS_MIGRATIONS = "select to_regclass('migrations') is not null as is_there"
/** The first version had no column `floor`. */
export const LIST_APPLIED =
  "select number, checksum, coalesce((to_jsonb(m) ->> 'floor')::integer, 1) as floor from migrations m order by number"
export const CREATE_MIGRATIONS = `create table if not exists migrations
  (number integer primary key, checksum text not null, floor integer not null default 1, applied_at timestamptz not null default now())`
export const ADD_FLOOR = 'alter table migrations add column if not exists floor integer not null default 1'
export const INSERT_APPLIED = 'insert into migrations (number, checksum, floor) values ($1, $2, $3)'

export const TRY_TURN = 'select pg_try_advisory_lock($1) as is_ours'

const WHO = `'session ' || a.pid || ' (' || coalesce(nullif(a.application_name, ''), 'no name') || ', user ' || coalesce(a.usename, '?')
  || coalesce(' from ' || host(a.client_addr), '') || ', ' || coalesce(a.state, '?') || ' for '
  || round(extract(epoch from clock_timestamp() - coalesce(a.xact_start, a.state_change, a.backend_start))) || ' s): '
  || left(regexp_replace(a.query, '\\s+', ' ', 'g'), 100) as who`

export const WHOSE_TURN = `select ${WHO} from pg_locks l join pg_stat_activity a on a.pid = l.pid
  where l.locktype = 'advisory' and l.objid = $1 and l.granted and l.pid <> pg_backend_pid()
    and l.database = (select oid from pg_database where datname = current_database())`

/** The oldest transaction of others on our tables. */
export const WHO_HOLDS_LOCKS = `select ${WHO} from pg_stat_activity a
  where a.pid in (select l.pid from pg_locks l join pg_class c on c.oid = l.relation
    where l.granted and l.pid <> pg_backend_pid() and c.relnamespace = current_schema()::regnamespace
      and l.database = (select oid from pg_database where datname = current_database()))
  order by a.xact_start nulls last limit 1`
