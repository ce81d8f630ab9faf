import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { completion, events, openai, openStub, run, type Said, type Stub } from '../testing/stub-models.ts'

const CHAT = 'ai.completion.ChatCompletion'
const MESSAGES = [
  { type: 'SYSTEM', content: 'Be brief.' },
  { type: 'USER', content: 'Hello?' },
]
const SETTINGS = { temperature: 0.2, topP: 0.9, maxToken: 100, seed: 7 }

const GEMINI_ANSWER = {
  responseId: 'r1',
  candidates: [{ content: { parts: [{ text: 'Hi.' }] }, finishReason: 'STOP' }],
  usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5 },
}
const ANTHROPIC_ANSWER = {
  id: 'msg_1',
  content: [{ type: 'text', text: 'Hi.' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 10, output_tokens: 5 },
}
const OLLAMA_ANSWER = { message: { content: 'Hi.' }, done_reason: 'stop', prompt_eval_count: 10, eval_count: 5 }

interface Case {
  readonly name: string
  readonly provider: (url: string) => Readonly<Record<string, unknown>>
  readonly answer: Said
  readonly path: string
  readonly header: readonly [string, string] | undefined
  readonly body: unknown
}

const OPENAI_BODY = {
  model: 'm',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hello?' },
  ],
  temperature: 0.2,
  top_p: 0.9,
  seed: 7,
  max_tokens: 100,
}
const COMPATIBLE = ['OpenAI', 'MistralAI', 'DeepSeek', 'OpenRouter', 'HuggingFace', 'WorkersAI', 'DashScope', 'LocalAI']

const CASES: readonly Case[] = [
  ...COMPATIBLE.map((name): Case => ({
    name,
    provider: url => ({ apiKey: 'key-123', baseUrl: `${url}/v1/`, modelName: 'm', accountId: 'a' }),
    answer: completion({ content: 'Hi.' }),
    path: '/v1/chat/completions',
    header: ['authorization', 'Bearer key-123'],
    body: OPENAI_BODY,
  })),
  {
    name: 'AzureOpenAI',
    provider: url => ({ apiKey: 'key-123', endpoint: url, modelName: 'm' }),
    answer: completion({ content: 'Hi.' }),
    path: '/openai/deployments/m/chat/completions?api-version=2024-10-21',
    header: ['api-key', 'key-123'],
    body: OPENAI_BODY,
  },
  {
    name: 'Anthropic',
    provider: url => ({ apiKey: 'key-123', baseUrl: `${url}/v1`, modelName: 'm' }),
    answer: { body: ANTHROPIC_ANSWER },
    path: '/v1/messages',
    header: ['x-api-key', 'key-123'],
    body: {
      model: 'm',
      max_tokens: 100,
      system: 'Be brief.',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello?' }] }],
      temperature: 0.2,
      top_p: 0.9,
    },
  },
  {
    name: 'GoogleGemini',
    provider: url => ({ apiKey: 'key-123', baseUrl: `${url}/v1beta`, modelName: 'm' }),
    answer: { body: GEMINI_ANSWER },
    path: '/v1beta/models/m:generateContent',
    header: ['x-goog-api-key', 'key-123'],
    body: {
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [{ role: 'user', parts: [{ text: 'Hello?' }] }],
      generationConfig: { temperature: 0.2, topP: 0.9, seed: 7, maxOutputTokens: 100 },
    },
  },
  {
    name: 'Ollama',
    provider: url => ({ endpoint: url, modelName: 'm' }),
    answer: { body: OLLAMA_ANSWER },
    path: '/api/chat',
    header: undefined,
    body: {
      model: 'm',
      messages: OPENAI_BODY.messages,
      stream: false,
      options: { temperature: 0.2, top_p: 0.9, seed: 7, num_predict: 100 },
    },
  },
]

function providerOf({ name, provider }: Case, { url }: Stub): Readonly<Record<string, unknown>> {
  return { type: `io.kestra.plugin.ai.provider.${name}`, ...provider(url) }
}

for (const each of CASES) {
  test(`${each.name} is asked in its own words, and its answer is read`, async t => {
    const stub = await openStub(t, [each.answer])

    const { outputs, message, metrics } = await run(t, CHAT, {
      provider: providerOf(each, stub),
      messages: MESSAGES,
      configuration: SETTINGS,
    })

    assert.equal(message, undefined)
    const [asked] = stub.asked
    assert.equal(asked?.path, each.path)
    assert.deepEqual(asked?.body, each.body)
    if (each.header) assert.equal(asked?.headers[each.header[0]], each.header[1])
    assert.equal(outputs['textOutput'], 'Hi.')
    assert.equal(outputs['finishReason'], 'STOP')
    assert.deepEqual(outputs['tokenUsage'], { inputTokenCount: 10, outputTokenCount: 5, totalTokenCount: 15 })
    assert.equal(metrics.find(({ name }) => name === 'total.token.count')?.value, 15)
  })

  test(`what ${each.name} refuses fails the task, with its reason and without the key`, async t => {
    const stub = await openStub(t, [{ status: 401, body: { error: { message: 'no such key: key-123' } } }])

    const { state, message = '' } = await run(t, CHAT, { provider: providerOf(each, stub), messages: MESSAGES })

    assert.equal(state, 'FAILED')
    assert.match(message, new RegExp(`^${each.name} answered with 401: no such key: .*check the key`))
    if (each.header) assert.doesNotMatch(message, /key-123/)
  })
}

