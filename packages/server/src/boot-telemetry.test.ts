import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { startServer, type RunningServer } from './boot.ts'

const FLOW = `
id: greet
namespace: company.team
tasks:
  - id: say
    type: io.kestra.plugin.core.log.Log
    message: hello
  - id: fail
    type: io.kestra.plugin.core.execution.Fail
    runIf: "{{ trigger.body.isBad ?? false }}"
triggers:
  - id: door
    type: io.kestra.plugin.core.trigger.Webhook
    key: knock
`

interface Answer {
  readonly status: number
  readonly text: string
  readonly type: string
}

let folder: string
let server: RunningServer
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batuta-telemetry-'))
  server = await open('open', { more: '' })
})
after(async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

async function open(name: string, { more }: { readonly more: string }): Promise<RunningServer> {
  const configFile = join(folder, `${name}.yaml`)
  await writeFile(configFile, `logger: { levels: { ROOT: OFF } }\n${more}`)
  return await startServer({ port: 0, dataDir: join(folder, name), flowsDir: join(folder, 'flows'), configFile })
}

async function ask(path: string, init: RequestInit = {}, of: RunningServer = server): Promise<Answer> {
  const reply = await fetch(`${of.management}${path}`, init)
  return { status: reply.status, text: await reply.text(), type: reply.headers.get('content-type') ?? '' }
}

/** The samples of a metric, with their labels as they stand. */
async function samplesOf(name: string): Promise<readonly string[]> {
  const { text } = await ask('/prometheus')
  return text.split('\n').filter(line => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
}

async function knock(body: unknown): Promise<void> {
  const url = `${server.address}/api/v1/main/executions/webhook/company.team/greet/knock`
  const reply = await fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })
  assert.equal(reply.status, 200)
}

test('what executions came to is counted by flow and state, under both names', async () => {
  await fetch(`${server.address}/api/v1/main/flows`, {
    method: 'POST',
    body: FLOW,
    headers: { 'content-type': 'application/x-yaml' },
  })
  for (const isBad of [false, false, true]) await knock({ isBad })

  const flow = 'namespace="company.team",flow="greet"'
  assert.deepEqual(await samplesOf('batuta_executions_started_total'), [`batuta_executions_started_total{${flow}} 3`])
  assert.deepEqual(await samplesOf('batuta_executions_ended_total'), [
    `batuta_executions_ended_total{${flow},state="SUCCESS"} 2`,
    `batuta_executions_ended_total{${flow},state="FAILED"} 1`,
  ])
  assert.deepEqual(await samplesOf('kestra_executor_execution_end_count_total'), [
    'kestra_executor_execution_end_count_total{namespace_id="company.team",flow_id="greet",state="SUCCESS"} 2',
    'kestra_executor_execution_end_count_total{namespace_id="company.team",flow_id="greet",state="FAILED"} 1',
  ])
  assert.deepEqual(await samplesOf('batuta_triggers_fired_total'), [
    'batuta_triggers_fired_total{type="io.kestra.plugin.core.trigger.Webhook"} 3',
  ])
  assert.deepEqual(await samplesOf('batuta_execution_start_delay_seconds_count'), [
    'batuta_execution_start_delay_seconds_count{namespace="company.team"} 3',
  ])
})

test('task runs are counted by type and state', async () => {
  const ended = await samplesOf('batuta_task_runs_ended_total')

  assert.ok(
    ended.some(line => /type="io.kestra.plugin.core.log.Log",state="SUCCESS"\} 3$/.test(line)),
    ended.join('\n'),
  )
  assert.ok(
    ended.some(line => /type="io.kestra.plugin.core.execution.Fail",state="FAILED"\} 1$/.test(line)),
    ended.join('\n'),
  )
})

test('answers are counted by route and status, those without a route together', async () => {
  for (const count of [1, 2, 3]) await fetch(`${server.address}/nothing/${count}`)

  const requests = await samplesOf('batuta_http_requests_total')
  assert.ok(
    requests.includes('batuta_http_requests_total{route="executions.webhookPost",status="200"} 3') ||
      requests.some(line => /webhook/i.test(line)),
    requests.join('\n'),
  )
  assert.ok(requests.includes('batuta_http_requests_total{route="none",status="404"} 3'), requests.join('\n'))
})

