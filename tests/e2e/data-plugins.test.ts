// The data plugins as users meet them: flows over HTTP, the bundled plugins in the host process, a real PostgreSQL.
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { startPostgres } from '../services/postgres.mjs'
import type { Postgres } from '../services/postgres.mjs'
import { startBatuta } from './batuta.ts'
import type { StartedBatuta } from './batuta.ts'

const PASSWORD = 's3cret-pass'
const ROUND_TRIP = (url: string): string => `
id: round_trip
namespace: tests
tasks:
  - id: make
    type: io.kestra.plugin.jdbc.postgresql.Queries
    url: ${url}
    sql: |
      create table orders (id int, customer text, amount numeric(10, 2), placed_at timestamptz, day date);
      insert into orders select n, 'customer "' || n || '"', n * 1.10, timestamptz '2024-07-01Z' + n * interval '1 hour', date '2024-07-01'
      from generate_series(1, 1500) n;
  - id: extract
    type: io.kestra.plugin.jdbc.postgresql.Query
    url: ${url}
    sql: select * from orders where id <= :most order by id
    parameters:
      most: 1200
    timeZoneId: Europe/Paris
    store: true
  - id: csv
    type: io.kestra.plugin.serdes.csv.CsvWriter
    from: "{{ outputs.extract.uri }}"
    timeZoneId: Europe/Paris
  - id: back
    type: io.kestra.plugin.serdes.csv.CsvToIon
    from: "{{ outputs.csv.uri }}"
  - id: clear
    type: io.kestra.plugin.jdbc.postgresql.Query
    url: ${url}
    sql: create table copies (like orders)
  - id: load
    type: io.kestra.plugin.jdbc.postgresql.Batch
    url: ${url}
    from: "{{ outputs.back.uri }}"
    table: copies
  - id: compare
    type: io.kestra.plugin.jdbc.postgresql.Query
    url: ${url}
    sql: select count(*) as same, sum(amount) as total, max(placed_at) as last from orders natural join copies
    fetchType: FETCH_ONE
    timeZoneId: Europe/Paris
pluginDefaults:
  - type: io.kestra.plugin.jdbc.postgresql
    values:
      username: postgres
      password: ${PASSWORD}
outputs:
  - id: compared
    type: JSON
    value: "{{ outputs.compare.row }}"
`
const FAILING = (url: string): string => `
id: failing
namespace: tests
tasks:
  - id: query
    type: io.kestra.plugin.jdbc.postgresql.Query
    url: ${url}
    username: postgres
    password: ${PASSWORD}
    sql: select ghost from pg_class
`
const SLEEPING = (url: string): string => `
id: sleeping
namespace: tests
tasks:
  - id: query
    type: io.kestra.plugin.jdbc.postgresql.Query
    url: ${url}
    username: postgres
    password: ${PASSWORD}
    sql: select pg_sleep(120)
`

interface TaskRun {
  readonly taskId: string
  readonly state: { readonly current: string }
  readonly outputs?: Readonly<Record<string, unknown>>
}

interface Execution {
  readonly id: string
  readonly state: { readonly current: string }
  readonly taskRunList?: readonly TaskRun[]
  readonly outputs?: Readonly<Record<string, unknown>>
}

let folder = ''
let postgres: Postgres
let batuta: StartedBatuta

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batuta-data-'))
  postgres = await startPostgres({ password: PASSWORD })
  const flowsDir = join(folder, 'flows')
  await writeFlows(flowsDir, { round_trip: ROUND_TRIP, failing: FAILING, sleeping: SLEEPING })
  batuta = await startBatuta({ dataDir: join(folder, 'data'), flowsDir })
})
after(async () => {
  await batuta.stop()
  await postgres.stop()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})

async function writeFlows(flowsDir: string, flows: Readonly<Record<string, (url: string) => string>>): Promise<void> {
  await mkdir(flowsDir, { recursive: true })
  for (const [name, flow] of Object.entries(flows)) {
    await writeFile(join(flowsDir, `${name}.yaml`), flow(postgres.jdbcUrl))
  }
}

async function api(path: string, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(`${batuta.address}/api/v1${path}`, init)
  const text = await response.text()
  assert.ok(response.ok, `${path}: ${response.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

async function start(id: string): Promise<Execution> {
  return (await api(`/executions/tests/${id}`, { method: 'POST', body: new FormData() })) as Execution
}

async function waitFor(id: string, isThere: (execution: Execution) => boolean): Promise<Execution> {
  for (;;) {
    const execution = (await api(`/executions/${id}`)) as Execution
    if (isThere(execution)) return execution
    await setTimeout(50)
  }
}

const isOver = ({ state }: Execution): boolean => /^(SUCCESS|WARNING|FAILED|KILLED|CANCELLED)$/.test(state.current)

test('rows go from a table over a CSV file into another table and are the same', { timeout: 60_000 }, async () => {
  const { id } = await start('round_trip')

  const execution = await waitFor(id, isOver)

  const outputs = Object.fromEntries((execution.taskRunList ?? []).map(run => [run.taskId, run.outputs]))
  assert.equal(execution.state.current, 'SUCCESS', JSON.stringify(execution.taskRunList, undefined, 1))
  assert.equal(outputs['extract']?.['size'], 1200)
  assert.deepEqual(outputs['load'], { rowCount: 1200, updatedCount: 1200 })
  assert.deepEqual(outputs['compare']?.['row'], { same: 1200, total: 792660, last: '2024-08-20T02:00:00+02:00' })
})

test('an error of the database is in the log, the password is not', { timeout: 60_000 }, async () => {
  const { id } = await start('failing')

  const execution = await waitFor(id, isOver)

  const logs = JSON.stringify(await api(`/logs/${id}`))
  assert.equal(execution.state.current, 'FAILED')
  assert.match(logs, /column \\"ghost\\" does not exist \(SQLSTATE 42703\)/)
  assert.ok(!logs.includes(PASSWORD))
})

test('killing an execution kills its query', { timeout: 60_000 }, async () => {
  const { id } = await start('sleeping')
  while ((await sleepers()) === 0) await setTimeout(50)

  await api(`/executions/${id}/kill`, { method: 'DELETE' })
  const execution = await waitFor(id, isOver)

  assert.equal(execution.state.current, 'KILLED')
  assert.equal(await sleepers(), 0)
})

async function sleepers(): Promise<number> {
  const client = new pg.Client(postgres.url)
  await client.connect()
  try {
    const { rows } = await client.query<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where state = 'active' and query like 'select pg_sleep%'`,
    )
    return rows[0]?.n ?? 0
  } finally {
    await client.end()
  }
}
