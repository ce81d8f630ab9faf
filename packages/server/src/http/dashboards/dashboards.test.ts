import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

const NS = 'board.test'
const BASE = '/api/v1/main/dashboards'

const BOARD = `
id: mine
title: Mine
charts:
  - id: flows
    type: io.kestra.plugin.core.dashboard.chart.Bar
    data:
      type: io.kestra.plugin.core.dashboard.data.Executions
      columns: { flow: { field: FLOW_ID }, total: { agg: COUNT } }
      orderBy: [{ column: total, order: DESC }]
  - id: failed
    type: io.kestra.plugin.core.dashboard.chart.Table
    data:
      type: io.kestra.plugin.core.dashboard.data.Executions
      columns: { id: { field: ID }, state: { field: STATE } }
      where: [{ field: STATE, type: IN, values: [FAILED] }]
`

let server: TestServer
before(async () => {
  server = await openTestServer()
  const flow = (id: string, task: string): string =>
    `id: ${id}\nnamespace: ${NS}\ntasks:\n  - { id: a, type: ${task} }\n`
  await server.saveFlow(flow('good', 'io.kestra.plugin.core.debug.Return'))
  await server.saveFlow(flow('bad', 'io.kestra.plugin.core.execution.Fail'))
  for (const id of ['good', 'good', 'good', 'bad'])
    await server.client.executions.create({ params: { namespace: NS, id } })
})
after(() => server.stop())

test('a board is there from the beginning, and all its charts come in one call', async () => {
  const board = await server.client.dashboards.get({ params: { id: 'default' } })
  const charts = await server.client.dashboards.charts({ params: { id: 'default' }, body: {} })

  assert.equal(board.charts.length, Object.keys(charts).length)
  assert.deepEqual(charts['success_ratio']?.results, [{ value: 75 }])
  const states = (charts['states']?.results ?? []).map(row => `${String(row['state'])} ${String(row['total'])}`)
  assert.deepEqual(states.sort(), ['FAILED 1', 'SUCCESS 3'])
  const series = charts['executions']?.results ?? []
  assert.equal(
    series.reduce((sum, row) => sum + Number(row['total']), 0),
    4,
  )
  assert.equal(charts['namespaces']?.results?.[0]?.['namespace'], NS)
})

test('boards are saved, listed, changed and deleted', async () => {
  const saved = await server.client.dashboards.create({ body: BOARD })
  const again = await server.send('POST', BASE, { body: BOARD })
  const listed = await server.client.dashboards.search()
  const flows = await server.client.dashboards.chart({ params: { id: 'mine', chartId: 'flows' }, body: {} })
  const failed = await server.client.dashboards.chart({ params: { id: 'mine', chartId: 'failed' }, body: {} })
  const changed = await server.client.dashboards.update({
    params: { id: 'mine' },
    body: BOARD.replace('title: Mine', 'title: Ours'),
  })
  await server.client.dashboards.delete({ params: { id: 'mine' } })
  const gone = await server.send('GET', `${BASE}/mine`)

  assert.equal(saved.sourceCode, BOARD)
  assert.equal(again.status, 409)
  assert.deepEqual(
    listed.results.map(({ id }) => id),
    ['default', 'mine'],
  )
  assert.deepEqual(flows.results, [
    { flow: 'good', total: 3 },
    { flow: 'bad', total: 1 },
  ])
  assert.deepEqual(
    failed.results.map(row => row['state']),
    ['FAILED'],
  )
  assert.equal(changed.title, 'Ours')
  assert.equal(gone.status, 404)
})

