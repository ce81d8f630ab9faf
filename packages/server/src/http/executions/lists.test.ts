import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

const NS = 'lists.test'
const BASE = '/api/v1/main/executions'

let server: TestServer
before(async () => {
  server = await openTestServer()
  await server.saveFlow(`
id: echo
namespace: ${NS}
labels: { team: blue }
inputs:
  - { id: n, type: INT, defaults: 0 }
tasks:
  - { id: say, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs.n }}" }
`)
  await server.saveFlow(`
id: broken
namespace: ${NS}.deep
tasks:
  - { id: load, type: io.kestra.plugin.core.execution.Fail, errorMessage: "no way to warehouse:5432" }
`)
  for (let n = 0; n < 5; n++)
    await server.client.executions.create({ params: { namespace: NS, id: 'echo' }, body: { n } })
  for (let n = 0; n < 2; n++)
    await server.client.executions.create({ params: { namespace: `${NS}.deep`, id: 'broken' } })
})
after(() => server.stop())

test('a list by key goes through all rows, each once, newest first', async () => {
  const seen: string[] = []
  let cursor: string | null | undefined = ''
  let pages = 0
  while (cursor !== null && cursor !== undefined) {
    const page: Awaited<ReturnType<TestServer['client']['executions']['search']>> =
      await server.client.executions.search({ query: { cursor, size: 3 } })
    seen.push(...page.results.map(row => row.id))
    cursor = page.next
    pages += 1
  }

  assert.equal(pages, 3)
  assert.equal(seen.length, 7)
  assert.deepEqual(seen, seen.toSorted().reverse())
})

test('a row of a list by key is light, and tells why it failed', async () => {
  const { json } = await server.send('GET', `${BASE}/search?cursor=&size=10&filters[state][EQUALS]=FAILED`)
  const [row] = json.results

  assert.equal(json.total, 2)
  assert.equal(json.totalIsEstimate, false)
  assert.equal(row.taskRunList, undefined)
  assert.equal(row.state.current, 'FAILED')
  assert.equal(row.failure.taskId, 'load')
  assert.match(row.failure.message, /no way to warehouse/)
  const echo = await server.send('GET', `${BASE}/search?cursor=&size=1&filters[flowId][EQUALS]=echo`)
  assert.equal(echo.json.results[0].inputs, undefined)
  assert.deepEqual(echo.json.results[0].labels[0], { key: 'team', value: 'blue' })
})

test('filters without an index are kept to by lists by key, too', async () => {
  const by = async (filter: string): Promise<number> =>
    (await server.send('GET', `${BASE}/search?cursor=&size=10&${filter}`)).json.results.length

  assert.equal(await by(`filters[namespace][CONTAINS]=deep`), 2)
  assert.equal(await by(`filters[flowId][NOT_EQUALS]=echo`), 2)
  assert.equal(await by(`filters[flowId][IN]=echo,broken`), 7)
  assert.equal(await by(`filters[triggerId][EQUALS]=daily`), 0)
  assert.equal(await by(`filters[duration][GREATER_THAN]=PT1H`), 0)
  assert.equal(await by(`q=brok`), 2)
  assert.equal(await by(`childFilter=CHILD`), 0)
})

test('a text and filters without an index find the same page by page and by key', async () => {
  const totals = async (filter: string): Promise<readonly number[]> =>
    await Promise.all(
      ['page=1', 'cursor='].map(
        async paging => (await server.send('GET', `${BASE}/search?${paging}&size=10&${filter}`)).json.total,
      ),
    )

  assert.deepEqual(await totals('q=brok&filters[flowId][STARTS_WITH]=bro'), [2, 2])
  assert.deepEqual(await totals('q=brok&filters[flowId][STARTS_WITH]=ech'), [0, 0])
})

test('a cursor of somebody else and an order without an index are refused', async () => {
  const cursor = await server.send('GET', `${BASE}/search?cursor=page2`)
  const sort = await server.send('GET', `${BASE}/search?cursor=&sort=state.duration:desc`)

  assert.equal(cursor.status, 422)
  assert.equal(cursor.json.code, 'cursor-invalid')
  assert.equal(sort.status, 422)
  assert.match(sort.json.message, /state.startDate/)
})

test('counts tell states bucket by bucket, for the same filters', async () => {
  const all = await server.client.executions.counts({ query: { timeRange: 'PT1H', bucket: 'PT10M' } })
  const failed = await server.client.executions.counts({ query: { timeRange: 'PT1H', state: ['FAILED'] } })
  const deep = await server.client.executions.counts({ query: { namespace: `${NS}.deep` } })
  const kept = await server.client.executions.counts({ query: { 'filters[flowId][CONTAINS]': 'ech' } })

  assert.deepEqual(all.states, { SUCCESS: 5, FAILED: 2 })
  assert.equal(all.total, 7)
  assert.equal(all.buckets.length >= 6 && all.buckets.length <= 8, true)
  assert.deepEqual(all.buckets.at(-1)?.states ?? {}, all.states)
  assert.deepEqual(failed.states, { FAILED: 2 })
  assert.deepEqual(deep.states, { FAILED: 2 })
  assert.deepEqual(kept.states, { SUCCESS: 5 })
  assert.equal(all.countedFrom, undefined)
})

