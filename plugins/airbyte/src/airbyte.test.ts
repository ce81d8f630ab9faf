// Against an Airbyte in small, after the public description of its two APIs: a token of its application is good for a few calls only, and its jobs go
// on a step with each look.
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TaskDefinition, TestResult, ValueMap } from '@batuta/plugin-sdk'
import { cloudReset, cloudSync } from './cloud-jobs.ts'
import { checkStatus, sync } from './connection-tasks.ts'

const CONNECTION = 'e3b1ce92'
const BASIC = `Basic ${Buffer.from('ada:secret').toString('base64')}`

interface World {
  /** What the job comes to; `running` for one without end. */
  readonly end?: string
  readonly isBusy?: boolean
  /** How many calls a token of the application is good for. */
  readonly tokenCalls?: number
}

interface Asked {
  readonly request: string
  readonly body: ReturnType<typeof JSON.parse>
}

async function use(t: TestContext, task: TaskDefinition, properties: ValueMap, world: World = {}): Promise<Used> {
  const asked: Asked[] = []
  const state = { looks: 0, tokens: 0, calls: 0 }
  const isTrusted = (authorization: string | undefined): boolean => {
    if (authorization === BASIC || authorization === 'Bearer given') return true
    state.calls += 1
    return authorization === `Bearer app-${state.tokens}` && state.calls <= (world.tokenCalls ?? Infinity)
  }
  const judge = ({ request, body }: Asked, authorization: string | undefined): readonly [number, unknown] => {
    const path = request.replace('/api/public/v1', '/api/v1')
    if (path === 'POST /api/v1/applications/token') {
      if (body.client_id !== 'id' || body.client_secret !== 'hidden') return [401, { message: 'Unauthorized' }]
      state.calls = 0
      return [200, { access_token: `app-${++state.tokens}` }]
    }
    if (!isTrusted(authorization)) return [401, { message: 'Unauthorized' }]
    if (path === 'POST /api/v1/connections/sync' && body.connectionId === CONNECTION)
      return world.isBusy === true ? [409, { message: 'A sync is already running' }] : [200, { job: { id: 7 } }]
    if (path === 'POST /api/v1/jobs/list' && body.configId === CONNECTION && body.configTypes[0] === 'sync')
      return [200, { jobs: [{ job: { id: 6, status: 'running' } }] }]
    if (path === 'POST /api/v1/jobs/get' && [6, 7].includes(body.id)) return [200, jobAt(++state.looks, world.end)]
    if (path === 'POST /api/v1/jobs' && body.connectionId === CONNECTION)
      return [200, { jobId: 8, status: 'pending', jobType: body.jobType }]
    if (path === 'GET /api/v1/jobs/8') return [200, cloudJobAt(++state.looks, world.end)]
    return [404, { message: 'Could not find configuration' }]
  }
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const sent = await text(incoming)
    const one = { request: `${incoming.method} ${incoming.url}`, body: sent === '' ? undefined : JSON.parse(sent) }
    asked.push(one)
    const [code, json] = judge(one, incoming.headers.authorization)
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
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const place = task.type.includes('.cloud.') ? { tokenURL: `${url}/api/public/v1/applications/token` } : { url }
  const given = Object.fromEntries(Object.entries(properties))
  const result = await runTask(task, { ...place, pollFrequency: 'PT0.001S', ...given }, run)
  return { result, asked, tokens: () => state.tokens }
}

interface Used {
  readonly result: TestResult
  readonly asked: readonly Asked[]
  readonly tokens: () => number
}

function jobAt(look: number, end = 'succeeded'): unknown {
  const isOver = look >= 3
  const totalStats = { recordsCommitted: 3, recordsEmitted: 4, bytesEmitted: 50, stateMessagesEmitted: 1 }
  const failureSummary = end === 'failed' ? { failures: [{ externalMessage: 'the source is gone' }] } : undefined
  return {
    job: { id: 7, status: isOver ? end : look === 1 ? 'pending' : 'running' },
    attempts: [
      { attempt: { id: 0, totalStats }, logs: { logLines: ['first'] } },
      ...(look < 2
        ? []
        : [{ attempt: { id: 1, totalStats, failureSummary }, logs: { logLines: isOver ? ['a', 'b'] : ['a'] } }]),
    ],
  }
}

function cloudJobAt(look: number, end = 'succeeded'): unknown {
  const isOver = look >= 3
  return {
    ...{ jobId: 8, jobType: 'sync', status: isOver ? end : 'running', startTime: '2026-01-01T00:00:00Z' },
    ...{ lastUpdatedAt: '2026-01-01T00:01:00Z', duration: 'PT1M', bytesSynced: 500, rowsSynced: 5 },
  }
}

const APPLICATION = { applicationCredentials: { clientId: 'id', clientSecret: 'hidden' } }
const USER = { username: 'ada', password: 'secret' }
const metricsOf = ({ metrics }: TestResult): readonly string[] => metrics.map(({ name, value }) => `${name} ${value}`)

