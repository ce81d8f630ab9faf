// Against a Fivetran in small, after the public description of its API: it knows one key and one connection, whose sync ends with the third look.
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TaskDefinition, TestResult, ValueMap } from '@batuta/plugin-sdk'
import { connectorStatus, isFresh } from './connector-status.ts'
import { connectorSync } from './connector-sync.ts'

const KEYS = { apiKey: 'key-of-api', apiSecret: 'secret-of-api' }
const TRUSTED = `Basic ${Buffer.from('key-of-api:secret-of-api').toString('base64')}`
const OLD = '2020-01-01T00:00:00Z'
/** Fresh for as long as this test is run. */
const NEW = '9999-01-01T00:00:00Z'

interface World {
  readonly before?: object
  /** From the third look on. */
  readonly after?: object
  readonly refusals?: number[]
}

interface Used {
  readonly result: TestResult
  readonly asked: readonly string[]
}

async function use(t: TestContext, task: TaskDefinition, properties: ValueMap, world: World = {}): Promise<Used> {
  const asked: string[] = []
  let looks = 0
  const judge = (request: string): readonly [number, unknown] => {
    if (request.startsWith('POST /v1/connections/speak_up/sync '))
      return [200, { code: 'Success', message: 'Sync has been successfully triggered' }]
    if (request !== 'GET /v1/connections/speak_up ')
      return [404, { code: 'NotFound_Connection', message: 'no such one' }]
    looks += 1
    const connection = {
      ...{ id: 'speak_up', schema: 'shop', paused: false, sync_frequency: 360, schedule_type: 'auto' },
      ...{ succeeded_at: OLD, failed_at: null },
      status: { setup_state: 'connected', sync_state: 'scheduled', schema_status: 'ready' },
      ...world.before,
      ...(looks >= 3 ? (world.after ?? { succeeded_at: NEW }) : {}),
    }
    return [200, { code: 'Success', data: connection }]
  }
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = `${incoming.method} ${incoming.url} ${await text(incoming)}`
    asked.push(request)
    const { authorization, accept } = incoming.headers
    const refusal = world.refusals?.shift()
    const [code, json] =
      refusal !== undefined
        ? [refusal, { code: 'Later' }]
        : accept !== 'application/json;version=2'
          ? [406, { code: 'NotAcceptable' }]
          : authorization === TRUSTED
            ? judge(request)
            : [401, { code: 'AuthFailed', message: 'Authorization failed' }]
    response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(json))
  }
  const server = createServer((incoming, response) => void answer(incoming, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const run = await createTestRunContext()
  t.after(async () => {
    server.closeAllConnections()
    server.close()
    await run.close()
  })
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const quick = { pollFrequency: 'PT0.001S', initialRetryDelay: 'PT0.001S' }
  const given = Object.fromEntries(Object.entries(properties))
  return { result: await runTask(task, { baseUrl, ...KEYS, ...quick, ...given }, run), asked }
}

const ONE = { connectorId: 'speak_up' }
const THEM = { connectorIds: ['speak_up'] }
const LOOK = 'GET /v1/connections/speak_up '

test('a connector is synced, and the task ends with the sync', async t => {
  const { result, asked } = await use(t, connectorSync, { ...ONE, force: true })

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.deepEqual(asked, [LOOK, 'POST /v1/connections/speak_up/sync {"force":true}', LOOK, LOOK])
})

test('who does not wait only starts the sync', async t => {
  const { result, asked } = await use(t, connectorSync, { ...ONE, wait: false })

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.deepEqual(asked, [LOOK, 'POST /v1/connections/speak_up/sync {"force":false}'])
})

test('a first sync has nothing before it', async t => {
  const { result } = await use(t, connectorSync, ONE, { before: { succeeded_at: null } })

  assert.equal(result.state, 'SUCCESS', result.message)
})

test('what fails for a moment is asked again, but nothing is started twice', async t => {
  const look = await use(t, connectorSync, { ...ONE, wait: false }, { refusals: [503, 429] })
  const start = await use(t, connectorSync, { ...ONE, wait: false, maxAttempts: 1 }, { refusals: [500] })

  assert.equal(look.result.state, 'SUCCESS', look.result.message)
  assert.equal(look.asked.length, 4)
  assert.match(String(start.result.message), /was answered with 500/)
})

const STATE = {
  ...{ id: 'speak_up', name: 'shop', paused: false, syncFrequency: 360, scheduleType: 'auto', succeededAt: OLD },
  ...{ failedAt: null, hasFailed: false, completedDate: OLD, syncState: 'scheduled', setupState: 'connected' },
  ...{ schemaStatus: 'ready', fresh: false },
}

test('the states of connectors are given as they are', async t => {
  const { result } = await use(t, connectorStatus, { ...THEM, wait: false })

  assert.deepEqual(result.outputs, { connectors: { speak_up: STATE } }, result.message)
})

test('a task waits until a connector is fresh', async t => {
  const { result, asked } = await use(t, connectorStatus, THEM)

  const connectors = { speak_up: { ...STATE, succeededAt: NEW, completedDate: NEW, fresh: true } }
  assert.deepEqual(result.outputs, { connectors }, result.message)
  assert.equal(asked.length, 3)
})

test('fresh is what was loaded within its frequency and the buffer', () => {
  const loaded = { syncFrequency: 5, succeededAt: '2026-01-01T00:00:00Z', hasFailed: false }
  const after = (minutes: number): number => Date.parse(loaded.succeededAt) + minutes * 60_000

  assert.equal(isFresh(loaded, 0, after(5)), true)
  assert.equal(isFresh(loaded, 0, after(5) + 1), false)
  assert.equal(isFresh(loaded, 60_000, after(6)), true)
  assert.equal(isFresh({ ...loaded, hasFailed: true }, 0, after(1)), false)
  assert.equal(isFresh({ ...loaded, succeededAt: null }, 0, after(1)), false)
  assert.equal(isFresh({ ...loaded, syncFrequency: null }, 0, after(1)), null)
})

const BROKEN = { status: { setup_state: 'broken', sync_state: 'scheduled' } }
const FAILURES: readonly [TaskDefinition, ValueMap, World, RegExp][] = [
  [connectorSync, ONE, { after: { failed_at: NEW } }, /sync of the connector speak_up failed at 9999/],
  [connectorSync, { ...ONE, maxDuration: 'PT0.02S' }, { after: {} }, /sync of the connector speak_up is not done/],
  [connectorSync, { connectorId: 'nothing' }, {}, /404: .*no such one/],
  [connectorSync, { ...ONE, apiSecret: 'wrong' }, {}, /401: .*Authorization failed.*check the credentials/],
  [connectorStatus, { ...THEM, maxDuration: 'PT0.02S' }, { after: {} }, /not fresh: speak_up \(last loaded 2020/],
  [connectorStatus, THEM, { before: { paused: true } }, /"speak_up" is paused: it will never be fresh/],
  [connectorStatus, THEM, { before: BROKEN }, /"speak_up" is broken, not connected/],
  [connectorStatus, THEM, { before: { sync_frequency: null } }, /does not say how often "speak_up" is synced/],
  [connectorStatus, { connectorIds: [' '] }, {}, /"connectorIds" is empty/],
]

for (const [task, properties, world, reason] of FAILURES)
  test(`${task.type} fails with a reason: ${reason.source}`, async t => {
    const { result } = await use(t, task, properties, world)

    assert.equal(result.state, 'FAILED')
    assert.match(String(result.message), reason)
    assert.doesNotMatch(String(result.message), /-of-api/)
  })

test('those that cannot become fresh are waited for when told so', async t => {
  const { result } = await use(t, connectorStatus, { ...THEM, allowTerminal: true }, { before: { paused: true } })

  assert.equal(result.state, 'SUCCESS', result.message)
})
