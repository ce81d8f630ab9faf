import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'
import { readZip, writeZip } from './zip.ts'

let server: TestServer
before(async () => {
  server = await openTestServer()
  for (const source of [CALLER, CALLED]) await server.saveFlow(source)
})
after(() => server.stop())

const NS = 'views.test'
const API = '/api/v1/main'
const YAML = { 'content-type': 'application/x-yaml' }
const CALLED = `
id: called
namespace: ${NS}.sub
tasks:
  - { id: needle, type: io.kestra.plugin.core.debug.Return, format: x }
`
const CALLER = `
id: caller
namespace: ${NS}
tasks:
  - id: fan
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - { id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: ${NS}.sub, flowId: called }
`

test('the graph of a flow is drawn from its source, its revision, or the revision that an execution runs', async () => {
  const started = await server.send('POST', `${API}/executions/${NS}.sub/called`)

  const replies = await Promise.all([
    server.send('GET', `${API}/flows/${NS}/caller/graph`),
    server.send('POST', `${API}/flows/graph`, { body: CALLER, headers: YAML }),
    server.send('GET', `${API}/executions/${started.json.id}/graph`),
    server.send('GET', `${API}/flows/${NS}/unknown/graph`),
    server.send('POST', `${API}/flows/graph`, { body: 'id: x', headers: YAML }),
  ])

  assert.deepEqual(
    replies.map(({ status }) => status),
    [200, 200, 200, 404, 422],
  )
  assert.deepEqual(replies[0]?.json, replies[1]?.json)
  assert.deepEqual(replies[0]?.json.flowables, ['root.fan'])
})

test('dependencies say who starts whom, and only what follows when that is wished', async () => {
  const both = await server.send('GET', `${API}/flows/${NS}.sub/called/dependencies`)
  const after = await server.send('GET', `${API}/flows/${NS}.sub/called/dependencies?destinationOnly=true`)
  const all = await server.send('GET', `${API}/namespaces/${NS}/dependencies`)

  const edge = { source: `${NS}_caller`, target: `${NS}.sub_called`, relation: 'FLOW_TASK' }
  assert.deepEqual(both.json.edges, [edge])
  assert.deepEqual([after.json.nodes.length, after.json.edges.length], [1, 0])
  assert.deepEqual(all.json.edges, [edge])
})

test('a task and a trigger are judged alone, with the paths of their own', async () => {
  const good = await server.send('POST', `${API}/flows/validate/task?section=TASKS`, {
    body: JSON.stringify({ id: 'a', type: 'io.kestra.plugin.core.log.Log', message: 'x' }),
    headers: { 'content-type': 'application/json' },
  })
  const wrong = await server.send('POST', `${API}/flows/validate/task?section=TASKS`, {
    body: 'id: a\ntype: io.kestra.plugin.core.log.Log\nmesage: x\n',
    headers: YAML,
  })
  const trigger = await server.send('POST', `${API}/flows/validate/trigger`, {
    body: 'id: t\ntype: io.kestra.plugin.core.trigger.Schedule\ncron: "61 * * * *"\n',
    headers: YAML,
  })

  assert.equal(good.json.constraints, undefined)
  assert.match(wrong.json.constraints, /^mesage: /m)
  assert.match(trigger.json.constraints, /cron/)
})

test('sources are searched, with the hits between marks', async () => {
  const found = await server.send('GET', `${API}/flows/source?q=NEEDLE&namespace=${NS}`)

  assert.equal(found.json.total, 1)
  assert.equal(found.json.results[0].model.id, 'called')
  assert.match(found.json.results[0].fragments[0], /\[mark\]needle\[\/mark\]/)
})

test('flows travel as a zip file, out and in again, and what cannot be saved is named', async () => {
  const out = await fetch(`${server.address}${API}/flows/export/by-query?namespace=${NS}`)
  const entries = readZip(Buffer.from(await out.arrayBuffer()))
  const broken = { name: 'broken.yml', text: `id: broken\nnamespace: ${NS}.in\n` }
  const moved = entries.map(({ name, text }) => ({ name, text: text.replaceAll(NS, `${NS}.in`) }))
  const form = new FormData()
  form.append('fileUpload', new Blob([new Uint8Array(await buffer(writeZip([...moved, broken])))]), 'flows.zip')

  const imported = await server.send('POST', `${API}/flows/import`, { body: form })

  assert.deepEqual(entries.map(({ name }) => name).sort(), [`${NS}.caller.yml`, `${NS}.sub.called.yml`])
  assert.deepEqual(imported.json, ['broken'])
  assert.equal((await server.send('GET', `${API}/flows/${NS}.in.sub/called`)).status, 200)
  assert.equal((await server.send('DELETE', `${API}/flows/delete/by-query?namespace=${NS}.in`)).json.count, 2)
})

