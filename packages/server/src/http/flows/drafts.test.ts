import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await openTestServer()
})
after(() => server.stop())

const NS = 'drafts.test'
const API = '/api/v1/main'
const YAML = { 'content-type': 'application/x-yaml' }

function flowOf(id: string, format: string, more = ''): string {
  return `id: ${id}\nnamespace: ${NS}\ntasks:\n  - { id: say, type: io.kestra.plugin.core.debug.Return, format: ${format} }\n${more}`
}

function draft(
  id: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): ReturnType<TestServer['send']> {
  return server.send('PUT', `${API}/flows/${NS}/${id}/draft`, { body, headers: { ...YAML, ...headers } })
}

const EVERY_DAY = 'triggers:\n  - { id: daily, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 6 * * *" }\n'

test('a draft changes neither what runs nor what triggers, and what publishes it ends it', async () => {
  await server.saveFlow(flowOf('quiet', 'published'))

  const kept = await draft('quiet', flowOf('quiet', 'drafted', EVERY_DAY))
  const run = await server.send('POST', `${API}/executions/${NS}/quiet?wait=true`)
  const triggers = await server.send('GET', `${API}/triggers/search?namespace=${NS}&flowId=quiet`)
  const newest = await server.send('GET', `${API}/flows/${NS}/quiet?source=true`)

  assert.deepEqual([kept.status, kept.json.revision, kept.json.follows, kept.json.version], [200, 2, 1, 1])
  assert.deepEqual([run.json.flowRevision, run.json.taskRunList[0].outputs.value], [1, 'published'])
  assert.equal(triggers.json.total, 0)
  assert.deepEqual([newest.json.revision, newest.json.source], [1, flowOf('quiet', 'published')])

  const published = await server.send('PUT', `${API}/flows/${NS}/quiet?publishes=1`, {
    body: kept.json.source,
    headers: { ...YAML, 'if-match': '"1"' },
  })
  const gone = await server.send('GET', `${API}/flows/${NS}/quiet/draft`)
  const triggersNow = await server.send('GET', `${API}/triggers/search?namespace=${NS}&flowId=quiet`)

  assert.deepEqual([published.status, published.json.revision, gone.status], [200, 2, 404])
  assert.equal(triggersNow.json.total, 1)
})

test('a draft may be of a flow that is not there, and be no flow yet', async () => {
  const broken = `id: unborn\nnamespace: ${NS}\ntasks:\n  - { id: say, type: `

  const kept = await draft('unborn', broken)
  const listed = await server.send('GET', `${API}/flow-drafts?namespace=${NS}`)
  const read = await server.send('GET', `${API}/flows/${NS}/unborn/draft`)
  const flow = await server.send('GET', `${API}/flows/${NS}/unborn`)
  const run = await server.send('POST', `${API}/executions/${NS}/unborn`)

  assert.deepEqual([kept.status, kept.json.revision, kept.json.follows], [200, 1, 0])
  const { source, ...head } = read.json
  assert.equal(source, broken)
  assert.deepEqual(
    listed.json.filter(({ id }: { readonly id: string }) => id === 'unborn'),
    [head],
  )
  assert.deepEqual([flow.status, run.status], [404, 404])
})

test('nobody writes over a draft that somebody else has saved in the meantime', async () => {
  await draft('shared', flowOf('shared', 'one'))
  const theirs = await draft('shared', flowOf('shared', 'two'), { 'if-match': '"1"' })

  const late = await draft('shared', flowOf('shared', 'three'), { 'if-match': '"1"' })

  assert.deepEqual([theirs.status, theirs.headers.get('etag'), late.status], [200, '"2"', 412])
  assert.deepEqual([late.json.code, late.json.newest.source], ['draft-outdated', flowOf('shared', 'two')])
})

test('a draft that was saved after the one that is published stays, and says that it is outdated', async () => {
  await server.saveFlow(flowOf('late', 'published'))
  await draft('late', flowOf('late', 'one'))
  await draft('late', flowOf('late', 'two'))

  await server.send('PUT', `${API}/flows/${NS}/late?publishes=1`, { body: flowOf('late', 'one'), headers: YAML })

  const { json } = await server.send('GET', `${API}/flows/${NS}/late/draft`)
  assert.deepEqual([json.source, json.follows, json.revision, json.isOutdated], [flowOf('late', 'two'), 1, 3, true])
})

test('a draft that says what is published is none, and one that is thrown away is gone once', async () => {
  await server.saveFlow(flowOf('same', 'one'))
  await draft('same', flowOf('same', 'two'))
  await server.send('PUT', `${API}/flows/${NS}/same`, { body: flowOf('same', 'two'), headers: YAML })

  const none = await server.send('GET', `${API}/flows/${NS}/same/draft`)
  const again = await draft('same', flowOf('same', 'three'))
  const dropped = await server.send('DELETE', `${API}/flows/${NS}/same/draft`)
  const twice = await server.send('DELETE', `${API}/flows/${NS}/same/draft`)

  assert.deepEqual([none.status, again.status, dropped.status, twice.status], [404, 200, 204, 404])
})

test('the draft of another flow, or over a revision that is not there, is refused', async () => {
  const other = await draft('mine', flowOf('yours', 'x'))
  const ahead = await server.send('PUT', `${API}/flows/${NS}/mine/draft?follows=7`, {
    body: flowOf('mine', 'x'),
    headers: YAML,
  })

  assert.deepEqual([other.status, other.json.code], [422, 'flow-mismatch'])
  assert.equal(ahead.status, 404)
})

test('a flow that is deleted takes its draft along', async () => {
  await server.saveFlow(flowOf('leaving', 'one'))
  await draft('leaving', flowOf('leaving', 'two'))

  await server.send('DELETE', `${API}/flows/${NS}/leaving`)

  assert.equal((await server.send('GET', `${API}/flows/${NS}/leaving/draft`)).status, 404)
})

test('Kestra’s clients save drafts with ?draft=true and are answered with a flow', async () => {
  const body = flowOf('kestra', 'one')
  const created = await server.send('POST', `${API}/flows?draft=true`, { body, headers: YAML })
  const unknown = await server.send('PUT', `${API}/flows/${NS}/kestra?draft=true`, { body, headers: YAML })
  await server.saveFlow(body)
  const updated = await server.send('PUT', `${API}/flows/${NS}/kestra?draft=true`, {
    body: flowOf('kestra', 'two'),
    headers: YAML,
  })
  const again = await server.send('POST', `${API}/flows?draft=true`, { body, headers: YAML })
  const unnamed = await server.send('POST', `${API}/flows?draft=true`, { body: 'tasks: []', headers: YAML })

  assert.deepEqual(
    [created.status, created.json.draft, created.json.revision, created.json.source],
    [200, true, 1, body],
  )
  assert.deepEqual([unknown.status, updated.status, updated.json.draft, updated.json.revision], [404, 200, true, 2])
  assert.deepEqual([again.status, unnamed.status, unnamed.json.code], [422, 422, 'flow-unnamed'])
})
