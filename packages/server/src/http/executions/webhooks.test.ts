import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type Answer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await openTestServer()
})
after(() => server.stop())

const JSON_TYPE = { 'content-type': 'application/json' }

function flow(id: string, trigger: string, more = ''): string {
  return `
id: ${id}
namespace: hook.test
${more}
tasks:
  - { id: show, type: io.kestra.plugin.core.debug.Return, format: "{{ trigger.body ?? 'no body' }}" }
triggers:
  - id: hook
    type: io.kestra.plugin.core.trigger.Webhook
${trigger}
`
}

function call(
  id: string,
  key: string,
  body?: string,
  headers: Readonly<Record<string, string>> = JSON_TYPE,
): Promise<Answer> {
  return server.send('POST', `/api/v1/main/executions/webhook/hook.test/${id}/${key}`, {
    headers,
    ...(body === undefined ? {} : { body }),
  })
}

test('body, headers and parameters of the call are what the flow sees', async () => {
  await server.saveFlow(flow('plain', '    key: k-1'))

  const posted = await server.send('POST', '/api/v1/main/executions/webhook/hook.test/plain/k-1?q=1&q=2', {
    body: '{"b":[1,2.0]}',
    headers: { ...JSON_TYPE, 'X-Mine': 'yes' },
  })
  const got = await server.send('GET', '/api/v1/main/executions/webhook/hook.test/plain/k-1')
  const text = await call('plain', 'k-1', 'just text', { 'content-type': 'text/plain' })
  const broken = await call('plain', 'k-1', '{"a":')
  const deep = await server.send('PUT', '/api/v1/executions/webhook/hook.test/plain/k-1/a/b', {
    body: '[1]',
    headers: JSON_TYPE,
  })

  const { variables } = posted.json.trigger
  assert.equal(posted.status, 200)
  assert.match(posted.text, /"body":\{"b":\[1,2\.0\]\}/)
  assert.deepEqual(variables.parameters, { q: ['1', '2'] })
  assert.deepEqual(variables.headers['x-mine'], ['yes'])
  assert.equal(posted.json.taskRunList, undefined)
  assert.equal(got.json.trigger.variables.body, undefined)
  assert.equal(text.json.trigger.variables.body, 'just text')
  assert.equal(broken.json.trigger.variables.body, '{"a":')
  assert.deepEqual([deep.json.trigger.variables.path, deep.json.taskRunList.length], ['a/b', 1])
})

test('a wrong key, an unknown flow and a flow without webhooks look alike', async () => {
  await server.saveFlow(flow('locked', '    key: right'))

  const answers = [await call('locked', 'wrong'), await call('nobody', 'right')]

  for (const { status, json } of answers)
    assert.deepEqual(
      [status, json.code, json.message],
      [404, 'webhook-not-found', 'There is no webhook at this address.'],
    )
})

test('the key may come from a variable or from a secret', async () => {
  await server.saveFlow(flow('variable', '    key: "{{ vars.door }}"', 'variables: { door: k-v }'))
  await server.saveFlow(flow('secret', `    key: "{{ secret('DOOR') }}"`))

  assert.equal((await call('variable', 'k-v')).status, 200)
  assert.equal((await call('secret', encodeURIComponent('open sesame'))).status, 200)
  assert.equal((await call('secret', 'guess')).status, 404)
})

test('a saved flow answers with its new key at once', async () => {
  await server.saveFlow(flow('changing', '    key: before'))
  await call('changing', 'before')

  await server.client.flows.update({
    params: { namespace: 'hook.test', id: 'changing' },
    body: flow('changing', '    key: after'),
  })

  assert.deepEqual([(await call('changing', 'before')).status, (await call('changing', 'after')).status], [404, 200])
})

test('conditions that are not met start nothing', async () => {
  const conditions = `    key: k-4
    conditions:
      - { type: io.kestra.plugin.core.condition.Expression, expression: "{{ trigger.body.kind == 'paid' }}" }`
  await server.saveFlow(flow('conditional', conditions))

  const open = await call('conditional', 'k-4', '{"kind":"open"}')
  const other = await call('conditional', 'k-4', '{}')
  const old = await server.send('POST', '/api/v1/executions/webhook/hook.test/conditional/k-4', {
    body: '{"kind":"open"}',
    headers: JSON_TYPE,
  })
  const paid = await call('conditional', 'k-4', '{"kind":"paid"}')

  assert.deepEqual([open.status, other.status, old.status, paid.status], [409, 409, 204, 200])
  const all = await server.client.executions.search({ query: { flowId: 'conditional' } })
  assert.equal(all.total, 1)
})

