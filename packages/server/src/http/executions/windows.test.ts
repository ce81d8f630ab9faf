import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

const NS = 'windows.test'
const BASE = '/api/v1/main/executions'

let server: TestServer
let id = ''
let loop = ''
before(async () => {
  server = await openTestServer()
  await server.saveFlow(`
id: many
namespace: ${NS}
tasks:
  - { id: first, type: io.kestra.plugin.core.debug.Return, format: x }
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(0, 99) }}"
    concurrencyLimit: 0
    tasks:
      - { id: say, type: io.kestra.plugin.core.debug.Return, format: "{{ taskrun.value }}" }
      - { id: odd, type: io.kestra.plugin.core.execution.Fail, condition: "{{ taskrun.value == '99' }}" }
`)
  const execution = await server.client.executions.create({
    params: { namespace: NS, id: 'many' },
    query: { wait: true },
  })
  id = execution.id
  loop = `${id}-1`
})
after(() => server.stop())

test('the runs of the flow itself come first, loops closed', async () => {
  const { results, next, total } = await server.client.executions.taskRuns({
    params: { executionId: id },
    query: { parent: 'root' },
  })

  assert.deepEqual(
    results.map(run => run.taskId),
    ['first', 'each'],
  )
  assert.equal(next, null)
  assert.equal(total, 202)
  assert.equal(results[1]?.children?.lanes, 100)
  assert.equal(results[1]?.children?.failed, 1)
  assert.equal(results[0]?.outputs, undefined)
  assert.equal(results[0]?.hasOutputs, true)
})

test('a loop is opened page by page, and around one of its runs', async () => {
  const seen: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const page: Awaited<ReturnType<TestServer['client']['executions']['taskRuns']>> =
      await server.client.executions.taskRuns({
        params: { executionId: id },
        query: { parent: loop, cursor, size: 60 },
      })
    seen.push(...page.results.map(run => run.id))
    cursor = page.next
  }
  const middle = seen[100] ?? ''
  const around = await server.client.executions.taskRuns({
    params: { executionId: id },
    query: { parent: loop, around: middle, size: 11 },
  })

  assert.equal(new Set(seen).size, 200)
  assert.equal(around.results[5]?.id, middle)
})

test('windows are filtered by state, task, text and iteration', async () => {
  const count = async (query: string): Promise<number> =>
    (await server.send('GET', `${BASE}/${id}/taskruns?size=1000&${query}`)).json.results.length

  assert.equal(await count('state=FAILED&taskId=odd'), 1)
  assert.equal(await count('taskId=say'), 100)
  assert.equal(await count('q=FIRST'), 1)
  assert.equal(await count(`parent=${loop}&iteration=7`), 2)
})

test('windows over runs that are packed are filtered as others are', async () => {
  await server.saveFlow(`
id: packed
namespace: ${NS}
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, 1500) }}"
    concurrencyLimit: 0
    tasks:
      - { id: say, type: io.kestra.plugin.core.debug.Return, format: "{{ taskrun.value }}" }
      - { id: odd, type: io.kestra.plugin.core.execution.Fail, allowFailure: true, runIf: "{{ taskrun.value == '1234' }}" }
`)
  const execution = await server.client.executions.create({
    params: { namespace: NS, id: 'packed' },
    query: { wait: true },
  })
  const find = async (query: string): Promise<readonly string[]> => {
    const { json } = await server.send('GET', `${BASE}/${execution.id}/taskruns?parent=${execution.id}-0&${query}`)
    return json.results.map((run: { readonly taskId: string; readonly value: string }) => `${run.taskId} ${run.value}`)
  }

  assert.deepEqual(await find('iteration=1233'), ['say 1234', 'odd 1234'])
  assert.deepEqual(await find('iteration=1233&taskId=say'), ['say 1234'])
  assert.deepEqual(await find('taskId=odd&state=WARNING'), ['odd 1234'])
  assert.deepEqual(await find('q=SAY%201499'), ['say 1499'])
  assert.deepEqual(await find('iteration=1500'), [])
})

test('a loop is told in buckets with its failures and its slowest iterations', async () => {
  const told = await server.client.executions.taskRunBuckets({
    params: { executionId: id },
    query: { parent: loop, count: 10 },
  })

  assert.equal(told.buckets.length, 10)
  assert.equal(told.lanes, 100)
  assert.deepEqual([told.buckets[4]?.from, told.buckets[4]?.to], [40, 49])
  assert.equal(told.buckets[9]?.states['FAILED'], 1)
  assert.equal(told.failed[0]?.value, '99')
  assert.equal(told.worst.length, 5)
  assert.equal(told.isSampled, false)
})

test('a loop of more iterations than one look counts is told whole, and again from what was kept', async () => {
  await server.saveFlow(`
id: long
namespace: ${NS}
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, 12000) }}"
    concurrencyLimit: 0
    tasks:
      - { id: say, type: io.kestra.plugin.core.debug.Return, format: "{{ taskrun.value }}" }
`)
  const execution = await server.client.executions.create({
    params: { namespace: NS, id: 'long' },
    query: { wait: true },
  })
  const ask = (): Promise<{ readonly text: string }> =>
    server.send('GET', `${BASE}/${execution.id}/taskruns/buckets?parent=${execution.id}-0&count=100`)

  const [first, again] = [await ask(), await ask()]
  const told = JSON.parse(first.text) as Awaited<ReturnType<TestServer['client']['executions']['taskRunBuckets']>>

  assert.deepEqual(told.states, { SUCCESS: 12_000 })
  assert.equal(told.buckets.length, 100)
  assert.ok(told.buckets.every(({ states }) => states['SUCCESS'] === 120))
  assert.equal(told.worst.length, 5)
  assert.equal(told.isSampled, true)
  assert.equal(again.text, first.text)
})

test('windows refuse what is not there', async () => {
  const nobody = await server.send('GET', `${BASE}/0abcdefg00aaaaaaaaaaaa/taskruns`)
  const run = await server.send('GET', `${BASE}/${id}/taskruns?parent=${id}-9999`)
  const cursor = await server.send('GET', `${BASE}/${id}/taskruns?cursor=abc`)
  const stranger = await server.send('GET', `${BASE}/${id}/taskruns?parent=${loop}&around=${id}-0`)

  assert.deepEqual([nobody.status, run.status, cursor.status, stranger.status], [404, 404, 422, 404])
})