test('what a board cannot show is said', async () => {
  const wrong = BOARD.replace('FLOW_ID', 'MOOD').replace('chart.Table', 'chart.Cake')
  const judged = await server.client.dashboards.validate({ body: wrong })
  const saved = await server.send('POST', BASE, { body: wrong })
  const good = await server.client.dashboards.validate({ body: BOARD })
  const preview = await server.client.dashboards.preview({
    body: {
      chart: BOARD.slice(BOARD.indexOf('  - id: flows') + 4, BOARD.indexOf('  - id: failed')).replaceAll(
        '\n    ',
        '\n',
      ),
    },
  })

  assert.match(judged.constraints ?? '', /charts\[0\].*"MOOD"[^]*charts\[1\].*"Cake|Cake/)
  assert.equal(saved.status, 422)
  assert.equal(good.constraints, undefined)
  assert.equal(preview.total, 2)
})

const chartOf = (kind: string, source: string, rest: string): string =>
  `id: one\ntype: io.kestra.plugin.core.dashboard.chart.${kind}\ndata:\n  type: io.kestra.plugin.core.dashboard.data.${source}\n${rest}`

async function rowsOf(kind: string, source: string, rest: string): Promise<readonly unknown[]> {
  return (await server.client.dashboards.preview({ body: { chart: chartOf(kind, source, rest) } })).results
}

const SAID =
  '  columns: { task: { field: TASK_ID }, text: { field: MESSAGE } }\n  where: [{ field: MESSAGE, type: CONTAINS, value: world }]'

test('logs, flows and triggers are charted as executions are', async () => {
  await server.saveFlow(`
id: loud
namespace: ${NS}
tasks:
  - { id: say, type: io.kestra.plugin.core.log.Log, message: 'hello, "world"', level: WARN }
triggers:
  - { id: daily, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 6 * * *" }
`)
  await server.client.executions.create({ params: { namespace: NS, id: 'loud' } })

  const levels = await rowsOf(
    'Bar',
    'Logs',
    '  columns: { level: { field: LEVEL }, total: { agg: COUNT } }\n  where: [{ field: LEVEL, type: EQUAL_TO, value: WARN }]',
  )
  const warned = await rowsOf(
    'TimeSeries',
    'Logs',
    '  columns: { at: { field: DATE }, task: { field: TASK_ID }, total: { agg: COUNT } }\n  where: [{ field: FLOW_ID, type: EQUAL_TO, value: loud }]',
  )
  const said = await rowsOf('Table', 'Logs', SAID)
  const flows = await rowsOf(
    'Table',
    'Flows',
    '  columns: { id: { field: ID }, revision: { field: REVISION } }\n  orderBy: [{ column: id, order: DESC }]',
  )
  const triggers = await rowsOf(
    'Table',
    'Triggers',
    '  columns: { id: { field: TRIGGER_ID }, flow: { field: FLOW_ID } }',
  )

  assert.deepEqual(levels, [{ level: 'WARN', total: 1 }])
  assert.deepEqual(
    warned.map(row => (typeof row === 'object' && row !== null ? { ...row, at: undefined } : row)),
    [{ at: undefined, task: 'say', total: 1 }],
  )
  assert.deepEqual(said, [{ task: 'say', text: 'hello, "world"' }])
  assert.deepEqual(flows.slice(0, 1), [{ id: 'loud', revision: 1 }])
  assert.deepEqual(triggers, [{ id: 'daily', flow: 'loud' }])
})

test('the table of a chart is the same as CSV', async () => {
  const text = await server.client.dashboards.previewCsv({ body: { chart: chartOf('Table', 'Logs', SAID) } })
  await server.client.dashboards.create({ body: BOARD })
  const saved = await server.client.dashboards.chartCsv({ params: { id: 'mine', chartId: 'flows' }, body: {} })

  assert.equal(text, 'task,text\r\nsay,"hello, ""world"""\r\n')
  assert.match(saved, /^flow,total\r\ngood,3\r\n/)
})

test('in a board that is being written a wrong chart does not hide the others', async () => {
  const source = BOARD.replace('FLOW_ID', 'MOOD')
  const all = await server.client.dashboards.previewAll({ body: { source } })
  const some = await server.client.dashboards.previewAll({ body: { source: BOARD, charts: ['flows'] } })

  assert.match(all.charts['flows']?.error ?? '', /"MOOD"/)
  assert.equal(all.charts['failed']?.results?.length, 1)
  assert.equal(all.problems.length, 1)
  assert.deepEqual(Object.keys(some.charts), ['flows'])
})

test('a figure is a number or a part of all', async () => {
  const part = await rowsOf(
    'KPI',
    'ExecutionsKPI',
    '  columns: { field: ID, agg: COUNT }\n  numerator: [{ field: FLOW_ID, type: EQUAL_TO, value: bad }]',
  )
  const most = await rowsOf('KPI', 'FlowsKPI', '  columns: { field: REVISION, agg: MAX }')

  assert.deepEqual(part, [{ value: 20 }])
  assert.deepEqual(most, [{ value: 1 }])
})
