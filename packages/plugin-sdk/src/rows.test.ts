import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Value } from '@batuta/core'
import { fetchRows } from './fetch-type.ts'
import { fromRows, writeRows } from './rows.ts'
import { createTestRunContext } from './testkit/test-run.ts'
import type { TestRun } from './testkit/test-run.ts'

async function openRun(t: TestContext): Promise<TestRun> {
  const run = await createTestRunContext()
  t.after(() => run.close())
  return run
}

async function all(rows: AsyncIterable<Value>): Promise<readonly Value[]> {
  const list: Value[] = []
  for await (const row of rows) list.push(row)
  return list
}

async function* counting(counted: { rows: number }): AsyncGenerator<Value> {
  for (let id = 1; id <= 3; id++) {
    counted.rows++
    yield { id }
  }
}

test('rows are written one per line and read back, from a URI, a list, a map or JSON text', async t => {
  const { ctx } = await openRun(t)

  const { uri, size } = await writeRows(ctx, [
    { id: 1, name: 'a\nb' },
    { id: 2, name: null },
  ])

  assert.equal(size, 2)
  assert.equal(await ctx.files.readText(uri), '{"id":1,"name":"a\\nb"}\n{"id":2,"name":null}\n')
  for (const from of [
    uri,
    [
      { id: 1, name: 'a\nb' },
      { id: 2, name: null },
    ],
    '[{"id":1,"name":"a\\nb"},{"id":2,"name":null}]',
  ]) {
    assert.deepEqual(await all(fromRows(ctx, from)), [
      { id: 1, name: 'a\nb' },
      { id: 2, name: null },
    ])
  }
  assert.deepEqual(await all(fromRows(ctx, { id: 1 })), [{ id: 1 }])
})

test('rows of other tools are read as Ion text', async t => {
  const { ctx } = await openRun(t)
  const uri = await ctx.files.put('{id:1,name:"x",\'two words\':true}\n\n{id:2}\r\n', { extension: '.ion' })

  assert.deepEqual(await all(fromRows(ctx, uri)), [{ id: 1, name: 'x', 'two words': true }, { id: 2 }])
})

test('what is no row is refused with its line', async t => {
  const { ctx } = await openRun(t)
  const uri = await ctx.files.put('{"id":1}\n{broken\n', { extension: '.ion' })

  await assert.rejects(all(fromRows(ctx, uri)), /line 2 of the file is not a row: \{broken/)
  await assert.rejects(all(fromRows(ctx, 'just text')), /rows must be a kestra:\/\/ URI/)
  await assert.rejects(all(fromRows(ctx, 'kestra:///nowhere.ion')), /there is no file/)
})

test('the fetch type says what happens to rows, and the source is read no further than needed', async t => {
  const { ctx } = await openRun(t)
  const counted = { rows: 0 }

  const one = await fetchRows(ctx, counting(counted), 'FETCH_ONE')
  const stored = await fetchRows(ctx, counting({ rows: 0 }), 'STORE')

  assert.deepEqual([one, counted.rows], [{ row: { id: 1 }, size: 1 }, 1])
  assert.equal(await ctx.files.readText(stored.uri ?? ''), '{"id":1}\n{"id":2}\n{"id":3}\n')
  assert.deepEqual(await fetchRows(ctx, counting({ rows: 0 }), 'FETCH'), {
    rows: [{ id: 1 }, { id: 2 }, { id: 3 }],
    size: 3,
  })
  assert.deepEqual(await fetchRows(ctx, counting({ rows: 0 }), 'NONE'), { size: 0 })
})
