// The main job, end to end and as a user does it: `npm start`, real rows, a real database, the command line and HTTP. What comes out is
// held against figures that the test computes itself.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { startPostgres, type Postgres } from '../services/postgres.mjs'
import { apiOf, isEnded, type Api, type Execution } from './api-of.ts'
import { ROOT, isAlive, startBatuta, type StartedBatuta } from './batuta.ts'
import { commandLine } from './command-line.ts'
import { makePlaces, type Places } from './places.ts'
import { childrenOf, processIn } from './processes.ts'
import { WEATHER_FILE, loadDataSets, readDataSet, readWeather, type Day } from './public-data-sets.ts'
import { until } from './until.ts'

/** The first run on a machine fetches pandas. */
const RUN_MAX_MS = 300_000

let postgres: Postgres
let database: pg.Client
let places: Places
let batuta: StartedBatuta
let api: Api
let files: Server

before(async () => {
  places = makePlaces()
  postgres = await startPostgres()
  database = new pg.Client(postgres.url)
  await database.connect()
  await loadDataSets(database)
  files = createServer((_request, response) =>
    response.setHeader('content-type', 'text/csv').end(readDataSet(WEATHER_FILE)),
  )
  await new Promise<void>(resolve => files.listen(0, '127.0.0.1', resolve))
  batuta = await startBatuta(places)
  api = apiOf(batuta.address)
  await api.save(example('postgres-etl'))
  await api.save(example('csv-report'))
})

after(async () => {
  await batuta.stop()
  files.close()
  await database.end()
  await postgres.stop()
  places.remove()
})

function example(name: string): string {
  return readFileSync(join(ROOT, 'examples', `${name}.yaml`), 'utf8')
}

function etlInputs(target: string): Readonly<Record<string, string>> {
  return { url: postgres.jdbcUrl, username: postgres.user, source: 'weather', target }
}

test('rows go from PostgreSQL through pandas and back, started from the command line', async () => {
  const inputs = Object.entries(etlInputs('by_month_cli')).flatMap(([name, value]) => ['-i', `${name}=${value}`])

  const { exitCode, stdout, stderr } = await commandLine(batuta.address)(
    'flow',
    'run',
    'examples.postgres-etl',
    ...inputs,
    '--wait',
    '--json',
  )

  assert.equal(exitCode, 0, `${stdout}\n${stderr}`)
  assertEtl(JSON.parse(stdout) as Execution)
  await assertMonths('by_month_cli')
})

test('rows go from PostgreSQL through pandas and back, started over HTTP', async () => {
  const started = await api.start('examples.postgres-etl', etlInputs('by_month_http'))

  const ended = await api.whenEnded(started.id, RUN_MAX_MS)

  assertEtl(ended)
  await assertMonths('by_month_http')
})

