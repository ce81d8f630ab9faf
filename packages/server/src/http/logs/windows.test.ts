import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { LogRow } from '../../storage/batch.ts'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

const NS = 'loglines.test'
const BASE = '/api/v1/main/logs'
const CHUNKS = 60
const PER_CHUNK = 50

let server: TestServer
let id = ''
before(async () => {
  server = await openTestServer()
  await server.saveFlow(`
id: chatty
namespace: ${NS}
tasks:
  - { id: say, type: io.kestra.plugin.core.log.Log, message: first of all }
`)
  id = (await server.client.executions.create({ params: { namespace: NS, id: 'chatty' } })).id
  await server.store.perform('appendLogs', { rows: Array.from({ length: CHUNKS }, (_, chunk) => chunkRow(chunk)) })
})
after(() => server.stop())

/** Every hundredth line is an error; the second half is another attempt. */
function chunkRow(chunk: number, executionId = id): LogRow {
  const lines = Array.from({ length: PER_CHUNK }, (_, at) => {
    const number = chunk * PER_CHUNK + at
    return {
      atMs: 1_900_000_000_000 + number * 100,
      level: number % 100 === 42 ? 'ERROR' : 'INFO',
      message: number % 100 === 42 ? `connection REFUSED "${number}"` : `line ${number}`,
      run: 7,
      taskId: 'load',
      attempt: chunk < CHUNKS / 2 ? 0 : 1,
    }
  })
  return {
    executionId,
    tenant: 'main',
    namespace: NS,
    flowId: 'chatty',
    atMs: lines[0]?.atMs ?? 0,
    levelMax: 4,
    lines: JSON.stringify(lines),
  }
}
const params = (): { params: { executionId: string } } => ({ params: { executionId: id } })

test('the index tells what is in a log', async () => {
  const index = await server.client.logs.index(params())

  assert.equal(index.lines, CHUNKS * PER_CHUNK + 1)
  assert.deepEqual(index.levels, { INFO: 2_971, ERROR: 30 })
  assert.deepEqual(
    index.tasks.map(({ taskId, attempt, lines, firstLine }) => [taskId, attempt, lines, firstLine]),
    [
      ['say', 0, 1, 0],
      ['load', 0, 1_500, 1],
      ['load', 1, 1_500, 1_501],
    ],
  )
  assert.equal(index.density.length > 100 && index.density.length <= 400, true)
})

test('a window begins at any line, and at the end', async () => {
  const middle = await server.client.logs.window({ ...params(), query: { from: 1_234, count: 3 } })
  const end = await server.client.logs.window({ ...params(), query: { from: -2, count: 10 } })

  assert.deepEqual(
    middle.lines.map(({ line, message }) => [line, message]),
    [
      [1_234, 'line 1233'],
      [1_235, 'line 1234'],
      [1_236, 'line 1235'],
    ],
  )
  assert.equal(middle.next, 1_237)
  assert.equal(middle.total, 3_001)
  assert.deepEqual(end.lines.map(({ line }) => line).at(-1), 3_000)
  assert.equal(end.next, null)
})

test('a window over what a filter keeps is reached by place', async () => {
  const errors = await server.client.logs.window({ ...params(), query: { level: 'ERROR', position: 20, count: 5 } })
  const attempt = await server.client.logs.window({ ...params(), query: { task: 'load', attempt: 1, count: 1 } })
  const text = await server.client.logs.window({ ...params(), query: { q: 'refused "14', count: 50 } })

  assert.equal(errors.total, 30)
  assert.equal(errors.position, 20)
  assert.deepEqual(
    errors.lines.map(({ line }) => line),
    [2_043, 2_143, 2_243, 2_343, 2_443],
  )
  assert.equal(attempt.total, 1_500)
  assert.equal(attempt.lines[0]?.line, 1_501)
  assert.deepEqual(
    text.lines.map(({ line }) => line),
    [143, 1_443],
  )
})

test('a text is found from a line on, whatever its case', async () => {
  const one = await server.client.logs.find({ ...params(), query: { q: 'Refused "', from: 500 } })
  const all = await server.client.logs.find({ ...params(), query: { q: 'refused', size: 1_000 } })
  const two = await server.client.logs.find({ ...params(), query: { q: 'refused', size: 2, from: 44 } })
  const none = await server.client.logs.find({ ...params(), query: { q: 'taskId' } })

  assert.equal(one.hits[0]?.line, 543)
  assert.equal(one.next, 551)
  assert.equal(all.hits.length, 30)
  assert.equal(all.next, null)
  assert.deepEqual(
    two.hits.map(({ line }) => line),
    [143, 243],
  )
  assert.deepEqual(none, { hits: [], next: null })
})

