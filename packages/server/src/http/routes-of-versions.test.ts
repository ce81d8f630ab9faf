// Routes that one line of clients has and others have not.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../testing/test-server.ts'

const API = '/api/v1/main'
const LOG = 'io.kestra.plugin.core.log.Log'
const JSON_BODY = { 'content-type': 'application/json' }

let server: TestServer
before(async () => {
  server = await openTestServer()
})
after(() => server.stop())

test('types have icons, inputs have schemas, triggers are listed', async () => {
  const icon = await server.send('GET', `/api/v1/plugins/icons/${LOG}`)
  const file = await server.send('GET', `/api/v1/plugins/icons/${LOG}/icon.svg`)
  const icons = await server.send('GET', '/api/v1/plugins/icons')
  const input = await server.send('GET', '/api/v1/plugins/inputs/int')
  const triggers = await server.send('GET', '/api/v1/plugins/triggers')

  assert.deepEqual({ ...icon.json, icon: '' }, { name: 'Log', icon: '', flowable: false })
  assert.equal(atob(icon.json.icon), file.text)
  assert.match(file.headers.get('content-type') ?? '', /svg/)
  assert.equal(icons.json[LOG].icon, icon.json.icon)
  assert.deepEqual(input.json.schema.properties.properties.max, { type: 'number' })
  assert.ok(triggers.json.results.some(({ cls }: { cls: string }) => cls.endsWith('.Schedule')))
  assert.equal((await server.send('GET', '/api/v1/plugins/icons/none.such')).status, 404)
  assert.equal((await server.send('GET', '/api/v1/plugins/inputs/nothing')).status, 404)
})

test('a chart is judged, and exported as CSV', async () => {
  const chart = `id: states
type: io.kestra.plugin.core.dashboard.chart.Pie
data:
  type: io.kestra.plugin.core.dashboard.data.Executions
  columns: { state: { field: STATE }, total: { agg: COUNT } }`
  const yaml = { 'content-type': 'application/x-yaml' }
  const good = await server.send('POST', `${API}/dashboards/validate/chart`, { body: chart, headers: yaml })
  const bad = await server.send('POST', `${API}/dashboards/validate/chart`, { body: 'id: x', headers: yaml })
  const body = JSON.stringify({ chart })
  const asCsv = await server.send('POST', `${API}/dashboards/charts/export/to-csv`, { body, headers: JSON_BODY })

  assert.equal(good.json.constraints, undefined)
  assert.match(bad.json.constraints, /type/)
  assert.match(asCsv.headers.get('content-type') ?? '', /csv/)
  assert.equal((await server.send('GET', `${API}/dashboards/settings/default-dashboards`)).status, 200)
})

test('0.20 finds blueprints where later versions have their kinds', async () => {
  const list = await server.send('GET', '/api/v1/blueprints/community?size=2')
  const [first] = list.json.results
  const whole = await server.send('GET', `/api/v1/blueprints/community/${first.id}`)
  const source = await server.send('GET', `/api/v1/blueprints/community/${first.id}/flow`)

  assert.equal(list.json.results.length, 2)
  assert.equal(whole.json.flow, source.text)
  assert.ok((await server.send('GET', '/api/v1/blueprints/community/tags')).json.length > 0)
})

test('2.0 reads outputs apart from executions, and how long a flow takes', async () => {
  await server.saveFlow(`id: gives
namespace: versions
tasks: [{ id: one, type: io.kestra.plugin.core.debug.Return, format: "1" }]
outputs: [{ id: all, type: STRING, value: "{{ outputs.one.value }}!" }]`)
  const { id } = (await server.send('POST', `${API}/executions/versions/gives`)).json
  const runs = await server.send('GET', `${API}/outputs/tasks/${id}`)
  const average = await server.send('GET', `${API}/executions/namespaces/versions/flows/gives/average-duration`)

  assert.deepEqual((await server.send('GET', `${API}/outputs/executions/${id}`)).json, { all: '1!' })
  assert.equal(runs.json[0].taskId, 'one')
  assert.deepEqual((await server.send('GET', `${API}/outputs/tasks/${id}/${runs.json[0].taskRunId}`)).json, {
    value: '1',
  })
  assert.equal(average.json.count, 1)
  assert.match(average.json.averageDuration, /^PT/)
  assert.deepEqual((await server.send('GET', `${API}/worker-selectors/tags`)).json, { tags: [] })
})
