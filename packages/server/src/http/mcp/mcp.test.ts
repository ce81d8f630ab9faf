import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openPeopleServer, type PeopleServer, type Person, type Said } from '../../testing/people-server.ts'

const MAIN = '/api/v1/main'
const SERVERS = `${MAIN}/mcp/servers`

function flow(id: string, namespace: string, more = ''): string {
  return `id: ${id}
namespace: ${namespace}
inputs:
  - { id: name, type: STRING, displayName: Whom to greet }
  - { id: times, type: INT, defaults: 1, min: 1, max: 3 }
  - { id: tone, type: SELECT, values: [warm, cool], required: false }
tasks:
  - { id: say, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs.name }} {{ inputs.times }}" }
outputs:
  - { id: greeting, type: STRING, value: "{{ outputs.say.value }}" }
triggers:
  - { id: tool, type: io.kestra.plugin.core.trigger.McpToolTrigger, toolName: ${id}, title: Greet, toolDescription: Greets somebody.${more} }
`
}

const BROKEN = `id: broken
namespace: company.pay
tasks:
  - { id: fail, type: io.kestra.plugin.core.execution.Fail }
triggers:
  - { id: tool, type: io.kestra.plugin.core.trigger.McpToolTrigger, toolName: broken, title: Break, toolDescription: Fails. }
`

let server: PeopleServer
before(async () => {
  server = await openPeopleServer()
  const sources = [flow('greet', 'company.pay'), flow('other', 'company.hr'), BROKEN]
  sources.push(flow('aside', 'company.pay', ', mcpServer: team'))
  for (const source of sources) {
    const saved = await server.root.send('POST', `${MAIN}/flows`, source, { 'content-type': 'application/x-yaml' })
    assert.equal(saved.status, 200, saved.text)
  }
})
after(() => server.stop())

async function say(person: Person, method: string, params?: unknown, to = 'default'): Promise<Said> {
  const message = { jsonrpc: '2.0', id: 7, method, ...(params === undefined ? {} : { params }) }
  return await person.send('POST', `${MAIN}/mcp/${to}`, JSON.stringify(message), { 'content-type': 'application/json' })
}

function namesIn({ json }: Said): readonly string[] {
  return json.result.tools.map(({ name }: { readonly name: string }) => name)
}

test('a client introduces itself and is told what there is', async () => {
  const known = await say(server.root, 'initialize', { protocolVersion: '2025-06-18', capabilities: {} })
  const unknown = await say(server.root, 'initialize', { protocolVersion: '1999-01-01', capabilities: {} })

  assert.equal(known.json.id, 7)
  assert.equal(known.json.result.protocolVersion, '2025-06-18')
  assert.equal(known.json.result.serverInfo.name, 'batuta')
  assert.equal(unknown.json.result.protocolVersion, '2025-11-25')
  assert.deepEqual((await say(server.root, 'ping')).json.result, {})
})

test('a tool is told with what its flow takes', async () => {
  const { json } = await say(server.root, 'tools/list')
  const greet = json.result.tools.find(({ name }: { readonly name: string }) => name === 'greet')

  assert.equal(greet.title, 'Greet')
  assert.deepEqual(greet.inputSchema, {
    type: 'object',
    properties: {
      name: { type: 'string', title: 'Whom to greet' },
      times: { type: 'integer', minimum: 1, maximum: 3, default: 1 },
      tone: { type: 'string', enum: ['warm', 'cool'] },
    },
    required: ['name'],
  })
  assert.deepEqual(greet.annotations, {
    title: 'Greet',
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: false,
    openWorldHint: true,
  })
})

test('a call of a tool is an execution, and its outputs are the answer', async () => {
  const { json } = await say(server.root, 'tools/call', { name: 'greet', arguments: { name: 'Ada', times: 2 } })
  const { executionId } = json.result.structuredContent
  const execution = await server.root.send('GET', `${MAIN}/executions/${executionId}`)

  assert.equal(json.result.isError, false)
  assert.deepEqual(JSON.parse(json.result.content[0].text), { greeting: 'Ada 2' })
  assert.equal(execution.json.state.current, 'SUCCESS')
  assert.equal(execution.json.trigger.id, 'tool')
})

