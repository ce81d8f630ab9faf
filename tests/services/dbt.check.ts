// dbt itself, with DuckDB, in an environment of Python that is made once: what was built is there and is told, and what fails is named.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { tasks } from '@batuta/dbt'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TaskDefinition, TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'

const CACHE = process.env['BATUTA_SERVICES_CACHE'] ?? join(homedir(), '.cache', 'batuta-services')
const PACKAGES = ['dbt-core==1.11.16', 'dbt-duckdb==1.11.1']
const FOLDER = join(CACHE, 'python', PACKAGES.join('-'))
const DBT = join(FOLDER, 'bin', 'dbt')
const INSTALL_MAX_MS = 10 * 60_000

/** Undefined when dbt is there, or else why it cannot be had. */
function whyNoDbt(): string | undefined {
  if (existsSync(DBT)) return undefined
  mkdirSync(join(CACHE, 'python'), { recursive: true })
  // Programs of an environment name its folder: it is made where it stays, and is whole when it has the program.
  const steps = [
    ['python3', '-m', 'venv', '--clear', FOLDER],
    [join(FOLDER, 'bin', 'pip'), 'install', '--quiet', '--only-binary', ':all:', ...PACKAGES],
  ] as const
  for (const [program, ...args] of steps) {
    const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: INSTALL_MAX_MS })
    if (status === 0) continue
    rmSync(FOLDER, { recursive: true, force: true })
    return `dbt cannot be installed: ${error?.message ?? stderr.slice(-400)}`
  }
  return undefined
}

const skip = whyNoDbt() ?? false

const PROFILES = `shop:
  target: dev
  outputs:
    dev: { type: duckdb, path: shop.duckdb, threads: 1 }
`

const PROJECT = {
  'shop/dbt_project.yml': 'name: shop\nversion: "1.0"\nprofile: shop\nmodel-paths: [models]\nseed-paths: [seeds]\n',
  'shop/seeds/orders.csv': 'id,customer,cents\n1,ada,250\n2,bob,100\n3,ada,50\n',
  'shop/models/customers.sql':
    "{% raw %}{{ config(materialized='table') }}\nselect customer, sum(cents) as cents from {{ ref('orders') }} group by customer{% endraw %}\n",
  'shop/models/shop.yml':
    'models:\n  - name: customers\n    columns:\n      - name: customer\n        data_tests: [unique, not_null]\n',
}
const BROKEN = {
  ...PROJECT,
  'shop/models/broken.sql': 'select no_such_column from {% raw %}{{ ref("orders") }}{% endraw %}\n',
}
const UNTRUE = {
  ...PROJECT,
  'shop/tests/nobody_is_rich.sql': "{% raw %}select * from {{ ref('customers') }} where cents > 200{% endraw %}\n",
}

async function openRun(t: TestContext): Promise<TestRun> {
  const run = await createTestRunContext()
  t.after(() => run.close())
  return run
}

const PLACE = { profiles: PROFILES, projectDir: 'shop', env: { PATH: `${join(FOLDER, 'bin')}:${process.env['PATH']}` } }

async function go(run: TestRun, name: string, properties: ValueMap): Promise<TestResult> {
  const definition = tasks.find(({ type }) => type === `io.kestra.plugin.dbt.cli.${name}`) as TaskDefinition
  return await runTask(definition, { ...PLACE, ...properties }, run)
}

interface Results {
  readonly results: readonly { readonly unique_id: string; readonly status: string }[]
}

async function jsonOf(run: TestRun, { outputs }: TestResult, name: string): Promise<unknown> {
  const files = outputs['outputFiles'] as Readonly<Record<string, string>>
  return JSON.parse(await run.ctx.files.readText(files[name] ?? ''))
}

async function statusesOf(run: TestRun, result: TestResult): Promise<readonly string[]> {
  const { results } = (await jsonOf(run, result, 'run_results.json')) as Results
  return results.map(({ unique_id, status }) => `${unique_id.split('.').slice(0, 3).join('.')} ${status}`).toSorted()
}

const BUILT = [
  'model.shop.customers success',
  'seed.shop.orders success',
  'test.shop.not_null_customers_customer pass',
  'test.shop.unique_customers_customer pass',
]

test('DbtCLI builds seeds and models, and tells what each came to', { skip }, async t => {
  const run = await openRun(t)

  const built = await go(run, 'DbtCLI', { inputFiles: PROJECT, commands: ['dbt build'] })
  assert.equal(built.state, 'SUCCESS', built.message)
  assert.deepEqual(await statusesOf(run, built), BUILT)
  const { nodes } = (await jsonOf(run, built, 'manifest.json')) as { readonly nodes: object }
  assert.ok('model.shop.customers' in nodes)
  assert.ok(built.metrics.some(({ name, tags }) => name === 'duration' && tags?.['node'] === 'model.shop.customers'))
  assert.ok(built.logs.some(({ level, message }) => level === 'INFO' && message.includes('OK created sql table model')))
  assert.ok(!built.logs.some(({ message }) => message.startsWith('{"')), 'what dbt logs as JSON is read')

  const shown = await go(run, 'DbtCLI', {
    commands: [`dbt show --quiet --output json --inline 'select * from customers order by 1'`],
    logFormat: 'TEXT',
  })
  const said = shown.logs.map(({ message }) => message).join('')
  assert.match(
    said.replaceAll(/\s/g, ''),
    /\{"customer":"ada","cents":300(\.0)?\},\{"customer":"bob","cents":100(\.0)?\}/,
  )
})

test('a model or a test that fails is named, and what was built is kept', { skip }, async t => {
  const run = await openRun(t)

  const broken = await go(run, 'DbtCLI', { inputFiles: BROKEN, commands: ['dbt build'] })
  const untrue = await go(await openRun(t), 'DbtCLI', { inputFiles: UNTRUE, commands: ['dbt build'] })

  assert.equal(broken.state, 'FAILED')
  assert.ok((await statusesOf(run, broken)).includes('model.shop.broken error'))
  assert.match(errorsOf(broken), /model\.shop\.broken error: .*no_such_column/s)
  assert.equal(untrue.state, 'FAILED')
  assert.match(errorsOf(untrue), /test\.shop\.nobody_is_rich fail: Got 1 result/)
})

test('the older tasks of one command each run and test a project, one after the other', { skip }, async t => {
  const run = await openRun(t)
  const own = { dbtPath: DBT, inputFiles: PROJECT }

  const statusesAfter = async (name: string, properties: ValueMap): Promise<readonly string[]> =>
    await statusesOf(run, await go(run, name, { ...own, ...properties }))

  assert.deepEqual(await statusesAfter('Seed', {}), ['seed.shop.orders success'])
  assert.deepEqual(await statusesAfter('Run', { select: ['customers'], thread: 1 }), ['model.shop.customers success'])
  assert.deepEqual(await statusesAfter('Test', {}), BUILT.slice(2))
  assert.deepEqual(await statusesAfter('Build', { fullRefresh: true }), BUILT)
  const failed = await go(run, 'Build', { ...own, inputFiles: UNTRUE, failFast: true })

  assert.equal(failed.state, 'FAILED')
  assert.match(errorsOf(failed), /nobody_is_rich fail/)
})

function errorsOf({ logs }: TestResult): string {
  return logs
    .filter(({ level }) => level === 'ERROR')
    .map(({ message }) => message)
    .join('\n')
}