test('flows are disabled and enabled in their sources, as new revisions', async () => {
  const body = JSON.stringify([{ namespace: NS, id: 'caller' }])
  const headers = { 'content-type': 'application/json' }

  const off = await server.send('POST', `${API}/flows/disable/by-ids`, { body, headers })
  const refused = await server.send('POST', `${API}/executions/${NS}/caller`)
  const on = await server.send('POST', `${API}/flows/enable/by-query?namespace=${NS}`)
  const flow = await server.send('GET', `${API}/flows/${NS}/caller?source=true`)

  assert.deepEqual([off.json.count, refused.status, on.json.count], [1, 409, 1])
  assert.deepEqual([flow.json.revision, flow.json.disabled], [3, false])
  assert.match(flow.json.source, /^disabled: false$/m)
})

test('namespaces are those of flows and the ones above them', async () => {
  const found = await server.send('GET', `${API}/namespaces/search?q=views`)

  assert.deepEqual(
    found.json.results.map(({ id }: { id: string }) => id),
    ['views', NS, `${NS}.sub`],
  )
})

test('metrics of iterations say of which', async () => {
  const body = `id: rounds
namespace: ${NS}.sub
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: [oslo, rome]
    tasks: [{ id: note, type: io.kestra.plugin.core.debug.Return, format: "{{ taskrun.value }}" }]`
  await server.send('POST', `${API}/flows`, { body, headers: { 'content-type': 'application/x-yaml' } })
  const { id } = (await server.send('POST', `${API}/executions/${NS}.sub/rounds?wait=true`)).json

  const metrics = await server.send('GET', `${API}/metrics/${id}`)

  assert.deepEqual(
    metrics.json.results.map(({ taskId, taskRunValue }: { taskId: string; taskRunValue?: string }) => [
      taskId,
      taskRunValue,
    ]),
    [
      ['note', 'oslo'],
      ['note', 'rome'],
    ],
  )
})

test('metrics of an execution, outputs apart from it, its newest one and rows of a search', async () => {
  const started = await server.send('POST', `${API}/executions/${NS}.sub/called`)
  const { id } = started.json

  const metrics = await server.send('GET', `${API}/metrics/${id}`)
  const outputs = await server.send('GET', `${API}/outputs/${id}`)
  const own = await server.send('GET', `${API}/outputs/${id}/${outputs.json[0].taskRunId}`)
  const latest = await server.send('POST', `${API}/executions/latest`, {
    body: JSON.stringify([{ namespace: `${NS}.sub`, id: 'called' }]),
    headers: { 'content-type': 'application/json' },
  })
  const rows = await fetch(`${server.address}${API}/executions/export/by-query/csv?namespace=${NS}`)

  assert.equal(metrics.json.results[0].name, 'length')
  assert.deepEqual([outputs.json[0].taskId, own.json], ['needle', { value: 'x' }])
  assert.deepEqual([latest.json[0].id, latest.json[0].status], [id, 'SUCCESS'])
  assert.match(await rows.text(), new RegExp(`^id,namespace.*\\r\\n${id},`))
  assert.deepEqual((await server.send('GET', `${API}/metrics/names/${NS}.sub/called`)).json, [])
})

test('an editor is told what the expressions of a task may name', async () => {
  await server.client.keys.set({ params: { namespace: NS, key: 'limit' }, body: '5' })
  const source = `
id: edited
namespace: ${NS}
labels: { team: sea }
inputs: [{ id: who, type: STRING }, { id: many.few, type: INT }]
variables: { deep: { down: 1 } }
tasks:
  - { id: load, type: io.kestra.plugin.core.http.Download, uri: x }
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: [1]
    tasks: [{ id: inner, type: io.kestra.plugin.core.debug.Return }]
  - { id: last, type: io.kestra.plugin.core.log.Log, message: x }
`
  const ask = async (query: string, body = source): Promise<Awaited<ReturnType<TestServer['send']>>> =>
    await server.send('POST', `${API}/flows/expressions${query}`, { body, headers: YAML })

  const { json: last } = await ask('?taskId=last')
  const { json: first } = await ask('?taskId=load')
  const { json: end } = await ask('')
  const unknown = await ask('?taskId=none')
  const broken = await ask('', 'id: x')

  assert.deepEqual(last.inputs, { who: 'string', many: { few: 'number' } })
  assert.deepEqual([last.vars, last.labels], [{ deep: { down: 'number' } }, ['team']])
  assert.deepEqual(Object.keys(last.outputs), ['load', 'inner'])
  assert.deepEqual(last.outputs.inner, { '*': { value: 'string' } })
  assert.equal(last.outputs.load.uri, 'string')
  assert.deepEqual([first.outputs, Object.keys(end.outputs)], [{}, ['load', 'inner']])
  assert.ok(last.kv.includes('limit') && last.secrets.includes('DOOR'))
  assert.ok(last.functions.some((entry: { readonly name: string }) => entry.name === 'secret'))
  assert.deepEqual([unknown.status, broken.status], [404, 422])
})
