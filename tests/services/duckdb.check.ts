// DuckDB's types (duckdb.Query, duckdb.Queries, duckdb.Trigger) over the real client, which is installed by name.
import assert from 'node:assert/strict'
import { before, test, type TestContext } from 'node:test'
import { createTestRunContext, runPoll, runTask, TaskStopped } from '@batuta/plugin-sdk'
import type { TaskDefinition, TaskOutputs, TestOptions, TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'
import { tasks, triggers } from '@batuta/jdbc-duckdb'
import { installClient } from './client-packages.ts'

before(() => installClient('@duckdb/node-api'))

async function openRun(t: TestContext, options: TestOptions = {}): Promise<TestRun> {
  const run = await createTestRunContext(options)
  t.after(() => run.close())
  return run
}

function taskOf(name: string): TaskDefinition {
  const found = tasks.find(({ type }) => type === `io.kestra.plugin.jdbc.duckdb.${name}`)
  assert.ok(found !== undefined, name)
  return found
}

function ask(run: TestRun, name: string, properties: ValueMap): Promise<TestResult> {
  return runTask(taskOf(name), { timeZoneId: 'UTC', ...properties }, run)
}

test('values of every type come as what they are', async t => {
  const run = await openRun(t)

  const { outputs, message } = await ask(run, 'Query', {
    sql: `select true as b, 5 as n, 170141183460469231731687303715884105727::hugeint as big, 1.10 as price, 4::double as ratio, 'a' as text, date '2024-01-02' as day,
      timestamp '2024-01-02 03:04:05.6' as at, timestamptz '2024-01-02 03:04:05+02' as moment, time '12:34:56' as clock, '\\x01\\x02'::blob as raw, [1, 2] as list,
      {'a': 1, 'b': [date '2024-01-02']} as struct, map {'k': 1.5} as pairs, interval '1 year 2 months 3 days 4 hours' as span, '{"a":[1]}'::json as doc,
      'b0e1c8de-8f6a-4c8b-9f52-1f1f1f1f1f1f'::uuid as id, null as nothing`,
    fetchType: 'STORE',
  })

  assert.equal(message, undefined)
  assert.equal(
    await run.ctx.files.readText(String(outputs['uri'])),
    '{"b":true,"n":5,"big":170141183460469231731687303715884105727,"price":1.10,"ratio":4e0,"text":"a","day":LocalDate::"2024-01-02",' +
      '"at":LocalDateTime::"2024-01-02T03:04:05.6","moment":2024-01-02T01:04:05Z,"clock":LocalTime::"12:34:56","raw":{{AQI=}},"list":[1,2],' +
      '"struct":{"a":1,"b":[LocalDate::"2024-01-02"]},"pairs":{"k":1.5},"span":"P1Y2M3DT4H","doc":{"a":[1]},"id":"b0e1c8de-8f6a-4c8b-9f52-1f1f1f1f1f1f","nothing":null}\n',
  )
})

test('files go in and come out by their names', async t => {
  const run = await openRun(t)
  const uri = await run.ctx.files.put('id;name\n1;a\n2;b\n')

  const { outputs, message } = await ask(run, 'Queries', {
    inputFiles: { 'in.csv': uri },
    outputFiles: ['out.parquet'],
    sql: `create table t as select * from read_csv('{{ workingDir }}/in.csv', delim = ';');
      copy (select * from read_csv('in.csv', delim = ';') where id = :id) to '{{ outputFiles['out.parquet'] }}' (format parquet);
      select count(*) as n from t`,
    parameters: { id: 2 },
    outputDbFile: true,
    fetchType: 'FETCH',
  })
  assert.equal(message, undefined)
  assert.deepEqual(outputs['outputs'], [{ rows: [{ n: 2 }], size: 1 }])
  const again = await ask(run, 'Query', {
    databaseUri: String(outputs['databaseUri']),
    inputFiles: { 'x.parquet': Object(outputs['outputFiles'])['out.parquet'] },
    sql: `select t.name, (select name from 'x.parquet') as other from t where id = 1`,
    fetchType: 'FETCH_ONE',
  })

  assert.deepEqual(again.outputs['row'], { name: 'a', other: 'b' })
})

test('several statements are one transaction, and a failure names the statement', async t => {
  const run = await openRun(t)
  const path = `jdbc:duckdb:${await run.ctx.workingDir.resolve('shop.duckdb')}`
  await ask(run, 'Queries', { url: path, sql: 'create table t (n int primary key)' })

  const failed = await ask(run, 'Queries', { url: path, sql: 'insert into t values (1); insert into t values (1)' })
  const count = await ask(run, 'Query', { url: path, sql: 'select count(*) as n from t', fetchType: 'FETCH_ONE' })

  assert.match(failed.message ?? '', /^statement 2 of 2: Constraint Error: .*[Dd]uplicate key/)
  assert.deepEqual(count.outputs['row'], { n: 0 })
})

test('a trigger takes the rows once that it marks', async t => {
  const run = await openRun(t)
  const url = `jdbc:duckdb:${await run.ctx.workingDir.resolve('t.duckdb')}`
  await ask(run, 'Queries', { url, sql: 'create table o (id int, seen int); insert into o values (1, 0), (2, 0)' })
  const [trigger] = triggers
  assert.ok(trigger?.kind === 'polling trigger')
  const properties = { url, sql: 'select id from o where seen = 0 order by id', afterSQL: 'update o set seen = 1' }
  const evaluate = async (): Promise<TaskOutputs | undefined> => (await runPoll(trigger, properties, run)).outputs

  assert.deepEqual(await evaluate(), { rows: [{ id: 1 }, { id: 2 }], size: 2 })
  assert.equal(await evaluate(), undefined)
})

test('what is wrong is said, with the way out', async t => {
  const run = await openRun(t)
  const fail = async (properties: ValueMap): Promise<string> => (await ask(run, 'Query', properties)).message ?? ''

  assert.match(await fail({ sql: 'select * from ghost' }), /Catalog Error: Table with name ghost does not exist/)
  assert.match(await fail({ sql: `select * from 'none.csv'` }), /none\.csv.*`inputFiles`/s)
  assert.match(await fail({ sql: 'select 1', outputFiles: ['a.csv'] }), /wrote no file "a\.csv"/)
  assert.match(await fail({ sql: 'select 1', url: 'jdbc:postgresql://u:secret@h/d' }), /speaks DuckDB: jdbc:duckdb:/)
})

test('a kill ends a statement that runs on and on', { timeout: 300_000 }, async t => {
  const stop = new AbortController()
  const run = await openRun(t, { signal: stop.signal })
  const sql = 'select count(*) from range(100000000000) a, range(100) b'

  const running = ask(run, 'Query', { sql, fetchType: 'FETCH' })
  stop.abort(new TaskStopped('kill', 'killed by hand'))

  assert.equal((await running).message, 'killed by hand')
})