test('a connection is synced, and its lines and counts are told once', async t => {
  const { result, asked } = await use(t, sync, { ...USER, connectionId: CONNECTION })

  assert.deepEqual(result.outputs, { jobId: 7, alreadyRunning: false }, result.message)
  assert.deepEqual(asked[0]?.body, { connectionId: CONNECTION })
  const lines = result.logs.map(({ message }) => message)
  assert.deepEqual(lines, ['job 7 has begun', 'first', 'a', 'b'])
  assert.deepEqual(metricsOf(result), [
    ...['attempts.count 2', 'records.committed 6', 'records.emitted 8', 'bytes.emitted 100', 'state.emitted 2'],
  ])
})

test('a token of an application is fetched again when it has run out', async t => {
  const { result, tokens } = await use(t, sync, { ...APPLICATION, connectionId: CONNECTION }, { tokenCalls: 2 })

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.equal(tokens(), 2)
})

test('a job that runs already is followed, or is a failure', async t => {
  const busy = { isBusy: true }

  const followed = await use(t, sync, { ...USER, connectionId: CONNECTION, failOnActiveSync: false }, busy)
  const failed = await use(t, sync, { ...USER, connectionId: CONNECTION }, busy)

  assert.deepEqual(followed.result.outputs, { jobId: 6, alreadyRunning: true }, followed.result.message)
  assert.match(String(failed.result.message), /is being synced already: failOnActiveSync: false follows/)
})

test('who does not wait has the number of the job, and another task waits for it', async t => {
  const started = await use(t, sync, { token: 'given', connectionId: CONNECTION, wait: false })
  const ended = await use(t, checkStatus, { token: 'given', jobId: '7' })

  assert.deepEqual(started.result.outputs, { jobId: 7, alreadyRunning: false }, started.result.message)
  assert.equal(started.asked.length, 1)
  assert.deepEqual(ended.result.outputs, { finalJobStatus: 'succeeded' }, ended.result.message)
})

test('a job that fails fails the task, and the error says why', async t => {
  const synced = await use(t, sync, { ...USER, connectionId: CONNECTION }, { end: 'failed' })
  const checked = await use(t, checkStatus, { ...USER, jobId: '7' }, { end: 'cancelled' })

  assert.match(String(synced.result.message), /the job 7 of Airbyte ended as failed: the source is gone/)
  assert.deepEqual(synced.result.outputs, { jobId: 7, alreadyRunning: false })
  assert.match(String(checked.result.message), /the job 7 of Airbyte ended as cancelled/)
  assert.deepEqual(checked.result.outputs, { finalJobStatus: 'cancelled' })
})

const CLOUD = { clientId: 'id', clientSecret: 'hidden', connectionId: CONNECTION }

for (const [task, jobType] of [
  [cloudSync, 'sync'],
  [cloudReset, 'reset'],
] as const)
  test(`${task.type} starts a job and gives what it came to`, async t => {
    const { result, asked } = await use(t, task, CLOUD)

    assert.deepEqual(asked[1]?.body, { connectionId: CONNECTION, jobType }, result.message)
    const job = {
      ...{ jobId: 8, startTime: '2026-01-01T00:00:00Z', lastUpdatedAt: '2026-01-01T00:01:00Z', jobType: 'sync' },
      ...{ status: 'succeeded', duration: 'PT1M', bytesSynced: 500, rowsSynced: 5 },
    }
    assert.deepEqual(result.outputs, { job })
    assert.deepEqual(metricsOf(result), ['bytes_synced 500', 'rows_synced 5', 'duration 60000'])
  })

test('a job in the cloud that nobody waits for is as it was begun', async t => {
  const { result } = await use(t, cloudSync, { ...CLOUD, wait: false })

  assert.partialDeepStrictEqual(result.outputs, { job: { jobId: 8, status: 'pending', bytesSynced: null } })
})

const FAILURES: readonly [TaskDefinition, ValueMap, World, RegExp][] = [
  [sync, { ...USER, connectionId: 'nothing' }, {}, /404: .*Could not find/],
  [sync, { username: 'ada', password: 'wrong', connectionId: CONNECTION }, {}, /401: .*check the credentials/],
  [sync, { ...USER, connectionId: CONNECTION, maxDuration: 'PT0.02S' }, { end: 'running' }, /job 7 .* is not done/],
  [checkStatus, { ...USER, jobId: 'seven' }, {}, /"jobId" must be the number of a job/],
  [cloudSync, { connectionId: CONNECTION }, {}, /give "token", "clientId" and "clientSecret"/],
  [cloudSync, { ...CLOUD, clientSecret: 'wrong' }, {}, /401: .*check the credentials/],
  [cloudSync, CLOUD, { end: 'failed' }, /the job 8 of Airbyte ended as failed/],
  [cloudReset, { ...CLOUD, maxDuration: 'PT0.02S' }, { end: 'running' }, /job 8 of Airbyte is not done/],
]

for (const [task, properties, world, reason] of FAILURES)
  test(`${task.type} fails with a reason: ${reason.source}`, async t => {
    const { result } = await use(t, task, properties, world)

    assert.equal(result.state, 'FAILED')
    assert.match(String(result.message), reason)
    assert.doesNotMatch(String(result.message), /hidden|secret"/)
  })
