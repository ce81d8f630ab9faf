// A pipeline as it is published, word for word but for the address of the database: it is valid, its first two steps run on a real
// PostgreSQL and a Python that has pandas, and the third, which nothing here can run, says so.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { startPostgres, type Postgres } from '../services/postgres.mjs'
import { apiOf, type Api } from './api-of.ts'
import { startBatuta, type StartedBatuta } from './batuta.ts'
import { commandLine } from './command-line.ts'
import { makePlaces, type Places } from './places.ts'
import { readWeather } from './public-data-sets.ts'

const PIPELINE = join(import.meta.dirname, 'flows', 'etl_pipeline.yaml')
/** The first run on a machine fetches pandas. */
const RUN_MAX_MS = 300_000
const DAY = '2013-07-09'

let postgres: Postgres
let places: Places
let batuta: StartedBatuta
let api: Api
let virtualEnv: string

before(async () => {
  places = makePlaces()
  postgres = await startPostgres()
  await fillAnalytics()
  virtualEnv = join(places.home, 'env')
  const made = spawnSync('python3', ['-m', 'venv', '--without-pip', virtualEnv], { encoding: 'utf8' })
  assert.equal(made.status, 0, made.stderr)
  const environment = { VIRTUAL_ENV: virtualEnv, PATH: `${join(virtualEnv, 'bin')}:${process.env['PATH']}` }
  batuta = await startBatuta({ ...places, environment })
  api = apiOf(batuta.address)
  await installPandas()
})

after(async () => {
  await batuta.stop()
  await postgres.stop()
  places.remove()
})

/** Who gives no user is the user of the system, as with any client of PostgreSQL. */
async function fillAnalytics(): Promise<void> {
  const admin = new pg.Client(postgres.url)
  await admin.connect()
  await admin.query(`create role "${userInfo().username}" superuser login`)
  await admin.query('create database analytics')
  await admin.end()
  const client = new pg.Client({ host: postgres.host, port: postgres.port, user: postgres.user, database: 'analytics' })
  await client.connect()
  await client.query('create table events (location text, date date, weather text, temp_max numeric)')
  await client.query('insert into events select * from json_populate_recordset(null::events, $1)', [
    JSON.stringify(readWeather()),
  ])
  await client.end()
}

const WHERE = `
id: where
namespace: e2e
tasks:
  - id: ask
    type: io.kestra.plugin.scripts.python.Script
    dependencies: [pandas]
    script: |
      import json, os, pandas, sysconfig
      found = {"packages": os.path.dirname(os.path.dirname(pandas.__file__)), "site": sysconfig.get_path("purelib")}
      print("::" + json.dumps({"outputs": found}) + "::")
`

/** The packages that tasks with \`dependencies\` share are good for this Python as well. */
async function installPandas(): Promise<void> {
  await api.save(WHERE)
  const { id } = await api.start('e2e.where')
  const ended = await api.whenEnded(id, RUN_MAX_MS)
  const vars = ended.taskRunList?.[0]?.outputs?.['vars'] ?? {}
  const { packages = '', site = '' } = vars as Readonly<Record<string, string>>
  assert.ok(site.startsWith(virtualEnv), `Python ran outside of its environment: ${site}`)
  writeFileSync(join(site, 'pandas.pth'), `${packages}\n`)
}

test('the editor takes it, and warns of what will not do', async () => {
  const { exitCode, stdout } = await commandLine(batuta.address)('flow', 'validate', PIPELINE)

  assert.equal(exitCode, 0, stdout)
  assert.match(
    stdout,
    /:25:11: warning: io\.kestra\.plugin\.gcp\.bigquery\.Load is known, but nothing installed can run it/,
  )
  assert.match(stdout, /:20:\d+: warning: `outputs\.extract\.uri` holds rows as Ion, not CSV: .*IonToCsv/)
  assert.doesNotMatch(stdout, /error:/)
})

test('it runs to the step that nothing here can run, which says so', async () => {
  await api.save(readFileSync(PIPELINE, 'utf8').replace('source-db:5432', `127.0.0.1:${postgres.port}`))

  const ended = await api.run('data.production.etl_pipeline', { date: DAY })

  const runs = ended.taskRunList?.map(run => `${run.taskId} ${run.state.current}`)
  const logs = await api.logs(ended.id)
  assert.deepEqual(runs, ['extract SUCCESS', 'transform SUCCESS', 'load FAILED'], JSON.stringify(logs))
  assert.equal(ended.state.current, 'FAILED')
  const outputs = (taskId: string): Readonly<Record<string, unknown>> =>
    ended.taskRunList?.find(run => run.taskId === taskId)?.outputs ?? {}
  assert.equal(outputs('extract')['size'], readWeather().filter(({ date }) => date === DAY).length)
  const { 'transformed.csv': uri = '' } = outputs('transform')['outputFiles'] as Readonly<Record<string, string>>
  assert.match(await api.file(ended.id, uri), /processed_at\r?\n/)
  const reason = logs.find(({ taskId, level }) => taskId === 'load' && level === 'ERROR')?.message ?? ''
  assert.match(reason, /"io\.kestra\.plugin\.gcp\.bigquery\.Load" is not implemented: .* install one that does/)
})

test('without a date it takes yesterday', async () => {
  const ended = await api.run('data.production.etl_pipeline')

  const yesterday = new Date(Date.now() - 24 * 60 * 60_000).toISOString().slice(0, 10)
  assert.equal(ended.inputs?.['date'], yesterday)
  assert.equal(ended.taskRunList?.[0]?.outputs?.['size'], 0)
})