test('inputs come from the body, and bad ones start nothing', async () => {
  const trigger = `    key: k-5
    inputs: { count: "{{ trigger.body.count }}" }`
  await server.saveFlow(flow('typed', trigger, 'inputs:\n  - { id: count, type: INT }'))

  const good = await call('typed', 'k-5', '{"count":5}')
  const bad = await call('typed', 'k-5', '{"count":"many"}')
  const badNow = await call('typed', 'k-5', '{"count":"many"}', { ...JSON_TYPE, 'x-batuta-dialect': '2.0' })

  assert.equal(good.status, 200)
  assert.deepEqual([bad.status, badNow.status], [409, 422])
})

test('a webhook that waits answers with the outputs, and with 500 when it failed', async () => {
  await server.saveFlow(`
id: waits
namespace: hook.test
inputs: [{ id: break, type: BOOL }]
tasks:
  - { id: work, type: io.kestra.plugin.core.execution.Fail, condition: "{{ inputs.break }}" }
outputs:
  - { id: done, type: STRING, value: done }
triggers:
  - { id: hook, type: io.kestra.plugin.core.trigger.Webhook, key: k-7, wait: true, returnOutputs: true, responseCode: 201, inputs: { break: "{{ trigger.body.break }}" } }
`)

  const good = await call('waits', 'k-7', '{"break":false}')
  const bad = await call('waits', 'k-7', '{"break":true}')

  assert.deepEqual([good.status, good.json], [201, { done: 'done' }])
  assert.deepEqual([bad.status, bad.json.flowId, bad.json.state.current], [500, 'waits', 'FAILED'])
})

test('outputs are only what a webhook that waits answers with', async () => {
  await server.saveFlow(flow('hasty', '    key: k-8\n    returnOutputs: true'))

  const { json } = await call('hasty', 'k-8', '{}')

  assert.equal(json.flowId, 'hasty')
})

test('conditions and inputs may ask for keys', async () => {
  await server.send('PUT', '/api/v1/main/namespaces/hook.test/kv/mode', { body: '"open"', headers: JSON_TYPE })
  const trigger = `    key: k-9
    inputs: { mode: "{{ kv('mode') }}" }
    conditions:
      - { type: io.kestra.plugin.core.condition.Expression, expression: "{{ kv('mode') == 'open' }}" }`
  await server.saveFlow(flow('asking', trigger, 'inputs:\n  - { id: mode, type: STRING }'))

  const { status } = await call('asking', 'k-9', '{}')

  const { text } = await server.send('GET', '/api/v1/main/executions/search?filters[flowId][EQUALS]=asking')
  assert.deepEqual([status, JSON.parse(text).results[0].inputs], [200, { mode: 'open' }])
})

test('labels of a webhook are rendered in 2.0, and left out before', async () => {
  await server.saveFlow(flow('labelled', '    key: k-10\n    labels: { kind: "{{ trigger.body.kind }}" }'))

  const old = await call('labelled', 'k-10', '{"kind":"paid"}')
  const recent = await call('labelled', 'k-10', '{"kind":"paid"}', { ...JSON_TYPE, 'x-batuta-dialect': '2.0' })

  const kinds = [old, recent].map(({ json }) => json.labels.find(({ key }: { key: string }) => key === 'kind')?.value)
  assert.deepEqual(kinds, [undefined, 'paid'])
})

test('a disabled flow is a conflict, a disabled trigger fires all the same', async () => {
  await server.saveFlow(flow('off', '    key: k-8', 'disabled: true'))
  await server.saveFlow(flow('half-off', '    key: k-9\n    disabled: true'))

  assert.deepEqual([(await call('off', 'k-8')).status, (await call('half-off', 'k-9')).status], [409, 200])
})

test('a body that is nested to break something is refused', async () => {
  await server.saveFlow(flow('deep', '    key: k-deep'))
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)

  const answers = [await call('deep', 'k-deep', nested(150)), await call('deep', 'k-deep', nested(200_000))]

  assert.deepEqual(
    answers.map(({ status, json }) => [status, json.code]),
    [
      [422, 'too-deep'],
      [422, 'too-deep'],
    ],
  )
  assert.equal((await call('deep', 'k-deep', nested(50))).status, 200)
})

test('a body over the limit is refused', async () => {
  const refused = await call('plain', 'k-1', 'x'.repeat(17 * 2 ** 20), { 'content-type': 'text/plain' })

  assert.deepEqual([refused.status, refused.json.code], [413, 'body-too-large'])
})
