import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBreakers } from '../../flows/breakers.ts'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await openTestServer()
})
after(() => server.stop())

const NS = 'limits.test'
const API = '/api/v1/main'

test('a limit tells who runs and who waits, with the place in the queue', async () => {
  await server.saveFlow(`
id: one
namespace: ${NS}
concurrency: { limit: 1 }
tasks: [{ id: script, type: io.kestra.plugin.scripts.shell.Script, script: echo }]`)
  const start = async (): Promise<string> =>
    (await server.send('POST', `${API}/executions/${NS}/one`)).json.id as string
  const ids = [await start(), await start(), await start()]

  const { json: found } = await server.send('GET', `${API}/concurrency-limit/search`)
  const { json } = await server.send('GET', `${API}/concurrency-limit/${NS}/one`)

  assert.deepEqual(found, {
    results: [{ tenantId: 'main', namespace: NS, flowId: 'one', running: 1, queued: 2, limit: 1 }],
    total: 1,
  })
  assert.deepEqual(json.members, [
    { executionId: ids[0], state: 'RUNNING' },
    { executionId: ids[1], state: 'QUEUED', position: 1 },
    { executionId: ids[2], state: 'QUEUED', position: 2 },
  ])
})

test('whoever wants to mend the counter of a limit is told the true one', async () => {
  const put = (flowId: string, body: object): ReturnType<TestServer['send']> =>
    server.send('PUT', `${API}/concurrency-limit/${NS}/${flowId}`, {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    })
  const named = { tenantId: 'main', namespace: NS, flowId: 'one' }

  const mended = await put('one', { ...named, running: 0 })
  const other = await put('one', { ...named, flowId: 'two', running: 0 })
  const unknown = await put('nobody', { running: 0 })
  const wrong = await put('one', { running: 'none' })

  assert.deepEqual(mended.json, { ...named, running: 1, queued: 2, limit: 1 })
  assert.deepEqual([other.status, unknown.status, wrong.status], [422, 404, 422])
})

test('a namespace and a pool limit several flows together, fairly, and tell each place', async () => {
  const { json: said } = await server.send('POST', `${API}/namespaces`, {
    body: JSON.stringify({ id: 'pool.test', concurrencyPools: { door: { limit: 2 } } }),
    headers: { 'content-type': 'application/json' },
  })
  assert.deepEqual(said.concurrencyPools, { door: { limit: 2 } })
  for (const id of ['left', 'right'])
    await server.saveFlow(`
id: ${id}
namespace: pool.test.below
concurrency: { pool: door }
tasks: [{ id: stay, type: io.kestra.plugin.core.flow.Pause }]`)
  const start = async (id: string): Promise<string> =>
    (await server.send('POST', `${API}/executions/pool.test.below/${id}`)).json.id as string

  const lefts = [await start('left'), await start('left'), await start('left')]
  const right = await start('right')
  const { json: shared } = await server.send('GET', `${API}/concurrency-limit/pools`)
  const { json: place } = await server.send('GET', `${API}/executions/${lefts[2]}/limits`)

  assert.deepEqual(shared.results, [{ namespace: 'pool.test', pool: 'door', limit: 2, running: 2, queued: 2 }])
  assert.deepEqual(place.limits, [
    {
      type: 'pool',
      namespace: 'pool.test',
      pool: 'door',
      limit: 2,
      running: 2,
      queued: 2,
      state: 'QUEUED',
      position: 1,
    },
  ])
  await server.send('DELETE', `${API}/executions/${lefts[0]}/kill`)
  await server.engine.drain()
  const stateOf = async (id: string | undefined): Promise<string> =>
    (await server.send('GET', `${API}/executions/${id}`)).json.state.current as string
  // The flow that holds fewer places goes first, although it came later.
  assert.equal(await stateOf(right), 'PAUSED')
  assert.equal(await stateOf(lefts[2]), 'QUEUED')
})

