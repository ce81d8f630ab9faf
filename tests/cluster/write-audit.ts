// Writes down in the database itself who writes to it: triggers note each turn of a journal and each claim of a job with the process that
// wrote it and the incarnation it wrote as, and each moment at which a node was fenced or joined anew. A process is known by its name in the
// address of the database.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Client, DatabaseError } from 'pg'
import type { TortureCluster } from '../torture/cluster.ts'
import { ask, using } from '../torture/database-client.ts'

const INSTALL = `
create table audit_names (node text primary key, name text not null);
create table audit_writes (at timestamptz not null, name text not null, what text not null, execution_id text not null, shard integer not null);
create table audit_fences (at timestamptz not null, name text not null, incarnation bigint not null, flush_seq bigint not null);
create table audit_joins (at timestamptz not null, name text not null, incarnation bigint not null, flush_seq bigint not null);
create function audit_journal() returns trigger language plpgsql as $$ begin
  insert into audit_writes select clock_timestamp(), current_setting('application_name'), 'turn', new.execution_id, e.shard
    from executions e where e.born_ms = new.born_ms and e.id = new.execution_id;
  return null; end $$;
create function audit_claim() returns trigger language plpgsql as $$ begin
  insert into audit_writes values (clock_timestamp(), current_setting('application_name'), 'claim', new.execution_id, new.shard);
  return null; end $$;
create function audit_fence() returns trigger language plpgsql as $$ begin
  insert into audit_fences select clock_timestamp(), a.name, new.incarnation, new.flush_seq from audit_names a where a.node = new.id;
  return null; end $$;
create function audit_join() returns trigger language plpgsql as $$ begin
  insert into audit_joins select clock_timestamp(), a.name, new.incarnation, old.flush_seq from audit_names a where a.node = new.id;
  return null; end $$;
create trigger audit after insert on journal for each row execute function audit_journal();
create trigger audit after update on jobs for each row when (old.node is null and new.node is not null) execute function audit_claim();
create trigger audit_fence after update on nodes for each row when (new.fenced and not old.fenced) execute function audit_fence();
create trigger audit_join after update on nodes for each row when (new.incarnation <> old.incarnation) execute function audit_join();`

const DEADLOCK = '40P01'
const INSTALL_TRIES = 20

export async function installAudit({ database, nodes, folder }: TortureCluster): Promise<void> {
  await using(database, async client => {
    await installTriggers(client)
    for (const { name } of nodes) {
      const id = readFileSync(join(folder, `data-${name}`, 'node-id'), 'utf8').trim()
      await client.query('insert into audit_names values ($1, $2)', [id, name])
    }
  })
}

/** The nodes write meanwhile: where they and the triggers each wait for a table of the other, the database gives the triggers up, all of them. */
async function installTriggers(client: Client): Promise<void> {
  for (let left = INSTALL_TRIES; ; left--) {
    try {
      await client.query(INSTALL)
      return
    } catch (error) {
      const isDeadlock = error instanceof DatabaseError && error.code === DEADLOCK
      if (!isDeadlock || left === 0) throw error
    }
  }
}

export interface Fence {
  readonly name: string
  readonly incarnation: number
  readonly atMs: number
}

const FENCES = `select name, incarnation::integer as incarnation, (extract(epoch from at) * 1000)::float8 as "atMs" from audit_fences order by at`

export async function listFences({ database }: TortureCluster): Promise<readonly Fence[]> {
  return await ask<{ name: string; incarnation: number; atMs: number }>(database, FENCES)
}

/** Written by a process after its fence and before it joined anew. */
const ZOMBIES = `select w.name, w.what, count(*)::integer as n from audit_fences f join audit_writes w on w.name = f.name and w.at > f.at
  where w.at < coalesce((select min(j.at) from audit_joins j where j.name = f.name and j.at > f.at), 'infinity')
  group by w.name, w.what`

/** The number of the last flush when it was fenced, and when it joined anew: nothing was flushed in between. */
const MOVED = `select f.name, f.flush_seq::integer as fenced, j.flush_seq::integer as joined from audit_fences f
  join lateral (select * from audit_joins j where j.name = f.name and j.at > f.at order by j.at limit 1) j on true
  where j.flush_seq <> f.flush_seq`

/** What fenced processes wrote all the same: nothing. */
export async function findZombieWrites({ database }: TortureCluster): Promise<readonly string[]> {
  const writes = await ask<{ name: string; what: string; n: number }>(database, ZOMBIES)
  const moved = await ask<{ name: string; fenced: number; joined: number }>(database, MOVED)
  return [
    ...writes.map(({ name, what, n }) => `${name} wrote ${n} rows (${what}) after it was fenced`),
    ...moved.map(({ name, fenced, joined }) => `${name} was fenced at flush ${fenced} and had flushed ${joined}`),
  ]
}
