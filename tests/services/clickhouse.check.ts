// ClickHouse's types (clickhouse.Query, clickhouse.Queries, clickhouse.BulkInsert, clickhouse.Trigger) against its real engine, which chdb carries inside of a package; the HTTP interface before it is a few lines here.
import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test, type TestContext } from 'node:test'
import { createTestRunContext, runPoll, runTask } from '@batuta/plugin-sdk'
import type { TaskDefinition, TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'
import { tasks, triggers } from '@batuta/jdbc-clickhouse'
import { requireClient } from './client-packages.ts'
import { startHttpStub, type StubAnswer, type StubRequest } from './http-stub.ts'

interface Session {
  query(sql: string, format?: string): string
  cleanup(): void
}

let session: Session | undefined
before(() => {
  const { Session: Engine } = requireClient('chdb') as { readonly Session: new () => Session }
  session = new Engine()
})

const OF_HTTP: ReadonlySet<string> = new Set(['query', 'query_id', 'session_id', 'database', 'default_format'])

function answer({ path, body, headers }: StubRequest): StubAnswer {
  assert.ok(session !== undefined)
  if (headers['x-clickhouse-key'] !== 's3cret') {
    return {
      status: 403,
      body: 'Code: 516. DB::Exception: default: Authentication failed: password is incorrect. (AUTHENTICATION_FAILED) (version 26.7)',
    }
  }
  const parameters = new URL(path, 'http://x').searchParams
  const sql = statementOf(parameters.get('query'), body)
  try {
    for (const [name, value] of parameters) if (!OF_HTTP.has(name)) session.query(`set ${name} = '${value}'`)
    return { body: session.query(sql, parameters.get('default_format') ?? 'TabSeparated') }
  } catch (error) {
    return { status: 404, body: String(error).replace(/^.*?(?=Code: )/s, '') }
  }
}

/** The engine alone has no input to read rows from: they go by a file. */
function statementOf(query: string | null, body: string): string {
  if (query === null) return body
  const file = join(mkdtempSync(join(tmpdir(), 'batuta-chdb-')), 'rows')
  writeFileSync(file, body)
  const [, format = ''] = /\bformat (\w+)$/i.exec(query) ?? []
  return query.replace(/\s+format \w+$/i, '').replace(/\binput\(/i, `file('${file}', '${format}', `)
}

interface Place {
  readonly run: TestRun
  readonly url: string
}

async function open(t: TestContext): Promise<Place> {
  const { host } = await startHttpStub(t, answer)
  const run = await createTestRunContext()
  t.after(() => run.close())
  return { run, url: `jdbc:clickhouse://${host}/default` }
}

function ask({ run, url }: Place, name: string, properties: ValueMap): Promise<TestResult> {
  const task: TaskDefinition | undefined = tasks.find(({ type }) => type === `io.kestra.plugin.jdbc.clickhouse.${name}`)
  assert.ok(task !== undefined, name)
  return runTask(task, { url, username: 'default', password: 's3cret', timeZoneId: 'UTC', ...properties }, run)
}

test('values of every type come as what they are, and parameters are values', async t => {
  const place = await open(t)

  const { outputs, message } = await ask(place, 'Query', {
    sql: `select toUInt64(18446744073709551615) as big, toInt32(-5) as n, toDecimal64(1.10, 2) as price, 4.0::Float64 as ratio, toFloat32(0.1) as small, :text as text,
      toDate('2024-01-02') as day, toDateTime('2024-01-02 03:04:05', 'Europe/Paris') as at, toDateTime64('2024-01-02 03:04:05.600', 3, 'UTC') as fine,
      [1, 2]::Array(Nullable(Int64)) as list, map('k', 1::Int64) as pairs, tuple(1, 'a')::Tuple(a UInt8, b String) as named, tuple(1, 'a') as pair,
      true as b, null as nothing, toUUID('b0e1c8de-8f6a-4c8b-9f52-1f1f1f1f1f1f') as id, inf as infinite`,
    parameters: { text: `x'); drop table t; -- \\' "` },
    fetchType: 'STORE',
  })

  assert.equal(message, undefined)
  assert.equal(
    await place.run.ctx.files.readText(String(outputs['uri'])),
    `{"big":18446744073709551615,"n":-5,"price":1.1,"ratio":4e0,"small":0.1e0,"text":"x'); drop table t; -- \\\\' \\"","day":LocalDate::"2024-01-02",` +
      '"at":2024-01-02T02:04:05Z,"fine":2024-01-02T03:04:05.6Z,"list":[1,2],"pairs":{"k":1},"named":{"a":1,"b":"a"},"pair":[1,"a"],"b":true,"nothing":null,' +
      '"id":"b0e1c8de-8f6a-4c8b-9f52-1f1f1f1f1f1f","infinite":+inf}\n',
  )
})

test('rows are inserted in bulk, in each of the three ways', async t => {
  const place = await open(t)
  const { run } = place
  const made = await ask(place, 'Queries', {
    sql: 'drop table if exists bulk; create table bulk (id Int64, name String, at Nullable(DateTime)) engine = MergeTree order by id;',
  })
  assert.equal(made.message, undefined)
  const from = await run.ctx.files.put(
    '{"id":1,"name":"it\'s \\\\ 1","at":LocalDateTime::"2024-01-02T03:04:05"}\n{"id":2,"name":"b","at":null}\n',
  )

  const results = [
    await ask(place, 'BulkInsert', { from, table: 'bulk' }),
    await ask(place, 'BulkInsert', { from, sql: 'insert into bulk (id, name, at) values (?, ?, ?)', chunk: 1 }),
    await ask(place, 'BulkInsert', {
      from,
      sql: `insert into bulk select * from input('id Int64, name String, at Nullable(DateTime)')`,
    }),
  ]
  const count = await ask(place, 'Query', {
    sql: `select count() as n, max(name) as name, count(at) as dated from bulk`,
    fetchType: 'FETCH_ONE',
  })

  for (const { message, outputs } of results) assert.deepEqual([message, outputs['rowCount']], [undefined, 2])
  assert.deepEqual(count.outputs['row'], { n: 6, name: "it's \\ 1", dated: 3 })
})

test('many rows are stored as they come', async t => {
  const place = await open(t)

  const { outputs, message } = await ask(place, 'Query', {
    sql: 'select number, toString(number) as text from numbers(200000)',
    fetchType: 'STORE',
  })

  assert.equal(message, undefined)
  assert.equal(outputs['size'], 200_000)
})

test('a trigger starts nothing without rows, and what is wrong is said', async t => {
  const place = await open(t)
  const [trigger] = triggers
  assert.ok(trigger?.kind === 'polling trigger')
  const properties = { url: place.url, username: 'default', password: 's3cret', sql: 'select 1 as n where 0' }
  const fail = async (more: ValueMap): Promise<string> => (await ask(place, 'Query', more)).message ?? ''

  assert.equal((await runPoll(trigger, properties, place.run)).outputs, undefined)
  assert.match(
    await fail({ sql: 'select * from ghost' }),
    /ghost.*\(ClickHouse error 60\); check the name of the table/s,
  )
  assert.match(
    await fail({ sql: 'select 1', password: 'wrong' }),
    /Authentication failed.*error 516\); check `username` and `password`/,
  )
  assert.match(await fail({ sql: 'select 1 format CSV' }), /leave out `FORMAT`/)
})
