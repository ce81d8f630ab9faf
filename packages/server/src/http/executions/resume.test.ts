import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await openTestServer()
  await server.saveFlow(GATE)
  await server.saveFlow(ASKING)
  await server.saveFlow(REVIEW)
})
after(() => server.stop())

const NS = 'resume.test'
const BASE = '/api/v1/main/executions'
const JSON_TYPE = { 'content-type': 'application/json' }

const GATE = `
id: gate
namespace: ${NS}
tasks:
  - { id: gate, type: io.kestra.plugin.core.flow.Pause }
`
const ASKING = `
id: asking
namespace: ${NS}
tasks:
  - id: gate
    type: io.kestra.plugin.core.flow.Pause
    onResume:
      - { id: why, type: STRING }
      - { id: count, type: INT, defaults: 3 }
  - { id: say, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs.gate.onResume.why }} {{ outputs.gate.onResume.count }}" }
`
const REVIEW = `
id: review
namespace: ${NS}
tasks:
  - id: review
    type: io.kestra.plugin.core.flow.Approval
  - { id: say, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs.review.decision }}" }
`

interface Document {
  readonly id: string
  readonly state: { readonly current: string }
  readonly taskRunList: readonly {
    readonly id: string
    readonly taskId: string
    readonly outputs?: Record<string, unknown>
  }[]
}

async function start(flow: string): Promise<Document> {
  const { json } = await server.send('POST', `${BASE}/${NS}/${flow}`)
  return json as Document
}

async function resume(
  id: string,
  inputs: Record<string, unknown> = {},
  path = 'resume',
): Promise<{ readonly status: number; readonly json: unknown }> {
  return await server.send('POST', `${BASE}/${id}/${path}`, { body: JSON.stringify(inputs), headers: JSON_TYPE })
}

function outputOf(document: Document, taskId: string): unknown {
  return document.taskRunList.find(run => run.taskId === taskId)?.outputs?.['value']
}

test('a paused execution goes on when it is resumed, and a second time is refused', async () => {
  const { id, state } = await start('gate')
  assert.equal(state.current, 'PAUSED')
  const resumed = await resume(id)
  const again = await resume(id)

  assert.equal(resumed.status, 200)
  assert.equal((resumed.json as Document).state.current, 'SUCCESS')
  assert.equal(again.status, 409)
})

test('what the task asks is judged, and what is answered is its output', async () => {
  const { id } = await start('asking')
  const missing = await resume(id)
  const wrong = await resume(id, { why: 'x', count: 'many' })
  const good = await resume(id, { why: 'because', count: '4' })

  assert.deepEqual([missing.status, wrong.status, good.status], [422, 422, 200])
  assert.equal(outputOf(good.json as Document, 'say'), 'because 4')
})

test('answers can be judged without resuming', async () => {
  const { id } = await start('asking')
  const { status, json } = await resume(id, { count: 'many' }, 'resume/validate')
  const { inputs } = json as { readonly inputs: readonly { readonly errors?: readonly unknown[] }[] }

  assert.equal(status, 200)
  assert.deepEqual(
    inputs.map(({ errors }) => errors?.length ?? 0),
    [1, 1],
  )
  const { json: after } = await server.send('GET', `${BASE}/${id}`)
  assert.equal((after as Document).state.current, 'PAUSED')
})

test('a task run can be named, and one that does not wait is refused', async () => {
  const { id, taskRunList } = await start('gate')
  const run = taskRunList[0]?.id ?? ''
  const unknown = await server.send('POST', `${BASE}/${id}/resume?taskRunId=nonsense`)
  const named = await server.send('POST', `${BASE}/${id}/resume?taskRunId=${run}`)

  assert.deepEqual([unknown.status, named.status], [404, 200])
})

test('an approval takes its decision with the answers', async () => {
  const denied = await start('review')
  const approved = await start('review')

  const no = await resume(denied.id, { decision: 'deny' })
  const yes = await resume(approved.id, { comment: 'fine' })
  assert.equal((no.json as Document).state.current, 'CANCELLED')
  assert.equal(outputOf(yes.json as Document, 'say'), 'approve')
})

test('several are resumed at once, and where answers are missing it is told', async () => {
  const [first, second] = [await start('gate'), await start('gate')]
  const asking = await start('asking')
  const both = await server.send('POST', `${BASE}/resume/by-ids`, {
    body: JSON.stringify([first.id, second.id]),
    headers: JSON_TYPE,
  })
  const none = await server.send('POST', `${BASE}/resume/by-ids`, {
    body: JSON.stringify([asking.id]),
    headers: JSON_TYPE,
  })

  assert.equal(both.status, 200)
  assert.ok(none.status >= 400, `${none.status}`)
})
