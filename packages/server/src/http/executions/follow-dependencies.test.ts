import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await openTestServer()
  for (const source of [CHILD, PARENT, STRANGER]) await server.saveFlow(source)
})
after(() => server.stop())

const NS = 'follow.test'
const CHILD = `
id: child
namespace: ${NS}
tasks: [{ id: t, type: io.kestra.plugin.core.debug.Return }]
`
const PARENT = `
id: parent
namespace: ${NS}
tasks:
  - { id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: ${NS}, flowId: child, inheritLabels: true }
  - { id: hold, type: io.kestra.plugin.core.flow.Pause }
`
const STRANGER = `
id: stranger
namespace: ${NS}
tasks: [{ id: t, type: io.kestra.plugin.core.debug.Return }]
`

test('executions that belong together are told as they move, until all have ended', async () => {
  const started = await server.client.executions.create({ params: { namespace: NS, id: 'parent' } })
  const executionId = started.id
  await server.client.executions.create({
    params: { namespace: NS, id: 'stranger' },
    query: { labels: [`system.correlationId:${executionId}`] },
  })
  const seen: (readonly [string, string | undefined, string | undefined])[] = []
  for await (const event of server.client.executions.followDependencies({ params: { executionId } })) {
    seen.push([event.id ?? '', event.data.flowId, event.data.state?.current])
    if (event.data.state?.current === 'PAUSED')
      await server.send('POST', `/api/v1/main/executions/${executionId}/resume`)
  }

  assert.deepEqual(seen[0]?.[0], 'start')
  assert.deepEqual(seen.at(-1)?.[0], 'end')
  const told = seen.filter(([id]) => id === 'progress').map(([, ...row]) => row)
  assert.ok(told.some(([flow, state]) => flow === 'child' && state === 'SUCCESS'))
  assert.ok(told.some(([flow, state]) => flow === 'parent' && state === 'PAUSED'))
  assert.ok(told.some(([flow, state]) => flow === 'parent' && state === 'SUCCESS'))
  assert.ok(told.every(([flow]) => flow !== 'stranger'))
})

test('nobody follows what is not there', async () => {
  const { status } = await server.send('GET', '/api/v1/main/executions/nobody/follow-dependencies')

  assert.equal(status, 404)
})
