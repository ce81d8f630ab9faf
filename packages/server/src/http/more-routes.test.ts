// Routes that editors and forms ask beside the main ones: expressions rendered, values to choose from, a replay that is only tried, logs that go.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await openTestServer()
})
after(() => server.stop())

const API = '/api/v1/main'
const JSON_BODY = { 'content-type': 'application/json' }

async function run(id: string, tasks: string): Promise<string> {
  await server.saveFlow(`id: ${id}\nnamespace: more.test\nvariables: { word: hello }\ntasks: ${tasks}`)
  return (await server.send('POST', `${API}/executions/more.test/${id}`)).json.id as string
}

const LOG =
  '[{ id: one, type: io.kestra.plugin.core.log.Log, message: first }, { id: two, type: io.kestra.plugin.core.log.Log, level: WARN, message: second }]'

test('lines of a log are deleted by level, task and attempt', async () => {
  const id = await run('logs', LOG)
  const lines = async (): Promise<readonly string[]> =>
    (await server.send('GET', `${API}/logs/${id}`)).json.map(({ taskId }: { taskId: string }) => taskId)
  assert.deepEqual(await lines(), ['one', 'two'])

  assert.deepEqual((await server.send('DELETE', `${API}/logs/${id}?taskId=none`)).json, { count: 0 })
  assert.deepEqual((await server.send('DELETE', `${API}/logs/${id}?minLevel=WARN`)).json, { count: 1 })
  assert.deepEqual(await lines(), ['one'])
  assert.deepEqual((await server.send('DELETE', `${API}/logs/${id}?taskId=one&attempt=0`)).json, { count: 1 })
  assert.deepEqual(await lines(), [])
  assert.equal((await server.send('DELETE', `${API}/logs/0000000000000000000000`)).status, 404)
})

test('expressions are rendered as an execution or a start sees them, secrets stay hidden, mistakes are told', async () => {
  const id = await run('render', LOG)
  const render = (body: object): ReturnType<TestServer['send']> =>
    server.send('POST', `${API}/expressions/render`, { body: JSON.stringify(body), headers: JSON_BODY })

  const expressions = ['{{ execution.id }}', "{{ secret('DOOR') }}", '{{ 1 + 1 }}', '{{ nothing.there }}']
  const { json } = await render({ expressions, executionId: id })
  const ofFlow = await render({ expressions: ['{{ vars.word }}'], namespace: 'more.test', flowId: 'render' })

  assert.equal(json.rendered['{{ execution.id }}'], id)
  assert.equal(json.rendered["{{ secret('DOOR') }}"], '******')
  assert.equal(json.rendered['{{ 1 + 1 }}'], 2)
  assert.match(json.errors['{{ nothing.there }}'], /nothing/)
  assert.deepEqual(ofFlow.json, { rendered: { '{{ vars.word }}': 'hello' } })
  assert.equal((await render({ expressions: ['x'] })).status, 422)
  assert.equal((await render({ expressions: ['x'], namespace: 'more.test', flowId: 'ghost' })).status, 404)
})

test('a replay is tried without being begun', async () => {
  const id = await run('replayed', LOG)
  const validate = (query: string): ReturnType<TestServer['send']> =>
    server.send('POST', `${API}/executions/${id}/replay/validate${query}`)

  assert.equal((await validate('')).status, 200)
  assert.equal((await validate('?taskRunId=nowhere')).status, 404)
  assert.equal((await validate('?revision=9')).status, 404)
  const { json } = await server.send('GET', `${API}/executions/search?namespace=more.test&flowId=replayed`)
  assert.equal(json.total, 1)
})

test('filters know what they can be set to, and editors what the language has', async () => {
  await run('distinct', LOG)
  const values = async (query: string): Promise<unknown> =>
    (await server.send('GET', `${API}/executions/distinct-field-values?${query}`)).json

  assert.deepEqual(await values('field=NAMESPACE&q=more'), ['more.test'])
  assert.deepEqual(await values('field=FLOW_ID&q=distin'), ['distinct'])
  assert.ok(((await values('field=STATE')) as string[]).includes('RUNNING'))
  assert.equal((await server.send('GET', `${API}/executions/distinct-field-values?field=COLOUR`)).status, 422)
  assert.ok((await server.send('GET', '/api/v1/pebble/filters')).json.includes('upper'))
  assert.ok((await server.send('GET', '/api/v1/pebble/functions')).json.includes('secret'))
})
