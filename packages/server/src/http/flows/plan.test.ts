import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await openTestServer()
})
after(() => server.stop())

const SOURCE = `id: planned
namespace: plans
inputs:
  - { id: region, type: STRING, defaults: EU }
  - { id: token, type: SECRET, required: false }
tasks:
  - { id: fetch, type: io.kestra.plugin.core.debug.Return, format: "rows of {{ inputs.region }}" }
  - { id: tell, type: io.kestra.plugin.core.log.Log, message: "{{ outputs.fetch.value }} and {{ outputs.later.value }}" }
  - { id: call, type: io.kestra.plugin.core.http.Request, uri: "https://x.example/{{ inputs.region }}?k={{ secret('K') }}" }
  - { id: later, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs.fetch.value }}!", runIf: "{{ inputs.region == 'US' }}" }
`

test('a flow that is not saved is planned with the inputs that are given', async () => {
  const plan = await server.client.flows.plan({ body: { source: SOURCE, inputs: { region: 'US' } } })

  const [fetch, tell, call, later] = plan.tasks
  assert.deepEqual([fetch?.outlook, fetch?.properties], ['runs', { format: 'rows of US' }])
  assert.deepEqual(tell?.unknown, ['outputs.fetch.value', 'outputs.later.value'])
  assert.deepEqual([call?.unknown, later?.outlook], [["secret('K')"], 'runs'])
  assert.deepEqual(
    plan.touches.map(({ kind, name, tasks }) => [kind, name, tasks]),
    [
      ['secret', 'K', ['call']],
      ['host', 'x.example', ['call']],
    ],
  )
  assert.equal((await server.send('GET', '/api/v1/main/flows/plans/planned')).status, 404)
})

test('with an earlier execution its inputs and outputs are known, and what it did not come to is not', async () => {
  await server.saveFlow(SOURCE.replace(/ {2}- { id: call.*\n/, ''))
  const form = new FormData()
  form.set('region', 'ASIA')
  const started = await server.send('POST', '/api/v1/main/executions/plans/planned?wait=true', { body: form })

  const plan = await server.client.flows.plan({ body: { source: SOURCE, executionId: String(started.json['id']) } })

  assert.deepEqual(
    plan.inputs.map(({ id, value }) => [id, value]),
    [
      ['region', 'ASIA'],
      ['token', null],
    ],
  )
  const tell = plan.tasks.find(({ id }) => id === 'tell')
  assert.equal(tell?.properties['message'], 'rows of ASIA and {{ outputs.later.value }}')
  assert.deepEqual(tell?.unknown, ['outputs.later.value'])
})

test('a flow that cannot be read is refused with all that is wrong with it', async () => {
  const refused = await server.send('POST', '/api/v1/main/flows/plan', {
    body: JSON.stringify({ source: 'id: x\nnamespace: plans\n' }),
    headers: { 'content-type': 'application/json' },
  })

  assert.deepEqual([refused.status, refused.json.code], [422, 'flow-invalid'])
})

test('a plan does not compute without end', async () => {
  const source = `id: busy\nnamespace: plans\ntasks:\n  - { id: a, type: io.kestra.plugin.core.debug.Return, format: "{% for i in range(0, 9999999) %}{% for j in range(0, 9999999) %}x{% endfor %}{% endfor %}" }\n`

  const plan = await server.client.flows.plan({ body: { source } })

  assert.equal(plan.tasks[0]?.problems.length, 1)
})
