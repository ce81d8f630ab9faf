// Seeds a database of PostgreSQL beside no server. Its commits wait for no disk; the partitions are those that the days would have had.
import { Client } from 'pg'
import { prepareDays } from '../../packages/server/src/storage/postgres/days.ts'
import { SPAN_MS } from './seed-plan.ts'
import { ID_MARK, MS_MARK } from './templates.ts'
import type { SeedStore } from './seeder.ts'
import type { Query } from './stored-rows.ts'

const TEMPORARY = `create temp table templates (n integer primary key, namespace text, flow_id text, revision integer, state text, turn integer,
  trigger_id text, trigger_type text, events text, lines text, level_max smallint, labels jsonb);
create temp table seeds (n integer primary key, id text, ms bigint, shard smallint, template integer)`

const FILL = `insert into seeds (n, id, ms, shard, template)
  select n, id, ms, shard, template from unnest($1::text[], $2::bigint[], $3::smallint[], $4::integer[]) with ordinality as u (id, ms, shard, template, n)`

const textOf = (column: string): string => `replace(replace(t.${column}, '${ID_MARK}', s.id), '${MS_MARK}', s.ms::text)`

const COPIES: readonly string[] = [
  `insert into executions (born_ms, id, tenant, namespace, flow_id, revision, state, created_ms, end_ms, waits_for, turn, shard, trigger_id, trigger_type, parent_id, original_id)
    select s.ms, s.id, 'main', t.namespace, t.flow_id, t.revision, t.state, s.ms, s.ms, null, t.turn, s.shard, t.trigger_id, t.trigger_type, null, s.id
    from seeds s join templates t on t.n = s.template order by s.n`,
  `insert into journal (born_ms, execution_id, turn, version, at_ms, events) select s.ms, s.id, t.turn, 1, s.ms, ${textOf('events')}
    from seeds s join templates t on t.n = s.template order by s.n`,
  `insert into logs (born_ms, execution_id, tenant, namespace, flow_id, at_ms, level_max, lines)
    select s.ms, s.id, 'main', t.namespace, t.flow_id, s.ms, t.level_max, ${textOf('lines')}
    from seeds s join templates t on t.n = s.template where t.lines is not null order by s.n`,
  `insert into execution_labels (born_ms, key, value, execution_id) select s.ms, l.value ->> 0, l.value ->> 1, s.id
    from seeds s join templates t on t.n = s.template cross join jsonb_array_elements(t.labels) l`,
]

const DAY_MS = 86_400_000

export async function openPostgresSeed(url: string): Promise<SeedStore> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query('set synchronous_commit = off')
  return {
    prepare: async (templates, endMs) => {
      for (let ms = endMs - SPAN_MS; ms <= endMs; ms += DAY_MS) await prepareDays(client, ms)
      await client.query(TEMPORARY)
      for (const [n, t] of templates.entries()) {
        const flow = [t.namespace, t.flowId, t.revision, t.state, t.turn, t.triggerId, t.triggerType] as const
        const values = [n, ...flow, t.events, t.lines, t.levelMax, t.labels]
        await client.query(`insert into templates values (${values.map((_, at) => `$${at + 1}`).join(', ')})`, values)
      }
    },
    write: async ({ ids, moments, shards, templates }) => {
      await client.query('begin')
      await client.query(FILL, [ids, moments, shards, templates])
      for (const copy of COPIES) await client.query(copy)
      await client.query('truncate seeds')
      await client.query('commit')
    },
    finish: async () => {
      for (const table of ['executions', 'execution_labels', 'journal', 'logs'])
        await client.query(`vacuum (analyze) ${table}`)
      await client.query('checkpoint')
    },
    close: async () => await client.end(),
  }
}

export function queryPostgres(url: string): Query {
  return async (text, values) => {
    const client = new Client({ connectionString: url })
    await client.connect()
    try {
      return (await client.query<Record<string, unknown>>(text, [...values])).rows
    } finally {
      await client.end()
    }
  }
}
