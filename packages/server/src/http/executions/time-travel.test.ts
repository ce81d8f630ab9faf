import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

const NS = 'travel.test'
const BASE = '/api/v1/main/executions'

let server: TestServer
let left = ''
let right = ''
before(async () => {
  server = await openTestServer()
  await server.saveFlow(`
id: etl
namespace: ${NS}
inputs:
  - { id: host, type: STRING }
tasks:
  - { id: connect, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs.host }}" }
  - { id: each, type: io.kestra.plugin.core.flow.ForEach, values: [a, b], tasks: [{ id: load, type: io.kestra.plugin.core.debug.Return, format: "{{ taskrun.value }}" }] }
  - { id: check, type: io.kestra.plugin.core.execution.Fail, condition: "{{ inputs.host == 'down' }}" }
`)
  const start = async (host: string): Promise<string> =>
    (await server.client.executions.create({ params: { namespace: NS, id: 'etl' }, body: { host } })).id
  left = await start('up')
  right = await start('down')
})
after(() => server.stop())

test('a journal is read event by event, from anywhere on', async () => {
  const all = await server.client.executions.journal({ params: { executionId: left }, query: { count: 1_000 } })
  const part = await server.client.executions.journal({ params: { executionId: left }, query: { from: 3, count: 4 } })

  assert.equal(all.events[0]?.type, 'created')
  assert.equal(all.events.length, all.total)
  assert.equal(all.next, null)
  assert.deepEqual(part.events, all.events.slice(3, 7))
  assert.equal(part.next, 7)
  assert.ok(all.events.some(event => event.taskId === 'load' && event.value === 'b' && event.type === 'run-created'))
})

test('an execution is shown as it was after any of its events', async () => {
  const { events, total } = await server.client.executions.journal({
    params: { executionId: left },
    query: { count: 1_000 },
  })
  const params = { executionId: left }
  const born = await server.client.executions.stateAt({ params, query: { at: 0 } })
  const settled = events.findIndex(event => event.taskId === 'connect' && event.type === 'attempt-settled')
  const during = await server.client.executions.stateAt({ params, query: { at: settled } })
  const end = await server.client.executions.stateAt({ params, query: { at: total - 1 } })

  assert.equal(born.state.current, 'CREATED')
  assert.equal(born.taskRunList?.length, 0)
  assert.deepEqual(
    during.taskRunList?.map(run => [run.taskId, run.state.current]),
    [['connect', 'SUCCESS']],
  )
  assert.equal(during.state.current, 'RUNNING')
  assert.equal(end.state.current, 'SUCCESS')
})

test('two executions are compared, the first difference first', async () => {
  const { first, differences, tasks } = await server.client.executions.compare({ query: { left, right } })

  assert.deepEqual(first, { path: 'inputs.host', left: 'up', right: 'down' })
  assert.deepEqual(
    differences.map(({ path }) => path),
    ['inputs.host', 'tasks.connect.outputs.value', 'tasks.check.state'],
  )
  assert.deepEqual(
    tasks.map(({ taskId, value, differs }) => [taskId, value, differs.filter(what => what !== 'duration').join()]),
    [
      ['connect', undefined, 'outputs'],
      ['each', undefined, ''],
      ['load', 'a', ''],
      ['load', 'b', ''],
      ['check', undefined, 'state'],
    ],
  )
})

test('what is not there is refused', async () => {
  const nobody = '0abcdefg00aaaaaaaaaaaa'
  const journal = await server.send('GET', `${BASE}/${nobody}/journal`)
  const moment = await server.send('GET', `${BASE}/${left}/state?at=99999`)
  const without = await server.send('GET', `${BASE}/${left}/state`)
  const compare = await server.send('GET', `${BASE}/compare?left=${left}&right=${nobody}`)

  assert.deepEqual([journal.status, moment.status, without.status, compare.status], [404, 422, 400, 404])
})
