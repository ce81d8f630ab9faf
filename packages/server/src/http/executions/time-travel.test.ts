import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

const NS = 'travel.test'
const BASE = '/api/v1/main/executions'
const JSON_TYPE = { 'content-type': 'application/json' }

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

test('an execution goes on from any of its events as it did', async () => {
  const params = { executionId: left }
  const { total } = await server.client.executions.journal({ params, query: { count: 1 } })
  const told = new Set<string>()
  for (let at = 0; at < total - 1; at += 1) {
    const forked = await server.client.executions.fork({ params, query: { at }, body: {} })
    const values = (forked.taskRunList ?? [])
      .map(run => `${run.taskId} ${run.value ?? ''} ${String(run.outputs?.['value'] ?? '')} ${run.state.current}`)
      .toSorted()
    told.add(`${forked.state.current}: ${values.join(', ')}`)
  }

  assert.deepEqual(
    [...told],
    ['SUCCESS: check   SUCCESS, connect  up SUCCESS, each   SUCCESS, load a a SUCCESS, load b b SUCCESS'],
  )
})

test('a fork has other inputs from there on, or other outputs of what was done, and says where it is from', async () => {
  const params = { executionId: left }
  const { events, total } = await server.client.executions.journal({ params, query: { count: 1_000 } })
  const settled = events.find(event => event.taskId === 'connect' && event.type === 'attempt-settled')
  const [at, run] = [(settled?.seq ?? 0) + 1, settled?.taskRunId ?? '']

  const other = await server.client.executions.fork({ params, query: { at }, body: { inputs: { host: 'down' } } })
  const changed = await server.client.executions.fork({
    params,
    query: { at },
    body: { outputs: { [run]: { value: 'elsewhere' } } },
  })
  const late = await server.send('POST', `${BASE}/${left}/fork?at=${total - 1}`, { body: '{}', headers: JSON_TYPE })
  const early = await server.send('POST', `${BASE}/${left}/fork?at=0`, {
    body: JSON.stringify({ outputs: { [run]: { value: 1 } } }),
    headers: JSON_TYPE,
  })
  const wrong = await server.send('POST', `${BASE}/${left}/fork?at=0`, {
    body: '{"outputs":{"x":{}}}',
    headers: JSON_TYPE,
  })

  const outputOf = (execution: typeof other): unknown =>
    execution.taskRunList?.find(({ taskId }) => taskId === 'connect')?.outputs?.['value']
  assert.deepEqual([outputOf(other), other.state.current], ['up', 'FAILED'])
  assert.deepEqual([outputOf(changed), changed.state.current], ['elsewhere', 'SUCCESS'])
  assert.equal(other.originalId, left)
  assert.ok(other.labels?.some(({ key, value }) => key === 'system.fork' && value === `${left}@${at}`))
  assert.deepEqual([late.status, early.status, wrong.status], [422, 404, 404])
})

test('expressions are watched over the events, page by page', async () => {
  const params = { executionId: left }
  const expressions = ['{{ outputs.connect.value ?? "none yet" }}', '{{ nothing.there }}', '{{ execution.state }}']
  const whole = await server.client.executions.watch({ params, query: { count: 1_000 }, body: { expressions } })
  const { events } = await server.client.executions.journal({ params, query: { count: 1_000 } })
  const settled = events.find(event => event.taskId === 'connect' && event.type === 'attempt-settled')
  const [outputs, missing] = whole.expressions
  const page = await server.client.executions.watch({
    params,
    query: { from: 3, count: 4 },
    body: { expressions: expressions.slice(0, 1) },
  })

  assert.deepEqual(outputs?.changes, [
    { seq: 0, value: 'none yet' },
    { seq: settled?.seq, value: 'up' },
  ])
  assert.match(missing?.changes[0]?.error ?? '', /nothing/)
  assert.equal(whole.next, null)
  assert.deepEqual([page.expressions[0]?.changes[0], page.next], [{ seq: 2, value: 'none yet' }, 7])
})
