import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

const RETURN = 'tasks: [{ id: one, type: io.kestra.plugin.core.debug.Return, format: "1" }]'

let server: TestServer
before(async () => {
  server = await openTestServer()
  await server.saveFlow(`id: counted\nnamespace: stats.one\n${RETURN}`)
  await server.saveFlow(`id: other\nnamespace: stats.two\n${RETURN}\n`)
  for (const path of ['stats.one/counted', 'stats.one/counted', 'stats.two/other'])
    await server.send('POST', `/api/v1/executions/${path}`)
})
after(() => server.stop())

async function ask(path: string, body: object = {}): Promise<ReturnType<typeof JSON.parse>> {
  const headers = { 'content-type': 'application/json' }
  const answer = await server.send('POST', `/api/v1/stats${path}`, { body: JSON.stringify(body), headers })
  assert.equal(answer.status, 200, answer.text)
  return answer.json
}

test('0.20 asks for executions by day, with the days on which there were none', async () => {
  const days = await ask('/executions/daily', { namespace: 'stats' })

  assert.equal(days.length, 31)
  assert.deepEqual(days.at(-1).executionCounts, { SUCCESS: 3 })
  assert.equal(days.at(-1).duration.count, 3)
  assert.deepEqual(days[0].executionCounts, {})
})

test('0.20 asks for executions by flow and by namespace', async () => {
  const byFlow = await ask('/executions/daily/group-by-flow', { flows: [{ namespace: 'stats.one', id: 'counted' }] })
  const byNamespace = await ask('/executions/daily/group-by-namespace')
  const only = await ask('/executions/daily/group-by-namespace', { namespace: 'stats', namespaceOnly: true })

  assert.deepEqual(Object.keys(byFlow), ['stats.one'])
  assert.deepEqual(byFlow['stats.one'].counted.at(-1).executionCounts, { SUCCESS: 2 })
  assert.deepEqual(byNamespace['stats.two'], { counts: { SUCCESS: 1 }, total: 1 })
  assert.deepEqual(only, {})
})

test('0.20 asks for the last execution of each flow, for lines of logs and for how much there is', async () => {
  const latest = await ask('/executions/latest/group-by-flow', { flows: [{ namespace: 'stats.two', id: 'other' }] })
  const logs = await ask('/logs/daily', { namespace: 'stats' })
  const summary = await ask('/summary', { namespace: 'stats' })

  assert.deepEqual(
    latest.map(({ flowId, state }: { flowId: string; state: { current: string } }) => [flowId, state.current]),
    [['other', 'SUCCESS']],
  )
  assert.equal(logs.length, 31)
  assert.deepEqual(summary, { flows: 2, triggers: 0 })
})
