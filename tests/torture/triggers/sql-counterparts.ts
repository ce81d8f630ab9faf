// Rows that are inserted into a table beside a trigger that reads and marks them.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { startPostgres } from '../../services/postgres.mjs'
import { flowOf, INTERVAL, type Counterpart, type Ground } from './counterpart.ts'

const NUMBERS = '{% for row in trigger.rows %}{{ row.id }},{% endfor %}'
const TABLE = 'create table events (id integer primary key, seen integer not null default 0)'
/** Marks more than was read, if others may write in between. */
const MARKS = ['sql: select id from events where seen = 0', 'afterSQL: update events set seen = 1 where seen = 0']
const BUSY_MS = 30_000

export async function sqliteRows(ground: Ground): Promise<Counterpart> {
  const file = join(ground.folder, 'events.db')
  const db = new DatabaseSync(file, { timeout: BUSY_MS })
  db.exec('pragma journal_mode = wal')
  db.exec(TABLE)
  const insert = db.prepare('insert into events (id) values (?)')
  const trigger = ['type: io.kestra.plugin.jdbc.sqlite.Trigger', INTERVAL, `url: jdbc:sqlite:${file}`, ...MARKS]
  return {
    flow: flowOf(ground, { numbers: NUMBERS, trigger }),
    produce: async numbers => {
      for (const number of numbers) insert.run(number)
    },
    stop: async () => db.close(),
  }
}

export async function postgresRows(ground: Ground): Promise<Counterpart> {
  const postgres = await startPostgres()
  const { host, port, user } = postgres
  const client = new pg.Client({ host, port, user, database: 'postgres' })
  await client.connect()
  await client.query(TABLE)
  const url = `url: jdbc:postgresql://${host}:${port}/postgres`
  const trigger = ['type: io.kestra.plugin.jdbc.postgresql.Trigger', INTERVAL, url, `username: ${user}`, ...MARKS]
  return {
    flow: flowOf(ground, { numbers: NUMBERS, trigger }),
    produce: async numbers => {
      for (const number of numbers) await client.query('insert into events (id) values ($1)', [number])
    },
    stop: async () => {
      await client.end()
      await postgres.stop()
    },
  }
}
