import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

const NS = 'plan.test'
const BASE = '/api/v1/main'
const SCHEDULE = 'io.kestra.plugin.core.trigger.Schedule'

let server: TestServer
before(async () => {
  server = await openTestServer()
  await server.saveFlow(`
id: nightly
namespace: ${NS}
tasks:
  - { id: say, type: io.kestra.plugin.core.debug.Return, format: x }
triggers:
  - { id: night, type: ${SCHEDULE}, cron: "30 2 * * *", timezone: Europe/Madrid }
  - { id: off, type: ${SCHEDULE}, cron: "0 * * * *", disabled: true }
  - id: workdays
    type: ${SCHEDULE}
    cron: "0 9 * * *"
    timezone: UTC
    conditions:
      - { type: io.kestra.plugin.core.condition.Weekend }
`)
})
after(() => server.stop())

test('a cron is simulated with the hour that does not exist and the one that comes twice', async () => {
  const spring = await server.client.planning.simulate({
    body: { cron: '30 2 * * *', timezone: 'Europe/Madrid', from: '2026-03-27T12:00:00Z', count: 4 },
  })
  const autumn = await server.client.planning.simulate({
    body: { cron: '*/30 * * * *', timezone: 'Europe/Madrid', from: '2026-10-24T23:59:00Z', count: 6 },
  })

  const [gap] = spring.changes
  assert.deepEqual([gap?.type, gap?.minutes, gap?.skipped], ['gap', 60, ['2026-03-29T02:30:00']])
  assert.match(spring.fires[0]?.local ?? '', /^2026-03-28T02:30/)
  assert.equal(autumn.changes[0]?.type, 'overlap')
  assert.equal(autumn.fires.filter(fire => fire.isRepeated).length, 2)
})

test('conditions and lengths count in a simulation, and what is odd is said', async () => {
  const weekend = await server.client.planning.simulate({
    body: { namespace: NS, flowId: 'nightly', triggerId: 'workdays', from: '2026-11-16T00:00:00Z', count: 2 },
  })
  const often = await server.client.planning.simulate({ body: { cron: '* * * * *', count: 3, durationMs: 90_000 } })
  const never = await server.client.planning.simulate({ body: { cron: '0 0 31 2 *' } })
  const when = await server.client.planning.simulate({
    body: {
      cron: '0 9 * * *',
      timezone: 'UTC',
      when: "{{ trigger.date | date('dd') == '01' }}",
      from: '2026-11-16T00:00:00Z',
      count: 1,
    },
  })

  assert.deepEqual(
    weekend.fires.map(fire => fire.at.slice(0, 10)),
    ['2026-11-21', '2026-11-22'],
  )
  assert.deepEqual(
    often.warnings.map(({ code }) => code),
    ['often', 'piles-up'],
  )
  assert.equal(often.fires[1]?.overlaps, true)
  assert.deepEqual(
    never.warnings.map(({ code }) => code),
    ['never'],
  )
  assert.equal(when.fires[0]?.at, '2026-12-01T09:00:00.000Z')
})

test('what cannot be simulated is refused with the reason', async () => {
  const headers = { 'content-type': 'application/json' }
  const send = async (body: unknown): Promise<number> =>
    (await server.send('POST', `${BASE}/triggers/simulate`, { body: JSON.stringify(body), headers })).status

  assert.equal(await send({ cron: 'every day' }), 422)
  assert.equal(await send({}), 422)
  assert.equal(await send({ cron: '0 0 * * *', timezone: 'Mars/Base' }), 422)
  assert.equal(await send({ trigger: { type: 'io.kestra.plugin.core.trigger.Webhook', key: 'x' } }), 422)
  assert.equal(await send({ namespace: NS, flowId: 'nightly', triggerId: 'nobody' }), 404)
})

