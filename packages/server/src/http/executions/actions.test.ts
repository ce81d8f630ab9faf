import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await openTestServer()
  for (const source of [ECHO, FAILING, WAITING]) await server.saveFlow(source)
})
after(() => server.stop())

const NS = 'actions.test'
const BASE = '/api/v1/main/executions'
const ECHO = `
id: echo
namespace: ${NS}
labels: { team: x }
inputs:
  - { id: who, type: STRING }
  - { id: count, type: INT, defaults: 3 }
tasks:
  - { id: say, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs.who }} {{ inputs.count }}" }
  - { id: end, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs.say.value }}!" }
`
const FAILING = `
id: failing
namespace: ${NS}
tasks:
  - { id: one, type: io.kestra.plugin.core.debug.Return, format: one }
  - { id: broken, type: io.kestra.plugin.core.execution.Fail, condition: "{{ execution.originalId == execution.id }}" }
`
const WAITING = `
id: waiting
namespace: ${NS}
tasks:
  - { id: script, type: io.kestra.plugin.scripts.shell.Script, script: echo }
`

const JSON_TYPE = { 'content-type': 'application/json' }

async function started(flow: string, body: Record<string, unknown> = {}, query = ''): Promise<string> {
  const reply = await server.send('POST', `${BASE}/${NS}/${flow}${query}`, {
    body: JSON.stringify(body),
    headers: JSON_TYPE,
  })
  assert.equal(reply.status, 200, JSON.stringify(reply.json))
  return reply.json.id
}

async function post(path: string, body?: unknown): Promise<Awaited<ReturnType<TestServer['send']>>> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: JSON_TYPE }
  return await server.send('POST', `${BASE}/${path}`, sent)
}

test('a replay is a new execution, from the start or from a task run, with other inputs where some are given', async () => {
  const id = await started('echo', { who: 'ann', count: 5 })
  const { json: source } = await server.send('GET', `${BASE}/${id}`)

  const whole = await post(`${id}/replay`)
  const part = await post(`${id}/actions/replay?taskRunId=${source.taskRunList[1].id}`)
  const other = await post(`${id}/replay-with-inputs`, { who: 'bob' })

  assert.deepEqual(
    [
      whole.json.parentId,
      whole.json.originalId,
      whole.json.taskRunList[1].outputs.value,
      whole.json.metadata.attemptNumber,
    ],
    [id, id, 'ann 5!', 2],
  )
  assert.deepEqual(
    part.json.state.histories.map((moment: { state: string }) => moment.state),
    ['CREATED', 'RUNNING', 'SUCCESS', 'RESTARTED', 'RUNNING', 'SUCCESS'],
  )
  assert.notEqual(part.json.taskRunList[0].id, source.taskRunList[0].id)
  assert.deepEqual(other.json.inputs, { who: 'bob', count: 3 })
  assert.deepEqual((await server.send('GET', `${BASE}/${id}`)).json.inputs, { who: 'ann', count: 5 })
})

test('a replay of what is not there, from a run that is not there, or with wrong inputs is refused', async () => {
  const id = await started('echo', { who: 'ann' })

  const replies = await Promise.all([
    post('unknown/replay'),
    post(`${id}/replay?taskRunId=${id}-9`),
    post(`${id}/replay?revision=7`),
    post(`${id}/replay-with-inputs`, { who: 'bob', count: 'many' }),
  ])

  assert.deepEqual(
    replies.map(reply => reply.status),
    [404, 404, 404, 422],
  )
})

test('with another revision a restart is an execution of its own, and an older revision can be started', async () => {
  const id = await started('failing')
  await server.send('PUT', `/api/v1/main/flows/${NS}/failing`, {
    body: `${FAILING}  - { id: more, type: io.kestra.plugin.core.debug.Return, format: more }\n`,
    headers: { 'content-type': 'application/x-yaml' },
  })

  const same = await post(`${id}/restart`)
  const newer = await post(`${id}/restart?revision=2`)
  const older = await started('failing', {}, '?revision=1')

  assert.deepEqual([same.json.id, same.json.flowRevision, same.json.state.current], [id, 1, 'FAILED'])
  assert.deepEqual([newer.json.parentId, newer.json.flowRevision, newer.json.state.current], [id, 2, 'SUCCESS'])
  assert.deepEqual(
    newer.json.taskRunList.map((run: { taskId: string }) => run.taskId),
    ['one', 'broken', 'more'],
  )
  assert.equal((await server.send('GET', `${BASE}/${older}`)).json.flowRevision, 1)
})

test('the state of an ended execution is set, and refusals have the numbers of each dialect', async () => {
  const id = await started('echo', { who: 'ann' })
  const running = await started('waiting')

  const done = await post(`${id}/change-status?status=WARNING`)
  const refused = await Promise.all([
    post(`${id}/change-status?status=RUNNING`),
    post(`${running}/change-status?status=SUCCESS`),
    post(`${running}/actions/change-status?status=SUCCESS`),
    post(`${id}/pause`),
    post(`${id}/actions/pause`),
    post(`${id}/force-run`),
    post(`${id}/unqueue`),
    post(`${id}/resume-from-breakpoint`),
  ])

  assert.equal(done.json.state.current, 'WARNING')
  assert.deepEqual(
    refused.map(reply => reply.status),
    [422, 422, 409, 422, 409, 422, 422, 409],
  )
})

