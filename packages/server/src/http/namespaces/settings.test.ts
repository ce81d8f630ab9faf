import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type Answer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await openTestServer()
})
after(() => server.stop())

const OF = '/api/v1/main/namespaces'

function send(method: string, path: string, body: unknown): Promise<Answer> {
  return server.send(method, `${OF}${path}`, {
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })
}

test('variables of a namespace are seen by its flows and those below, the closest word counting', async () => {
  await send('POST', '', { id: 'vars', variables: { region: 'eu', deep: { n: 1 } } })
  await send('PUT', '/vars.team', { variables: { region: 'us' }, description: 'the team' })
  await server.saveFlow(`id: reads
namespace: vars.team.own
tasks:
  - id: say
    type: io.kestra.plugin.core.debug.Return
    format: "{{ namespace.region }} {{ namespace.deep.n + 1 }}"
`)

  const { json } = await server.send('POST', '/api/v1/main/executions/vars.team.own/reads?wait=true', {
    body: new FormData(),
  })

  assert.equal(json.taskRunList[0].outputs.value, 'us 2')
  assert.deepEqual((await server.send('GET', `${OF}/vars.team/inherited-variables`)).json, {
    region: 'eu',
    deep: { n: 1 },
  })
  assert.equal((await server.send('GET', `${OF}/vars.team`)).json.description, 'the team')
})

test('what is said about a namespace is changed in part and forgotten', async () => {
  await send('POST', '', { id: 'said', description: 'one', variables: { a: 1 } })

  const changed = await send('PUT', '/said', { description: 'two' })

  assert.deepEqual(changed.json, {
    id: 'said',
    deleted: false,
    description: 'two',
    variables: { a: 1 },
  })
  assert.equal((await server.send('DELETE', `${OF}/said`)).status, 204)
  assert.equal((await server.send('DELETE', `${OF}/said`)).status, 404)
  assert.deepEqual((await server.send('GET', `${OF}/said`)).json, { id: 'said', deleted: false })
})

test('what cannot be said is refused', async () => {
  assert.equal((await send('POST', '', { id: 'a b' })).status, 422)
  assert.equal((await send('POST', '', { id: 'wrong', pluginDefaults: [{ values: {} }] })).status, 422)
  assert.equal((await send('POST', '', {})).status, 422)
})
