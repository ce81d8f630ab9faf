// Operations on many: with progress, skipped ones, cancelled in the middle, taken back, and gone on with after a death.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'
import { withoutLabels } from './execution-actor.ts'

const NS = 'many.test'
let server: TestServer
before(async () => {
  server = await openTestServer()
  await server.saveFlow(`
id: quick
namespace: ${NS}
labels: { team: blue }
tasks: [{ id: one, type: io.kestra.plugin.core.log.Log, message: hello }]`)
  await server.saveFlow(`
id: waits
namespace: ${NS}
tasks: [{ id: one, type: io.kestra.plugin.core.flow.Pause }]`)
})
after(() => server.stop())

type Operation = Awaited<ReturnType<TestServer['client']['operations']['get']>>

async function start(flowId: string, count: number): Promise<readonly string[]> {
  const ids: string[] = []
  for (let left = count; left > 0; left -= 1) {
    const { json } = await server.send('POST', `/api/v1/main/executions/${NS}/${flowId}`)
    ids.push(json.id)
  }
  return ids
}

async function ended(id: string): Promise<Operation> {
  for (;;) {
    const operation = await server.client.operations.get({ params: { operationId: id } })
    if (operation.ended !== undefined) return operation
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

async function labelsOf(executionId: string): Promise<Readonly<Record<string, string>>> {
  const { json } = await server.send('GET', `/api/v1/main/executions/${executionId}`)
  const labels: readonly { readonly key: string; readonly value: string }[] = json.labels
  return Object.fromEntries(
    labels.filter(({ key }) => !key.startsWith('system.')).map(({ key, value }) => [key, value]),
  )
}

test('labels are added to all that a search finds, and taken back but for what was changed since', async () => {
  const ids = await start('quick', 5)
  const [waiting = ''] = await start('waits', 1)
  const body = {
    ...{ resource: 'executions', action: 'labels', query: `filters[namespace][EQUALS]=${NS}` },
    labels: [
      { key: 'team', value: 'red' },
      { key: 'seen', value: 'yes' },
    ],
  }
  const preview = await server.client.operations.preview({ body: { ...body } })
  const operation = await ended((await server.client.operations.create({ body })).id)
  const labelled = await labelsOf(ids[0] ?? '')
  await server.client.executions.setLabels({
    params: { executionId: ids[1] ?? '' },
    body: [{ key: 'team', value: 'green' }],
  })
  const undo = await server.client.operations.undo({ params: { operationId: operation.id } })
  const undone = await ended(undo.id)
  const before = await server.client.operations.get({ params: { operationId: operation.id } })

  assert.deepEqual([preview.total, preview.fit], [6, 5])
  assert.deepEqual([operation.state, operation.total, operation.done, operation.skipped], ['done', 6, 5, 1])
  assert.equal(operation.problems[0]?.item, waiting)
  assert.equal(operation.canUndo, true)
  assert.deepEqual(labelled, { team: 'red', seen: 'yes' })
  assert.deepEqual([undone.done, undone.skipped, undone.undoOf], [4, 1, operation.id])
  assert.deepEqual(await labelsOf(ids[0] ?? ''), { team: 'blue' })
  assert.deepEqual(await labelsOf(ids[1] ?? ''), { team: 'green' })
  assert.deepEqual([before.undoneBy, before.canUndo], [undo.id, false])
})

test('what is cancelled stops where it is, and what was done of it can be taken back', async () => {
  const ids = await start('quick', 3)
  const { operations } = server.client
  const created = await operations.create({
    body: {
      ...{ resource: 'executions', action: 'labels', ids: [...ids], perMinute: 30 },
      labels: [{ key: 'slow', value: 'yes' }],
    },
  })
  const params = { operationId: created.id }
  for (;;) if ((await operations.get({ params })).done >= 1) break
  await operations.cancel({ params })
  const operation = await ended(created.id)
  const undone = await ended((await operations.undo({ params })).id)

  assert.equal(operation.state, 'cancelled')
  assert.ok(operation.done < 3, String(operation.done))
  assert.equal(undone.done, operation.done)
  for (const id of ids) assert.deepEqual(await labelsOf(id), { team: 'blue' })
  await assert.rejects(operations.cancel({ params }), /has ended/)
})

test('flows are disabled, deleted and brought back', async () => {
  for (const id of ['a', 'b'])
    await server.saveFlow(
      `id: ${id}\nnamespace: flows.many\ntasks: [{ id: one, type: io.kestra.plugin.core.log.Log, message: x }]`,
    )
  const { operations } = server.client
  const run = async (action: string): Promise<Operation> =>
    await ended(
      (await operations.create({ body: { resource: 'flows', action, query: 'filters[namespace][EQUALS]=flows.many' } }))
        .id,
    )
  const undo = async ({ id }: Operation): Promise<Operation> =>
    await ended((await operations.undo({ params: { operationId: id } })).id)
  const find = async (): Promise<readonly (boolean | undefined)[]> =>
    (await server.send('GET', '/api/v1/main/flows/search?namespace=flows.many')).json.results.map(
      ({ disabled }: { readonly disabled: boolean }) => disabled,
    )

  const disabled = await run('disable')
  assert.deepEqual(await find(), [true, true])
  assert.equal((await undo(disabled)).done, 2)
  assert.deepEqual(await find(), [false, false])
  const deleted = await run('delete')
  assert.deepEqual(await find(), [])
  assert.equal((await undo(deleted)).done, 2)
  assert.deepEqual(await find(), [false, false])
})

const PAST_MS = Date.parse('2024-01-01T09:00:00Z')
const DATES = '"2024-01-01T09:00:00Z", "2024-01-02T09:00:00Z", "2024-01-03T09:00:00Z", "2099-01-01T09:00:00Z"'

/** A trigger that is off since before its first date; its name as operations know it. */
async function missing(flowId: string): Promise<string> {
  const schedule = `{ id: daily, type: io.kestra.plugin.core.trigger.ScheduleOnDates, dates: [${DATES}] }`
  const task = '{ id: one, type: io.kestra.plugin.core.log.Log, message: hello }'
  await server.saveFlow(`id: ${flowId}\nnamespace: ${NS}\ntasks: [${task}]\ntriggers: [${schedule}]`)
  const id = `${NS}/${flowId}/daily`
  const off = await server.client.operations.create({ body: { resource: 'triggers', action: 'disable', ids: [id] } })
  await ended(off.id)
  const key = { tenant: 'main', namespace: NS, flowId, triggerId: 'daily' }
  assert.ok(await server.store.perform('changeTrigger', { ...key, nextMs: PAST_MS }))
  return id
}

async function nextOf(flowId: string): Promise<string> {
  const { json } = await server.send('GET', `/api/v1/main/triggers/${NS}/${flowId}`)
  return json.results[0].nextExecutionDate
}

test('whoever enables many triggers says which of the dates that they missed are run', async () => {
  const enable = async (id: string, missed?: 'ALL' | 'LAST' | 'NONE'): Promise<Operation> => {
    const body = { resource: 'triggers', action: 'enable', ids: [id], ...(missed && { missed }) }
    return await ended((await server.client.operations.create({ body })).id)
  }
  for (const [flowId, missed] of [
    ['all', 'ALL'],
    ['last', 'LAST'],
    ['none', 'NONE'],
    ['unsaid', undefined],
  ] as const)
    await enable(await missing(`missed-${flowId}`), missed)
  const again = await enable(`${NS}/missed-all/daily`, 'ALL')

  assert.equal(await nextOf('missed-all'), '2024-01-01T09:00:00.000Z')
  assert.equal(await nextOf('missed-last'), '2024-01-03T09:00:00.000Z')
  assert.equal(await nextOf('missed-none'), '2099-01-01T09:00:00.000Z')
  assert.equal(await nextOf('missed-unsaid'), '2099-01-01T09:00:00.000Z')
  assert.deepEqual([again.done, again.skipped, again.problems[0]?.message], [0, 1, 'It is enabled already.'])
})

test('missed dates are for triggers that are enabled', async () => {
  const begin = async (more: object): Promise<number> => {
    const body = JSON.stringify({ ids: [`${NS}/quick/x`], missed: 'ALL', ...more })
    const headers = { 'content-type': 'application/json' }
    return (await server.send('POST', '/api/v1/main/operations', { body, headers })).status
  }

  assert.equal(await begin({ resource: 'triggers', action: 'disable' }), 422)
  assert.equal(await begin({ resource: 'flows', action: 'enable' }), 422)
  assert.equal(await begin({ resource: 'triggers', action: 'enable', missed: 'SOME' }), 422)
})

test('what cannot be begun is refused', async () => {
  const refused = async (body: unknown): Promise<number> =>
    (
      await server.send('POST', '/api/v1/main/operations', {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      })
    ).status
  assert.equal(await refused({ resource: 'executions', action: 'dance', ids: [] }), 422)
  assert.equal(await refused({ resource: 'executions', action: 'kill' }), 422)
  assert.equal(await refused({ resource: 'executions', action: 'kill', query: 'filters[x][EQUALS]=1' }), 422)
  assert.equal(await refused({ resource: 'executions', action: 'labels', ids: ['x'] }), 422)
  assert.equal((await server.send('GET', '/api/v1/main/operations/ghost')).status, 404)
})

test('an operation whose node died goes on where it was, and starts nothing twice', async () => {
  const [id = ''] = await start('quick', 1)
  const again = (await start('quick', 1))[0] ?? ''
  const body = {
    ...{ resource: 'executions', action: 'replay', owner: '', createdMs: 1, canUndo: false },
    ...{ chunks: 1, at: 0, total: 1, done: 0, skipped: 0, failed: 0, problems: [] },
  }
  await server.store.perform('createBulk', {
    ...{ tenant: 'main', id: 'left', body: JSON.stringify(body), updatedMs: 1 },
    // It died between the start and the note of it.
    chunks: [{ seq: 0, body: JSON.stringify([{ id, before: again, isPrepared: true }]) }],
  })
  const count = async (): Promise<number> =>
    await server.store.read.countExecutions({ tenant: 'main', namespace: NS, flowId: 'quick', limit: 1_000 })
  const atFirst = await count()

  await server.client.operations.resume({ params: { operationId: 'left' } })
  const operation = await ended('left')

  assert.deepEqual([operation.state, operation.done], ['done', 1])
  assert.equal(await count(), atFirst)
})

test('labels that are taken back return to their places', () => {
  const before = [
    { key: 'a', value: '1' },
    { key: 'b', value: '2' },
  ]
  const given = [
    { key: 'a', value: '9' },
    { key: 'c', value: '3' },
  ]
  const now = [{ key: 'b', value: '2' }, ...given]
  assert.deepEqual(withoutLabels(now, given, before), { labels: before, kept: [] })
})
