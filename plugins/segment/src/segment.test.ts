// Against a Segment in small, after the public description of its API: it knows one token, one model and its sync, which goes on with each look.
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TaskDefinition, TestResult, ValueMap } from '@batuta/plugin-sdk'
import { reverseEtlStatus, reverseEtlSync } from './reverse-etl.ts'

const SYNC = { sourceId: 'source', modelId: 'model', subscriptionId: 'sub' }
const EXTRACTED = { extractCount: '5', addedCount: '3', updatedCount: '2', deletedCount: '0' }

async function use(t: TestContext, task: TaskDefinition, properties: ValueMap, end = 'SUCCESS'): Promise<TestResult> {
  let looks = 0
  const judge = (request: string, sent: string): readonly [number, unknown] => {
    if (request === 'POST /reverse-etl-syncs') {
      const body: unknown = JSON.parse(sent)
      assert.deepEqual(Object.keys(Object(body)).sort(), Object.keys(SYNC).sort())
      if (Object(body).sourceId !== 'source')
        return [404, { errors: [{ type: 'not-found', message: 'no such source' }] }]
      return [200, { data: { reverseETLManualSync: { syncId: 's 1', startedAt: '2026-01-01T00:00:00Z' } } }]
    }
    if (request !== 'GET /reverse-etl-models/model/syncs/s%201')
      return [404, { errors: [{ type: 'not-found', message: 'no such sync' }] }]
    looks += 1
    const isOver = looks >= 3
    const status = {
      ...{ syncId: 's 1', modelId: 'model', syncStatus: isOver ? end : 'IN_PROGRESS', extractPhase: EXTRACTED },
      ...(isOver ? { finishedAt: '2026-01-01T00:01:00Z' } : {}),
      ...(isOver && end === 'FAIL' ? { error: 'the warehouse is gone' } : {}),
    }
    return [200, { data: { reverseETLSyncStatus: status } }]
  }
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const sent = await text(incoming)
    const [code, json] =
      incoming.headers.authorization === 'Bearer given'
        ? judge(`${incoming.method} ${incoming.url}`, sent)
        : [401, { errors: [{ type: 'unauthorized', message: 'bad token' }] }]
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
  const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const given = Object.fromEntries(Object.entries(properties))
  return await runTask(task, { uri, token: 'given', ...given }, run)
}

const CREATED = { syncId: 's 1', startedAt: '2026-01-01T00:00:00Z' }
const QUICK = { wait: true, pollInterval: 'PT0.001S' }

test('a sync is started, and nobody waits for it unless told', async t => {
  const result = await use(t, reverseEtlSync, SYNC)

  assert.deepEqual(result.outputs, { syncId: 's 1', created: CREATED }, result.message)
})

test('a sync is waited for, and its counts are given', async t => {
  const result = await use(t, reverseEtlSync, { ...SYNC, ...QUICK })

  assert.partialDeepStrictEqual(result.outputs, { status: { syncStatus: 'SUCCESS', extractPhase: EXTRACTED } })
})

test('a sync that fails is a line of the log, or a failure', async t => {
  const told = await use(t, reverseEtlSync, { ...SYNC, ...QUICK }, 'FAIL')
  const failed = await use(t, reverseEtlSync, { ...SYNC, ...QUICK, errorOnFailing: true }, 'FAIL')

  assert.equal(told.state, 'SUCCESS', told.message)
  assert.match(told.logs.map(({ message }) => message).join('\n'), /ended as FAIL: the warehouse is gone/)
  assert.equal(failed.state, 'FAILED')
  assert.match(String(failed.message), /ended as FAIL: the warehouse is gone/)
  assert.partialDeepStrictEqual(failed.outputs, { syncId: 's 1', status: { syncStatus: 'FAIL' } })
})

test('the state of a sync is given as it is', async t => {
  const result = await use(t, reverseEtlStatus, { modelId: 'model', syncId: 's 1' })

  assert.partialDeepStrictEqual(result.outputs, { status: { syncId: 's 1', syncStatus: 'IN_PROGRESS' } })
})

const FAILURES: readonly [TaskDefinition, ValueMap, RegExp][] = [
  [reverseEtlSync, { ...SYNC, sourceId: 'nothing' }, /404: .*no such source/],
  [reverseEtlSync, { ...SYNC, token: 'wrong' }, /401: .*bad token.*check the credentials/],
  [
    reverseEtlSync,
    { ...SYNC, ...QUICK, maxDuration: 'PT0.000S', pollInterval: 'PT9S' },
    /sync s 1 of Segment is not done/,
  ],
  [reverseEtlStatus, { modelId: 'model', syncId: 'nothing' }, /404: .*no such sync/],
  [reverseEtlStatus, { modelId: 'model' }, /"syncId" is required/],
]

for (const [task, properties, reason] of FAILURES)
  test(`${task.type} fails with a reason: ${reason.source}`, async t => {
    const result = await use(t, task, properties)

    assert.equal(result.state, 'FAILED')
    assert.match(String(result.message), reason)
  })
