import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type Answer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await openTestServer()
  for (const source of [CHILD, FLOW]) await server.saveFlow(source)
})
after(() => server.stop())

const NS = 'suite.test'
const API = '/api/v1/main/tests'
const CHILD = `
id: child
namespace: ${NS}
tasks: [{ id: t, type: io.kestra.plugin.core.debug.Return, format: deep }]
outputs: [{ id: o, type: STRING, value: "{{ outputs.t.value }}" }]
`
const FLOW = `
id: tested
namespace: ${NS}
inputs: [{ id: who, type: STRING, defaults: you }]
tasks:
  - { id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: ${NS}, flowId: child }
  - { id: say, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs.who }} {{ outputs.call.outputs.o }}" }
`

function suite(id: string, expected = 'me deep', namespace = NS): string {
  return `id: ${id}
namespace: ${namespace}
flowId: tested
testCases:
  - id: good
    fixtures: { inputs: { who: me } }
    assertions: [{ value: "{{ outputs.say.value }}", equalTo: ${expected} }]
  - id: other
    assertions: [{ value: "{{ outputs.say.value }}", endsWith: deep }]
`
}

async function yaml(method: string, path: string, body: string): Promise<Answer> {
  return await server.send(method, `${API}${path}`, { body, headers: { 'content-type': 'application/x-yaml' } })
}

async function post(path: string, body: object, method = 'POST'): Promise<Answer> {
  const headers = { 'content-type': 'application/json' }
  return await server.send(method, `${API}${path}`, { body: JSON.stringify(body), headers })
}

test('a suite is saved, read, changed and deleted', async () => {
  const created = await yaml('POST', '', suite('life'))
  const again = await yaml('POST', '', suite('life'))
  const changed = await yaml('PUT', `/${NS}/life`, suite('life', 'x'))
  const renamed = await yaml('PUT', `/${NS}/life`, suite('death'))
  const unknown = await yaml('PUT', `/${NS}/ghost`, suite('ghost'))
  const read = await server.send('GET', `${API}/${NS}/life`)

  assert.deepEqual([created.status, again.status, renamed.status, unknown.status], [200, 422, 422, 404])
  assert.deepEqual(
    [created.json.source, created.json.testCases.length, created.json.disabled],
    [suite('life'), 2, false],
  )
  assert.equal(changed.json.source, suite('life', 'x'))
  assert.deepEqual(read.json, changed.json)
  assert.equal((await server.send('DELETE', `${API}/${NS}/life`)).status, 200)
  assert.equal((await server.send('DELETE', `${API}/${NS}/life`)).status, 404)
  assert.equal((await server.send('GET', `${API}/${NS}/life`)).status, 404)
})

test('a suite is judged with its flow at hand, and told with the place of each mistake', async () => {
  const wrong = suite('wrong').replace('who: me', 'whom: me')

  const bad = await yaml('POST', '/validate', wrong)
  const good = await yaml('POST', '/validate', suite('right'))
  const lone = await yaml('POST', '/validate', suite('lone', 'x', 'elsewhere'))

  assert.match(bad.json.constraints, /no input "whom".*did you mean "who"/i)
  assert.deepEqual([good.json.constraints, good.json.warnings], [undefined, []])
  assert.match(lone.json.warnings[0], /no flow "elsewhere.tested" yet/)
  assert.equal((await yaml('POST', '', wrong)).status, 422)
})

test('a suite is run against the saved flows, and its result is kept', async () => {
  await yaml('POST', '', suite('runs'))

  const run = await post(`/${NS}/runs/run`, {})
  const one = await post(`/${NS}/runs/run`, { testCases: ['other'] })
  const none = await post(`/${NS}/runs/run`, { testCases: ['ghost'] })
  const nobody = await post(`/${NS}/ghost/run`, {})

  assert.equal(run.json.state, 'SUCCESS', run.text)
  assert.deepEqual(
    run.json.results.map((each: { testId: string; state: string }) => [each.testId, each.state]),
    [
      ['good', 'SUCCESS'],
      ['other', 'SUCCESS'],
    ],
  )
  assert.deepEqual(run.json.results[0].assertionResults[0].actual, 'me deep')
  assert.equal(one.json.results.length, 1)
  assert.deepEqual([none.status, nobody.status], [422, 404])
  assert.deepEqual((await server.send('GET', `${API}/results/${run.json.id}`)).json, run.json)
  assert.equal((await server.send('GET', `${API}/results/ghost`)).status, 404)
  const found = await server.send('GET', `${API}/results/search?testSuiteId=runs&size=1`)
  assert.deepEqual([found.json.total, found.json.results[0].id], [2, one.json.id])
  const last = await post('/results/search/last', { testSuiteIds: [{ namespace: NS, id: 'runs' }] })
  assert.deepEqual(last.json.results, [one.json])
})

