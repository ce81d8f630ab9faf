import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import {
  bindProperties,
  createTestRunContext,
  runPoll,
  type TaskOutputs,
  type Value,
  type ValueMap,
} from '@batuta/plugin-sdk'
import { httpTrigger } from '../http/http-trigger.ts'
import { testSource } from './test-source.ts'

async function ask(t: TestContext, code: number, more: ValueMap = {}): Promise<TaskOutputs | undefined> {
  const server = createServer((_, response) => response.writeHead(code, { 'x-mine': 'yes' }).end('{"ready":true}'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const run = await createTestRunContext({ answer: name => (name === 'seal' ? { type: 'sealed', value: 'c' } : null) })
  t.after(async () => {
    server.closeAllConnections()
    server.close()
    await run.close()
  })
  const written = { uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/page`, ...more }
  return (await runPoll(httpTrigger, written, run)).outputs
}

test('an HTTP trigger starts the flow by its response', async t => {
  const found = await ask(t, 200)

  assert.deepEqual([found?.['code'], found?.['body']], [200, '{"ready":true}'])
})

test('a response that fails starts nothing, unless the condition wants it', async t => {
  assert.equal(await ask(t, 503), undefined)
  assert.equal((await ask(t, 503, { responseCondition: '{{ response.statusCode == 503 }}' }))?.['code'], 503)
})

test('the condition of an HTTP trigger sees body and headers', async t => {
  const of = (condition: string): Promise<TaskOutputs | undefined> => ask(t, 200, { responseCondition: condition })

  assert.ok(await of("{{ response.body.ready and response.headers['x-mine'][0] == 'yes' }}"))
  assert.equal(await of('{{ response.body.ready == false }}'), undefined)
})

test('the body of a response is kept encrypted where it is asked for', async t => {
  const found = await ask(t, 200, { encryptBody: true })

  assert.deepEqual([found?.['body'], found?.['encryptedBody']], [undefined, { type: 'sealed', value: 'c' }])
})

interface Told {
  readonly lines: readonly string[]
  readonly mark: Value | undefined
}

/** Watches until so many lines were emitted. */
async function watch(path: string, count: number, mark?: Value): Promise<readonly Told[]> {
  const stop = new AbortController()
  const run = await createTestRunContext({ signal: stop.signal })
  const told: Told[] = []
  const emit = (events: readonly TaskOutputs[], at?: Value): Promise<void> => {
    told.push({ lines: events.map(event => String(event['line'])), mark: at })
    if (told.flatMap(({ lines }) => lines).length >= count) stop.abort()
    return Promise.resolve()
  }
  const props = bindProperties(testSource.properties, { path, batch: 2, pause: 'PT0.01S' }, run.ctx)
  await testSource.consume(run.ctx, props, emit, mark).catch(error => assert.equal(error.name, 'AbortError'))
  await run.close()
  return told
}

test('a test source emits whole lines as the file grows, and acknowledges them', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'batuta-source-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'lines.txt')
  writeFileSync(path, 'one\ntwo\nthree\nfo')

  const first = await watch(path, 3)
  appendFileSync(path, 'ur\nfive\n')
  const second = await watch(path, 2, first.at(-1)?.mark)

  assert.deepEqual(
    first.map(({ lines }) => lines),
    [['one', 'two'], ['three']],
  )
  assert.deepEqual(
    second.flatMap(({ lines }) => lines),
    ['four', 'five'],
  )
  assert.equal(readFileSync(`${path}.ack`, 'utf8'), String(second.at(-1)?.mark))
})