test('the text has its type, and JSON is there for whoever asks for it', async () => {
  assert.equal((await ask('/prometheus')).type, 'text/plain; version=0.0.4; charset=utf-8')
  assert.equal((await ask('/metrics')).type, 'text/plain; version=0.0.4; charset=utf-8')
  const names = await ask('/metrics', { headers: { accept: 'application/json' } })
  assert.ok(JSON.parse(names.text).names.includes('batuta_executions_started_total'))
  const one = JSON.parse((await ask('/metrics/batuta.executions.started')).text)
  assert.deepEqual(one.measurements, [{ statistic: 'COUNT', value: 3 }])
  assert.deepEqual(one.availableTags[1], { tag: 'flow', values: ['greet'] })
  assert.equal((await ask('/metrics/batuta.nothing')).status, 404)
})

test('health, readiness and liveness answer 200 while all is well', async () => {
  const overall = await ask('/health')
  assert.equal(overall.status, 200)
  const { status, details } = JSON.parse(overall.text)
  assert.equal(status, 'UP')
  assert.deepEqual(
    ['service', 'jdbc', 'liveness', 'diskSpace'].map(part => details[part].status),
    ['UP', 'UP', 'UP', 'UP'],
  )
  for (const path of ['/health/readiness', '/health/liveness', '/health/', '/info', '/version', '/loggers'])
    assert.equal((await ask(path)).status, 200, path)
  for (const path of ['/health/other', '/env', '/', '/health/liveness/x'])
    assert.equal((await ask(path)).status, 404, path)
})

test('the level of a logger can be changed while the server runs', async () => {
  const set = (name: string, body: string): Promise<Answer> => ask(`/loggers/${name}`, { method: 'POST', body })

  assert.equal((await set('engine', '{"configuredLevel":"DEBUG"}')).status, 200)
  assert.deepEqual(JSON.parse((await ask('/loggers/engine')).text), {
    configuredLevel: 'DEBUG',
    effectiveLevel: 'DEBUG',
  })
  assert.equal((await set('engine', '{"configuredLevel":null}')).status, 200)
  assert.deepEqual(JSON.parse((await ask('/loggers/engine')).text), {
    configuredLevel: 'NOT_SPECIFIED',
    effectiveLevel: 'OFF',
  })
  for (const wrong of ['{"configuredLevel":"LOUD"}', '[]', '{"configuredLevel":1}'])
    assert.equal((await set('engine', wrong)).status, 422, wrong)
})

test('a page of another site, or one behind a foreign name, gets nothing', async () => {
  const foreign = await ask('/loggers/ROOT', {
    method: 'POST',
    body: '{"configuredLevel":"OFF"}',
    headers: { origin: 'https://evil.example' },
  })
  assert.equal(foreign.status, 403)
  assert.equal((await ask('/prometheus', { method: 'DELETE' })).status, 405)
})

test('what is sensitive asks for the user; probes learn no more than UP', async () => {
  const guarded = await open('guarded', {
    more: 'endpoints: { all: { sensitive: true, basic-auth: { username: watch, password: dog-1234 } }, loggers: { enabled: false } }',
  })
  const headers = { authorization: `Basic ${btoa('watch:dog-1234')}` }
  try {
    for (const path of ['/prometheus', '/metrics', '/info']) {
      assert.equal((await ask(path, {}, guarded)).status, 401, path)
      assert.equal((await ask(path, { headers }, guarded)).status, 200, path)
    }
    assert.equal((await ask('/loggers', { headers }, guarded)).status, 404)
    assert.equal((await ask('/health', {}, guarded)).text, '{"status":"UP"}')
    assert.match((await ask('/health', { headers }, guarded)).text, /jdbc/)
  } finally {
    await guarded.stop()
  }
})

test('a port that nobody asked for gives way to whoever has it', async () => {
  const port = Number(new URL(server.management ?? '').port)
  const folderOf = (name: string): string => join(folder, name)
  const options = { port: 0, flowsDir: folderOf('flows'), configFile: folderOf('open.yaml') }

  const second = await startServer({ ...options, dataDir: folderOf('second'), managementPort: port })
  assert.equal((await ask('/health/liveness', {}, second)).status, 200)
  assert.notEqual(second.management, server.management)
  await second.stop()
})

test('the management port can be switched off', async () => {
  const closed = await open('closed', { more: 'endpoints: { all: { enabled: false } }' })

  assert.equal(closed.management, undefined)
  await closed.stop()
})
