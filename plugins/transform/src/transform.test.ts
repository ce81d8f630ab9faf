import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TaskDefinition, TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'
import { tasks } from './index.ts'

async function openRun(t: TestContext): Promise<TestRun> {
  const run = await createTestRunContext({ variables: { inputs: { minimum: 10 } } })
  t.after(() => run.close())
  return run
}

async function transform(run: TestRun, name: string, properties: ValueMap): Promise<TestResult> {
  const task = tasks.find(({ type }) => type.endsWith(`.transform.${name}`)) as TaskDefinition
  return await runTask(task, properties, run)
}

const ORDERS = `{"id":1,"customer":{"name":"Ada"},"country":"DE","items":[{"sku":"a","price":0.10},{"sku":"b","price":0.20}],"at":2024-01-02T03:04:05Z}
{"id":2,"customer":{"name":"Bob"},"country":"FR","items":[],"at":2024-01-03T03:04:05Z}
{"id":3,"customer":null,"country":"DE","items":[{"sku":"c","price":12.5}],"at":2024-01-04T03:04:05Z}
`

test('fields are computed exactly, typed, and dropped when there is nothing', async t => {
  const run = await openRun(t)
  const from = await run.ctx.files.put(ORDERS)

  const result = await transform(run, 'Map', {
    from,
    fields: {
      id: { expr: 'id', type: 'STRING' },
      name: { expr: 'upper(customer.name)', type: 'STRING', optional: true },
      total: { expr: 'sum(items[].price)', type: 'DECIMAL' },
      kind: 'count(items[]) == 0 ? "none" : items[0].sku + "…"',
      late: 'at >= \'2024-01-03T00:00:00Z\' && !(country == "FR")',
    },
  })

  assert.equal(result.message, undefined)
  assert.equal(
    await run.ctx.files.readText(String(result.outputs['uri'])),
    `{"id":"1","name":"ADA","total":0.30,"kind":"a…","late":false}
{"id":"2","name":"BOB","total":0.,"kind":"none","late":false}
{"id":"3","total":12.5,"kind":"c…","late":true}
`.replace('0.,', '0,'),
  )
  assert.deepEqual(
    result.metrics.map(({ name, value }) => [name, value]),
    [
      ['processed', 3],
      ['failed', 0],
      ['dropped', 0],
    ],
  )
})

test('a field that cannot be computed fails the task, leaves the row out, or is null', async t => {
  const run = await openRun(t)
  const from = [{ n: '1' }, { n: 'x' }]
  const fields = { n: { expr: 'n', type: 'INT' } }

  const failed = await transform(run, 'Map', { from, fields })
  const skipped = await transform(run, 'Map', { from, fields, onError: 'SKIP' })
  const nulled = await transform(run, 'Map', { from, fields, onError: 'NULL', dropNulls: false })
  const wrong = await transform(run, 'Map', { from, fields: { n: 'n +' } })

  assert.equal(failed.message, 'row 2: the field "n": "x" is no INT; `onError` says what else may happen to such rows')
  assert.deepEqual(skipped.outputs['records'], [{ n: 1 }])
  assert.deepEqual(nulled.outputs['records'], [{ n: 1 }, { n: null }])
  assert.match(wrong.message ?? '', /the expression `n \+` ends too early/)
})

test('rows are filtered, unnested and grouped', async t => {
  const run = await openRun(t)
  const from = await run.ctx.files.put(ORDERS)

  const filtered = await transform(run, 'Filter', {
    from,
    where: 'sum(items[].price) > {{ inputs.minimum }}',
    outputType: 'RECORDS',
  })
  const lines = await transform(run, 'Unnest', { from, path: 'items[]', as: 'item', outputType: 'RECORDS' })
  const grouped = await transform(run, 'Aggregate', {
    from,
    groupBy: ['country'],
    aggregates: {
      orders: { expr: 'count()', type: 'INT' },
      named: 'count(customer.name)',
      items: 'sum(length(items))',
      average: 'avg(id)',
      last: 'max(at)',
      share: 'sum(id) * 100 / 6',
    },
    outputType: 'RECORDS',
  })

  assert.deepEqual(
    (filtered.outputs['records'] as { id: number }[]).map(({ id }) => id),
    [3],
  )
  assert.deepEqual(
    (lines.outputs['records'] as { id: number; item: { sku: string } }[]).map(({ id, item }) => [id, item.sku]),
    [
      [1, 'a'],
      [1, 'b'],
      [3, 'c'],
    ],
  )
  assert.equal(grouped.message, undefined)
  assert.deepEqual(grouped.outputs['records'], [
    {
      country: 'DE',
      orders: 2,
      named: 1,
      items: 3,
      average: 2,
      last: '2024-01-04T03:04:05Z',
      share: 66.66666666666667,
    },
    {
      country: 'FR',
      orders: 1,
      named: 1,
      items: 0,
      average: 2,
      last: '2024-01-03T03:04:05Z',
      share: 33.333333333333336,
    },
  ])
})