async function streamed(t: TestContext, provider: string, said: Said, more: object = {}): Promise<[unknown, Stub]> {
  const stub = await openStub(t, [said])
  const { outputs, message } = await run(t, CHAT, {
    provider: {
      type: `io.kestra.plugin.ai.provider.${provider}`,
      apiKey: 'k',
      baseUrl: stub.url,
      endpoint: stub.url,
      modelName: 'm',
    },
    messages: MESSAGES,
    configuration: { maxToken: 20_000, ...more },
  })
  assert.equal(message, undefined)
  const { textOutput, tokenUsage, thinking } = outputs
  return [{ textOutput, tokenUsage, thinking }, stub]
}

const USED = { inputTokenCount: 10, outputTokenCount: 5, totalTokenCount: 15 }

test('a long answer of OpenAI comes in pieces', async t => {
  const piece = (content: string): unknown => ({ id: 'c', choices: [{ index: 0, delta: { content } }] })
  const end = { id: 'c', choices: [], usage: { prompt_tokens: 10, completion_tokens: 5 } }

  const [outputs, stub] = await streamed(t, 'OpenAI', events(piece('Hel'), piece('lo.'), end, '[DONE]'))

  assert.deepEqual(outputs, { textOutput: 'Hello.', tokenUsage: USED, thinking: undefined })
  assert.equal(stub.asked[0]?.body.stream, true)
})

test('a long answer of Anthropic comes in pieces, its thoughts too', async t => {
  const said = events(
    { type: 'message_start', message: { id: 'm', usage: { input_tokens: 10 } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Well.' } },
    { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'Hel' } },
    { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'lo.' } },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } },
    { type: 'message_stop' },
  )

  const [outputs, stub] = await streamed(t, 'Anthropic', said, { thinkingEnabled: true, thinkingBudgetTokens: 1024 })

  assert.deepEqual(outputs, { textOutput: 'Hello.', tokenUsage: USED, thinking: 'Well.' })
  assert.deepEqual(stub.asked[0]?.body.thinking, { type: 'enabled', budget_tokens: 1024 })
})

test('a long answer of Gemini comes in pieces', async t => {
  const piece = (text: string, more: object = {}): unknown => ({
    candidates: [{ content: { parts: [{ text }] }, ...more }],
  })
  const usageMetadata = { promptTokenCount: 10, candidatesTokenCount: 5 }
  const last = { ...(piece('lo.', { finishReason: 'STOP' }) as object), usageMetadata }

  const [outputs, stub] = await streamed(t, 'GoogleGemini', events(piece('Hel'), last))

  assert.deepEqual(outputs, { textOutput: 'Hello.', tokenUsage: USED, thinking: undefined })
  assert.equal(stub.asked[0]?.path, '/models/m:streamGenerateContent?alt=sse')
})

test('a long answer of Ollama comes in lines', async t => {
  const lines = [{ message: { content: 'Hel' } }, { ...OLLAMA_ANSWER, message: { content: 'lo.' } }]
  const body = lines.map(line => `${JSON.stringify(line)}\n`).join('')

  const [outputs] = await streamed(t, 'Ollama', { type: 'application/x-ndjson', body })

  assert.deepEqual(outputs, { textOutput: 'Hello.', tokenUsage: USED, thinking: undefined })
})

test('a stream that breaks off with an error fails the task', async t => {
  const stub = await openStub(t, [events({ error: { message: 'overloaded' } })])

  const { message } = await run(t, CHAT, { provider: openai(stub.url), messages: MESSAGES })

  assert.equal(message, 'the model broke off: overloaded')
})

test('a provider that is not implemented, or lacks what it needs, says what to do', async t => {
  const refuse = async (provider: object): Promise<string> =>
    (await run(t, CHAT, { provider, messages: MESSAGES })).message ?? ''

  assert.match(
    await refuse({ type: 'io.kestra.plugin.ai.provider.AmazonBedrock', modelName: 'm' }),
    /"io.kestra.plugin.ai.provider.AmazonBedrock" is not implemented: use one of OpenAI/,
  )
  assert.match(await refuse({ type: 'io.kestra.plugin.ai.provider.OpenAI', modelName: 'm' }), /needs "apiKey"/)
  assert.match(await refuse({ type: 'io.kestra.plugin.ai.provider.OpenAI', apiKey: 'k' }), /needs "modelName"/)
})
