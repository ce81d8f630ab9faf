import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { Faults, type Fault } from '../testing/faults.ts'
import { failEachStatement, type FailingStore, type Tally } from '../testing/nth-statement.ts'
import { USE_CASES, fillForUseCases } from '../testing/use-cases.ts'
import { openSqliteStore } from './sqlite-store.ts'
import { failingDatabase } from './testing/failing-database.ts'

const WAYS: readonly Fault[] = ['lost-before', 'lost-after', 'passing', 'full']
test('whichever statement fails, SQLite has all of it or nothing', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'batuta-nth-'))
  const file = join(folder, 'x.db')
  const faults = new Faults()
  const threadUrl = new URL('flush-thread.ts', import.meta.url)
  const store = openSqliteStore({
    file,
    nowMs: () => 1,
    threadUrl,
    durability: 'relaxed',
    Database: failingDatabase(faults),
  })
  await fillForUseCases(store)
  const beside = new DatabaseSync(file)
  t.after(async () => {
    beside.close()
    await store.close()
    rmSync(folder, { recursive: true })
  })
  const subject: FailingStore = { store, faults, ways: WAYS, ...prepareContent(beside) }
  const tally: Tally = { runs: 0, before: 0, after: 0, healed: 0 }

  for (const useCase of USE_CASES) await failEachStatement(subject, useCase, tally)

  t.diagnostic(JSON.stringify(tally))
  assert.ok(tally.runs > 400 && tally.before > 300 && tally.after > 20, JSON.stringify(tally))
})

function prepareContent(db: DatabaseSync): Pick<FailingStore, 'dump' | 'reset'> {
  const tables = db
    .prepare(
      "select name from sqlite_schema where type = 'table' and name <> 'migrations' and name not like 'sqlite_%'",
    )
    .all()
    .map(row => String(row['name']))
  for (const table of tables) db.exec(`create temporary table kept_${table} as select * from ${table}`)
  return {
    dump: async () =>
      tables
        .flatMap(table =>
          db
            .prepare(`select * from ${table}`)
            .all()
            .map(row => `${table} ${JSON.stringify({ ...row, seq: 0 })}`),
        )
        .sort()
        .join('\n'),
    reset: async () => {
      db.exec('begin immediate')
      for (const table of tables) db.exec(`delete from ${table}; insert into ${table} select * from kept_${table}`)
      db.exec('commit')
    },
  }
}
