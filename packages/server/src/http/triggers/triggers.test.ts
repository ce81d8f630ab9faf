import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await openTestServer()
})
after(() => server.stop())

const JSON_TYPE = { 'content-type': 'application/json' }

async function saveSchedule(id: string, more = ''): Promise<void> {
  await saveDaily(id, `type: io.kestra.plugin.core.trigger.Schedule, cron: "0 9 * * *"${more}`)
}

async function saveDaily(id: string, trigger: string): Promise<void> {
  await server.saveFlow(`
id: ${id}
namespace: trigger.test
tasks:
  - { id: show, type: io.kestra.plugin.core.debug.Return, format: x }
triggers:
  - { id: daily, ${trigger} }
`)
}

function named(flowId: string, more: object = {}): string {
  return JSON.stringify({ namespace: 'trigger.test', flowId, triggerId: 'daily', ...more })
}

async function put(path: string, body: string): ReturnType<TestServer['send']> {
  return await server.send('PUT', `/api/v1/main/triggers${path}`, { body, headers: JSON_TYPE })
}

async function post(path: string, body?: string): ReturnType<TestServer['send']> {
  return await server.send(
    'POST',
    `/api/v1/main/triggers${path}`,
    body === undefined ? {} : { body, headers: JSON_TYPE },
  )
}

test('a search shows what triggers are and where they stand', async () => {
  await saveSchedule('found')

  const page = await server.send('GET', '/api/v1/main/triggers/search?q=found')
  const now = await server.send('GET', '/api/v1/main/triggers/search?q=found', {
    headers: { 'x-batuta-dialect': '2.0' },
  })
  const filtered = await server.send('GET', '/api/v1/main/triggers/search?filters[flowId][EQUALS]=found')
  const states = await server.send('GET', '/api/v1/main/triggers/trigger.test/found')

  const [row] = page.json.results
  assert.deepEqual([row.abstractTrigger.id, row.abstractTrigger.cron], ['daily', '0 9 * * *'])
  assert.match(row.triggerContext.nextExecutionDate, /T09:00:00\.000Z$/)
  assert.equal(now.json.results[0].state.kind, 'SCHEDULE')
  assert.equal(filtered.json.total, 1)
  assert.deepEqual([states.json.total, states.json.results[0].disabled], [1, false])
})

test('a trigger is switched off and on; one that its flow disables stays off', async () => {
  await saveSchedule('switched')
  await saveSchedule('off', ', disabled: true')

  const off = await put('', named('switched', { disabled: true }))
  const on = await put('', named('switched', { disabled: false }))
  const refused = await put('', named('off', { disabled: false }))
  const unknown = await put('', named('nobody', { disabled: true }))

  assert.deepEqual([off.json.disabled, off.json.nextExecutionDate], [true, undefined])
  assert.deepEqual([on.json.disabled, typeof on.json.nextExecutionDate], [false, 'string'])
  assert.deepEqual([refused.status, refused.json.code], [409, 'trigger-conflict'])
  assert.equal(unknown.status, 404)
})

test('a webhook that was switched off is shut, is listed so, and opens again', async () => {
  await server.saveFlow(`
id: shut
namespace: trigger.test
tasks:
  - { id: show, type: io.kestra.plugin.core.debug.Return, format: x }
triggers:
  - { id: daily, type: io.kestra.plugin.core.trigger.Webhook, key: k-shut }
`)
  const call = async (): Promise<number> =>
    (await server.send('POST', '/api/v1/main/executions/webhook/trigger.test/shut/k-shut')).status

  const off = await put('', named('shut', { disabled: true }))
  const shut = await call()
  const { json } = await server.send('GET', '/api/v1/main/triggers/trigger.test/shut')
  await put('', named('shut', { disabled: false }))

  assert.deepEqual([off.json.disabled, shut, json.total, await call()], [true, 409, 1, 200])
})

test('triggers are switched in bulk, by name and by query', async () => {
  await saveSchedule('bulk-a')
  await saveSchedule('bulk-b')

  const byNames = await post(
    '/set-disabled/by-triggers',
    `{"triggers":[${named('bulk-a')},${named('bulk-b')},${named('ghost')}],"disabled":true}`,
  )
  const byQuery = await post('/set-disabled/by-query?disabled=false&filters[flowId][IN]=bulk-a,bulk-b')

  assert.equal(byNames.json.count, 2)
  assert.equal(byQuery.json.count, 2)
  const { json } = await server.send('GET', '/api/v1/main/triggers/trigger.test/bulk-a')
  assert.equal(json.results[0].disabled, false)
})