test('the calendar counts what ran and plans what will', async () => {
  await server.client.executions.create({ params: { namespace: NS, id: 'nightly' } })
  const day = 24 * 60 * 60_000
  const from = new Date(Date.now() - 2 * day).toISOString()
  const to = new Date(Date.now() + 3 * day).toISOString()

  const calendar = await server.client.planning.calendar({ query: { from, to, namespace: 'plan' } })

  const ran = calendar.buckets.reduce((sum, bucket) => sum + (bucket.states['SUCCESS'] ?? 0), 0)
  const planned = calendar.buckets.reduce((sum, bucket) => sum + bucket.planned, 0)
  assert.equal(ran, 1)
  assert.equal(planned, calendar.planned.length)
  const nights = calendar.planned.filter(({ triggerId }) => triggerId === 'night')
  assert.equal(nights.length, 3)
  assert.equal(
    calendar.planned.some(({ triggerId }) => triggerId === 'off'),
    false,
  )
  assert.equal(calendar.isPartial, false)
})

test('the calendar follows a flow that is saved anew and a trigger that is switched off', async () => {
  const key = { namespace: 'plan.moving', id: 'moving' }
  const source = (cron: string): string => `
id: moving
namespace: plan.moving
tasks:
  - { id: say, type: io.kestra.plugin.core.debug.Return, format: x }
triggers:
  - { id: daily, type: ${SCHEDULE}, cron: "${cron}", timezone: UTC }
`
  const planned = async (from: string, to: string): Promise<readonly string[]> => {
    const calendar = await server.client.planning.calendar({ query: { from, to, namespace: key.namespace } })
    return calendar.planned.map(({ at }) => at.slice(0, 16))
  }
  const days = (): Promise<readonly string[]> => planned('2040-01-02T00:00:00Z', '2040-01-04T00:00:00Z')
  await server.saveFlow(source('0 5 * * *'))

  const first = await days()
  const later = await planned('2040-03-01T05:00:00Z', '2040-03-01T06:00:00Z')
  const earlier = await planned('2040-01-01T05:01:00Z', '2040-01-02T06:00:00Z')
  await server.client.flows.update({ params: key, body: source('0 6 * * *') })
  const saved = await days()
  const trigger = { namespace: key.namespace, flowId: key.id, triggerId: 'daily' }
  await server.client.triggers.setDisabledByTriggers({ body: { triggers: [trigger], disabled: true } })
  const off = await days()
  await server.client.triggers.setDisabledByTriggers({ body: { triggers: [trigger], disabled: false } })
  const on = await days()

  assert.deepEqual(first, ['2040-01-02T05:00', '2040-01-03T05:00'])
  assert.deepEqual(later, ['2040-03-01T05:00'])
  assert.deepEqual(earlier, ['2040-01-02T05:00'])
  assert.deepEqual(saved, ['2040-01-02T06:00', '2040-01-03T06:00'])
  assert.deepEqual(off, [])
  assert.deepEqual(on, saved)
})

test('decisions answer why a trigger started nothing', async () => {
  const off = await server.client.planning.decisions({ query: { subject: `trigger:${NS}.nightly.off` } })
  const workday = await server.client.planning.decisions({
    query: { subject: `trigger:${NS}.nightly.workdays`, at: '2026-11-18T09:00:00Z' },
  })
  const night = await server.client.planning.decisions({ query: { subject: `trigger:${NS}.nightly.night` } })

  assert.equal(off.answer.code, 'disabled')
  assert.equal(off.next, null)
  assert.equal(workday.answer.code, 'when-false')
  assert.equal(workday.checks.at(-1)?.detail, 'the next date that passes is 2026-11-21T09:00:00.000Z')
  assert.equal(night.answer.code, 'nothing-noted')
  assert.equal(typeof night.next, 'string')
})

test('decisions answer what an execution waits for', async () => {
  const { id } = await server.client.executions.create({ params: { namespace: NS, id: 'nightly' } })
  const { answer } = await server.client.planning.decisions({ query: { subject: `execution:${id}` } })
  const weather = await server.send('GET', `${BASE}/decisions?subject=weather`)
  const nobody = await server.send('GET', `${BASE}/decisions?subject=trigger:${NS}.nightly.nobody`)

  assert.equal(answer.code, 'ended')
  assert.deepEqual([weather.status, nobody.status], [422, 404])
})
