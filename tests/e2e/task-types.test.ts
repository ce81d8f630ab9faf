// Every task type that runs here, from outside: a good use and a bad one, each in a flow of its own, against the real thing.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { SMTPServer } from 'smtp-server'
import { startPostgres, type Postgres } from '../services/postgres.mjs'
import { apiOf, isEnded, type Api, type Execution } from './api-of.ts'
import { ROOT, startBatuta, type StartedBatuta } from './batuta.ts'
import { makePlaces, type Places } from './places.ts'
import { makeRepository } from './repository.ts'
import { taskCases, type BadUse, type GoodUse, type TaskCase } from './task-cases.ts'
import { until } from './until.ts'

const PREFIX = 'io.kestra.plugin.'
/** Batuta's own are named in full. */
const typeOf = (type: string): string => (type.startsWith('io.') ? type : `${PREFIX}${type}`)

let postgres: Postgres
let web: Server
let smtp: SMTPServer
let places: Places
let batuta: StartedBatuta
let api: Api
let cases: readonly TaskCase[] = []

before(async () => {
  places = makePlaces()
  postgres = await startPostgres()
  await makeTables()
  web = createServer(({ url }, response) => response.writeHead(url === '/broken' ? 500 : 200).end('hello'))
  await new Promise<void>(resolve => web.listen(0, '127.0.0.1', resolve))
  batuta = await startBatuta(places)
  api = apiOf(batuta.address)
  await api.save(readFileSync(join(ROOT, 'examples', 'hello-world.yaml'), 'utf8'))
  await api.save(JSON.stringify({ id: 'switched', namespace: 'e2e', tasks: [ONE], triggers: [YEARLY] }))
  const webUrl = `http://127.0.0.1:${(web.address() as AddressInfo).port}`
  smtp = new SMTPServer({ authOptional: true, disabledCommands: ['STARTTLS'], logger: false })
  await new Promise<void>(resolve => void smtp.listen(0, '127.0.0.1', resolve))
  const { port: smtpPort } = smtp.server.address() as AddressInfo
  cases = taskCases({
    jdbcUrl: postgres.jdbcUrl,
    webUrl,
    smtpPort,
    batutaUrl: batuta.address,
    repositoryUrl: makeRepository(places.home),
  })
})

after(async () => {
  await batuta.stop()
  web.close()
  smtp.close()
  await postgres.stop()
  places.remove()
})

const ONE = { id: 'one', type: 'io.kestra.plugin.core.debug.Return', format: 'x' }
/** What a Toggle switches. */
const YEARLY = { id: 'yearly', type: 'io.kestra.plugin.core.trigger.Schedule', cron: '@yearly' }

async function makeTables(): Promise<void> {
  const client = new pg.Client(postgres.url)
  await client.connect()
  await client.query('create table batch_rows (id integer, name text); create table copy_rows (id integer, name text)')
  await client.end()
}