test('only triggers that are on and whose date has come are found, wherever they stand in the list', async () => {
  await saveSchedule('due-now')
  await saveSchedule('due-later')
  await saveSchedule('due-off')
  const change = (flowId: string, nextMs: number): Promise<unknown> =>
    server.store.perform('changeTrigger', {
      ...{ tenant: 'main', namespace: 'trigger.test', flowId, triggerId: 'daily' },
      nextMs,
    })
  await put('', named('due-off', { disabled: true }))
  await change('due-now', Date.parse('2090-01-01T00:00:00Z'))
  await change('due-off', Date.parse('2090-01-01T00:00:00Z'))
  await change('due-later', Date.parse('2090-01-03T00:00:00Z'))

  const due = await server.send('GET', '/api/v1/main/triggers/search?q=due-&dueBefore=2090-01-02T00:00:00Z')
  const wrong = await server.send('GET', '/api/v1/main/triggers/search?dueBefore=soon')

  const flows = due.json.results.map(
    (row: { readonly triggerContext: { readonly flowId: string } }) => row.triggerContext.flowId,
  )
  assert.deepEqual([flows, due.json.total], [['due-now'], 1])
  assert.equal(wrong.status, 422)
})

const PAST = ['2024-01-01T09:00:00Z', '2024-01-02T09:00:00Z', '2024-01-03T09:00:00Z']

/** Off since before its first dates. */
async function saveMissing(
  id: string,
  more = `dates: ["${PAST.join('", "')}", "2099-01-01T09:00:00Z"]`,
): Promise<void> {
  const type = more.startsWith('dates') ? 'ScheduleOnDates' : 'Schedule'
  await saveDaily(id, `type: io.kestra.plugin.core.trigger.${type}, timezone: Europe/Madrid, ${more}`)
  await put('', named(id, { disabled: true }))
  const key = { tenant: 'main', namespace: 'trigger.test', flowId: id, triggerId: 'daily' }
  const nextMs = Date.parse('2024-01-01T09:00:00Z')
  assert.ok(await server.store.perform('changeTrigger', { ...key, nextMs }))
}

async function missedBy(id: string): ReturnType<TestServer['send']> {
  return await server.send('GET', `/api/v1/main/triggers/trigger.test/${id}/daily/missed`)
}

async function reasonsOf(id: string): Promise<readonly string[]> {
  const { json } = await server.send('GET', `/api/v1/main/triggers/trigger.test/${id}/daily/why`)
  return json.reasons.map(({ reason }: { reason: string }) => reason)
}

test('what a schedule missed while it was off is told with its dates, in its zone', async () => {
  await saveMissing('missed-told')
  await saveSchedule('missed-nothing')

  const told = await missedBy('missed-told')
  const nothing = await missedBy('missed-nothing')
  const unknown = await missedBy('ghost')

  assert.deepEqual(told.json, {
    ...{ count: 3, hasOlder: false, maximum: 100, policy: 'NONE', zone: 'Europe/Madrid' },
    dates: PAST.map(at => ({ at: at.replace('Z', '.000Z'), local: at.replace('09:00:00Z', '10:00:00+01:00') })),
  })
  assert.deepEqual([nothing.json.count, nothing.json.dates], [0, []])
  assert.equal(unknown.status, 404)
})

test('whoever switches a schedule on says which of the missed dates are run', async () => {
  for (const id of ['missed-all', 'missed-last', 'missed-none', 'missed-unsaid']) await saveMissing(id)

  const all = await put('', named('missed-all', { disabled: false, missed: 'ALL' }))
  const last = await put('', named('missed-last', { disabled: false, missed: 'LAST' }))
  const none = await post(
    '/set-disabled/by-triggers',
    `{"triggers":[${named('missed-none')}],"disabled":false,"missed":"NONE"}`,
  )
  const unsaid = await put('', named('missed-unsaid', { disabled: false }))

  assert.equal(all.json.nextExecutionDate, '2024-01-01T09:00:00.000Z')
  assert.equal(last.json.nextExecutionDate, '2024-01-03T09:00:00.000Z')
  assert.equal(none.json.count, 1)
  const { json } = await server.send('GET', '/api/v1/main/triggers/trigger.test/missed-none')
  assert.equal(json.results[0].nextExecutionDate, '2099-01-01T09:00:00.000Z')
  assert.equal(unsaid.json.nextExecutionDate, '2099-01-01T09:00:00.000Z')
  assert.equal((await missedBy('missed-all')).json.count, 0)
  assert.deepEqual(await reasonsOf('missed-all'), [])
  assert.match(
    (await reasonsOf('missed-last')).join(),
    /^2 missed dates, from 2024-01-01T.* to 2024-01-02T.* \(missed: LAST\)$/,
  )
  assert.match(
    (await reasonsOf('missed-none')).join(),
    /^3 missed dates, from 2024-01-01T.* to 2024-01-03T.* \(missed: NONE\)$/,
  )
})

