// dbt itself is played by a script that logs and writes as dbt does; tests/services runs the real one.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TestRun, Value, ValueMap } from '@batuta/plugin-sdk'
import { dbtCli } from './dbt-cli.ts'
import { readLine } from './dbt-log.ts'
import { commandTasks } from './old-tasks.ts'

const FAKE = `#!/bin/sh
echo "$0 $@" >> "$WORKING_DIR/calls"
env | grep '^DBT_' | sort > "$WORKING_DIR/environment"
log() { printf '{"info": {"level": "%s", "msg": "%s", "name": "%s"}, "data": %s}\\n' "$1" "$2" "$3" "$4"; }
log info 'Found 2 models' Found '{}'
[ "$1" = deps ] && exit 0
log debug 'SQL: select 1' Sql '{}'
[ "$1" = warn ] && log warn 'deprecated thing' Deprecated '{}'
log info 'Done. PASS=1 WARN=0 ERROR=1' StatsLine '{"stats": {"pass": 1, "warn": 0, "error": 1, "total": 2}}'
echo 'no JSON'
mkdir -p "\${DBT_PROJECT_DIR:-.}/target"
echo '{"nodes": {}}' > "\${DBT_PROJECT_DIR:-.}/target/manifest.json"
echo '{"results": [{"unique_id": "model.a", "status": "success", "execution_time": 0.5, "adapter_response": {"rows_affected": 7}},
  {"unique_id": "model.b", "status": "error", "message": "no such table"}]}' > "\${DBT_PROJECT_DIR:-.}/target/run_results.json"
[ "$1" = fail ] && exit 2
exit 0
`

interface Opened {
  readonly run: TestRun
  readonly keys: Map<string, Value>
}

async function open(t: TestContext): Promise<Opened> {
  const keys = new Map<string, Value>()
  const nameOf = (args: ValueMap): string => `${String(get(args, 'namespace'))}/${String(get(args, 'key'))}`
  const get = (args: ValueMap, name: string): Value =>
    (Object.entries(args).find(([key]) => key === name)?.[1] ?? null) as Value
  const run = await createTestRunContext({
    answer: (name, args) => {
      if (name === 'kv.set') keys.set(nameOf(args), get(args, 'value'))
      return name === 'kv.get' ? { value: keys.get(nameOf(args)) ?? null } : null
    },
  })
  t.after(() => run.close())
  return { run, keys }
}

const TASK = { inputFiles: { dbt: FAKE }, beforeCommands: ['chmod +x dbt'] }
const LINE = ({ level, message }: { level: string; message: string }): string => `${level} ${message}`

test('what dbt logs is logged at its level, and its results are kept', async t => {
  const { run } = await open(t)

  const result = await runTask(
    dbtCli,
    { ...TASK, commands: ['./dbt deps && ./dbt build'], profiles: 'a: {{ 1 + 1 }}', projectDir: 'project' },
    run,
  )

  assert.equal(result.state, 'SUCCESS', result.message)
  const lines = result.logs.map(LINE)
  for (const line of [
    'INFO Found 2 models',
    'DEBUG SQL: select 1',
    'INFO no JSON',
    'ERROR model.b error: no such table',
  ])
    assert.ok(lines.includes(line), line)
  assert.deepEqual(Object.keys(result.outputs['outputFiles'] as object).sort(), ['manifest.json', 'run_results.json'])
  const metrics = result.metrics.map(({ name, value }) => `${name} ${value}`)
  for (const metric of [
    'log.stats.success 1',
    'log.stats.warn 0',
    'log.stats.error 1',
    'rows.affected 7',
    'duration 500',
  ])
    assert.ok(metrics.includes(metric), metric)
  const work = await run.ctx.workingDir.path()
  assert.equal(readFileSync(join(work, 'profiles.yml'), 'utf8'), 'a: 2')
  assert.deepEqual(readFileSync(join(work, 'environment'), 'utf8').trim().split('\n'), [
    'DBT_LOG_FORMAT=json',
    `DBT_LOG_PATH=${work}/logs`,
    `DBT_PROFILES_DIR=${work}`,
    `DBT_PROJECT_DIR=${work}/project`,
    'DBT_SEND_ANONYMOUS_USAGE_STATS=false',
    'DBT_USE_COLORS=false',
  ])
})

