// The audit on real databases: what the engine leaves is sound, and one broken row per invariant is named, on SQLite and on PostgreSQL.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test, type TestContext } from 'node:test'
import { Client } from 'pg'
import { startPostgres } from '../../../../tests/services/postgres.mjs'
import { THREAD_URL } from '../platform/places.ts'
import { openPostgresStore } from '../storage/postgres/postgres-store.ts'
import { openSqliteStore } from '../storage/sqlite/sqlite-store.ts'
import { audit, type AuditOptions, type AuditReport } from './audit.ts'
import { openPostgresReadOnly } from './open-postgres-read-only.ts'
import { openSqliteReadOnly } from './open-sqlite-read-only.ts'
import type { ReadOnlyDatabase } from './read-only-database.ts'
import { PLANTS, PlantPlace, type Plant, type RunSql } from './testing/plants.sql.ts'
import { runMixedLoad, type MixedLoad } from './testing/mixed-load.ts'

const ROUNDS = 12
const folder = mkdtempSync(join(tmpdir(), 'batuta-audit-'))
const file = join(folder, 'batuta.db')
let sqliteLoad: MixedLoad
let server: Awaited<ReturnType<typeof startPostgres>>
let postgresLoad: MixedLoad
const TEMPLATE = 'audited'

before(async () => {
  const sqlite = openSqliteStore({ file, nowMs: () => Date.now(), threadUrl: THREAD_URL })
  sqliteLoad = await runMixedLoad(sqlite, ROUNDS)
  await sqlite.close()
  server = await startPostgres()
  await administrate(`create database ${TEMPLATE}`)
  const world = { nowMs: () => Date.now(), random: () => Math.random(), onNotice: () => {} }
  const options = { poolMax: 2, durability: 'relaxed', isEngine: true, ...world } as const
  const postgres = await openPostgresStore({ url: urlOf(TEMPLATE), ...options })
  postgresLoad = await runMixedLoad(postgres, ROUNDS)
  await postgres.close()
})
after(async () => {
  rmSync(folder, { recursive: true, force: true })
  await server.stop()
})

for (const kind of ['sqlite', 'postgres'] as const) {
  test(`${kind}: what a mixed load leaves behind is sound`, async t => {
    const { inspect } = await copyOf(kind, t)

    const report = await inspect({ acknowledged: Object.values(loadOf(kind).ids).flat() })

    assert.deepEqual(problemsOf(report), [])
    assert.equal(report.isSound, true)
    assert.ok(report.executions > ROUNDS * 7, `${report.executions} executions`)
    const { checked } = report.invariants.find(({ id }) => id === 'I9') ?? { checked: 0 }
    assert.equal(checked, 6, 'five ticks and a cursor')
  })

  test(`${kind}: each planted violation is named by its invariant and by its execution`, async t => {
    const missed: unknown[] = []
    for (const plant of PLANTS.filter(({ kinds }) => kinds.includes(kind))) {
      const { run, inspect } = await copyOf(kind, t)
      const broken = await plant.plant(new PlantPlace(run, loadOf(kind)))

      const report = await inspect(plant.options ?? {})

      const found = report.invariants.find(({ id }) => id === plant.invariant)
      const isNamed =
        found?.status === 'broken' && found.findings.some(({ id, what }) => id === broken && plant.says.test(what))
      if (!isNamed || report.isSound) missed.push([plant.invariant, plant.what, problemsOf(report)])
    }

    assert.deepEqual(missed, [])
  })
}

test('what is found is capped, and counted in full', async t => {
  const { run, inspect } = await copyOf('sqlite', t)
  await run("update executions set state = 'WARNING' where flow_id = 'inline'")

  const report = await inspect({ findingsMax: 3 })

  const found = report.invariants.find(({ id }) => id === 'I11')
  assert.deepEqual([found?.brokenCount, found?.findings.length], [ROUNDS, 3])
})

test('what cannot be judged is said to be so, with the reason', async t => {
  const { inspect } = await copyOf('sqlite', t)

  const { invariants } = await inspect({})

  const skipped = invariants.filter(({ status }) => status === 'skipped')
  assert.deepEqual(
    skipped.map(({ id }) => id),
    ['I1', 'I10', 'I12', 'I13', 'I15', 'I18', 'I20'],
  )
  assert.ok(skipped.every(({ note }) => (note ?? '').length > 20))
})

interface Copy {
  readonly run: RunSql
  inspect(options: AuditOptions): Promise<AuditReport>
}

function loadOf(kind: Plant['kinds'][number]): MixedLoad {
  return kind === 'sqlite' ? sqliteLoad : postgresLoad
}

function problemsOf({ invariants }: AuditReport): unknown {
  return invariants.filter(({ status }) => status === 'broken').map(({ id, findings }) => [id, findings.slice(0, 3)])
}

async function copyOf(kind: Plant['kinds'][number], t: TestContext): Promise<Copy> {
  const name = `copy_${randomUUID().replaceAll('-', '')}`
  if (kind === 'sqlite') {
    const copy = join(folder, `${name}.db`)
    copyFileSync(file, copy)
    return {
      run: async (statement, ...values) => {
        const db = new DatabaseSync(copy)
        const rows = db.prepare(statement.replace(/\$(\d+)/g, '?$1')).all(...values)
        db.close()
        return rows
      },
      inspect: async options => {
        const database = openSqliteReadOnly(copy, () => Date.now())
        return await closing(database, options)
      },
    }
  }
  await administrate(`create database ${name} template ${TEMPLATE}`)
  t.after(async () => await administrate(`drop database ${name} with (force)`))
  return {
    run: async (statement, ...values) => {
      const client = new Client({ connectionString: urlOf(name) })
      await client.connect()
      const { rows } = await client.query<Record<string, unknown>>(statement, [...values])
      await client.end()
      return rows
    },
    inspect: async options => {
      const database = await openPostgresReadOnly(urlOf(name))
      return await closing(database, options)
    },
  }
}

async function closing(database: ReadOnlyDatabase, options: AuditOptions): Promise<AuditReport> {
  try {
    return await audit(database, options)
  } finally {
    await database.close()
  }
}

function urlOf(database: string): string {
  return server.url.replace(/\/postgres$/, `/${database}`)
}

async function administrate(statement: string): Promise<void> {
  const client = new Client({ connectionString: server.url })
  await client.connect()
  await client.query(statement)
  await client.end()
}
