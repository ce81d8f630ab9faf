import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

const BASE = '/api/v1/main/blueprints/community'

let server: TestServer
before(async () => {
  server = await openTestServer()
})
after(() => server.stop())

test('blueprints are listed, those of the welcome page first', async () => {
  const { results, total } = await server.client.blueprints.list({ params: { kind: 'flow' }, query: { size: 4 } })

  assert.deepEqual(
    results.map(({ title }) => title),
    ['Hello, parallel', 'Read → shape → report', 'Approve by a human', 'Fail & fix'],
  )
  assert.ok(total > 4)
  assert.ok(results[0]?.includedTasks.includes('io.kestra.plugin.core.flow.Parallel'))
})

test('there are more than thirty, each with a purpose, a topic and nothing wrong', async () => {
  const { results } = await server.client.blueprints.list({ params: { kind: 'flow' }, query: { size: 200 } })

  assert.ok(results.length > 30, `${results.length}`)
  assert.deepEqual(
    results.filter(({ description, tags }) => description === '' || tags.length === 0).map(({ id }) => id),
    [],
  )
})

test('blueprints are found by text and by tag', async () => {
  const list = async (query: string): Promise<readonly string[]> =>
    (await server.send('GET', `${BASE}/flow?size=100&${query}`)).json.results.map(({ id }: { id: string }) => id)

  assert.deepEqual(await list('q=human'), ['approve-by-a-human'])
  assert.equal((await list('tags=welcome')).length, 4)
  assert.deepEqual(await list('q=nothing-like-that'), [])
  const tags = await server.client.blueprints.tags({ params: { kind: 'flow' }, query: { q: 'wel' } })
  assert.deepEqual(tags, [{ id: 'welcome', name: 'welcome' }])
})

test('each blueprint is a flow that can be saved as it is, and does what it says', async () => {
  const { results } = await server.client.blueprints.list({ params: { kind: 'flow' }, query: { tags: ['welcome'] } })
  const states: Record<string, string> = {}
  for (const { id } of results) {
    await server.saveFlow(await server.client.blueprints.source({ params: { kind: 'flow', id } }))
    const execution = await server.client.executions.create({ params: { namespace: 'tutorial', id } })
    states[id] = execution.state.current
  }

  assert.deepEqual(states, {
    'hello-parallel': 'RUNNING',
    'read-shape-report': 'SUCCESS',
    'approve-by-a-human': 'PAUSED',
    'fail-and-fix': 'FAILED',
  })
})

test('a blueprint has a graph and a source, and one that is not there is refused', async () => {
  const graph = await server.client.blueprints.graph({ params: { kind: 'flow', id: 'fail-and-fix' } })
  const whole = await server.client.blueprints.get({ params: { kind: 'flow', id: 'fail-and-fix' } })
  const nobody = await server.send('GET', `${BASE}/flow/nobody`)
  const app = await server.send('GET', `${BASE}/app`)

  assert.ok(Array.isArray(graph['nodes']))
  assert.match(whole.source, /^# Fail & fix\nid: fail-and-fix/)
  assert.equal(nobody.status, 404)
  assert.deepEqual(app.json, { results: [], total: 0 })
})

test('blueprints of one’s own are kept, found, changed and taken away; what is no flow is refused', async () => {
  const source =
    'id: mine\nnamespace: tutorial\ntasks:\n  - { id: say, type: io.kestra.plugin.core.log.Log, message: hi }\n'
  const { id } = await server.client.blueprints.createCustom({
    body: { title: 'Say hi', description: 'Says it.', tags: ['greeting', ' '], source },
  })
  const refused = await server.send('POST', '/api/v1/main/blueprints/custom', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'Nothing', source: 'tasks: 5' }),
  })
  const { results } = await server.client.blueprints.listCustom({ query: { q: 'hi', tags: ['greeting'] } })
  await server.client.blueprints.updateCustom({ params: { id }, body: { title: 'Say hello', source } })
  const changed = await server.client.blueprints.getCustom({ params: { id } })
  const text = await server.client.blueprints.customSource({ params: { id } })
  await server.client.blueprints.deleteCustom({ params: { id } })
  const left = await server.client.blueprints.listCustom({})

  assert.equal(refused.status, 422)
  assert.deepEqual(
    results.map(({ title, tags, includedTasks, source: told }) => [title, tags, includedTasks, told]),
    [['Say hi', ['greeting'], ['io.kestra.plugin.core.log.Log'], undefined]],
  )
  assert.deepEqual([changed.title, changed.tags, text], ['Say hello', [], source])
  assert.deepEqual(left, { results: [], total: 0 })
})
