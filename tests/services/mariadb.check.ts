// MySQL's and MariaDB's types against a real MariaDB.
import assert from 'node:assert/strict'
import { after, before, test, type TestContext } from 'node:test'
import { createTestRunContext, runPoll, runTask, TaskStopped } from '@batuta/plugin-sdk'
import type { TaskDefinition, TaskOutputs, TestOptions, TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'
import { tasks, triggers } from '@batuta/jdbc-mysql'
import { startMariadb, type Mariadb } from './mariadb.mjs'

const PASSWORD = `it's "secret"`
let server: Mariadb | undefined
before(async () => {
  server = await startMariadb({ password: PASSWORD.replaceAll("'", "''") })
})
after(async () => await server?.stop())

function taskOf(name: string): TaskDefinition {
  const found = tasks.find(({ type }) => type === `io.kestra.plugin.jdbc.${name}`)
  assert.ok(found !== undefined, name)
  return found
}

const url = (more = ''): string => `jdbc:mysql://127.0.0.1:${server?.port}/test${more}`

async function openRun(t: TestContext, options: TestOptions = {}): Promise<TestRun> {
  const run = await createTestRunContext(options)
  t.after(() => run.close())
  return run
}

function ask(run: TestRun, name: string, properties: ValueMap): Promise<TestResult> {
  return runTask(
    taskOf(name),
    { url: url(), username: 'root', password: PASSWORD, timeZoneId: 'UTC', ...properties },
    run,
  )
}

async function change(run: TestRun, sql: string): Promise<void> {
  assert.equal((await ask(run, 'mysql.Queries', { sql })).message, undefined)
}

test('values of every type come as what they are', async t => {
  const run = await openRun(t)
  await change(
    run,
    `create table kinds (b tinyint(1), n int, big bigint unsigned, price decimal(10, 2), ratio double, small float, name varchar(50), day date, at datetime(3),
      moment timestamp, clock time, raw varbinary(10), flag bit(1), y year, kind enum('x', 'y'), doc json);
    insert into kinds values (1, -5, 18446744073709551615, 1.10, 4, 0.1, 'ä "q" \\'s', '2024-01-02', '2024-01-02 03:04:05.600', '2024-01-02 03:04:05', '12:34:56',
      x'0102', b'1', 2024, 'y', '{"a": 1}')`,
  )

  const stored = await ask(run, 'mysql.Query', { sql: 'select * from kinds', fetchType: 'STORE' })
  const line = await run.ctx.files.readText(String(stored.outputs['uri']))

  assert.match(
    line,
    /^\{"b":true,"n":-5,"big":18446744073709551615,"price":1\.10,"ratio":4e0,"small":0\.1e0,"name":"ä \\"q\\" 's","day":LocalDate::"2024-01-02","at":LocalDateTime::"2024-01-02T03:04:05\.6","moment":2024-01-0\dT\d\d:\d\d:05Z,"clock":LocalTime::"12:34:56","raw":\{\{AQI=\}\},"flag":true,"y":2024,"kind":"y","doc":"\{\\"a\\": 1\}"\}\n$/,
  )
})

test('parameters are values in every mode of the server', async t => {
  const run = await openRun(t)
  const value = `x'); drop table kinds; -- \\' " \\ ä\n`
  for (const mode of ['', 'NO_BACKSLASH_ESCAPES', 'ANSI_QUOTES']) {
    const { outputs, message } = await ask(run, 'mariadb.Query', {
      url: url(`?sessionVariables=sql_mode='${mode}'`).replace('mysql:', 'mariadb:'),
      sql: 'select :value as value, :n + 1 as n, :raw is null as none',
      parameters: { value, n: 41, raw: null },
      fetchType: 'FETCH_ONE',
    })
    assert.equal(message, undefined)
    assert.deepEqual(outputs['row'], { value, n: 42, none: 1 })
  }
})

test('rows of a file fill a table, all of them or none, and a CSV file is loaded', async t => {
  const run = await openRun(t)
  await change(run, 'create table loaded (id int primary key, name varchar(200))')
  const lines = Array.from({ length: 5000 }, (_, n) => `{"id":${n},"name":"it's \\\\ ${n}"}\n`).join('')
  const from = await run.ctx.files.put(lines)
  const twice = await run.ctx.files.put('{"id":9001}\n{"id":9001}\n')
  const csv = await run.ctx.files.put('9100,a\n9101,b\n')

  const good = await ask(run, 'mysql.Batch', { from, table: 'loaded' })
  const bad = await ask(run, 'mysql.Batch', { from: twice, sql: 'insert into loaded (id) values (?)' })
  const each = await ask(run, 'mysql.Batch', {
    from,
    sql: 'update loaded set name = ? where id = ?',
    columns: ['name', 'id'],
    chunk: 100,
  })
  const file = await ask(run, 'mysql.Query', {
    inputFile: csv,
    sql: `load data local infile '{{ inputFile }}' into table loaded fields terminated by ','`,
  })
  const stranger = await ask(run, 'mysql.Query', { sql: `load data local infile '/etc/passwd' into table loaded` })
  const count = await ask(run, 'mysql.Query', {
    sql: 'select count(*) as n, max(name) as name from loaded',
    fetchType: 'FETCH_ONE',
  })

  assert.deepEqual(good.outputs, { rowCount: 5000, updatedCount: 5000 })
  assert.match(
    bad.message ?? '',
    /^one of the rows 1 to 2 of the file: Duplicate entry '9001' for key 'PRIMARY' \(ER_DUP_ENTRY 1062/,
  )
  assert.equal(each.outputs['rowCount'], 5000)
  assert.equal(file.message, undefined)
  assert.match(stranger.message ?? '', /the server asks for the file \/etc\/passwd/)
  assert.deepEqual(count.outputs['row'], { n: 5002, name: "it's \\ 999" })
})

test('many rows are stored in portions', async t => {
  const run = await openRun(t)

  const { outputs, message } = await ask(run, 'mysql.Query', {
    sql: 'select seq, repeat("x", 100) as text from seq_1_to_200000',
    fetchType: 'STORE',
  })

  assert.equal(message, undefined)
  assert.equal(outputs['size'], 200_000)
})

test('a procedure is one statement, and its first result is taken', async t => {
  const run = await openRun(t)
  const sql = `create or replace procedure p(in n int) begin if n > 0 then select n as a; else select 0 as a; end if; select 2 as b; end;
    call p(1); select 3 as c`

  const { outputs, message } = await ask(run, 'mysql.Queries', { sql, fetchType: 'FETCH', transaction: false })

  assert.equal(message, undefined)
  assert.deepEqual(outputs['outputs'], [
    { rows: [{ a: 1 }], size: 1 },
    { rows: [{ c: 3 }], size: 1 },
  ])
})

test('a trigger takes the rows once that it marks; a failure undoes the marks', async t => {
  const run = await openRun(t)
  await change(
    run,
    'create table orders (id int, seen int default 0) engine = innodb; insert into orders (id) values (1), (2)',
  )
  const trigger = triggers.find(({ type }) => type.endsWith('mysql.Trigger'))
  assert.ok(trigger?.kind === 'polling trigger')
  const properties = {
    ...{ url: url(), username: 'root', password: PASSWORD },
    sql: 'select id from orders where seen = 0 order by id for update',
    afterSQL: 'update orders set seen = 1 where seen = 0',
  }
  const evaluate = async (more: ValueMap = {}): Promise<TaskOutputs | undefined> =>
    (await runPoll(trigger, { ...properties, ...more }, run)).outputs

  await assert.rejects(evaluate({ afterSQL: 'update orders set ghost = 1' }), /Unknown column 'ghost'/)
  assert.deepEqual(await evaluate(), { rows: [{ id: 1 }, { id: 2 }], size: 2 })
  assert.equal(await evaluate(), undefined)
})

test('what is wrong is said, with the way out and never with the password', async t => {
  const run = await openRun(t)
  const fail = async (properties: ValueMap): Promise<string> =>
    (await ask(run, 'mysql.Query', { sql: 'select 1', ...properties })).message ?? ''

  const messages = [
    await fail({ password: 'wrong-secret' }),
    await fail({ url: `jdbc:mysql://127.0.0.1:${server?.port}/nowhere` }),
    await fail({ url: 'jdbc:mysql://127.0.0.1:1/test' }),
    await fail({ sql: 'select * from ghost' }),
    await fail({ sql: 'select 1; select 2' }),
    await fail({ url: url('?sslMode=REQUIRED') }),
  ]

  assert.match(messages[0] ?? '', /refuses the password of "root" \(1045\)/)
  assert.match(messages[1] ?? '', /there is no such database \(1049\)/)
  assert.match(messages[2] ?? '', /nobody listens there \(ECONNREFUSED\)/)
  assert.match(messages[3] ?? '', /Table 'test\.ghost' doesn't exist \(ER_NO_SUCH_TABLE 1146, SQLSTATE 42S02\)/)
  assert.match(messages[4] ?? '', /must be one statement, not 2; use the task .*mysql\.Queries/)
  assert.match(messages[5] ?? '', /speaks no TLS/)
  for (const message of messages) assert.ok(!message.includes('secret'), message)
})

test('a kill ends the statement on the server as well', { timeout: 300_000 }, async t => {
  const stop = new AbortController()
  const run = await openRun(t, { signal: stop.signal })
  const other = await openRun(t)

  const running = ask(run, 'mysql.Query', { sql: 'select sleep(60) as marked_by_the_test', fetchType: 'FETCH' })
  const count = async (): Promise<unknown> => {
    const sql = `select count(*) as n from information_schema.processlist where info like 'select sleep%'`
    return (await ask(other, 'mysql.Query', { sql, fetchType: 'FETCH_ONE' })).outputs['row']
  }
  while (JSON.stringify(await count()) !== '{"n":1}') await new Promise(resolve => setImmediate(resolve))
  stop.abort(new TaskStopped('kill', 'killed by hand'))

  assert.equal((await running).message, 'killed by hand')
  while (JSON.stringify(await count()) !== '{"n":0}') await new Promise(resolve => setImmediate(resolve))
})