test('counts tell each namespace as well when they are asked to, however they are filtered', async () => {
  const of = async (query: string): Promise<unknown> =>
    (await server.send('GET', `${BASE}/counts?timeRange=PT1H&${query}`)).json.namespaces

  const both = [
    { namespace: NS, states: { SUCCESS: 5 }, total: 5 },
    { namespace: `${NS}.deep`, states: { FAILED: 2 }, total: 2 },
  ]
  assert.deepEqual(await of('by=namespace'), both)
  assert.deepEqual(await of('by=namespace&bucket=PT1M'), both)
  assert.deepEqual(await of('by=namespace&filters[flowId][CONTAINS]=ech'), both.slice(0, 1))
  assert.deepEqual(await of(`by=namespace&namespace=${NS}.deep&flowId=broken`), both.slice(1))
  assert.equal(await of(''), undefined)
  assert.equal((await server.send('GET', `${BASE}/counts?by=colour`)).status, 422)
})

test('counts refuse what makes no buckets', async () => {
  for (const query of [
    'bucket=week',
    'zone=Mars/Base',
    'timeRange=P999999999999Y',
    'bucket=PT1S&timeRange=P30D',
    'startDate=2030-01-01T00:00:00Z',
  ]) {
    const { status, json } = await server.send('GET', `${BASE}/counts?${query}`)

    assert.equal(status, 422, query)
    assert.match(json.code, /bucket-invalid|zone-invalid|date-invalid/)
  }
})

test('values to filter by come with how many have them', async () => {
  const states = await server.client.executions.distinctValues({ query: { field: 'STATE', q: 'fail', counts: true } })
  const flows = await server.client.executions.distinctValues({ query: { field: 'FLOW_ID' } })
  const labels = await server.client.executions.distinctValues({ query: { field: 'LABELS', counts: true } })
  const unknown = await server.send('GET', `${BASE}/distinct-field-values?field=MOOD`)

  assert.deepEqual(states, [{ value: 'FAILED', count: 2 }])
  assert.deepEqual(flows, ['broken', 'echo'])
  assert.deepEqual(labels, [{ value: 'team:blue', count: 5 }])
  assert.equal(unknown.status, 422)
})

test('the message of a failure is that of the task, whatever the error branch writes after it', async () => {
  await server.saveFlow(`
id: told
namespace: ${NS}.told
tasks:
  - { id: load, type: io.kestra.plugin.core.execution.Fail, errorMessage: "no way to warehouse:5432" }
errors:
  - { id: tell, type: io.kestra.plugin.core.log.Log, level: ERROR, message: somebody was told }
`)
  await server.client.executions.create({ params: { namespace: `${NS}.told`, id: 'told' } })

  const { json } = await server.send('GET', `${BASE}/search?cursor=&size=10&filters[flowId][EQUALS]=told`)

  assert.equal(json.results[0].failure.taskId, 'load')
  assert.match(json.results[0].failure.message, /no way to warehouse/)
})

test('a row that was shown before tells what was done to its execution since', async () => {
  const rows = `${BASE}/search?cursor=&size=1&filters[flowId][EQUALS]=echo`
  const before = (await server.send('GET', rows)).json.results[0]
  await server.send('GET', rows)

  const body = JSON.stringify([{ key: 'colour', value: 'red' }])
  await server.send('POST', `${BASE}/${before.id}/labels`, { body, headers: { 'content-type': 'application/json' } })
  const now = (await server.send('GET', rows)).json.results[0]

  assert.equal(before.state.current, 'SUCCESS')
  assert.deepEqual(
    [before, now].map(({ id, labels }) => [id, labels.some(({ key }: { key: string }) => key === 'colour')]),
    [
      [before.id, false],
      [before.id, true],
    ],
  )
})

test('a failed row that was shown before tells its failure, and what becomes of its log and its state', async () => {
  await server.saveFlow(`
id: mended
namespace: ${NS}.mended
tasks:
  - { id: load, type: io.kestra.plugin.core.execution.Fail, errorMessage: "no way to warehouse:5432" }
`)
  const { id } = await server.client.executions.create({ params: { namespace: `${NS}.mended`, id: 'mended' } })
  const rows = `${BASE}/search?cursor=&size=1&filters[flowId][EQUALS]=mended`
  const first = (await server.send('GET', rows)).json.results[0]
  const again = (await server.send('GET', rows)).json.results[0]

  await server.send('DELETE', `/api/v1/main/logs/${id}`)
  const bare = (await server.send('GET', rows)).json.results[0]
  await server.send('POST', `${BASE}/${id}/change-status?status=CANCELLED`)
  const changed = (await server.send('GET', rows)).json.results[0]

  assert.match(first.failure.message, /no way to warehouse/)
  assert.deepEqual(again, first)
  assert.deepEqual(bare.failure, { taskId: 'load', taskRunId: first.failure.taskRunId }, 'its log is gone')
  assert.equal(changed.state.current, 'CANCELLED')
  assert.deepEqual(changed.failure, bare.failure, 'the run failed all the same')
})
