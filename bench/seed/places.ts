// Where backlogs are kept on either database.
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { databaseFile } from '../harness/database-figures.ts'
import { startPostgres } from '../../tests/services/postgres.mjs'
import { SETTINGS } from '../harness/postgres-database.ts'
import { readProcessTree } from '../harness/process-figures.ts'
import type { StoreKind } from '../harness/question.ts'
import { writeFlows, type BacklogPlace } from './backlog.ts'
import { openPostgresSeed, queryPostgres } from './seed-postgres.ts'
import { openSqliteSeed, querySqlite } from './seed-sqlite.ts'

export interface Places {
  /** Time on the CPU that a database with processes of its own has used. */
  databaseMicros(): number
  place(name: string): Promise<BacklogPlace>
  close(): Promise<void>
}

export async function openPlaces(store: StoreKind, folder: string): Promise<Places> {
  if (store === 'sqlite') return sqlitePlaces(folder)
  if (store === 'postgres') return await postgresPlaces(folder)
  throw new Error(`there are no backlogs in a store of the kind "${store}"`)
}

function sqlitePlaces(folder: string): Places {
  return {
    place: async name => {
      const own = newFolder(folder, name)
      const file = databaseFile(join(own, 'data'))
      return {
        folder: own,
        env: {},
        query: async (text, values) => {
          const { query, close } = querySqlite(file)
          try {
            return await query(text, values)
          } finally {
            close()
          }
        },
        openSeed: async () => openSqliteSeed(file),
      }
    },
    databaseMicros: () => 0,
    close: async () => {},
  }
}

/** One server, a database for each place; its data is in the folder, to be kept with it. */
async function postgresPlaces(folder: string): Promise<Places> {
  const server = await startPostgres({ dir: join(folder, 'postgres'), fsync: true, settings: SETTINGS })
  const postmaster = Number(readFileSync(join(server.dataDir, 'postmaster.pid'), 'utf8').split('\n', 1)[0])
  return {
    place: async name => {
      const own = newFolder(folder, name)
      const url = server.url.replace(/\/postgres$/, `/${name}`)
      const exists = await queryPostgres(server.url)('select 1 from pg_database where datname = $1', [name])
      if (exists.length === 0) await queryPostgres(server.url)(`create database ${name}`, [])
      const env = { BATUTA_DATABASE_URL: url }
      return { folder: own, env, query: queryPostgres(url), openSeed: async () => await openPostgresSeed(url) }
    },
    databaseMicros: () => readProcessTree(postmaster).cpuMicros,
    close: async () => await server.stop(),
  }
}

function newFolder(folder: string, name: string): string {
  const own = join(folder, name)
  mkdirSync(join(own, 'data'), { recursive: true })
  mkdirSync(join(own, 'flows'), { recursive: true })
  writeFlows(join(own, 'flows'))
  return own
}
