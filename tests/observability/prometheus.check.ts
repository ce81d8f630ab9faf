// npm run test:observability: a real Prometheus asks a real server, and every query that we give to others is put to it. Needs `prometheus` and
// `promtool` on the path (Debian: apt-get install prometheus).
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../e2e/until.ts'
import { makeLoad, writeFlows } from './flows.ts'
import { freePort, runTool, startBatuta, startProgram, type Batuta, type Program } from './programs.ts'
import { PROMETHEUS_DIR, RULES_FILE, boardQueries, metricsIn, readBoard, readRules } from './queries.ts'

const LOAD_MS = 40_000

/** What nothing happens of in this check, and why. */
const EMPTY: Readonly<Record<string, string>> = {
  'Nodes of the cluster': 'there is one node, over SQLite',
  'Errors, and whether it answers': 'no read fails',
  'Refused for lack of room or time': 'nothing is refused',
  BatutaExecutionsSlow: 'there is no yesterday',
}
/** What boards made for Kestra ask for. */
const KESTRA: readonly string[] = [
  'sum(rate(kestra_executor_execution_started_count_total[1m]))',
  'sum by (state) (increase(kestra_executor_execution_end_count_total[1m]))',
  'sum(rate(kestra_executor_execution_duration_seconds_sum[1m])) / sum(rate(kestra_executor_execution_duration_seconds_count[1m]))',
  'max by (flow_id) (kestra_executor_execution_duration_seconds_max)',
  'sum by (task_type, state) (rate(kestra_executor_taskrun_ended_count_total[1m]))',
  'sum(kestra_executor_taskrun_created_count_total) - sum(kestra_executor_taskrun_ended_count_total)',
  'kestra_worker_job_pending',
  'kestra_worker_job_running / kestra_worker_job_thread',
  'sum by (task_type) (kestra_worker_running_count)',
  'sum by (task_type) (rate(kestra_worker_ended_duration_seconds_sum[1m]))',
  'sum by (task_type) (rate(kestra_worker_queued_duration_seconds_count[1m]))',
  'sum by (trigger_type) (rate(kestra_scheduler_trigger_count_total[1m]))',
  'rate(kestra_scheduler_trigger_delay_duration_seconds_sum[1m])',
  'topk(5, rate(kestra_jdbc_query_duration_seconds_count[1m]))',
]

let folder: string
let batuta: Batuta
let prometheus: Program
let prometheusUrl: string
let management: string
/** While it was busy. */
let busySeconds: number

before(async () => {
  assert.equal(runTool('promtool', ['--version'])[0], 0, 'promtool is not there: apt-get install prometheus')
  folder = await mkdtemp(join(tmpdir(), 'batuta-prometheus-'))
  writeFlows(folder)
  const managementPort = await freePort()
  management = `http://127.0.0.1:${managementPort}`
  // A collector that is not there: what is dropped and queued is measured all the same.
  batuta = await startBatuta({
    folder,
    managementPort,
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' },
  })
  const port = await freePort()
  prometheusUrl = `http://127.0.0.1:${port}`
  prometheus = await startPrometheus(port, managementPort)
  const watched = new AbortController()
  const stream = fetch(`${batuta.address}/api/v1/main/logs/none/follow`, { signal: watched.signal }).catch(
    () => undefined,
  )
  for (const endMs = performance.now() + LOAD_MS; performance.now() < endMs; await sleep(500))
    await makeLoad(batuta.address)
  busySeconds = Date.now() / 1_000
  watched.abort()
  await stream
})
after(async () => {
  await prometheus.stop()
  await batuta.stop()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})

/** With our own configuration, but for the port and the pace. */
async function startPrometheus(port: number, managementPort: number): Promise<Program> {
  const config = await readFile(join(PROMETHEUS_DIR, 'prometheus.yaml'), 'utf8')
  const file = join(folder, 'prometheus.yaml')
  const changed = config
    .replaceAll('15s', '1s')
    .replace('127.0.0.1:8081', `127.0.0.1:${managementPort}`)
    .replace('- alerts.yaml', `- ${RULES_FILE}`)
  await writeFile(file, changed)
  const args = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, 'tsdb')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]
  const program = startProgram('prometheus', args, { cwd: folder })
  await until('Prometheus is ready', async () => {
    const reply = await fetch(`${prometheusUrl}/-/ready`).catch(() => undefined)
    return reply?.ok === true ? true : undefined
  })
  return program
}