test('what a model does wrong, and how a flow failed, is told to the model', async () => {
  const missing = await say(server.root, 'tools/call', { name: 'greet', arguments: { times: 9 } })
  const list = await say(server.root, 'tools/call', { name: 'greet', arguments: [1] })
  const failed = await say(server.root, 'tools/call', { name: 'broken' })
  const unknown = await say(server.root, 'tools/call', { name: 'nothing' })

  assert.equal(missing.json.result.isError, true)
  assert.match(missing.json.result.content[0].text, /name/)
  assert.match(list.json.result.content[0].text, /one value for each input/)
  assert.match(failed.json.result.content[0].text, /is FAILED: http/)
  assert.equal(unknown.json.error.code, -32_602)
})

test('what is no request of the protocol is told so', async () => {
  const foreign = await say(server.root, 'resources/list')
  const json = { 'content-type': 'application/json' }
  const other = await server.root.send('POST', `${MAIN}/mcp/default`, JSON.stringify({ hello: 1 }), json)
  const notification = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })
  const quiet = await server.root.send('POST', `${MAIN}/mcp/default`, notification, json)

  assert.equal(foreign.json.error.code, -32_601)
  assert.equal(other.json.error.code, -32_600)
  assert.deepEqual([quiet.status, quiet.text], [202, ''])
  assert.equal((await server.root.send('GET', `${MAIN}/mcp/default`)).status, 405)
})

test('whoever may start flows of a namespace has the tools of that namespace and no others', async () => {
  const { person } = await server.addUser('model@example.com', [{ roleId: 'launcher', namespaceId: 'company.pay' }])

  assert.deepEqual(namesIn(await say(person, 'tools/list')), ['broken', 'greet'])
  assert.equal(
    (await say(person, 'tools/call', { name: 'greet', arguments: { name: 'Bo' } })).json.result.isError,
    false,
  )
  assert.equal((await say(person, 'tools/call', { name: 'other', arguments: { name: 'Bo' } })).json.error.code, -32_602)
  assert.equal((await say(server.nobody, 'tools/list')).status, 401)
})

test('a flow that may be looked at and not started is started by no tool', async () => {
  const { person } = await server.addUser('looker@example.com', [
    { roleId: 'launcher', namespaceId: 'company.pay' },
    { roleId: 'viewer', namespaceId: 'company.hr' },
  ])
  const started = async (): Promise<number> =>
    (await server.root.send('GET', `${MAIN}/executions/search?namespace=company.hr`)).json.total
  const before = await started()

  const { json } = await say(person, 'tools/call', { name: 'other', arguments: { name: 'Bo' } })

  assert.equal(json.result.isError, true)
  assert.match(json.result.content[0].text, /You need EXECUTION:CREATE in company\.hr/)
  assert.equal(await started(), before)
})

test('a server of one’s own has the tools that name it, until it is disabled', async () => {
  const json = { 'content-type': 'application/json' }
  const send = (method: string, path: string, body?: unknown): Promise<Said> =>
    server.root.send(method, `${SERVERS}${path}`, body === undefined ? undefined : JSON.stringify(body), json)
  const made = await send('POST', '', { id: 'team', instructions: 'Be kind.' })
  const again = await send('POST', '', { id: 'team' })

  assert.equal(made.status, 200)
  assert.match(made.json.url, /\/api\/v1\/main\/mcp\/team$/)
  assert.equal(again.status, 409)
  assert.equal((await send('POST', '', {})).status, 422)
  assert.equal((await send('POST', '', { id: 'open', serverType: 'PUBLIC' })).status, 422)
  assert.equal((await send('PUT', '/team', { authType: 'OAUTH' })).status, 422)
  assert.deepEqual(namesIn(await say(server.root, 'tools/list', undefined, 'team')), ['aside'])
  assert.equal((await say(server.root, 'initialize', {}, 'team')).json.result.instructions, 'Be kind.')
  const [tool] = (await send('GET', '/team/tools')).json
  assert.deepEqual([tool.namespace, tool.flowId, tool.triggerId], ['company.pay', 'aside', 'tool'])
  assert.equal((await send('GET', '')).json.total, 2)
  assert.equal((await send('PATCH', '/team/toggle')).json.disabled, true)
  assert.equal((await say(server.root, 'tools/list', undefined, 'team')).status, 409)
  assert.equal((await send('DELETE', '/default')).status, 409)
  assert.equal((await send('DELETE', '/team')).status, 200)
  assert.equal((await send('GET', '/team')).status, 404)
})
