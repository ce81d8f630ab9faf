// Seeds a database file beside no server: nothing is synced, because a broken seed is made anew.
import { DatabaseSync } from 'node:sqlite'
import { ID_MARK, MS_MARK } from './templates.ts'
import type { SeedStore } from './seeder.ts'
import type { Query } from './stored-rows.ts'

const CACHE_KIB = 262_144

const TEMPORARY = `create temp table templates (n integer primary key, namespace, flow_id, revision, state, turn, trigger_id, trigger_type,
  events, lines, level_max, labels);
create temp table seeds (n integer primary key, id text, ms integer, shard integer, template integer)`

const textOf = (column: string): string => `replace(replace(t.${column}, '${ID_MARK}', s.id), '${MS_MARK}', s.ms)`

const COPIES: readonly string[] = [
  `insert into executions (id, tenant, namespace, flow_id, revision, state, created_ms, end_ms, waits_for, turn, shard, trigger_id, trigger_type, parent_id, original_id)
    select s.id, 'main', t.namespace, t.flow_id, t.revision, t.state, s.ms, s.ms, null, t.turn, s.shard, t.trigger_id, t.trigger_type, null, s.id
    from seeds s join templates t on t.n = s.template order by s.n`,
  `insert into journal (execution_id, turn, version, at_ms, events) select s.id, t.turn, 1, s.ms, ${textOf('events')}
    from seeds s join templates t on t.n = s.template order by s.n`,
  `insert into logs (execution_id, tenant, namespace, flow_id, at_ms, level_max, lines)
    select s.id, 'main', t.namespace, t.flow_id, s.ms, t.level_max, ${textOf('lines')}
    from seeds s join templates t on t.n = s.template where t.lines is not null order by s.n`,
  `insert into execution_labels (key, value, execution_id) select l.value ->> 0, l.value ->> 1, s.id
    from seeds s join templates t on t.n = s.template, json_each(t.labels) l where t.labels <> '[]'`,
]

export function openSqliteSeed(file: string): SeedStore {
  const db = new DatabaseSync(file)
  db.exec(`pragma journal_mode = wal; pragma synchronous = off; pragma wal_autocheckpoint = 20000; pragma cache_size = -${CACHE_KIB};
    pragma temp_store = memory`)
  return {
    prepare: async templates => {
      db.exec(TEMPORARY)
      const insert = db.prepare('insert into templates values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
      templates.forEach((t, n) => {
        const flow = [t.namespace, t.flowId, t.revision, t.state, t.turn, t.triggerId, t.triggerType] as const
        insert.run(n, ...flow, t.events, t.lines, t.levelMax, t.labels)
      })
    },
    write: async ({ ids, moments, shards, templates }) => {
      db.exec('begin')
      const insert = db.prepare('insert into seeds values (?, ?, ?, ?, ?)')
      ids.forEach((id, n) => insert.run(n, id, moments[n] ?? 0, shards[n] ?? 0, templates[n] ?? 0))
      for (const copy of COPIES) db.exec(copy)
      db.exec('delete from seeds; commit')
    },
    finish: async () => db.exec('pragma wal_checkpoint(truncate)'),
    close: async () => db.close(),
  }
}

/** Reads with the statements of both databases. */
export function querySqlite(file: string): { readonly query: Query; close(): void } {
  const db = new DatabaseSync(file, { readOnly: true })
  return {
    query: async (text, values) => db.prepare(text.replace(/\$(\d+)/g, '?$1')).all(...values),
    close: () => db.close(),
  }
}
