import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
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
  readonly id: string
  readonly executionId: string
  readonly taskId: string
  readonly flowId: string
  readonly state: { readonly current: string; readonly startDate: string }
}

interface Page {
  readonly results: readonly Row[]
  readonly total?: number
  readonly next?: string | null
}

async function search(query: string): Promise<Page> {
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

test('by key the same are listed, the newest first, page after page', async () => {
  await server.saveFlow(`
id: late
namespace: runs.keyed
tasks:
  - { id: only, type: io.kestra.plugin.core.debug.Return, format: x }
afterExecution:
  - { id: afterwards, type: io.kestra.plugin.core.debug.Return, format: x }
`)
  await server.saveFlow(`
id: quick
namespace: runs.keyed
tasks:
  - { id: one, type: io.kestra.plugin.core.debug.Return, format: x }
  - { id: two, type: io.kestra.plugin.core.debug.Return, format: x }
`)
  for (let round = 0; round < 15; round++) {
    const ids = round % 5 === 0 ? ['late', 'quick'] : ['quick']
    await Promise.all(
      ids.map(id =>
        server.client.executions.create({ params: { namespace: 'runs.keyed', id }, query: { wait: true } }),
      ),
    )
  }
  const runs = (await search('?namespace=runs.keyed&flowId=quick&size=2')).results
  const newest = runs.find(({ taskId }) => taskId === 'two')
  assert.ok(newest)
  await server.client.executions.replay({
    params: { executionId: newest.executionId },
    query: { taskRunId: newest.id },
  })

  const rows: Row[] = []
  let cursor: string | null | undefined = ''
  for (let page = 0; typeof cursor === 'string' && page < 20; page++) {
    const found: Page = await search(`?namespace=runs.keyed&size=7&cursor=${cursor}`)
    assert.ok(found.results.length <= 7 && found.total === undefined)
    rows.push(...found.results)
    cursor = found.next
  }
  const all = await search('?namespace=runs.keyed&size=100')

  assert.equal(rows.length, 38)
  assert.deepEqual(rows.map(({ id }) => id).toSorted(), all.results.map(({ id }) => id).toSorted())
  const dates = rows.map(({ state }) => state.startDate)
  assert.deepEqual(dates, dates.toSorted().reverse())
  const failed = await search('?namespace=runs.keyed&state=FAILED&cursor=')
  assert.deepEqual([failed.results, failed.next], [[], null])
})

test('by key what begins after the end of its execution is found, however many ended since', async () => {
  await server.saveFlow(`
id: held
namespace: runs.after
tasks:
  - { id: only, type: io.kestra.plugin.core.debug.Return, format: x }
afterExecution:
  - { id: hold, type: io.kestra.plugin.core.flow.Pause }
  - { id: afterwards, type: io.kestra.plugin.core.debug.Return, format: x }
`)
  await server.saveFlow(`
id: many
namespace: runs.after
tasks:
  - { id: only, type: io.kestra.plugin.core.debug.Return, format: x }
`)
  const start = (id: string): Promise<{ readonly id: string }> =>
    server.client.executions.create({ params: { namespace: 'runs.after', id }, query: { wait: id === 'many' } })
  const { id } = await start('held')
  for (let count = 0; count < 50; count++) await start('many')
  await setTimeout(5)
  const resumed = await server.send('POST', `/api/v1/main/executions/${id}/resume`)
  assert.ok(resumed.status < 300, resumed.text)
  const newest = async (): Promise<string | undefined> =>
    (await search('?namespace=runs.after&size=1&cursor=')).results[0]?.taskId
  for (let left = 100; left > 0 && (await newest()) !== 'afterwards'; left--) await setTimeout(20)

  assert.equal(await newest(), 'afterwards')
})

test('a cursor of another list is refused, and one from the oldest on', async () => {
  const other = await server.send('GET', `${API}?cursor=x.y`)
  const oldest = await server.send('GET', `${API}?cursor=&sort=state.startDate:asc`)

  assert.deepEqual([other.status, other.json.code], [422, 'cursor-invalid'])
  assert.deepEqual([oldest.status, oldest.json.code], [422, 'sort-invalid'])
})
