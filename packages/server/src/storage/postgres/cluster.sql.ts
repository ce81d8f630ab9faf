// The statements of the cluster. Leases are compared by the clock of the database alone.

export const RENEW = `update nodes set lease_until = clock_timestamp() + $3 * interval '1 millisecond'
  where id = $1 and incarnation = $2 and not fenced
  returning (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms`

/** Tending is done by one node at a time. */
export const LOCK_SHARDS = 'select pg_advisory_xact_lock(7235413)'

export const FENCE_DEAD = `update nodes set fenced = true
  where not fenced and lease_until < clock_timestamp() and id <> $1 returning id`

export const FREE_OF_FENCED = `update shards s set owner_node = null
  where owner_node is not null and not exists (select 1 from nodes n where n.id = s.owner_node and not n.fenced)`

export const LIVE_ENGINES = `select id from nodes
  where not fenced and lease_until >= clock_timestamp() and 'engine' = any(roles) order by id`

export const OWNED = 'select id from shards where owner_node = $1 order by id'

export const CLAIM_SHARDS = `update shards set owner_node = $1
  where id in (select id from shards where owner_node is null order by id limit $2) returning id`

/** Not for an incarnation that is gone: what it let go of may be in the hands of the one after it. */
export const RELEASE_SHARDS = `update shards set owner_node = null where owner_node = $1 and id = any($2::smallint[])
  and exists (select 1 from nodes where id = $1 and incarnation = $3 and not fenced)`

export const WITHDRAW = `update nodes set roles = array_remove(roles, 'engine') where id = $1 and incarnation = $2 and not fenced returning 1`
export const LEAVE = `update nodes set fenced = true, lease_until = clock_timestamp() where id = $1 and incarnation = $2 returning 1`
export const FREE_SHARDS_OF = 'update shards set owner_node = null where owner_node = $1'

export const SEND_SIGNALS = `with sent as (
    insert into signals (id, shard, execution_id, body)
    select * from unnest($1::text[], $2::smallint[], $3::text[], $4::text[]) returning 1)
  select pg_notify('batuta', 'signals')`

/**
 * The result of a job that is no longer this node's changes nothing: its row is not met. Rows are found by the primary key: the index of the
 * node would make it read every job that the node has settled since the last vacuum (4 ms instead of 0.3 ms after 40,000 jobs). A planner that
 * met empty tables prefers that one as long as it can tell that the node is not null, which it cannot of these comparisons.
 */
export const SETTLE_JOBS = `with settled as (
    select * from unnest($3::text[], $4::integer[], $5::integer[], $6::text[], $7::smallint[], $8::text[])
      as s (execution_id, run, epoch, id, shard, body)),
  ended as (
    delete from jobs j using settled s
    where j.execution_id = s.execution_id and j.run = s.run and j.epoch = s.epoch and coalesce(j.node, '') = $1 and coalesce(j.incarnation, -1) = $2
    returning s.id, s.shard, s.execution_id, s.body),
  sent as (insert into signals (id, shard, execution_id, body) select id, shard, execution_id, body from ended returning 1)
  select pg_notify('batuta', 'signals') where exists (select 1 from sent)`

export const LIST_NODES = `select id, incarnation, roles, facts, not fenced and lease_until >= clock_timestamp() as is_live,
    (select count(*) from shards where owner_node = nodes.id) as shards,
    (select count(*) from jobs where node = nodes.id and jobs.incarnation = nodes.incarnation) as jobs
  from nodes where lease_until is not null order by id`

export const LIST_WORKERS = `select facts from nodes
  where not fenced and lease_until >= clock_timestamp() and 'worker' = any(roles)`

export const COUNT_DEAD = `select coalesce(sum(n_dead_tup), 0)::float8 as dead from pg_stat_user_tables
  where relid in ('jobs'::regclass, 'signals'::regclass, 'timers'::regclass)`
/** Without waiting for anybody, and without giving room back that is needed again at once. */
export const TIDY_QUEUES = 'vacuum (skip_locked, index_cleanup on, truncate off) jobs, signals, timers'

export const ANNOUNCE = `update nodes set roles = $3, facts = $5, fenced = false, lease_until = clock_timestamp() + $4 * interval '1 millisecond'
  where id = $1 and incarnation = $2`

/** Index: jobs_claimable. */
export const MOVE_JOBS = 'update jobs set queue = $2 where node is null and queue = $1'
/**
 * Index: jobs_sent. A node that was forgotten and came back counts its flushes from the beginning: then everything is looked at. What an engine
 * has handed to the worker of its own node it has told it. As with claims, a node that was fenced and does not know it yet gets nothing.
 */
export const SENT_JOBS = `select j.* from nodes n
  left join unnest($3::text[], $4::bigint[]) as c (sender, seq) on c.sender = n.id
  cross join lateral (select * from jobs where node = $1 and incarnation = $2 and sender = n.id
    and sent_seq > (case when c.seq <= n.flush_seq then c.seq else 0 end)) j
  where n.id <> $1 and 'engine' = any(n.roles)
    and exists (select 1 from nodes m where m.id = $1 and m.incarnation = $2 and not m.fenced)`
export const RETURN_JOBS = `with back as (
    update jobs j set node = null, incarnation = null, claimed_ms = null, sender = null, sent_seq = null
    from unnest($3::text[], $4::integer[], $5::integer[]) as r (execution_id, run, epoch)
    where j.execution_id = r.execution_id and j.run = r.run and j.epoch = r.epoch
      and coalesce(j.node, '') = $1 and coalesce(j.incarnation, -1) = $2 returning 1)
  select pg_notify('batuta', 'jobs') where exists (select 1 from back)`
/** Index: jobs_sent. */
export const ABANDONED_JOBS = `select j.* from jobs j left join nodes n on n.id = j.node
  where j.node is not null and (n.id is null or n.fenced or n.incarnation <> j.incarnation) order by j.execution_id limit $1`
/** Index: jobs_to_stop. */
export const KILLED_JOBS =
  'select execution_id, run, epoch from jobs where node = $1 and incarnation = $2 and is_killed'
/** Index: flows_by_seq. */
export const FLOWS_SINCE = 'select * from flows where seq > $1 order by seq limit 1000'

export const FORGET_NODES = `delete from nodes n where fenced and lease_until < clock_timestamp() - $1 * interval '1 millisecond'
  and not exists (select 1 from jobs where node = n.id) and not exists (select 1 from shards where owner_node = n.id)`