test('inputs are joined row by row', async t => {
  const run = await openRun(t)
  const inputs = [
    [
      { id: 1, n: 1 },
      { id: 2, n: 2 },
    ],
    [
      { m: 10, n: 5 },
      { m: 20, n: 6 },
    ],
  ]

  const zipped = await transform(run, 'Zip', { inputs, onConflict: 'RIGHT' })
  const conflict = await transform(run, 'Zip', { inputs })
  const selected = await transform(run, 'Select', {
    inputs,
    where: '$2.m > 10',
    fields: { sum: '$1.n + $2.n' },
    keepInputFields: [1],
  })
  const short = await transform(run, 'Select', { inputs: [[{ a: 1 }], []] })

  assert.deepEqual(zipped.outputs['records'], [
    { id: 1, n: 5, m: 10 },
    { id: 2, n: 6, m: 20 },
  ])
  assert.match(conflict.message ?? '', /two inputs have the field "n"/)
  assert.deepEqual(selected.outputs['records'], [{ id: 2, n: 2, sum: 8 }])
  assert.match(short.message ?? '', /input 2 has fewer rows/)
})

test('JSONata transforms rows and values; what fails is said', async t => {
  const run = await openRun(t)
  const from = await run.ctx.files.put('{"a":[1,2,3]}\n{"a":[4]}\n')

  const items = await transform(run, 'jsonata.TransformItems', { from, expression: 'a.{"n": $}' })
  const whole = await transform(run, 'jsonata.TransformItems', { from, expression: '$sum(a)', explodeArray: false })
  const value = await transform(run, 'jsonata.TransformValue', {
    from: '{"x":{"y":"z"}}',
    expression: '$uppercase(x.y)',
  })
  const broken = await transform(run, 'jsonata.TransformValue', { from: '{}', expression: 'a[' })
  const failing = await transform(run, 'jsonata.TransformValue', { from: '{"a":"x"}', expression: 'a + 1' })
  const endless = await transform(run, 'jsonata.TransformValue', {
    ...{ from: '{}', expression: '($f := function($n){ 1 + $f($n + 1) }; $f(1))' },
    maxDepth: 50,
  })

  assert.equal(await run.ctx.files.readText(String(items.outputs['uri'])), '{"n":1}\n{"n":2}\n{"n":3}\n{"n":4}\n')
  assert.equal(items.outputs['processedItemsTotal'], 2)
  assert.equal(await run.ctx.files.readText(String(whole.outputs['uri'])), '6\n4\n')
  assert.equal(value.outputs['value'], 'Z')
  assert.match(broken.message ?? '', /the JSONata expression cannot be read/)
  assert.match(failing.message ?? '', /the JSONata expression fails: .*left side/)
  assert.match(endless.message ?? '', /calls itself more than 50 deep/)
})

const LINE =
  '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a.gif HTTP/1.0" 200 2326 "http://example.com/start.html" "Mozilla/4.08 [en]"'

test('Grok takes texts apart', async t => {
  const run = await openRun(t)
  const from = await run.ctx.files.put(`${LINE}\nnot a request\n`)

  const items = await transform(run, 'grok.TransformItems', { from, pattern: '%{COMBINEDAPACHELOG}' })
  const value = await transform(run, 'grok.TransformValue', {
    from: '2026-01-02T03:04:05Z ERROR job-7 took 120 ms',
    patterns: ['nothing', '%{TIMESTAMP_ISO8601:at} %{LOGLEVEL:level} %{JOB:job} took %{NUMBER:ms:int} ms'],
    patternDefinitions: { JOB: '(?>job-(?<number>\\d++))' },
  })
  const unknown = await transform(run, 'grok.TransformValue', { from: 'x', pattern: '%{NOTHING}' })

  const [first = '', second] = (await run.ctx.files.readText(String(items.outputs['uri']))).split('\n')
  assert.deepEqual(JSON.parse(first), {
    ...{ clientip: '127.0.0.1', ident: '-', auth: 'frank', timestamp: '10/Oct/2000:13:55:36 -0700' },
    ...{ verb: 'GET', request: '/a.gif', httpversion: '1.0', response: '200', bytes: '2326' },
    ...{ referrer: '"http://example.com/start.html"', agent: '"Mozilla/4.08 [en]"' },
  })
  assert.equal(second, '{}')
  assert.equal(value.message, undefined)
  assert.deepEqual(value.outputs['value'], {
    at: '2026-01-02T03:04:05Z',
    level: 'ERROR',
    job: 'job-7',
    number: '7',
    ms: 120,
  })
  assert.match(unknown.message ?? '', /there is no Grok pattern "NOTHING"; define it in `patternDefinitions`/)
})