test('the choice is stored with the switch, and the next one is free again', async () => {
  await saveMissing('missed-kept')
  const key = { tenant: 'main', namespace: 'trigger.test', flowId: 'missed-kept' }
  const stateOf = async (): Promise<unknown> =>
    JSON.parse((await server.store.read.listTriggers(key))[0]?.state ?? '{}')

  await put('', named('missed-kept', { disabled: false, missed: 'ALL' }))
  const kept = await stateOf()
  await put('', named('missed-kept', { disabled: true }))
  const offered = await missedBy('missed-kept')
  await put('', named('missed-kept', { disabled: false }))

  assert.deepEqual(kept, { makeUpUntilMs: Date.parse(PAST[2] ?? '') })
  assert.equal(offered.json.count, 3)
  assert.deepEqual(await stateOf(), {})
})

test('of too many missed dates the latest are run, and it is told that older ones are not', async () => {
  await saveMissing('missed-many', 'cron: "* * * * *"')

  const told = await missedBy('missed-many')
  const on = await put('', named('missed-many', { disabled: false, missed: 'ALL' }))

  assert.deepEqual([told.json.count, told.json.hasOlder, told.json.dates.length], [100, true, 100])
  assert.ok(on.json.nextExecutionDate >= told.json.dates[0].at)
  assert.match((await reasonsOf('missed-many')).join(), /^older ones were let go: no more than 100 are made up for/)
})

test('dates that the conditions of a schedule refuse were not missed', async () => {
  const condition = `conditions: [{ type: io.kestra.plugin.core.condition.Weekend }], recoverMissedSchedules: LAST`
  await saveMissing(
    'missed-filtered',
    `dates: ["2024-01-06T09:00:00Z", "2024-01-08T09:00:00Z", "2099-01-01T09:00:00Z"], ${condition}`,
  )

  const told = await missedBy('missed-filtered')
  const on = await put('', named('missed-filtered', { disabled: false, missed: 'LAST' }))

  assert.deepEqual([told.json.count, told.json.policy, told.json.dates[0].at], [1, 'LAST', '2024-01-06T09:00:00.000Z'])
  assert.equal(on.json.nextExecutionDate, '2024-01-06T09:00:00.000Z')
})

test('missed dates are for switching on, once', async () => {
  await saveMissing('missed-refused')

  const off = await put('', named('missed-refused', { disabled: true, missed: 'ALL' }))
  const unsaid = await put('', named('missed-refused', { missed: 'ALL' }))
  const wrong = await put('', named('missed-refused', { disabled: false, missed: 'SOME' }))
  await put('', named('missed-refused', { disabled: false, missed: 'NONE' }))
  const again = await put('', named('missed-refused', { disabled: false, missed: 'ALL' }))

  assert.deepEqual([off.status, unsaid.status, wrong.status, again.status], [422, 422, 422, 409])
  assert.match(again.json.message, /is on already/)
})

test('a backfill begins, pauses, goes on and ends where the schedule stood', async () => {
  await saveSchedule('backfilled')
  const before = await server.send('GET', '/api/v1/main/triggers/trigger.test/backfilled')

  const begun = await put(
    '',
    named('backfilled', {
      backfill: { start: '2026-01-01T00:00:00Z', end: '2026-01-05T00:00:00Z', labels: [{ key: 'why', value: 'gap' }] },
    }),
  )
  const again = await put(
    '/backfill/create',
    named('backfilled', { start: '2026-01-01T00:00:00Z', end: '2026-01-05T00:00:00Z' }),
  )
  const other = await put('', named('backfilled', { backfill: { start: '2026-02-01T00:00:00Z' } }))
  const same = await put('', named('backfilled', { backfill: begun.json.backfill }))
  const paused = await put('/backfill/pause', named('backfilled'))
  const pausedTwice = await put('/backfill/pause', named('backfilled'))
  const going = await put('/backfill/unpause', named('backfilled'))
  const ended = await post('/backfill/delete', named('backfilled'))
  const endedTwice = await post('/backfill/delete', named('backfilled'))

  assert.equal(begun.json.nextExecutionDate, '2026-01-01T09:00:00.000Z')
  assert.deepEqual(begun.json.backfill.labels, [{ key: 'why', value: 'gap' }])
  assert.deepEqual([again.status, other.status, same.status], [409, 409, 200])
  assert.deepEqual([paused.json.backfill.paused, paused.json.nextExecutionDate], [true, undefined])
  assert.equal(pausedTwice.status, 409)
  assert.equal(going.json.nextExecutionDate, '2026-01-01T09:00:00.000Z')
  assert.equal(ended.json.backfill, undefined)
  assert.equal(ended.json.nextExecutionDate, before.json.results[0].nextExecutionDate)
  assert.equal(endedTwice.status, 409)
})

