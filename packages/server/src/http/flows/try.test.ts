import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await openTestServer()
})
after(() => server.stop())

const RETURN = 'type: io.kestra.plugin.core.debug.Return'
const SOURCE = `id: tried
namespace: tries
inputs:
  - { id: region, type: STRING, defaults: EU }
tasks:
  - { id: fetch, type: io.kestra.plugin.core.http.Request, uri: "https://nowhere.invalid/{{ inputs.region }}" }
  - { id: shape, ${RETURN}, format: "{{ outputs.fetch.body }} of {{ inputs.region }}" }
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: [1, 2]
    tasks:
      - { id: tell, type: io.kestra.plugin.core.log.Log, message: "{{ outputs.shape.value }} {{ taskrun.value }} {{ kv('region') }}" }
  - { id: nap, type: io.kestra.plugin.core.flow.Sleep, duration: P1D }
  - { id: last, ${RETURN}, format: "{{ outputs.shape.value }}!" }
`
const PINS = { fetch: { body: 'rows' } }

type Answer = Awaited<ReturnType<TestServer['client']['flows']['try']>>

function statesOf({ execution }: Answer): readonly string[] {
  return (execution?.taskRunList ?? []).map(({ taskId, state }) => `${taskId} ${state.current}`)
}

function outputOf({ execution }: Answer, task: string): unknown {
  return execution?.taskRunList?.find(({ taskId }) => taskId === task)?.outputs
}

test('one task runs with outputs that stand in for those before it, and what comes after it does not begin', async () => {
  const tried = await server.client.flows.try({
    body: { source: SOURCE, taskId: 'shape', inputs: { region: 'US' }, outputs: PINS },
  })

  assert.deepEqual(tried.problems, [])
  assert.deepEqual(statesOf(tried), ['fetch SUCCESS', 'shape SUCCESS', 'each BREAKPOINT'])
  assert.deepEqual(outputOf(tried, 'shape'), { value: 'rows of US' })
  assert.deepEqual([tried.pinned, tried.isCut], [['fetch'], false])
})

test('without outputs to stand in it stops before what would have to run first', async () => {
  const tried = await server.client.flows.try({ body: { source: SOURCE, taskId: 'shape' } })

  assert.deepEqual(statesOf(tried), ['fetch BREAKPOINT'])
})

test('the whole flow runs in no time, sees the keys of its namespace, and nothing of it is kept', async () => {
  await server.send('PUT', '/api/v1/main/namespaces/tries/kv/region', { body: '"north"' })
  const source = SOURCE.replace(
    'last, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs.shape.value }}!"',
    'last, type: io.kestra.plugin.core.log.Log, message: "{{ outputs.shape.value }}!"',
  )

  const tried = await server.client.flows.try({ body: { source, outputs: PINS } })

  assert.equal(tried.execution?.state.current, 'SUCCESS')
  assert.deepEqual(
    tried.logs.map(({ message }) => message),
    ['rows of EU 1 north', 'rows of EU 2 north', 'rows of EU!'],
  )
  assert.equal((await server.send('GET', '/api/v1/main/flows/tries/tried')).status, 404)
  const { total } = await server.client.executions.search({ query: { size: 1, 'filters[namespace][EQUALS]': 'tries' } })
  assert.equal(total, 0)
})

test('what an earlier execution came to stands in for tasks, each run of a loop for its own', async () => {
  const saved = `id: looped\nnamespace: tries\ntasks:\n  - id: each\n    type: io.kestra.plugin.core.flow.ForEach\n    values: [a, b]\n    tasks:\n      - { id: part, ${RETURN}, format: "part {{ taskrun.value }}" }\n  - { id: join, ${RETURN}, format: "{{ outputs.part.a.value }}+{{ outputs.part.b.value }}" }\n`
  await server.saveFlow(saved)
  const started = await server.send('POST', '/api/v1/main/executions/tries/looped?wait=true')

  const source = saved.replace('"part {{', '"other {{').replace('+{{', ' and {{')
  const executionId = String(started.json['id'])
  const one = await server.client.flows.try({ body: { source, executionId, taskId: 'join', reuse: true } })
  const all = await server.client.flows.try({ body: { source, executionId, taskId: 'join', until: true } })

  assert.deepEqual(outputOf(one, 'join'), { value: 'part a and part b' })
  assert.deepEqual(outputOf(all, 'join'), { value: 'other a and other b' })
})

test('inputs that do not fit, and a task that is not there, are told', async () => {
  const source = SOURCE.replace('defaults: EU', 'required: true')

  const missing = await server.client.flows.try({ body: { source } })
  const nobody = await server.client.flows.try({ body: { source: SOURCE, taskId: 'nobody' } })

  assert.equal(missing.execution, undefined)
  assert.match(missing.problems[0] ?? '', /region/)
  assert.deepEqual(nobody.problems, ['There is no task "nobody" in the flow.'])
})