test('a task run is told how it ended, and the execution goes on from there', async () => {
  const id = await started('failing', {}, '?revision=1')
  const { json } = await server.send('GET', `${BASE}/${id}`)

  const done = await post(`${id}/state`, { taskRunId: json.taskRunList[1].id, state: 'SUCCESS' })

  assert.equal(done.json.state.current, 'SUCCESS')
})

test('labels of an ended execution are set, found by, and refused where they are of the system or too early', async () => {
  const id = await started('echo', { who: 'ann' })
  const running = await started('waiting')

  const done = await post(`${id}/labels`, [{ key: 'colour', value: 'red' }])
  const early = await post(`${running}/labels`, [{ key: 'colour', value: 'red' }])
  const system = await post(`${id}/labels`, [{ key: 'system.mine', value: 'x' }])
  const empty = await post(`${id}/labels`, [{ key: 'colour', value: null }])

  const own = done.json.labels.filter(({ key }: { key: string }) => !key.startsWith('system.'))
  assert.deepEqual(own, [{ key: 'colour', value: 'red' }])
  assert.deepEqual([early.status, system.status, empty.status], [400, 422, 422])
  assert.equal((await server.send('GET', `${BASE}/search?labels=colour:red`)).json.total, 1)
  assert.equal((await server.send('GET', `${BASE}/search?labels=team:x&q=${id}`)).json.results.length, 1)
})

test('an execution stops before its breakpoint and goes on from there', async () => {
  const id = await started('echo', { who: 'ann' }, '?breakpoints=end')
  const { json } = await server.send('GET', `${BASE}/${id}`)

  const done = await post(`${id}/resume-from-breakpoint`)

  assert.deepEqual([json.state.current, json.breakpoints], ['BREAKPOINT', [{ id: 'end' }]])
  assert.equal(done.status, 204)
  assert.equal((await server.send('GET', `${BASE}/${id}`)).json.state.current, 'SUCCESS')
})

test('bulk commands take ids or a search, and are all or nothing', async () => {
  const ids = [
    await started('echo', { who: 'a' }, '?labels=bulk:yes'),
    await started('echo', { who: 'b' }, '?labels=bulk:yes'),
  ]

  const refused = await post('change-status/by-ids?newStatus=WARNING', [...ids, 'unknown'])
  const byIds = await post('change-status/by-ids?newStatus=WARNING', ids)
  const byQuery = await post('change-status/by-query?newStatus=FAILED&labels=bulk:yes')
  const labelled = await post('labels/by-ids', { executionsId: ids, executionLabels: [{ key: 'bulk', value: 'yes' }] })
  const replayed = await server.send('POST', `${BASE}/replay/by-query?labels=bulk:yes`, {
    headers: { 'x-batuta-dialect': 'c' },
  })
  const deleted = await server.send('DELETE', `${BASE}/by-query?labels=bulk:yes`)

  assert.deepEqual([refused.status, refused.json.invalids.length], [400, 1])
  assert.deepEqual([byIds.json.count, byQuery.json.count, labelled.json.count], [2, 2, 2])
  assert.deepEqual([replayed.json.totalItems, typeof replayed.json.operationId], [2, 'string'])
  assert.equal(deleted.json.count, 4)
})

test('the beginning of a file is shown by its kind, and told to be cut', async () => {
  await server.saveFlow(`
id: files
namespace: ${NS}
inputs: [{ id: data, type: FILE }]
tasks: [{ id: show, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs.data }}" }]`)
  const preview = async (name: string, content: string, query = ''): Promise<Record<string, unknown>> => {
    const form = new FormData()
    form.append('data', new Blob([content]), name)
    const { json } = await server.send('POST', `${BASE}/${NS}/files`, { body: form })
    const path = encodeURIComponent(json.inputs.data)
    return (await server.send('GET', `${BASE}/${json.id}/file/preview?path=${path}${query}`)).json
  }

  const text = await preview('a.txt', 'one\ntwo\nthree\n', '&maxRows=2')
  const rows = await preview('a.ion', '{"n":1}\n{"n":2}\n')
  const picture = await preview('a.png', 'x')
  const odd = await preview('a.txt', 'x', '&encoding=klingon')

  assert.deepEqual(text, { extension: 'txt', type: 'TEXT', maxLine: 2, content: 'one\ntwo', truncated: true })
  assert.deepEqual([rows['type'], rows['content'], rows['truncated']], ['LIST', [{ n: 1 }, { n: 2 }], false])
  assert.deepEqual([picture['type'], picture['content']], ['IMAGE', 'eA=='])
  assert.equal(odd['code'], 'encoding-unknown')
})

test('nobody sends a cipher text and has it opened', async () => {
  const cipher = { type: 'io.kestra.datatype:aes_encrypted', value: 'abc' }

  const asMap = await post(`${NS}/echo`, { who: cipher })
  const asText = await post(`${NS}/echo`, { who: JSON.stringify(cipher) })

  assert.deepEqual([asMap.status, asText.status, asMap.json.code], [422, 422, 'value-reserved'])
})
