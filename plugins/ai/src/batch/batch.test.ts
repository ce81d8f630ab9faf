import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import {
  createTestRunContext,
  fromPlain,
  runTask,
  TaskStopped,
  type TestOptions,
  type ValueMap,
} from '@batuta/plugin-sdk'
import { batchCompletion } from '../tasks/batch-completion.ts'
import { completion, openai, openKeys, openStub, type Asked, type Parsed, type Said } from '../testing/stub-models.ts'

const ITEMS = [{ text: 'late' }, { text: 'ada@example.org paid twice' }, { text: 'odd' }]
const FAST = { from: ITEMS, prompt: '{{ index }}: {{ item.text }}', pollFrequency: 'PT0.01S' }

function claude(url: string): object {
  const type = 'io.kestra.plugin.ai.provider.Anthropic'
  return { type, apiKey: 'k', baseUrl: `${url}/v1`, modelName: 'claude-haiku-4-5' }
}

interface Plan {
  /** How often it is looked at before it is over. */
  readonly looks?: number
  readonly status?: string
  readonly answers?: readonly object[]
}

/** Batches as OpenAI has them. */
function openBatches({ looks = 0, status = 'completed', answers = [] }: Plan) {
  let [file, looked] = ['', 0]
  const seen: string[] = []
  const said = ({ method, path, text }: Asked): Said => {
    seen.push(`${method} ${path.replace('/v1', '')}`)
    if (path === '/v1/files') file = text
    if (path.endsWith('/content'))
      return { type: 'application/jsonl', body: answers.map(line => JSON.stringify(line)).join('\n') }
    const isOver = method === 'GET' && ++looked > looks
    const more = isOver ? { output_file_id: 'out', errors: { data: [{ message: 'no such model' }] } } : {}
    return { body: { id: path === '/v1/files' ? 'in' : 'b1', status: isOver ? status : 'in_progress', ...more } }
  }
  const requests = (): readonly Parsed[] =>
    file.split('\n').flatMap(line => (line.startsWith('{"custom_id"') ? [JSON.parse(line)] : []))
  return { said, seen, requests }
}

function answered(place: number, content: string): object {
  const { body } = completion({ content, tokens: [100, 10] })
  return { custom_id: `item-${place}`, response: { status_code: 200, body } }
}

function refused(place: number): object {
  return { custom_id: `item-${place}`, response: { status_code: 400, body: { error: { message: 'it is too long' } } } }
}

async function run(t: TestContext, properties: object, options: TestOptions = {}) {
  const context = await createTestRunContext({ answer: openKeys().answer, ...options })
  t.after(() => context.close())
  const result = await runTask(batchCompletion, fromPlain({ ...FAST, ...properties }) as ValueMap, context)
  const uri = result.outputs['uri']
  const text = typeof uri === 'string' ? await context.ctx.files.readText(uri) : ''
  const rows: readonly Parsed[] = text.split('\n').flatMap(line => (line === '' ? [] : [JSON.parse(line)]))
  return { ...result, rows }
}

async function untilLookedAt({ seen }: { readonly seen: readonly string[] }, ended: Promise<unknown>): Promise<void> {
  let isOver = false
  void ended.finally(() => (isOver = true))
  while (!isOver && !seen.includes('GET /batches/b1')) await new Promise(setImmediate)
}

test('items are one batch of OpenAI, answered in any order at half the price', async t => {
  const batches = openBatches({ looks: 2, answers: [answered(2, 'c'), answered(0, 'a'), answered(1, 'b')] })
  const stub = await openStub(t, [batches.said])
  const { answer, keys } = openKeys()
  const budget = { per: 'FLOW', maxTokens: 20_000 }

  const { outputs, rows, metrics, message } = await run(
    t,
    { provider: openai(stub.url), systemMessage: 'One word.', budget },
    { answer },
  )

  assert.deepEqual(
    rows.map(({ text }) => text),
    ['a', 'b', 'c'],
    message,
  )
  assert.deepEqual(rows[0]?.item, ITEMS[0])
  assert.deepEqual(
    batches.requests().map(({ body, url }) => [url, ...body.messages.map((each: Parsed) => each.content)]),
    [
      ['/v1/chat/completions', 'One word.', '0: late'],
      ['/v1/chat/completions', 'One word.', '1: ada@example.org paid twice'],
      ['/v1/chat/completions', 'One word.', '2: odd'],
    ],
  )
  assert.equal(batches.requests()[0]?.body.stream, undefined)
  assert.equal(outputs['batchId'], 'b1')
  assert.equal(outputs['cost'], (300 * 0.075 + 30 * 0.3) / 1_000_000)
  assert.equal(metrics.find(({ name }) => name === 'ai.provider.calls')?.value, 3)
  assert.deepEqual(
    [...keys.keys()].map(key => key.split('.')[3]),
    ['330'],
  )
})