test('a download is parsed, branched by value and summed up, from the command line and over HTTP', async () => {
  const { port } = files.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/${WEATHER_FILE}`

  const told = await commandLine(batuta.address)(
    'flow',
    'run',
    'examples.csv-report',
    '-i',
    `url=${url}`,
    '--wait',
    '--json',
  )
  const asked = await api.run('examples.csv-report', { url })

  assert.equal(told.exitCode, 0, `${told.stdout}\n${told.stderr}`)
  for (const execution of [JSON.parse(told.stdout) as Execution, asked]) {
    assert.equal(execution.state.current, 'SUCCESS')
    assert.deepEqual(execution.outputs, { rows: readWeather().length, summary: summaryByWeather(readWeather()) })
    const branches = execution.taskRunList?.filter(run => run.taskId === 'summarize').map(run => run.value)
    assert.deepEqual(branches?.sort(), Object.keys(summaryByWeather(readWeather())).sort())
  }
})

test('the pipeline ends well although the server is killed in the middle of its Python step', async () => {
  const gate = join(places.home, 'gate')
  await api.save(heldInPython(example('postgres-etl'), gate))
  const { id } = await api.start('examples.postgres-etl', etlInputs('by_month_killed'))
  const firstPid = await heldPid(api, id, new Set())

  await batuta.killServer()
  await until('the script has died with the server', async () => (isAlive(firstPid) ? undefined : true))
  batuta = await startBatuta(places)
  api = apiOf(batuta.address)
  const secondPid = await heldPid(api, id, new Set([firstPid]))
  writeFileSync(gate, '')
  const ended = await api.whenEnded(id, RUN_MAX_MS)

  assertEtl(ended)
  assert.ok(isGone(secondPid))
  assert.equal(ended.taskRunList?.filter(run => run.taskId === 'extract').length, 1)
  await assertMonths('by_month_killed')
})

test('the pipeline ends well although the process that runs the script is killed', async () => {
  const gate = join(places.home, 'second-gate')
  await api.save(heldInPython(example('postgres-etl'), gate))
  const { id } = await api.start('examples.postgres-etl', etlInputs('by_month_hostless'))
  const firstPid = await heldPid(api, id, new Set())

  for (const host of childrenOf(batuta.serverPid)) process.kill(host, 'SIGKILL')
  const secondPid = await heldPid(api, id, new Set([firstPid]))
  await until('the script has died, or is killed by who comes after', async () =>
    isAlive(firstPid) ? undefined : true,
  )
  writeFileSync(gate, '')
  const ended = await api.whenEnded(id, RUN_MAX_MS)

  assertEtl(ended)
  assert.notEqual(secondPid, firstPid)
  await assertMonths('by_month_hostless')
})

// ── What a run must have left ───────────────────────────────────────────────────────────────────────────────────────────────

function assertEtl(execution: Execution): void {
  const runs = execution.taskRunList?.map(run => `${run.taskId} ${run.state.current}`)
  assert.equal(execution.state.current, 'SUCCESS', runs?.join(', '))
  const days = readWeather()
  const months = monthsOf(days)
  const rain = months.reduce((sum, month) => sum + tenths(month.rain), 0) / 10
  assert.equal(execution.outputs?.['extracted'], days.length)
  assert.equal(execution.outputs['loaded'], months.length)
  assert.deepEqual(execution.outputs['total'], { months: months.length, days: days.length, rain })
}

async function assertMonths(table: string): Promise<void> {
  const { rows } = await database.query<Readonly<Record<string, string>>>(`select * from ${table} order by month`)
  const expected = monthsOf(readWeather())
  assert.equal(rows.length, expected.length)
  for (const [index, row] of rows.entries()) {
    const { mean, ...exact } = expected[index] ?? assert.fail('a month too many')
    const { month, days, rain, warmest, coldest } = row
    assert.deepEqual(
      { month, days: Number(days), rain: Number(rain), warmest: Number(warmest), coldest: Number(coldest) },
      exact,
    )
    assert.ok(
      Math.abs(Number(row['mean']) - mean) <= 0.005 + 1e-9,
      `the mean of ${month} is ${row['mean']}, not ${mean}`,
    )
  }
}

// ── The same figures, computed with nothing of the project ──────────────────────────────────────────────────────────────────

interface Month {
  readonly month: string
  readonly days: number
  readonly rain: number
  readonly warmest: number
  readonly coldest: number
  readonly mean: number
}

function monthsOf(days: readonly Day[]): readonly Month[] {
  const byMonth = Map.groupBy(days, ({ date }) => date.slice(0, 7))
  return [...byMonth]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([month, group]) => ({
      month,
      days: group.length,
      rain: group.reduce((sum, day) => sum + tenths(day.precipitation), 0) / 10,
      warmest: Math.max(...group.map(day => day.temp_max)),
      coldest: Math.min(...group.map(day => day.temp_min)),
      mean: group.reduce((sum, day) => sum + tenths(day.temp_max), 0) / 10 / group.length,
    }))
}

/** The figures have one place after the point: whole numbers add up exactly. */
function tenths(value: number): number {
  return Math.round(value * 10)
}

function summaryByWeather(days: readonly Day[]): Readonly<Record<string, unknown>> {
  const groups = [...Map.groupBy(days, ({ weather }) => weather)]
  return Object.fromEntries(
    groups.map(([weather, group]) => {
      const sum = group.reduce((total, day) => total + tenths(day.temp_max), 0) / 10
      const mean = Math.round((sum / group.length) * 100) / 100
      return [weather, { rows: group.length, mean, max: Math.max(...group.map(day => day.temp_max)) }]
    }),
  )
}

// ── Holding the Python step ─────────────────────────────────────────────────────────────────────────────────────────────────

/** The same flow, whose script says that it is there and goes on when it finds the gate open. */
function heldInPython(source: string, gate: string): string {
  const first = '      import json\n      import pandas as pd\n'
  assert.ok(source.includes(first), 'the example begins its script otherwise')
  const held = [
    'import os, time',
    'print("held in", os.getcwd())',
    `while not os.path.exists("${gate}"):`,
    '    time.sleep(0.02)',
  ]
  return source.replace(first, `${first}${held.map(line => `      ${line}\n`).join('')}`)
}

async function heldPid(from: Api, executionId: string, known: ReadonlySet<number>): Promise<number> {
  return await until(
    'the script says that it is held',
    async () => {
      const { state } = await from.find(executionId)
      assert.ok(!isEnded(state.current), `it ended ${state.current} before`)
      const logs = await from.logs(executionId)
      const folders = logs.flatMap(({ message }) => /^held in (.+)$/.exec(message)?.[1] ?? [])
      return folders.map(processIn).find(pid => pid !== undefined && !known.has(pid))
    },
    { limitMs: RUN_MAX_MS },
  )
}

function isGone(pid: number): boolean {
  return !isAlive(pid)
}
