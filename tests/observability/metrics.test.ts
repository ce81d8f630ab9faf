// What we give to others names only what there is: every metric that the board and the alerts ask for is served, and every metric that is served
// stands in the guide. `npm run test:observability` asks a real Prometheus.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { startServer, type RunningServer } from '../../packages/server/src/index.ts'
import { ROOT } from '../e2e/batuta.ts'
import { boardQueries, familyOf, metricsIn, readBoard, readRules } from './queries.ts'

const FLOW = `
id: greet
namespace: company.team
tasks:
  - id: say
    type: io.kestra.plugin.core.log.Log
    message: hello
triggers:
  - id: door
    type: io.kestra.plugin.core.trigger.Webhook
    key: knock
`
/** Served only when there is something to tell. */
const RARE: readonly string[] = [
  'batuta_nodes',
  'batuta_database_errors_total',
  'batuta_jobs_started_total',
  'batuta_jobs_ended_total',
  'kestra_worker_running_count',
  'kestra_worker_started_count_total',
  'kestra_worker_ended_count_total',
  'kestra_worker_ended_duration_seconds',
  'kestra_worker_ended_duration_seconds_max',
  'kestra_worker_queued_duration_seconds',
  'kestra_worker_queued_duration_seconds_max',
]

let folder: string
let server: RunningServer
let families: ReadonlySet<string>

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batuta-metrics-'))
  const configFile = join(folder, 'config.yaml')
  // A collector that is not there: its figures are served all the same.
  await writeFile(
    configFile,
    'logger: { levels: { ROOT: OFF } }\notel: { exporter: { otlp: { endpoint: "http://127.0.0.1:9" } } }\n',
  )
  server = await startServer({ port: 0, dataDir: join(folder, 'data'), flowsDir: join(folder, 'flows'), configFile })
  const headers = { 'content-type': 'application/x-yaml' }
  await fetch(`${server.address}/api/v1/main/flows`, { method: 'POST', body: FLOW, headers })
  await fetch(`${server.address}/api/v1/main/executions/webhook/company.team/greet/knock`, { method: 'POST' })
  const reply = await fetch(`${server.management}/metrics`, { headers: { accept: 'application/json' } })
  const { names } = (await reply.json()) as { readonly names: readonly string[] }
  families = new Set([...names, ...RARE])
})
after(async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

test('every metric of the board is served', () => {
  const unknown = boardQueries(readBoard()).flatMap(({ name, expr }) =>
    metricsIn(expr).flatMap(metric => (familyOf(metric, families) === undefined ? [`${name}: ${metric}`] : [])),
  )

  assert.deepEqual(unknown, [])
})

test('every metric of the rules is served, and every recorded one is recorded', () => {
  const rules = readRules()
  const recorded = new Set(rules.flatMap(({ record }) => record ?? []))

  const unknown = rules.flatMap(({ expr }) =>
    metricsIn(expr).filter(metric => familyOf(metric, families) === undefined),
  )
  const asked = rules.flatMap(({ expr }) => expr.match(/\b(?:namespace|job):[a-z0-9_:]+/g) ?? [])

  assert.deepEqual(unknown, [])
  assert.deepEqual(
    asked.filter(name => !recorded.has(name)),
    [],
  )
})

test('every metric that is served stands in the guide, and no other', async () => {
  const guide = await readFile(join(ROOT, 'docs', 'guide', 'monitoring.md'), 'utf8')
  const told = new Set(
    (guide.match(/^\| `(?:batuta|kestra|nodejs|process)_[a-z0-9_]+/gm) ?? []).map(cell => cell.slice(3)),
  )

  assert.deepEqual(
    [...families].filter(name => !told.has(name) && !told.has(name.replace(/_max$/, ''))),
    [],
  )
  assert.deepEqual(
    [...told].filter(name => !families.has(name)),
    [],
  )
})

test('the panels of the board do not lie over one another', () => {
  const { panels } = readBoard()

  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
  for (const [index, { title, gridPos: a }] of panels.entries()) {
    assert.ok(a.x + a.w <= 24, title)
    for (const { title: other, gridPos: b } of panels.slice(index + 1)) {
      const isApart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y
      assert.ok(isApart, `"${title}" and "${other}"`)
    }
  }
})
