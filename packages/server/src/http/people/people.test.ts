import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createClient } from '@batuta/api'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'
import { startHttp } from '../server.ts'
import { patternOf } from './incidents.ts'

const NS = 'people.test'
const BASE = '/api/v1/main'
const HEADERS = { 'content-type': 'application/json' }

let server: TestServer
before(async () => {
  server = await openTestServer()
  await server.saveFlow(`
id: payout
namespace: ${NS}
labels: { team: blue }
inputs:
  - { id: host, type: STRING, defaults: none }
tasks:
  - id: approve
    type: io.kestra.plugin.core.flow.Pause
    description: Pay this?
    timeout: PT1H
    onResume:
      - { id: amount, type: INT }
      - { id: reason, type: STRING, required: false }
  - { id: pay, type: io.kestra.plugin.core.log.Log, message: paid }
`)
  await server.saveFlow(`
id: load
namespace: ${NS}
inputs:
  - { id: n, type: INT }
tasks:
  - { id: fetch, type: io.kestra.plugin.core.execution.Fail, condition: "{{ inputs.n > 0 }}", errorMessage: "connection {{ inputs.n }} refused by 10.0.0.{{ inputs.n }}:5432" }
`)
})
after(() => server.stop())

test('views are saved, shared, listed by page and deleted', async () => {
  const view = { name: 'Failed today', page: 'executions', filters: 'filters[state][EQUALS]=FAILED', isPinned: true }
  const saved = await server.client.people.saveView({ params: { id: 'failed-today' }, body: view })
  await server.client.people.saveView({ params: { id: 'flows' }, body: { name: 'Mine', page: 'flows' } })

  const listed = await server.client.people.listViews({ query: { page: 'executions' } })
  await server.client.people.deleteView({ params: { id: 'failed-today' } })
  const left = await server.client.people.listViews()
  const again = await server.send('DELETE', `${BASE}/views/failed-today`)

  assert.equal(saved.isOwn, true)
  assert.deepEqual(listed, [saved])
  assert.deepEqual(
    left.map(({ id }) => id),
    ['flows'],
  )
  assert.equal(again.status, 404)
})

test('a view or preferences that cannot be kept are refused', async () => {
  const put = async (path: string, body: unknown): Promise<number> =>
    (await server.send('PUT', `${BASE}/${path}`, { body: JSON.stringify(body), headers: HEADERS })).status

  assert.equal(await put('views/x%2Fy', { name: 'x', page: 'y' }), 422)
  assert.equal(await put('views/x', { name: '', page: 'y' }), 422)
  assert.equal(await put('preferences', { text: 'x'.repeat(70_000) }), 422)
})

test('preferences are kept until they are forgotten', async () => {
  const before = await server.client.people.preferences()
  await server.client.people.savePreferences({ body: { theme: 'dark', rail: ['home'] } })
  const kept = await server.client.people.preferences()
  await server.client.people.deletePreferences()
  const after = await server.client.people.preferences()

  assert.deepEqual(before, { values: {}, updated: null })
  assert.deepEqual(kept.values, { theme: 'dark', rail: ['home'] })
  assert.deepEqual(after.values, {})
})

test('numbers in preferences may be wider than any of the page', async () => {
  const body = '{"wide": 6217223117662662656, "large": 2.2e82}'
  const { status, json } = await server.send('PUT', `${BASE}/preferences`, { body, headers: HEADERS })

  assert.equal(status, 200)
  assert.deepEqual(json.values, { wide: Number('6217223117662662656'), large: 2.2e82 })
})

test('what waits for people comes with its form and its hour', async () => {
  const { id } = await server.client.executions.create({ params: { namespace: NS, id: 'payout' } })
  const { results, next } = await server.client.people.humanTasks({ query: { namespace: NS } })
  await server.client.executions.resume({ params: { executionId: id }, body: { amount: 5 } })
  const left = await server.client.people.humanTasks({ query: { namespace: NS } })
  const cursor = await server.send('GET', `${BASE}/human-tasks?cursor=x`)

  const [task] = results
  assert.equal(next, null)
  assert.equal(task?.executionId, id)
  assert.equal(task?.taskId, 'approve')
  assert.equal(task?.title, 'Pay this?')
  assert.deepEqual(task?.labels, [{ key: 'team', value: 'blue' }])
  assert.deepEqual(
    task?.form.map(input => [input['id'], input['type']]),
    [
      ['amount', 'INT'],
      ['reason', 'STRING'],
    ],
  )
  assert.equal(Date.parse(task?.due ?? '') - Date.parse(task?.since ?? ''), 60 * 60_000)
  assert.deepEqual(left.results, [])
  assert.equal(cursor.status, 422)
})

