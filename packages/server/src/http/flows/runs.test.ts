import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

const NS = 'grid.test'

let server: TestServer
const ids: string[] = []
before(async () => {
  server = await openTestServer()
  await server.saveFlow(`
id: etl
namespace: ${NS}
inputs:
  - { id: bad, type: BOOL, defaults: false }
tasks:
  - { id: fetch, type: io.kestra.plugin.core.debug.Return, format: x }
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: [a, b, c]
    tasks:
      - { id: load, type: io.kestra.plugin.core.execution.Fail, condition: "{{ inputs.bad and taskrun.value == 'c' }}" }
`)
  for (const bad of [false, true, false])
    ids.push((await server.client.executions.create({ params: { namespace: NS, id: 'etl' }, body: { bad } })).id)
})
after(() => server.stop())

test('bars tell the last executions of many flows in one call', async () => {
  const [etl, nobody] = await server.client.flows.runBars({ query: { flows: [`${NS}.etl`, `${NS}.nobody`], runs: 2 } })

  assert.deepEqual(
    etl?.runs.map(run => [run.id, run.state]),
    [
      [ids[2], 'SUCCESS'],
      [ids[1], 'FAILED'],
    ],
  )
  assert.equal(etl?.successRate, 0.5)
  assert.equal(typeof etl?.p50Ms, 'number')
  assert.equal(etl?.revision, 1)
  assert.deepEqual(nobody, { namespace: NS, flowId: 'nobody', runs: [] })
})

test('where only the speed is asked for, nothing else is told', async () => {
  const flows = [`${NS}.etl`, `${NS}.nobody`]
  const [etl, nobody] = await server.client.flows.runBars({ query: { flows, runs: 2, only: 'speed' } })
  const odd = await server.send('GET', `/api/v1/main/flows/run-bars?flows=${NS}.etl&only=runs`)

  const [whole] = await server.client.flows.runBars({ query: { flows, runs: 2 } })
  const { namespace, flowId, p50Ms, p95Ms, successRate } = whole ?? {}
  assert.deepEqual(etl, { namespace, flowId, runs: [], p50Ms, p95Ms, successRate })
  assert.deepEqual(nobody, { namespace: NS, flowId: 'nobody', runs: [] })
  assert.equal(odd.status, 422)
})

test('bars of more executions than are read at once are told flow by flow', async () => {
  const flows = [`${NS}.etl`, ...Array.from({ length: 7 }, (_, at) => `${NS}.none${at}`), `${NS}.etl`]
  const told = await server.client.flows.runBars({ query: { flows, runs: 100 } })

  assert.deepEqual(
    told.map(({ flowId }) => `${NS}.${flowId}`),
    flows,
  )
  assert.equal(told[0]?.runs.length, 3)
  assert.deepEqual(told[8], told[0])
  assert.deepEqual(told[7]?.runs, [])
})

test('bars tell when a flow comes next, as long as what starts it is switched on', async () => {
  const schedule = (id: string, more = ''): Promise<unknown> =>
    server.saveFlow(`
id: ${id}
namespace: ${NS}
tasks:
  - { id: fetch, type: io.kestra.plugin.core.debug.Return, format: x }
triggers:
  - { id: nightly, type: io.kestra.plugin.core.trigger.Schedule, cron: '0 2 1 1 *'${more} }
`)
  await schedule('yearly')
  await schedule('asleep', ', disabled: true')

  const [yearly, asleep] = await server.client.flows.runBars({ query: { flows: [`${NS}.yearly`, `${NS}.asleep`] } })

  assert.match(yearly?.nextDate ?? '', /-01-01T02:00:00/)
  assert.equal(asleep?.nextDate, undefined)
})

test('a grid has a column for each execution and a cell for each task, loops folded', async () => {
  const grid = await server.client.flows.grid({ params: { namespace: NS, id: 'etl' } })

  assert.deepEqual(
    grid.tasks.map(({ id, parent, depth, isGroup }) => [id, parent, depth, isGroup]),
    [
      ['fetch', undefined, 0, false],
      ['each', undefined, 0, true],
      ['load', 'each', 1, false],
    ],
  )
  const [, failed, first] = grid.runs
  assert.deepEqual([failed?.cells['load']?.state, failed?.cells['load']?.count], ['FAILED', 3])
  assert.match(failed?.cells['load']?.taskRunId ?? '', new RegExp(`^${ids[1]}-\\d+$`))
  assert.equal(first?.cells['load']?.state, 'SUCCESS')
})

test('a grid goes on before an execution', async () => {
  const grid = await server.client.flows.grid({
    params: { namespace: NS, id: 'etl' },
    query: { before: ids[1] ?? '', runs: 5 },
  })

  assert.deepEqual(
    grid.runs.map(run => run.id),
    [ids[0]],
  )
})

test('bars and grids refuse what names no flow', async () => {
  const base = '/api/v1/main/flows'
  const name = await server.send('GET', `${base}/run-bars?flows=etl`)
  const none = await server.send('GET', `${base}/run-bars`)
  const flow = await server.send('GET', `${base}/${NS}/nobody/grid`)
  const before = await server.send('GET', `${base}/${NS}/etl/grid?before=yesterday`)

  assert.deepEqual([name.status, none.status, flow.status, before.status], [422, 400, 404, 422])
})