/** Families that want a counterpart of their own are tried where that is, by the file that begins with it. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  ai: 'plugins/ai/src/tasks/tasks.test.ts',
  'io.batuta.plugin.ai': 'plugins/ai/src/batch/batch.test.ts',
  openai: 'plugins/ai/src/openai/openai.test.ts',
  compress: 'plugins/compress/src/compress.test.ts',
  'crypto.openpgp': 'plugins/crypto/src/crypto.test.ts',
  airbyte: 'plugins/airbyte/src/airbyte.test.ts',
  'dbt.cloud': 'plugins/dbt/src/cloud/cloud.test.ts',
  'docker.cli': 'plugins/docker/src/cli/cli.test.ts',
  fivetran: 'plugins/fivetran/src/fivetran.test.ts',
  'fs.local': 'plugins/fs/src/local/local.test.ts',
  'fs.nfs': 'plugins/fs/src/nfs/nfs.test.ts',
  'fs.tcp': 'plugins/fs/src/net/net.test.ts',
  'fs.udp': 'plugins/fs/src/net/net.test.ts',
  'fs.ftp': 'tests/services/files.check.ts',
  'fs.ftps': 'tests/services/files.check.ts',
  'fs.sftp': 'tests/services/files.check.ts',
  'fs.smb': 'tests/services/files.check.ts',
  'fs.ssh': 'tests/services/files.check.ts',
  github: 'plugins/github/src/write/write.test.ts',
  'jdbc.clickhouse': 'tests/services/clickhouse.check.ts',
  'jdbc.dremio': 'plugins/jdbc-dremio/src/dremio.test.ts',
  'jdbc.druid': 'plugins/jdbc-druid/src/druid.test.ts',
  'jdbc.duckdb': 'tests/services/duckdb.check.ts',
  'jdbc.hana': 'plugins/jdbc-hana/src/hana.test.ts',
  'jdbc.mariadb': 'tests/services/mariadb.check.ts',
  'jdbc.mysql': 'tests/services/mariadb.check.ts',
  'jdbc.oracle': 'plugins/jdbc-oracle/src/oracle.test.ts',
  'jdbc.pinot': 'plugins/jdbc-pinot/src/pinot.test.ts',
  'jdbc.redshift': 'plugins/jdbc-postgresql/src/tasks/query.test.ts',
  'jdbc.snowflake': 'plugins/jdbc-snowflake/src/snowflake.test.ts',
  'jdbc.sqlite': 'plugins/jdbc-sqlite/src/sqlite.test.ts',
  'jdbc.sqlserver': 'plugins/jdbc-sqlserver/src/sqlserver.test.ts',
  'jdbc.trino': 'plugins/jdbc-trino/src/trino.test.ts',
  'jdbc.vertica': 'plugins/jdbc-vertica/src/vertica.test.ts',
  jira: 'plugins/jira/src/jira.test.ts',
  scripts: 'plugins/script/src/languages/languages.test.ts',
  'serdes.avro': 'plugins/serdes/src/avro/avro.test.ts',
  'serdes.excel': 'plugins/serdes/src/excel/excel.test.ts',
  'serdes.json': 'plugins/serdes/src/markdown/markdown.test.ts',
  'serdes.markdown': 'plugins/serdes/src/markdown/markdown.test.ts',
  'serdes.parquet': 'plugins/serdes/src/parquet/parquet.test.ts',
  'serdes.protobuf': 'plugins/serdes/src/protobuf/protobuf.test.ts',
  'serdes.xml': 'plugins/serdes/src/xml/xml.test.ts',
  'serdes.yaml': 'plugins/serdes/src/yaml/yaml.test.ts',
  'twilio.segment': 'plugins/segment/src/segment.test.ts',
  transform: 'plugins/transform/src/transform.test.ts',
}

test('every task type of every plugin has its cases', () => {
  const folder = join(ROOT, 'dist', 'plugins')
  const types = readdirSync(folder).flatMap(name => {
    const { tasks } = JSON.parse(readFileSync(join(folder, name, 'manifest.json'), 'utf8')) as Manifest
    return tasks.flatMap(({ type, kind }) => (kind === 'task' ? [type] : []))
  })

  const tried = new Set(cases.map(({ type }) => typeOf(type)))
  const elsewhere = (type: string): string | undefined =>
    Object.entries(ELSEWHERE).find(([family]) => type.startsWith(`${typeOf(family)}.`))?.[1]
  assert.ok(types.length > 30)
  assert.deepEqual(
    types.filter(type => !tried.has(type) && elsewhere(type) === undefined),
    [],
  )
  for (const [family, file] of Object.entries(ELSEWHERE)) {
    assert.ok(existsSync(join(ROOT, file)), file)
    assert.ok(
      types.some(type => type.startsWith(`${typeOf(family)}.`)),
      `nothing is left of ${family}`,
    )
  }
})

interface Manifest {
  readonly tasks: readonly { readonly type: string; readonly kind: string }[]
}

const AT_ONCE = 16

/** A server that is asked for hundreds of starts at once asks to be asked again later. */
async function* inPortions<Item, Begun>(
  items: readonly Item[],
  begin: (item: Item) => Promise<Begun>,
): AsyncGenerator<Begun> {
  for (let at = 0; at < items.length; at += AT_ONCE) yield* await Promise.all(items.slice(at, at + AT_ONCE).map(begin))
}

test('used well, each type does what it says', async t => {
  const withGood = cases.flatMap(({ type, good }) => (good === undefined ? [] : [{ type, good }]))
  for await (const { type, good, execution } of inPortions(withGood, async ({ type, good }) => ({
    ...{ type, good },
    execution: await start(type, 'good', good),
  }))) {
    await t.test(type, async () => assertGood(good, await api.whenEnded(execution.id)))
  }
})

test('used badly, each type fails and says why', async t => {
  const withBad = cases.flatMap(({ type, bad }) => (bad === undefined ? [] : [{ type, bad }]))
  for await (const { type, bad, execution } of inPortions(withBad, async ({ type, bad }) => ({
    ...{ type, bad },
    execution: await start(type, 'bad', bad),
  }))) {
    await t.test(type, async () => assertBad(bad, await api.whenEnded(execution.id)))
  }
})

const EVERY_SECOND = { id: 'ticks', type: `${PREFIX}core.trigger.Schedule`, cron: '* * * * * *', withSeconds: true }

test('a schedule starts its flow, and a start that cannot be says why', async () => {
  const tasks = [{ id: 'one', type: `${PREFIX}core.debug.Return`, format: '{{ trigger.date }}' }]
  await api.save(JSON.stringify({ id: 'ticking', namespace: 'e2e', tasks, triggers: [EVERY_SECOND] }))
  const inputs = [{ id: 'city', type: 'STRING' }]
  await api.save(JSON.stringify({ id: 'lacking', namespace: 'e2e', inputs, tasks, triggers: [EVERY_SECOND] }))

  const good = await firstOf('ticking')
  const bad = await firstOf('lacking')

  assert.equal(good.state.current, 'SUCCESS')
  assert.match(String(good.taskRunList?.[0]?.outputs?.['value']), /^\d{4}-\d\d-\d\dT/)
  assert.equal(bad.state.current, 'FAILED')
  const errors = (await api.logs(bad.id)).filter(({ level }) => level === 'ERROR').map(({ message }) => message)
  assert.match(errors.join('\n'), /Missing required input: city/)
})

