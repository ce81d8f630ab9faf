// Where backlogs are kept on either database.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { databaseFile } from '../harness/database-figures.ts'
import type { StoreKind } from '../harness/question.ts'
import { writeFlows, type BacklogPlace } from './backlog.ts'
import { openSqliteSeed, querySqlite } from './seed-sqlite.ts'

export interface Places {
  place(name: string): Promise<BacklogPlace>
  close(): Promise<void>
}

export async function openPlaces(store: StoreKind, folder: string): Promise<Places> {
  if (store === 'sqlite') return sqlitePlaces(folder)
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
    close: async () => {},
  }
}

export function newFolder(folder: string, name: string): string {
  const own = join(folder, name)
  mkdirSync(join(own, 'data'), { recursive: true })
  mkdirSync(join(own, 'flows'), { recursive: true })
  writeFlows(join(own, 'flows'))
  return own
}
