// Rare statements where PostgreSQL goes its own way.

/** Writers of flows one after the other, so that revisions have no holes. */
export const LOCK_FLOWS = 'select pg_advisory_xact_lock($1)'
export const TELL_SIGNALS = "select pg_notify('batuta', 'signals')"
export const TELL_ACCESS = "select pg_notify('batuta', 'access')"
export const TELL_FLOWS = "select pg_notify('batuta', 'flows')"

export const DATABASE_CLOCK = 'select (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms'

export const JOURNAL_OF = `select turn, version, at_ms, events from journal
  where born_ms = $1 and execution_id = $2 and turn > $3 order by turn limit $4`

export const INSERT_LOG = `insert into logs (born_ms, execution_id, tenant, namespace, flow_id, at_ms, level_max, lines)
  values ($1, $2, $3, $4, $5, $6, $7, $8)`

/** Holds the header until the commit: who deletes the execution meanwhile waits, and finds the part. */
export const INSERT_SNAPSHOT_PART = `insert into snapshots (born_ms, execution_id, turn, part, bytes)
  select born_ms, id, $3::integer, $4::integer, $5::bytea from executions where born_ms = $1 and id = $2 for key share
  on conflict (born_ms, execution_id, turn, part) do update set bytes = excluded.bytes
  returning 1`

/**
 * What is pinned to another node (a queue that begins with @) is not for this one.
 * Index: jobs_claimable, in each queue from the lowest rank on. What another claim has locked is passed over, not waited for. A node that was
 * fenced and does not know it yet gets nothing: what it took would be lost at once. Only here can a node be fenced while it lives. A row
 * that is locked stays where it is, so that it is found again by its place.
 */
const CLAIM_FROM_QUEUES = `picked as materialized (
    select j.place from queues
      cross join lateral (select ctid as place, execution_id, run, epoch, rank from jobs
        where node is null and not is_killed and queue = queues.name
        order by rank, execution_id, run, epoch limit $4 for update skip locked) j
    order by j.rank, j.execution_id, j.run, j.epoch limit $4)
  update jobs j set node = $1, incarnation = $2, claimed_ms = $3
  where j.ctid = any(array(select place from picked))
    and exists (select 1 from nodes n where n.id = $1 and n.incarnation = $2 and not n.fenced)
  returning j.*`
export const CLAIM_JOBS = `with recursive found (name) as (
    select (select min(queue) from jobs where node is null)
    union all
    select (select min(queue) from jobs where node is null and queue > found.name) from found where found.name is not null),
  queues as (select name from found where name is not null and (left(name, 1) <> '@' or name = '@' || $1::text)),
  ${CLAIM_FROM_QUEUES}`
export const CLAIM_JOBS_OF = `with queues as (select value collate "C" as name from json_array_elements_text($5::json)), ${CLAIM_FROM_QUEUES}`
/** What is free inside of its tables PostgreSQL does not tell without reading them. */
export const MEASURE_SPACE = 'select pg_database_size(current_database()) as size_bytes, 0 as free_bytes'