test('a webhook starts its flow with what it was sent', async () => {
  const tasks = [
    { id: 'one', type: `${PREFIX}core.debug.Return`, format: '{{ trigger.body.name }}, {{ trigger.parameters.n[0] }}' },
  ]
  const triggers = [{ id: 'hook', type: `${PREFIX}core.trigger.Webhook`, key: 'a-long-enough-key' }]
  await api.save(JSON.stringify({ id: 'hooked', namespace: 'e2e', tasks, triggers }))

  const reply = await api.call('POST', '/executions/webhook/e2e/hooked/a-long-enough-key?n=7', {
    body: '{"name": "Ada"}',
    type: 'application/json',
  })

  assert.equal(reply.status, 200, reply.text)
  const ended = await api.whenEnded(String(reply.json?.['id'] ?? reply.json?.['executionId']))
  assert.equal(ended.taskRunList?.[0]?.outputs?.['value'], 'Ada, 7')
})

test('a poll starts its flow when it finds something, and a watched file for every line', async () => {
  const tasks = [{ id: 'one', type: `${PREFIX}core.debug.Return`, format: '{{ trigger.code ?? trigger.line }}' }]
  const uri = `http://127.0.0.1:${(web.address() as AddressInfo).port}/fine`
  const poll = { id: 'poll', type: `${PREFIX}core.http.Trigger`, uri, interval: 'PT1S' }
  const path = join(places.home, 'lines.txt')
  writeFileSync(path, 'Ada\nBob\nCleo\n')
  const lines = { id: 'lines', type: 'io.batuta.plugin.core.trigger.TestSource', path }
  await api.save(JSON.stringify({ id: 'polled', namespace: 'e2e', tasks, triggers: [poll] }))
  await api.save(JSON.stringify({ id: 'watched', namespace: 'e2e', tasks, triggers: [lines] }))

  const polled = await firstOf('polled')
  const watched = await until('all lines were taken', async () => {
    const { json } = await api.call('GET', '/executions/search?namespace=e2e&flowId=watched&size=10')
    const found = (json?.['results'] ?? []) as readonly Execution[]
    return found.length === 3 ? await Promise.all(found.map(({ id }) => api.whenEnded(id))) : undefined
  })

  assert.equal(polled.taskRunList?.[0]?.outputs?.['value'], '200')
  assert.deepEqual(watched.map(({ taskRunList }) => taskRunList?.[0]?.outputs?.['value']).sort(), [
    'Ada',
    'Bob',
    'Cleo',
  ])
})

async function firstOf(flowId: string): Promise<Execution> {
  return await until(`the flow ${flowId} has run`, async () => {
    const { json } = await api.call('GET', `/executions/search?namespace=e2e&flowId=${flowId}&size=1`)
    const [found] = (json?.['results'] ?? []) as readonly Execution[]
    return found && isEnded(found.state.current) ? await api.find(found.id) : undefined
  })
}

async function start(type: string, which: string, { file, props }: GoodUse | BadUse): Promise<Execution> {
  const id = `${type.replaceAll(/[.$]/g, '-')}-${which}`
  const write = file === undefined ? [] : [{ id: 'file', type: `${PREFIX}core.storage.Write`, content: file }]
  const tasks = [...write, { id: 'one', type: typeOf(type), ...props }]
  await api.save(JSON.stringify({ id, namespace: 'e2e', tasks }))
  return await api.start(`e2e.${id}`)
}

async function assertGood({ outputs, content, log, state = 'SUCCESS' }: GoodUse, execution: Execution): Promise<void> {
  const logs = await api.logs(execution.id)
  assert.equal(execution.state.current, state, JSON.stringify(logs))
  const given = execution.taskRunList?.find(({ taskId }) => taskId === 'one')?.outputs ?? {}
  if (outputs !== undefined) assert.partialDeepStrictEqual(given, outputs)
  if (log !== undefined)
    assert.ok(
      logs.some(({ message }) => log.test(message)),
      JSON.stringify(logs),
    )
  if (content === undefined) return
  const text = await api.file(execution.id, String(given['uri']))
  if (typeof content === 'string') assert.equal(text, content)
  else assert.match(text, content)
}

async function assertBad({ reason }: BadUse, execution: Execution): Promise<void> {
  const errors = (await api.logs(execution.id)).filter(({ level }) => level === 'ERROR').map(({ message }) => message)
  assert.equal(execution.state.current, 'FAILED', JSON.stringify(errors))
  assert.match(errors.join('\n'), reason)
}