test('failures that are alike are one incident', async () => {
  const start = async (n: number): Promise<string> =>
    (await server.client.executions.create({ params: { namespace: NS, id: 'load' }, body: { n } })).id
  const good = await start(0)
  const failed = [await start(1), await start(2), await start(3)]

  const { results, total } = await server.client.people.incidents()

  const [incident] = results
  assert.equal(total, 3)
  assert.equal(results.length, 1)
  assert.equal(incident?.count, 3)
  assert.equal(incident?.taskId, 'fetch')
  assert.equal(incident?.pattern, 'connection ⟨n⟩ refused by ⟨host⟩')
  assert.deepEqual(incident?.flows, [{ namespace: NS, flowId: 'load', count: 3, revisions: [1] }])
  assert.deepEqual(incident?.executionIds, failed.toReversed())
  assert.equal(
    incident?.trend.reduce((sum, count) => sum + count, 0),
    3,
  )
  assert.equal(incident?.lastSuccess?.executionId, good)
  const one = await server.client.people.incidents({ query: { fingerprint: 'nobody' } })
  assert.deepEqual(one.results, [])
})

test('incidents of which there are too many to be read at once are counted from the newest, and the others meanwhile', async () => {
  const flow =
    'id: many\nnamespace: trouble.many\ntasks:\n  - { id: fall, type: io.kestra.plugin.core.execution.Fail }\n'
  await server.saveFlow(flow)
  for (let n = 0; n < 25; n++)
    await server.client.executions.create({ params: { namespace: 'trouble.many', id: 'many' }, query: { wait: true } })
  // Each look at the clock finds a second gone: more than a call may read for.
  let elapsedMs = 0
  const platform = { ...server.given.platform, elapsedMs: () => (elapsedMs += 1_000) }
  const http = await startHttp({ ...server.given, platform })
  const client = createClient({ baseUrl: http.address, transport: globalThis })
  const list = (): ReturnType<typeof client.people.incidents> =>
    client.people.incidents({ query: { namespace: 'trouble.many' } })

  const first = await list()
  let last = await list()
  while (last.isReading === true) last = await list()
  await http.stop()

  assert.deepEqual([first.total, first.isReading, first.results[0]?.count], [10, true, 10])
  assert.equal(first.countedFrom, first.results[0]?.firstDate)
  assert.deepEqual([last.total, last.countedFrom, last.results[0]?.count], [25, undefined, 25])
})

test('the last success is found before many failures and executions that were stopped', async () => {
  const start = async (n: number): Promise<string> =>
    (
      await server.client.executions.create({
        params: { namespace: 'trouble.far', id: 'far' },
        query: { wait: true },
        body: { n },
      })
    ).id
  await server.saveFlow(`
id: far
namespace: trouble.far
inputs:
  - { id: n, type: INT }
tasks:
  - { id: fall, type: io.kestra.plugin.core.execution.Fail, condition: "{{ inputs.n > 0 }}", errorMessage: "of {{ inputs.n > 1 ? 'one kind' : 'another' }}" }
`)
  const good = await start(0)
  for (let n = 0; n < 8; n++) await start(1)
  await start(2)

  const { results } = await server.client.people.incidents({ query: { namespace: 'trouble.far' } })

  assert.deepEqual(
    results.map(({ count, lastSuccess }) => [count, lastSuccess?.executionId]),
    [
      [8, good],
      [1, good],
    ],
  )
})

test('a pattern leaves out what differs from one message to the next', () => {
  assert.equal(
    patternOf('2026-11-22T10:00:00Z no row "a b" in kestra:///x/y at 0VbfRegj2Ioxd0bTKcwfD5-3 (12.5 s)\n  at line 3'),
    '⟨date⟩ no row ⟨text⟩ in ⟨address⟩ at ⟨id⟩ (⟨n⟩ s)',
  )
})

test('one search finds flows, executions, namespaces, keys and views', async () => {
  const { id } = await server.client.executions.create({ params: { namespace: NS, id: 'payout' } })
  await server.send('PUT', `${BASE}/namespaces/${NS}/kv/payout_rate`, { body: '5', headers: HEADERS })
  const groupsOf = async (q: string): Promise<Record<string, readonly string[]>> => {
    const { groups } = await server.client.people.search({ query: { q } })
    return Object.fromEntries(groups.map(({ type, hits }) => [type, hits.map(hit => hit.id)]))
  }

  const byName = await groupsOf('payout')
  assert.deepEqual(byName, { flows: ['payout'], keys: ['payout_rate'] })
  assert.deepEqual((await groupsOf(id.slice(0, 12)))['executions'], [id])
  assert.deepEqual((await groupsOf(id))['executions'], [id])
  assert.deepEqual((await groupsOf('people'))['namespaces'], [NS])
  assert.deepEqual((await groupsOf('mine'))['views'], ['flows'])
  assert.deepEqual(await groupsOf('zzz-nothing'), {})
})
