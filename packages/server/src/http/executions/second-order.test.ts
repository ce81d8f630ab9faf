// SP8, the second half: what comes from callers, from keys and from tasks stays what it is, wherever a flow passes it on. Rendered once, as R6 has it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await openTestServer()
})
after(() => server.stop())

/** Renders to 42, opens a secret, or leaves the line: none of it may happen. */
const EVIL = `{{ 6 * 7 }}{{ secret('DOOR') }}{% set x = 1 %}`
const JSON_TYPE = { 'content-type': 'application/json' }

const FLOW = `
id: passes
namespace: second.order
inputs:
  - { id: word, type: STRING, defaults: none }
  - { id: deep, type: JSON, defaults: "{}" }
tasks:
  - { id: said, type: core.debug.Return, format: "{{ inputs.word }}" }
  - { id: again, type: core.debug.Return, format: "{{ outputs.said.value }}" }
  - { id: thrice, type: core.debug.Return, format: "{{ outputs.again.value | trim }}" }
  - { id: deep, type: core.debug.Return, format: "{{ inputs.deep.word ?? 'none' }}" }
  - { id: body, type: core.debug.Return, format: "{{ trigger.body.word ?? 'none' }}" }
  - { id: header, type: core.debug.Return, format: "{{ trigger.headers['x-word'][0] ?? 'none' }}" }
  - { id: query, type: core.debug.Return, format: "{{ trigger.parameters.word[0] ?? 'none' }}" }
  - { id: label, type: core.debug.Return, format: "{{ labels.word ?? 'none' }}" }
  - { id: told, type: core.log.Log, message: "told {{ inputs.word }}" }
  - id: each
    type: core.flow.ForEach
    values: "{{ [inputs.word] }}"
    tasks: [{ id: item, type: core.debug.Return, format: "{{ taskrun.value }}" }]
  - id: choice
    type: core.flow.Switch
    value: "{{ inputs.word }}"
    cases: { "42": [{ id: wrong, type: core.execution.Fail }] }
    defaults: [{ id: right, type: core.debug.Return, format: "{{ inputs.word }}" }]
  - { id: labelled, type: core.execution.Labels, labels: { copied: "{{ inputs.word }}" } }
outputs:
  - { id: word, type: STRING, value: "{{ outputs.thrice.value }}" }
triggers:
  - { id: hook, type: core.trigger.Webhook, key: k, inputs: { word: "{{ trigger.body.word ?? 'none' }}" } }
`

interface Shown {
  readonly state: { readonly current: string }
  readonly outputs: Record<string, unknown>
  readonly labels: readonly { readonly key: string; readonly value: string }[]
  readonly taskRunList: readonly { readonly taskId: string; readonly outputs?: { readonly value?: string } }[]
}

async function settled(id: string): Promise<Shown> {
  return (await server.send('GET', `/api/v1/main/executions/${id}`)).json
}

function valueOf({ taskRunList }: Shown, taskId: string): unknown {
  return taskRunList.find(run => run.taskId === taskId)?.outputs?.value
}

test('inputs, labels and what tasks make of them are never rendered again', async () => {
  await server.saveFlow(FLOW)
  const label = encodeURIComponent(`word:${EVIL}`)
  const { json } = await server.send('POST', `/api/v1/main/executions/second.order/passes?wait=true&labels=${label}`, {
    body: JSON.stringify({ word: EVIL, deep: { word: EVIL } }),
    headers: JSON_TYPE,
  })

  const shown = await settled(json.id)

  assert.equal(shown.state.current, 'SUCCESS')
  for (const task of ['said', 'again', 'thrice', 'deep', 'label', 'item', 'right'])
    assert.equal(valueOf(shown, task), EVIL, task)
  assert.equal(shown.outputs['word'], EVIL)
  assert.equal(shown.labels.find(({ key }) => key === 'copied')?.value, EVIL)
  const logs = await server.send('GET', `/api/v1/main/logs/${json.id}`)
  assert.ok(logs.text.includes(JSON.stringify(`told ${EVIL}`).slice(1, -1)))
  assert.doesNotMatch(logs.text, /open sesame/)
})

test('body, headers and query of a webhook are never rendered', async () => {
  await server.saveFlow(FLOW.replace('id: passes', 'id: hooked'))
  const path = `/api/v1/main/executions/webhook/second.order/hooked/k?word=${encodeURIComponent(EVIL)}`
  const { json } = await server.send('POST', path, {
    body: JSON.stringify({ word: EVIL }),
    headers: { ...JSON_TYPE, 'x-word': EVIL },
  })

  const shown = await settled(json.id)

  for (const task of ['said', 'body', 'header', 'query']) assert.equal(valueOf(shown, task), EVIL, task)
})

test('a key of the store is a value', async () => {
  await server.send('PUT', '/api/v1/main/namespaces/second.order/kv/word', {
    body: JSON.stringify(EVIL),
    headers: JSON_TYPE,
  })
  await server.saveFlow(`
id: keyed
namespace: second.order
tasks: [{ id: show, type: core.debug.Return, format: x }]
outputs: [{ id: word, type: STRING, value: "{{ kv('word') }}" }]`)

  const { json } = await server.send('POST', '/api/v1/main/executions/second.order/keyed?wait=true')

  assert.equal((await settled(json.id)).outputs['word'], EVIL)
})