test('a namespace that is full refuses as it says, and a wrong limit is refused itself', async () => {
  const headers = { 'content-type': 'application/json' }
  const save = (concurrency: unknown): ReturnType<TestServer['send']> =>
    server.send('POST', `${API}/namespaces`, { body: JSON.stringify({ id: 'full.test', concurrency }), headers })
  assert.equal((await save({ limit: 1, behavior: 'FAIL' })).status, 200)
  await server.saveFlow(`
id: any
namespace: full.test
tasks: [{ id: script, type: io.kestra.plugin.scripts.shell.Script, script: echo }]`)

  const first = await server.send('POST', `${API}/executions/full.test/any`)
  const second = await server.send('POST', `${API}/executions/full.test/any`)

  assert.equal(first.json.state.current, 'RUNNING')
  assert.equal(second.json.state.current, 'FAILED')
  const logs = await server.send('GET', `${API}/logs/${second.json.id}`)
  assert.match(logs.text, /limit of the namespace .*full\.test.* allows \(1\)/)
  const wrong = await save({ limit: 'many' })
  assert.ok(wrong.status >= 400 && wrong.status < 500, String(wrong.status))
  assert.match(wrong.text, /full\.test\.concurrency\.limit/)
})

test('a flow that fails too often is held with its reason, and goes on when it is released', async () => {
  await server.saveFlow(`
id: shaky
namespace: ${NS}
circuitBreaker: { failures: 2, window: PT10M }
tasks: [{ id: broken, type: io.kestra.plugin.core.execution.Fail }]`)
  const start = async (): Promise<number> => (await server.send('POST', `${API}/executions/${NS}/shaky`)).status

  assert.deepEqual([await start(), await start(), await start()], [200, 200, 409])
  const { json } = await server.send('GET', `${API}/circuit-breakers/${NS}/shaky`)
  assert.match(json.held[0].reason, /failed 2 times within PT10M/)
  assert.equal((await server.send('POST', `${API}/circuit-breakers/${NS}/shaky/release`)).status, 204)

  assert.deepEqual((await server.send('GET', `${API}/circuit-breakers/${NS}/shaky`)).json, { held: [] })
  assert.equal(await start(), 200)
})

test('a subflow that is held fails the task that calls it, saying why', async () => {
  await server.saveFlow(`
id: shaky-child
namespace: ${NS}
circuitBreaker: { failures: 1, window: PT10M }
tasks: [{ id: broken, type: io.kestra.plugin.core.execution.Fail }]`)
  await server.saveFlow(`
id: caller
namespace: ${NS}
tasks: [{ id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: ${NS}, flowId: shaky-child }]`)
  const call = async (): Promise<string> =>
    (await server.send('POST', `${API}/executions/${NS}/caller?wait=true`)).json.state.current
  const born = async (): Promise<number> =>
    (await server.client.executions.search({ query: { flowId: 'shaky-child' } })).total

  const states = [await call(), await call()]

  assert.deepEqual([states, await born()], [['FAILED', 'FAILED'], 1])
  const { text } = await server.send('GET', `${API}/logs/search?minLevel=ERROR`)
  assert.match(text, /is not begun: it failed 1 times within PT10M/)
})

test('a trigger is held for its own failures alone', async () => {
  const { store } = server
  const key = { tenant: 'main', namespace: NS, flowId: 'two' }
  await server.saveFlow(`
id: two
namespace: ${NS}
triggers:
  - { id: a, type: io.kestra.plugin.core.trigger.Webhook, key: k1, circuitBreaker: { failures: 1, window: PT1H } }
  - { id: b, type: io.kestra.plugin.core.trigger.Webhook, key: k2 }
tasks: [{ id: broken, type: io.kestra.plugin.core.execution.Fail }]`)
  await server.send('POST', `${API}/executions/webhook/${NS}/two/k1`)
  const again = await server.send('POST', `${API}/executions/webhook/${NS}/two/k1`)
  const other = await server.send('POST', `${API}/executions/webhook/${NS}/two/k2`)

  assert.deepEqual([again.status, other.status], [409, 200])
  const breakers = openBreakers({ store, nowMs: () => Date.now() + 1 })
  await breakers.release(key, 'a')
  assert.equal((await server.send('POST', `${API}/executions/webhook/${NS}/two/k1`)).status, 200)
})