test('a warning of dbt ends the task with WARNING', async t => {
  const { run } = await open(t)

  const result = await runTask(dbtCli, { ...TASK, commands: ['./dbt warn'] }, run)

  assert.equal(result.state, 'WARNING', result.message)
})

test('a run that failed keeps its results', async t => {
  const { run } = await open(t)

  const result = await runTask(dbtCli, { ...TASK, commands: ['./dbt fail'] }, run)

  assert.equal(result.state, 'FAILED')
  assert.match(result.message ?? '', /exit code 2/)
  assert.ok('run_results.json' in (result.outputs['outputFiles'] as object))
})

test('a manifest is kept as a key and put back', async t => {
  const { run, keys } = await open(t)
  const place = { key: 'manifest.json', namespace: 'company' }

  const stored = await runTask(dbtCli, { ...TASK, commands: ['./dbt build'], storeManifest: place }, run)
  const loaded = await runTask(dbtCli, { ...TASK, commands: ['cat manifest.json'], loadManifest: place }, run)
  const missing = await runTask(
    dbtCli,
    { ...TASK, commands: ['true'], loadManifest: { ...place, key: 'ghost' }, projectDir: 'other' },
    run,
  )

  assert.equal(stored.state, 'SUCCESS', stored.message)
  assert.equal(keys.get('company/manifest.json'), '{"nodes": {}}\n')
  assert.ok(loaded.logs.map(LINE).includes('INFO {"nodes": {}}'))
  assert.equal(missing.state, 'SUCCESS', missing.message)
  assert.ok(missing.logs.map(LINE).includes('WARN there is no manifest "ghost" in the namespace "company" yet'))
})

test('each old task runs its command with its options', async t => {
  const { run } = await open(t)
  const options = {
    ...{ failFast: true, warnError: true, debug: true, thread: 4, fullRefresh: true },
    target: 'it is',
    select: ['a', 'b c'],
  }

  for (const task of commandTasks) {
    const result = await runTask(task, { inputFiles: { dbt: FAKE }, dbtPath: 'sh ./dbt', ...options }, run)
    assert.equal(result.state, 'SUCCESS', result.message)
  }

  const calls = readFileSync(join(await run.ctx.workingDir.path(), 'calls'), 'utf8').replaceAll('./dbt ', '')
  assert.deepEqual(calls.trim().split('\n'), [
    '--debug --warn-error build --fail-fast --full-refresh --threads 4 --target it is --select a b c',
    '--debug --warn-error compile --full-refresh --threads 4 --target it is --select a b c',
    '--debug --warn-error deps --target it is',
    '--debug --warn-error source freshness --threads 4 --target it is --select a b c',
    '--debug --warn-error ls --target it is --select a b c',
    '--debug --warn-error run --fail-fast --full-refresh --threads 4 --target it is --select a b c',
    '--debug --warn-error seed --full-refresh --threads 4 --target it is --select a b c',
    '--debug --warn-error snapshot --threads 4 --target it is --select a b c',
    '--debug --warn-error test --fail-fast --threads 4 --target it is --select a b c',
  ])
})

test('only lines of dbt are taken for such', () => {
  assert.equal(readLine('plain'), undefined)
  assert.equal(readLine('{"a": 1}'), undefined)
  assert.equal(readLine('{broken'), undefined)
  assert.deepEqual(readLine('{"info": {"level": "error", "msg": "m"}, "data": null}'), {
    ...{ level: 'ERROR', message: 'm', stats: undefined },
  })
})
