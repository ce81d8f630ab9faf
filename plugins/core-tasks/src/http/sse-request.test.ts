import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test, type TestContext } from 'node:test'
import type { AddressInfo } from 'node:net'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TestResult, ValueMap } from '@batuta/plugin-sdk'
import { request } from './request.ts'
import { sseRequest } from './sse-request.ts'

const STREAM = `: hello

id: 1
event: part
data: {"text": "Hel", "n": 1}

data: {"text":
data:  "lo"}

data: [DONE]
`

async function read(t: TestContext, more: ValueMap = {}): Promise<{ result: TestResult; rows: string }> {
  const server = createServer((_incoming, outgoing) => outgoing.writeHead(200).end(STREAM))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const run = await createTestRunContext()
  t.after(() => run.close())
  const { port } = server.address() as AddressInfo
  const result = await runTask(sseRequest, { uri: `http://127.0.0.1:${port}/`, ...more }, run)
  const { uri } = result.outputs
  return { result, rows: typeof uri === 'string' ? await run.ctx.files.readText(uri) : '' }
}

test('every event is a row, and what jq finds is joined', async t => {
  const { result, rows } = await read(t, { concatJqExpression: '.text' })

  assert.equal(result.outputs['size'], 4)
  assert.equal(result.outputs['result'], 'Hello')
  assert.deepEqual(result.outputs['events'], [
    { comment: 'hello' },
    { id: '1', event: 'part', data: { text: 'Hel', n: 1 } },
    { data: { text: 'lo' } },
    { data: '[DONE]' },
  ])
  assert.equal(rows.trim().split('\n').length, 4)
})

test('an expression that finds nothing fails, unless it may', async t => {
  const strict = await read(t, { concatJqExpression: '.ghost' })
  const loose = await read(t, { concatJqExpression: '.ghost', failedOnMissingJq: false })

  assert.match(strict.result.message ?? '', /"\.ghost" finds nothing/)
  assert.equal(loose.result.outputs['result'], '')
})

test('a body can be kept encrypted', async t => {
  const server = createServer((_incoming, outgoing) => outgoing.writeHead(200).end('a secret'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const run = await createTestRunContext({ answer: name => (name === 'seal' ? { type: 'sealed', value: 'c' } : null) })
  t.after(() => run.close())
  const { port } = server.address() as AddressInfo

  const { outputs } = await runTask(request, { uri: `http://127.0.0.1:${port}/`, encryptBody: true }, run)

  assert.deepEqual(outputs['encryptedBody'], { type: 'sealed', value: 'c' })
  assert.equal(outputs['body'], undefined)
})
