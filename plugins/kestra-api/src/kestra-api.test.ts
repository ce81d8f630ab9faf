import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TaskDefinition, TestResult, ValueMap } from '@batuta/plugin-sdk'
import { tasks } from './index.ts'

interface Asked {
  readonly request: string
  readonly body: string
  readonly authorization: string | undefined
}

const ANSWERS: Readonly<Record<string, string>> = {
  '/executions/search': '{"results": [{"id": "e1"}, {"id": "e2"}], "total": 7}',
  '/flows/company.team': '[{"id": "load"}]',
  '/flows/distinct-namespaces': '["company", "company.team", "other"]',
  '/namespaces/search': '{"results": [{"id": "company"}, {"id": "my.company"}], "total": 2}',
  '/logs/e1': '[{"taskId": "a", "message": "1"}, {"taskId": "b", "message": "2"}]',
  '/flows/export/by-query': 'ZIP',
  '/flows/export/by-ids': 'ZIP',
}

async function ask(
  t: TestContext,
  name: string,
  properties: ValueMap,
): Promise<{ result: TestResult; asked: Asked; content: () => Promise<string> }> {
  const all: Asked[] = []
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(incoming.url ?? '', 'http://x')
    const { authorization } = incoming.headers
    all.push({ request: `${incoming.method} ${incoming.url}`, body: await text(incoming), authorization })
    response.writeHead(pathname.includes('missing') ? 404 : 200)
    response.end(
      ANSWERS[pathname.replace('/api/v1/main', '')] ?? (pathname.includes('missing') ? 'no such execution' : ''),
    )
  }
  const server = createServer((incoming, response) => void answer(incoming, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const run = await createTestRunContext()
  t.after(() => run.close())
  const task = tasks.find(({ type }) => type.endsWith(name)) as TaskDefinition
  const kestraUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const result = await runTask(task, { kestraUrl, ...properties }, run)
  const [asked] = all
  assert.ok(asked)
  const { uri, flowsZip } = result.outputs
  return { result, asked, content: () => run.ctx.files.readText(String(uri ?? flowsZip)) }
}

const CASES: readonly (readonly [string, ValueMap, string, object?])[] = [
  [
    'executions.Count',
    { namespaces: ['a'], states: ['FAILED', 'KILLED'] },
    'GET /executions/search?state=FAILED&state=KILLED&size=1&namespace=a',
    { count: 7 },
  ],
  [
    'executions.Count',
    { namespaces: ['a', 'b'], expression: '{{ count > 20 }}' },
    'GET /executions/search?size=1&namespace=a',
    { count: 0 },
  ],
  [
    'executions.Delete',
    { executionId: 'e1', deleteLogs: false },
    'DELETE /executions/e1?deleteLogs=false&deleteMetrics=true&deleteStorage=true',
  ],
  ['executions.Kill', { executionId: 'e1' }, 'DELETE /executions/e1/kill?isOnKillCascade=true'],
  ['executions.Resume', { executionId: 'e1', inputs: { ok: true } }, 'POST /executions/e1/resume'],
  [
    'executions.Query',
    { fetchType: 'FETCH', namespace: 'a', labels: { x: 'y' }, page: 2 },
    'GET /executions/search?namespace=a&labels=x%3Ay&page=2&size=10',
    { rows: [{ id: 'e1' }, { id: 'e2' }], size: 2 },
  ],
  ['flows.List', { namespace: 'company.team' }, 'GET /flows/company.team', { flows: [{ id: 'load' }] }],
  [
    'namespaces.List',
    { prefix: 'company' },
    'GET /namespaces/search?q=company&existing=false&page=1&size=100',
    { namespaces: ['company'] },
  ],
  [
    'namespaces.NamespacesWithFlows',
    { prefix: 'company' },
    'GET /flows/distinct-namespaces',
    { namespaces: ['company', 'company.team'] },
  ],
  ['triggers.Toggle', { trigger: 'daily', flowId: 'load' }, 'POST /triggers/set-disabled/by-triggers'],
]

for (const [name, properties, request, outputs] of CASES) {
  test(`${name} asks ${request}`, async t => {
    const { result, asked } = await ask(t, name, properties)

    assert.equal(result.state, 'SUCCESS', result.message)
    assert.equal(asked.request, request.replace(' ', ' /api/v1/main'))
    if (outputs !== undefined) assert.deepEqual(result.outputs, outputs)
  })
}

test('what is written with a call reaches the server', async t => {
  const resumed = await ask(t, 'executions.Resume', { executionId: 'e1', inputs: { ok: true, list: [1, 2] } })
  const toggled = await ask(t, 'triggers.Toggle', { trigger: 'daily', flowId: 'load', enabled: true })

  assert.match(resumed.asked.body, /name="ok"\r\n\r\ntrue\r\n.*name="list"\r\n\r\n\[1,2\]\r\n/s)
  assert.deepEqual(JSON.parse(toggled.asked.body), {
    ...{ triggers: [{ namespace: 'test', flowId: 'load', triggerId: 'daily' }], disabled: false },
  })
})

test('files come from the server', async t => {
  const zip = await ask(t, 'flows.Export', { namespace: 'company' })
  const byId = await ask(t, 'flows.ExportById', { flows: [{ id: 'load', namespace: 'company' }] })
  const logs = await ask(t, 'logs.Fetch', { executionId: 'e1', tasksId: ['b'] })

  assert.equal(await zip.content(), 'ZIP')
  assert.deepEqual(JSON.parse(byId.asked.body), [{ id: 'load', namespace: 'company' }])
  assert.equal(await byId.content(), 'ZIP')
  assert.equal(logs.result.outputs['size'], 1)
  assert.match(await logs.content(), /^\{"taskId":"b","message":"2"\}\n$/)
})

test('whoever calls says who he is, and is told what was wrong', async t => {
  const token = await ask(t, 'executions.Kill', { executionId: 'missing', auth: { apiToken: 'tok' } })
  const user = await ask(t, 'executions.Kill', { executionId: 'e1', auth: { username: 'u', password: 'p' } })

  assert.equal(token.asked.authorization, 'Bearer tok')
  assert.equal(user.asked.authorization, `Basic ${btoa('u:p')}`)
  assert.match(token.result.message ?? '', /was answered with 404: no such execution/)
})