test('a text is found in any part of a log that is looked through in several', async () => {
  const { id: long } = await server.client.executions.create({ params: { namespace: NS, id: 'chatty' } })
  const rows = Array.from({ length: 1_100 }, (_, at) => chunkRow(at, long))
  await server.store.perform('appendLogs', { rows })
  const find = (q: string, more: { from?: number; size?: number } = {}): ReturnType<typeof server.client.logs.find> =>
    server.client.logs.find({ params: { executionId: long }, query: { q, ...more } })

  const last = await find('LINE 54999', { size: 9 })
  const middle = await find('line 2600', { from: 25_900, size: 9 })
  const one = await find('refused', { from: 54_900 })
  const none = await find('line 55000')

  assert.deepEqual([last.hits.map(({ line }) => line), last.next], [[55_000], null])
  assert.deepEqual(
    middle.hits.map(({ line }) => line),
    Array.from({ length: 9 }, (_, at) => 26_001 + at),
  )
  assert.deepEqual([one.hits.map(({ line }) => line), one.next], [[54_943], 54_951])
  assert.deepEqual(none, { hits: [], next: null })
})

test('lines that come, and lines that go, are seen', async () => {
  const [row] = await server.store.read.logsOf({ executionId: id, limit: 1, isDescending: true })
  assert.ok(row)
  await server.store.perform('appendLogs', { rows: [row] })
  const more = await server.client.logs.index(params())

  await server.store.perform('purgeLogs', {
    executionId: id,
    fromMs: 0,
    toMs: 1_900_000_000_000 + 999 * 100,
    levels: null,
  })
  const fewer = await server.client.logs.window({ ...params(), query: { from: 0, count: 1 } })

  assert.equal(more.lines, 3_051)
  assert.equal(fewer.total <= 2_051, true)
})

test('the logs of all executions are read page by page', async () => {
  for (let n = 0; n < 3; n++) await server.client.executions.create({ params: { namespace: NS, id: 'chatty' } })
  const seen: string[] = []
  let cursor: string | null | undefined = ''
  let pages = 0
  while (cursor !== null && cursor !== undefined && pages < 10) {
    const page: Awaited<ReturnType<TestServer['client']['logs']['search']>> = await server.client.logs.search({
      query: { cursor, size: 2, q: 'first of all', namespace: NS },
    })
    seen.push(...page.results.map(entry => entry.executionId))
    cursor = page.next
    pages += 1
  }

  assert.equal(seen.length, new Set(seen).size)
  assert.equal(seen.length >= 3, true)
  assert.equal(pages >= 2, true)
})

test('windows refuse a log that is not there and a cursor of somebody else', async () => {
  const nobody = await server.send('GET', `${BASE}/0abcdefg00aaaaaaaaaaaa/window`)
  const cursor = await server.send('GET', `${BASE}/search?cursor=2`)
  const find = await server.send('GET', `${BASE}/${id}/find`)

  assert.deepEqual([nobody.status, cursor.status, find.status], [404, 422, 400])
})

test('the beginning of a long log is told before its end is counted', async () => {
  const { id: long } = await server.client.executions.create({ params: { namespace: NS, id: 'chatty' } })
  const rows = Array.from({ length: 600 }, (_, chunk) => chunkRow(chunk, long))
  await server.store.perform('appendLogs', { rows })
  const ofLong = { params: { executionId: long } }

  const early = await server.client.logs.window({ ...ofLong, query: { from: 0, count: 2 } })
  const late = await server.client.logs.window({ ...ofLong, query: { from: -1, count: 1 } })
  const index = await server.client.logs.index(ofLong)

  assert.equal(early.isCounting, true)
  assert.deepEqual(
    early.lines.map(({ line }) => line),
    [0, 1],
  )
  assert.ok(early.total >= 2 && early.total < late.total)
  assert.equal(late.isCounting, undefined)
  assert.equal(late.total, 600 * PER_CHUNK + 1)
  assert.deepEqual([index.lines, index.isCounting], [late.total, undefined])
})