test('a backfill that makes no sense is refused', async () => {
  await saveSchedule('senseless')
  const backfill = (start: string, end: string): Promise<{ readonly status: number }> =>
    put('', named('senseless', { backfill: { start, end } }))

  assert.equal((await backfill('2026-01-05T00:00:00Z', '2026-01-01T00:00:00Z')).status, 422)
  assert.equal((await backfill('yesterday', '2026-01-01T11:00:00Z')).status, 422)
})

test('a backfill without a date in between is over as it begins', async () => {
  await saveSchedule('idle')
  const { status, json } = await put(
    '',
    named('idle', { backfill: { start: '2026-01-01T10:00:00Z', end: '2026-01-01T11:00:00Z' } }),
  )

  assert.equal(status, 200)
  assert.equal(json.backfill, undefined)
})

test('what is not locked cannot be unlocked; a restart and a deletion make it new', async () => {
  await saveSchedule('unlocked')
  const path = '/trigger.test/unlocked/daily'

  assert.equal((await post(`${path}/unlock`)).status, 409)
  assert.equal((await post(`${path}/restart`)).status, 200)
  assert.equal((await server.send('DELETE', `/api/v1/main/triggers${path}`)).status, 200)
  assert.equal((await server.send('DELETE', '/api/v1/main/triggers/trigger.test/unlocked/ghost')).status, 404)
})

test('why a webhook started nothing is told, equal reasons together', async () => {
  await server.saveFlow(`
id: picky
namespace: trigger.test
tasks:
  - { id: show, type: io.kestra.plugin.core.debug.Return, format: x }
triggers:
  - id: hook
    type: io.kestra.plugin.core.trigger.Webhook
    key: k-why
    conditions:
      - { type: io.kestra.plugin.core.condition.Expression, expression: "{{ trigger.body.kind == 'paid' }}" }
`)
  const call = (): Promise<unknown> =>
    server.send('POST', '/api/v1/main/executions/webhook/trigger.test/picky/k-why', {
      body: '{"kind":"open"}',
      headers: JSON_TYPE,
    })

  await call()
  await call()
  const { json } = await server.send('GET', '/api/v1/main/triggers/trigger.test/picky/hook/why')

  const [reason] = json.reasons
  assert.deepEqual([reason.code, reason.reason, reason.count], ['conditions', 'Expression was not met', 2])
})

test('triggers are listed as CSV', async () => {
  await saveSchedule('listed')

  const path = '/api/v1/main/triggers/export/by-query/csv?filters[flowId][EQUALS]=listed'
  const { text, headers } = await server.send('GET', path)

  assert.match(text, /^namespace,flowId,triggerId,.*\r\ntrigger\.test,listed,daily,,\d{4}-.*,,false\r\n$/)
  assert.equal(headers.get('content-type'), 'text/csv; charset=utf-8')
})

test('what a trigger left in writing is deleted with the logs of its flow', async () => {
  await saveSchedule('written')
  const key = { tenant: 'main', namespace: 'trigger.test', flowId: 'written' }
  const [stored] = await server.store.read.listTriggers(key)
  const triggerId = stored?.triggerId ?? ''
  await server.store.perform('noteReasons', {
    rows: [{ ...key, triggerId, code: 'disabled', reason: 'It is off.', firstMs: 1, lastMs: 1, count: 1 }],
  })
  const path = '/api/v1/main/logs/trigger.test/written'

  const deleted = await server.send('DELETE', `${path}?triggerId=${triggerId}`)
  const unnamed = await server.send('DELETE', path)
  const unknown = await server.send('DELETE', `${path}?triggerId=nobody`)

  assert.deepEqual(deleted.json, { count: 1 })
  assert.deepEqual([unnamed.status, unknown.status], [400, 200])
  assert.deepEqual(await server.store.read.listReasons({ ...key, triggerId }, 5), [])
})
