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
  assert.deepEqual(good, {})
  assert.equal(preview.total, 2)
})