test('a case that does not hold fails its suite, and says what was expected and what came', async () => {
  await yaml('POST', '', suite('fails', 'bye'))

  const { json } = await post(`/${NS}/fails/run`, {})

  assert.equal(json.state, 'FAILED')
  const [first] = json.results[0].assertionResults
  assert.deepEqual(
    [first.operator, first.expected, first.actual, first.isSuccess],
    ['equalTo', 'bye', 'me deep', false],
  )
})

test('a suite whose flow is gone is an error that says so', async () => {
  await yaml('POST', '', suite('orphan', 'x', 'elsewhere'))

  const { json } = await post('/elsewhere/orphan/run', {})

  assert.equal(json.state, 'ERROR')
  assert.match(json.errors[0].message, /elsewhere\.tested/)
})

test('suites are searched, switched and run in bulk', async () => {
  for (const id of ['a', 'b']) await yaml('POST', '', suite(id, 'me deep', `${NS}.below`))
  const ids = ['a', 'b', 'ghost'].map(id => ({ namespace: `${NS}.below`, id }))
  await server.saveFlow(FLOW.replaceAll(`namespace: ${NS}\ninputs`, `namespace: ${NS}.below\ninputs`))

  const below = await server.send('GET', `${API}/search?namespace=${NS}.below`)
  const own = await server.send('GET', `${API}/search?namespace=${NS}&includeChildNamespaces=false`)
  const off = await post('/disable/by-ids', { ids })
  const shown = await server.send('GET', `${API}/${NS}.below/a`)
  const on = await post('/enable/by-ids', { ids: ids.slice(0, 1) })
  const run = await post('/run', { namespace: `${NS}.below` })
  const gone = await post('/by-ids', { ids }, 'DELETE')

  assert.equal(below.json.total, 2)
  assert.ok(own.json.results.every(({ namespace }: { namespace: string }) => namespace === NS))
  assert.deepEqual([off.json.count, on.json.count, gone.json.count], [2, 1, 2])
  assert.equal(shown.json.disabled, true)
  assert.deepEqual([run.json.numberOfTestSuitesToBeRun, run.json.numberOfTestCasesToBeRun], [1, 2])
  assert.equal(run.json.results[0].state, 'SUCCESS', run.text)
})

test('a flow that breaks a required suite is not saved, and the reason tells what was expected and what came', async () => {
  const flow = (text: string): string => FLOW.replace('id: tested', 'id: guarded').replace('{{ inputs.who }}', text)
  await server.saveFlow(flow('{{ inputs.who }}'))
  const source = suite('guard').replace('flowId: tested', 'flowId: guarded')
  await yaml('POST', '', `${source}required: true\n`)
  const put = (text: string): Promise<Answer> =>
    server.send('PUT', `/api/v1/main/flows/${NS}/guarded`, {
      body: flow(text),
      headers: { 'content-type': 'application/x-yaml' },
    })

  const broken = await put('you')
  const kept = await server.send('GET', `/api/v1/main/flows/${NS}/guarded`)
  const good = await put('{{ inputs.who | trim }}')
  await post('/disable/by-ids', { ids: [{ namespace: NS, id: 'guard' }] })
  const open = await put('you')

  assert.deepEqual([broken.status, broken.json.code], [422, 'tests-failed'])
  assert.match(broken.json.message, /"guard".*good: \{\{ outputs.say.value \}\} is "you deep", not equalTo "me deep"/)
  assert.equal(kept.json.revision, 1)
  assert.deepEqual([good.status, open.status], [200, 200])
})

test('an execution is recorded as a suite that holds', async () => {
  const started = await server.send('POST', `/api/v1/main/executions/${NS}/tested`, { body: new FormData() })
  const { json: recorded } = await server.send('POST', `/api/v1/main/executions/${started.json.id}/record-test`)
  const saved = await yaml('POST', '', recorded.source)
  const { json } = await post(`/${NS}/${saved.json.id}/run`, {})

  assert.equal(saved.json.flowId, 'tested', recorded.source)
  assert.equal(json.state, 'SUCCESS', JSON.stringify(json))
  assert.deepEqual(
    json.results[0].tasks.map(({ id }: { id: string }) => id),
    ['call', 'say'],
  )
  assert.equal((await server.send('POST', '/api/v1/main/executions/ghost/record-test')).status, 404)
})
