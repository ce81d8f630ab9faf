import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await openTestServer()
  for (const id of ['calm', 'wild'])
    await server.saveFlow(`
id: ${id}
namespace: runs.test
labels: { kind: ${id} }
tasks:
  - { id: first, type: io.kestra.plugin.core.debug.Return, format: x }
  - { id: second, type: io.kestra.plugin.core.${id === 'wild' ? 'execution.Fail' : 'debug.Return'} }
`)
  for (const id of ['calm', 'wild', 'wild'])
    await server.client.executions.create({ params: { namespace: 'runs.test', id }, query: { wait: true } })
})
after(() => server.stop())

const API = '/api/v1/main/taskruns/search'

interface Row {
  readonly taskId: string
  readonly flowId: string
  readonly state: { readonly current: string; readonly startDate: string }
}

async function search(query: string): Promise<{ readonly results: readonly Row[]; readonly total: number }> {
  const { json, status, text } = await server.send('GET', `${API}${query}`)
  assert.equal(status, 200, text)
  return json
}

test('task runs of all executions are listed, the latest first, page by page', async () => {
  const all = await search('?size=100')
  const second = await search('?size=4&page=2')
  const oldest = await search('?size=1&sort=state.startDate:asc')

  assert.equal(all.total, 6)
  assert.deepEqual(second.results, all.results.slice(4))
  const dates = all.results.map(({ state }) => state.startDate)
  assert.deepEqual(dates, dates.toSorted().reverse())
  assert.equal(oldest.results[0]?.flowId, 'calm')
})

test('a state is that of the task run, in both forms of filters', async () => {
  const flat = await search('?state=FAILED')
  const form = await search('?filters[state][IN]=FAILED,KILLED&filters[namespace][PREFIX]=runs')
  const others = await search('?filters[state][NOT_EQUALS]=FAILED')

  assert.deepEqual([flat.total, form.total, others.total], [2, 2, 4])
  assert.ok(flat.results.every(({ taskId, flowId }) => taskId === 'second' && flowId === 'wild'))
})

test('executions are narrowed as in their own search', async () => {
  assert.equal((await search('?flowId=calm')).total, 2)
  assert.equal((await search('?labels=kind:wild')).total, 4)
  assert.equal((await search('?namespace=other')).total, 0)
})

test('what cannot be searched by is refused', async () => {
  const { status: sort } = await server.send('GET', `${API}?sort=outputs:asc`)
  const { status: filter } = await server.send('GET', `${API}?filters[state][REGEX]=F.*`)
  const { json } = await server.send('GET', '/api/v1/main/taskruns/maxTaskRunSetting')

  assert.deepEqual([sort, filter, json], [422, 422, 10_000])
})

test('of an execution with more task runs than are listed, those of a state are found behind the others, however often it was read', async () => {
  await server.saveFlow(`
id: many
namespace: runs.many
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, 1100) }}"
    concurrencyLimit: 0
    tasks:
      - { id: one, type: io.kestra.plugin.core.debug.Return, format: x }
  - { id: last, type: io.kestra.plugin.core.execution.Fail }
`)
  const many = { namespace: 'runs.many', id: 'many' }
  await server.client.executions.create({ params: many, query: { wait: true } })
  const failed = async (): Promise<readonly string[]> =>
    (await search('?namespace=runs.many&state=FAILED&size=10')).results.map(({ taskId }) => taskId)

  const first = await failed()
  const all = await search('?namespace=runs.many&size=10')
  const again = await failed()

  assert.deepEqual([first, again], [['last'], ['last']])
  assert.equal(all.total, 1_000)
})