test('items are one batch of Anthropic, without personal data', async t => {
  const message = (text: string): object => ({
    id: 'm',
    content: [{ type: 'text', text }],
    usage: { input_tokens: 5, output_tokens: 1 },
  })
  const lines = [
    { custom_id: 'item-1', result: { type: 'succeeded', message: message('b') } },
    {
      custom_id: 'item-0',
      result: { type: 'errored', error: { type: 'error', error: { message: 'it is too long' } } },
    },
    { custom_id: 'item-2', result: { type: 'expired' } },
  ]
  const stub = await openStub(t, [
    { body: { id: 'msgbatch_1', processing_status: 'in_progress' } },
    { body: { id: 'msgbatch_1', processing_status: 'in_progress', request_counts: { processing: 3 } } },
    { body: { id: 'msgbatch_1', processing_status: 'ended' } },
    { type: 'application/x-jsonl', body: lines.map(line => JSON.stringify(line)).join('\n') },
  ])

  const { state, outputs, rows } = await run(t, {
    provider: claude(stub.url),
    maxFailed: 2,
    personalData: { action: 'redact' },
  })

  assert.equal(state, 'SUCCESS')
  assert.deepEqual(
    rows.map(({ text, error }) => text ?? error),
    ['errored: it is too long', 'b', 'the item is expired'],
  )
  assert.equal(outputs['failed'], 2)
  assert.equal(stub.asked[0]?.body.requests[1].params.messages[0].content[0].text, '1: [MAIL] paid twice')
  assert.deepEqual(
    stub.asked.map(({ method, path }) => `${method} ${path}`),
    [
      'POST /v1/messages/batches',
      'GET /v1/messages/batches/msgbatch_1',
      'GET /v1/messages/batches/msgbatch_1',
      'GET /v1/messages/batches/msgbatch_1/results',
    ],
  )
})

test('more items without an answer than may be fail the task, which keeps the others', async t => {
  const batches = openBatches({ answers: [answered(0, '{"a":1}'), refused(1), answered(2, 'no JSON')] })
  const stub = await openStub(t, [batches.said])
  const configuration = { responseFormat: { type: 'JSON' } }

  const { state, message, rows } = await run(t, { provider: openai(stub.url), configuration, maxFailed: 1 })

  assert.equal(state, 'FAILED')
  assert.equal(message, '2 of 3 items have no answer (maxFailed is 1), the first: 400: it is too long')
  assert.deepEqual(rows[0]?.json, { a: 1 })
  assert.match(rows[2]?.error, /asked for JSON and answered: no JSON/)
})

test('a batch that has failed as a whole costs nothing and says why', async t => {
  const stub = await openStub(t, [openBatches({ status: 'failed' }).said])
  const { answer, keys } = openKeys()

  const { message } = await run(
    t,
    { provider: openai(stub.url), budget: { per: 'FLOW', maxTokens: 20_000 } },
    { answer },
  )

  assert.equal(message, 'the batch b1 has failed: no such model')
  assert.equal(keys.size, 0)
})

test('a task that begins again follows the batch that there is, and pays once', async t => {
  const batches = openBatches({ looks: 1_000_000 })
  const stub = await openStub(t, [batches.said])
  const { answer, keys } = openKeys()
  const properties = { provider: openai(stub.url), budget: { per: 'FLOW', maxTokens: 20_000 } }
  const lost = new AbortController()
  const first = run(t, properties, { answer, signal: lost.signal })
  await untilLookedAt(batches, first)
  lost.abort(new TaskStopped('stale', 'the worker is gone'))
  await first
  assert.equal(keys.size, 2)

  const over = openBatches({ answers: [answered(0, 'a'), answered(1, 'b'), answered(2, 'c')] })
  const later = await openStub(t, [over.said])
  const { rows, message } = await run(t, { ...properties, provider: openai(later.url) }, { answer })

  assert.deepEqual(
    rows.map(({ text }) => text),
    ['a', 'b', 'c'],
    message,
  )
  assert.ok(!batches.seen.includes('POST /batches/b1/cancel'))
  assert.deepEqual(over.seen, ['GET /batches/b1', 'GET /files/out/content'])
  assert.deepEqual(
    [...keys.keys()].map(key => key.split('.')[3]),
    ['330'],
  )
})

test('a task that is killed cancels its batch', async t => {
  const batches = openBatches({ looks: 1_000_000 })
  const stub = await openStub(t, [batches.said])
  const killer = new AbortController()
  const ended = run(t, { provider: openai(stub.url) }, { signal: killer.signal })
  await untilLookedAt(batches, ended)

  killer.abort(new TaskStopped('kill', 'somebody has killed it'))
  await ended

  assert.equal(batches.seen.at(-1), 'POST /batches/b1/cancel')
})

test('a service without batches is asked for each item, within the budget', async t => {
  const one = ({ path }: Asked): Said =>
    path.endsWith('/files') ? { status: 404, body: {} } : completion({ content: 'x', tokens: [10, 100] })
  const stub = await openStub(t, [one])
  const provider = openai(stub.url)
  const configuration = { maxToken: 100 }
  const budget = { maxTokens: 240 }

  const whole = await run(t, { provider, configuration, concurrent: 2 })
  const bound = await run(t, { provider, configuration, budget, concurrent: 3, mode: 'PARALLEL' })
  const demanded = await run(t, { provider, mode: 'BATCH' })

  assert.deepEqual(
    whole.rows.map(({ text }) => text),
    ['x', 'x', 'x'],
    whole.message,
  )
  assert.equal(whole.outputs['batchId'], undefined)
  assert.match(bound.message ?? '', /1 of 3 items have no answer .*: too little is left of the budget/)
  assert.match(demanded.message ?? '', /OpenAI at this address has no batches: use the mode AUTO or PARALLEL/)
})

test('what cannot be asked is said before anything is sent', async t => {
  const stub = await openStub(t, [completion({})])
  const provider = openai(stub.url)
  const refuse = async (properties: object): Promise<string> =>
    (await run(t, { provider, ...properties })).message ?? ''

  assert.match(
    await refuse({ prompt: ' {{ item.text }} ', from: [{ text: '' }] }),
    /the prompt is empty for the item 0/,
  )
  assert.match(await refuse({ concurrent: 0 }), /"concurrent" is 0: it must be from 1 to 64/)
  assert.match(await refuse({ from: Array.from({ length: 10_001 }, () => 1) }), /more than 10000 items: split it/)
  assert.match(await refuse({ budget: { maxTokens: 60 } }), /too little is left of the budget/)
  assert.equal(stub.asked.length, 0)
})