interface Result {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [number, string]
}

/** As it is now. */
async function ask(expr: string, atSeconds = Date.now() / 1_000): Promise<readonly Result[]> {
  const reply = await fetch(`${prometheusUrl}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query: expr, time: String(atSeconds) }),
  })
  const { status, error, data } = (await reply.json()) as {
    readonly status: string
    readonly error?: string
    readonly data?: { readonly result: readonly Result[] }
  }
  assert.equal(status, 'success', `${expr}: ${error}`)
  return data?.result ?? []
}

/** A quotient of nothing is no answer. */
function isAnswered(results: readonly Result[]): boolean {
  return results.some(({ value }) => value[1] !== 'NaN')
}

test('the configuration and the rules are right, and each alert fires when it must', () => {
  for (const args of [
    ['check', 'config', join(PROMETHEUS_DIR, 'prometheus.yaml')],
    ['check', 'rules', RULES_FILE],
    ['test', 'rules', join(PROMETHEUS_DIR, 'alerts.test.yaml')],
  ]) {
    const [status, printed] = runTool('promtool', args)
    assert.equal(status, 0, printed)
  }
})

test('promtool has nothing to say about the metrics but for a name that is not ours', async () => {
  const page = await (await fetch(`${management}/prometheus`)).text()

  const [, printed] = runTool('promtool', ['check', 'metrics'], page)

  const complaints = printed.split('\n').filter(line => line !== '' && !line.startsWith('kestra_worker_running_count '))
  assert.deepEqual(complaints, [])
})

test('the server is scraped', async () => {
  const [up] = await ask('up{job="batuta"}')

  assert.equal(up?.value[1], '1')
})

test('every query of the board is right and answered', async () => {
  const empty: string[] = []
  const queries = boardQueries(readBoard())
  for (const { name, expr } of queries)
    if (!isAnswered(await ask(expr, busySeconds)) && !(name in EMPTY)) empty.push(`${name}: ${expr}`)

  assert.ok(queries.length >= 75, String(queries.length))
  assert.deepEqual(empty, [])
})

test('every rule is evaluated without a fault, and every objective has a figure', async () => {
  const reply = await fetch(`${prometheusUrl}/api/v1/rules`)
  const { data } = (await reply.json()) as {
    readonly data: {
      readonly groups: readonly {
        readonly rules: readonly { readonly name: string; readonly health: string; readonly lastError?: string }[]
      }[]
    }
  }
  const rules = data.groups.flatMap(group => group.rules)
  assert.equal(rules.length, readRules().length)
  assert.deepEqual(
    rules.filter(({ health }) => health !== 'ok'),
    [],
  )

  const empty: string[] = []
  for (const { record } of readRules())
    if (record !== undefined && !isAnswered(await ask(record, busySeconds))) empty.push(record)
  assert.deepEqual(empty, [])
})

test('every metric that an alert looks at is there, so that its silence means something', async () => {
  const missing: string[] = []
  for (const { alert, expr } of readRules())
    for (const metric of metricsIn(expr)) {
      if (metric === 'batuta_database_errors_total') continue // Nothing fails here.
      if (!isAnswered(await ask(`count(${metric})`, busySeconds))) missing.push(`${alert ?? 'a rule'}: ${metric}`)
    }

  assert.deepEqual(missing, [])
})

test('what boards made for Kestra ask for is answered', async () => {
  const empty: string[] = []
  for (const expr of KESTRA) if (!isAnswered(await ask(expr, busySeconds))) empty.push(expr)

  assert.deepEqual(empty, [])
})

test('executions that fail are called for', async () => {
  const firing = await until('the alert fires', async () => {
    const found = await ask('ALERTS{alertname="BatutaExecutionsFailing",alertstate="firing"}')
    return found.length > 0 ? found : undefined
  })

  assert.equal(firing[0]?.metric['namespace'], 'company.team')
})

test('a server that is gone is called for', async () => {
  await batuta.stop('SIGKILL')

  const pending = await until('the alert is pending', async () => {
    const found = await ask('ALERTS{alertname="BatutaDown"}')
    return found.length > 0 ? found : undefined
  })

  assert.equal(pending[0]?.metric['severity'], 'critical')
})
