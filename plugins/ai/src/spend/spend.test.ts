import assert from 'node:assert/strict'
import { test } from 'node:test'
import { completion, openai, openKeys, openStub, run } from '../testing/stub-models.ts'
import { priceOf } from './prices.ts'

const CHAT = 'ai.completion.ChatCompletion'
const messages = [{ type: 'USER', content: 'Hello?' }]

test('what a call costs is among the outputs and metrics, with provider, model and labels', async t => {
  const stub = await openStub(t, [completion({ content: 'Hi.', tokens: [1_000_000, 100_000] })])
  const variables = { labels: { team: 'red', system: { correlationId: 'c' } } }

  const { outputs, metrics } = await run(t, CHAT, { provider: openai(stub.url), messages }, { variables })

  assert.equal(outputs['cost'], 0.15 + 0.06)
  const tags = { provider: 'OpenAI', model: 'gpt-4o-mini', 'label.team': 'red' }
  assert.deepEqual(
    metrics.map(({ name, value, tags: own }) => [name, value, own]),
    [
      ['input.token.count', 1_000_000, tags],
      ['output.token.count', 100_000, tags],
      ['total.token.count', 1_100_000, tags],
      ['ai.provider.calls', 1, tags],
      ['ai.cost', 0.15 + 0.06, tags],
    ],
  )
})

test('the longest name of a model counts, resold ones have their maker’s price, own machines are free', () => {
  assert.deepEqual(priceOf('OpenAI', 'gpt-4o-mini-2024-07-18'), { input: 0.15, output: 0.6 })
  assert.deepEqual(priceOf('AzureOpenAI', 'gpt-4o'), { input: 2.5, output: 10 })
  assert.deepEqual(priceOf('OpenRouter', 'anthropic/claude-sonnet-4.5'), { input: 3, output: 15 })
  assert.deepEqual(priceOf('Ollama', 'anything'), { input: 0, output: 0 })
  assert.equal(priceOf('OpenAI', 'unheard-of'), undefined)
})

test('a model whose price nobody knows has no cost, and a budget in money refuses it', async t => {
  const stub = await openStub(t, [completion({ content: 'Hi.' })])
  const properties = { provider: openai(stub.url, 'unheard-of'), messages }

  const free = await run(t, CHAT, properties)
  const bound = await run(t, CHAT, { ...properties, budget: { maxCost: 1 } })
  const said = await run(t, CHAT, { ...properties, budget: { maxCost: 1 }, price: { input: 1, output: 1 } })

  assert.equal('cost' in free.outputs, false)
  assert.match(bound.message ?? '', /the price of "unheard-of" is not known: say it with price/)
  assert.equal(said.outputs['cost'], 15 / 1_000_000)
})

for (const [per, more, owner] of [
  ['EXECUTION', {}, 'the execution e1'],
  ['FLOW', { period: 'DAY' }, 'the flow test.flow'],
  ['NAMESPACE', { period: 'MONTH' }, 'the namespace test'],
  ['LABEL', { label: 'team', period: 'ALWAYS' }, 'the label team=red'],
] as const)
  test(`a budget per ${per} stops the run that comes to it before the model is called`, async t => {
    const stub = await openStub(t, [completion({ content: 'Hi.', tokens: [60, 40] })])
    const { answer, keys } = openKeys()
    const variables = { labels: { team: 'red' } }
    const ask = (): ReturnType<typeof run> =>
      run(
        t,
        CHAT,
        { provider: openai(stub.url), messages, budget: { per, ...more, maxTokens: 150 } },
        { answer, variables },
      )

    const states = [(await ask()).state, (await ask()).state]
    const { state, message } = await ask()

    assert.deepEqual([...states, state], ['SUCCESS', 'SUCCESS', 'FAILED'])
    assert.equal(stub.asked.length, 2)
    assert.match(message ?? '', new RegExp(`the budget of ${owner} is spent: 200 of 150 tokens`))
    assert.equal(keys.size, 2)
  })

test('an agent is stopped in the middle of its talk', async t => {
  const stub = await openStub(t, [completion({ calls: [{ name: 'x', arguments: {} }], tokens: [100, 0] })])

  const { message } = await run(t, 'ai.agent.AIAgent', {
    provider: openai(stub.url),
    prompt: 'Go on',
    budget: { maxTokens: 250 },
  })

  assert.match(message ?? '', /200 of 250 tokens are spent, and the call takes about \d+ tokens/)
  assert.equal(stub.asked.length, 2)
})

test('calls at the same time cannot overdraw a budget together', async t => {
  const stub = await openStub(t, [completion({ content: 'Hi.', tokens: [10, 100] })])
  const { answer, keys } = openKeys()
  const ask = (): ReturnType<typeof run> =>
    run(
      t,
      CHAT,
      {
        provider: openai(stub.url),
        messages,
        configuration: { maxToken: 100 },
        budget: { per: 'FLOW', maxTokens: 350 },
      },
      { answer },
    )

  const ended = await Promise.all(Array.from({ length: 8 }, ask))

  assert.deepEqual(ended.map(({ state }) => state).sort(), [...Array(5).fill('FAILED'), ...Array(3).fill('SUCCESS')])
  assert.equal(stub.asked.length, 3)
  for (const { state, message } of ended)
    if (state === 'FAILED')
      assert.match(
        message ?? '',
        /too little is left of the budget of the flow test\.flow: 330 of 350 tokens are spent/,
      )
  assert.deepEqual(
    [...keys.keys()].map(key => key.split('.').slice(3, 5).join('.')),
    Array(3).fill('110.62'),
  )
})

test('an answer is bounded by what the budget has left, in money as in tokens', async t => {
  const stub = await openStub(t, [completion({ content: 'Hi.' })])
  const ask = (properties: object): ReturnType<typeof run> => run(t, CHAT, { messages, ...properties })
  const claude = { type: 'io.kestra.plugin.ai.provider.Anthropic', apiKey: 'k', baseUrl: stub.url, modelName: 'm' }
  const price = { input: 0, output: 10 }

  await ask({ provider: openai(stub.url), budget: { maxTokens: 150 } })
  await ask({ provider: claude, price, budget: { maxCost: 0.002 } })
  await ask({ provider: openai(stub.url), budget: { maxTokens: 10_000 } })
  await ask({ provider: openai(stub.url), configuration: { maxToken: 50 }, budget: { maxTokens: 150 } })

  assert.deepEqual(
    stub.asked.map(({ body }) => body.max_tokens),
    [140, 200, undefined, 50],
  )
})

test('what a call held is free again when it has failed, and what one holds that is gone is waited for', async t => {
  const stub = await openStub(t, [{ status: 500, body: {} }, completion({ content: 'Hi.', tokens: [10, 5] })])
  const { answer, keys } = openKeys()
  const properties = { provider: openai(stub.url), messages, budget: { per: 'FLOW', maxTokens: 200 } }

  const failed = await run(t, CHAT, properties, { answer })
  assert.equal(keys.size, 0)
  let looks = 0
  const held = `ai-spend.x.y.190.0.held.e2-1-1.1`
  const later: typeof answer = (name, args) => {
    const found = answer(name, args)
    return name === 'kv.keys' && ++looks === 1 ? [held] : found
  }
  const waited = await run(t, CHAT, properties, { answer: later })

  assert.match(failed.message ?? '', /answered with 500/)
  assert.equal(waited.state, 'SUCCESS')
  assert.equal(looks, 3)
  assert.equal(keys.size, 1)
})

test('an image, whose size nobody bounds, is drawn as long as anything is left', async t => {
  const stub = await openStub(t, [
    { body: { data: [{ url: 'https://example.org/i.png' }], usage: { input_tokens: 10, output_tokens: 4_000 } } },
  ])
  const { answer } = openKeys()
  const properties = { provider: openai(stub.url), prompt: 'A lighthouse', budget: { per: 'FLOW', maxTokens: 1_000 } }
  const draw = (): ReturnType<typeof run> => run(t, 'ai.completion.ImageGeneration', properties, { answer })

  const [first, second] = [await draw(), await draw()]

  assert.equal(first.state, 'SUCCESS', first.message)
  assert.match(second.message ?? '', /is spent: 4010 of 1000 tokens/)
  assert.equal(stub.asked.length, 1)
})

test('a budget that bounds nothing, or counts by a label that is not there, is refused', async t => {
  const stub = await openStub(t, [completion({})])
  const refuse = async (budget: object): Promise<string> =>
    (await run(t, CHAT, { provider: openai(stub.url), messages, budget })).message ?? ''

  assert.match(await refuse({ per: 'FLOW' }), /neither maxCost nor maxTokens/)
  assert.match(await refuse({ per: 'LABEL', maxTokens: 1 }), /says which: label/)
  assert.match(await refuse({ per: 'LABEL', label: 'team', maxTokens: 1 }), /no such label/)
})

test('personal data does not leave, and is put back into the answer', async t => {
  const stub = await openStub(t, [
    ({ body }) => completion({ content: `Write to ${/PII_MAIL_\w+/.exec(body.messages[0].content)?.[0]}.` }),
  ])

  const { outputs } = await run(t, CHAT, {
    provider: openai(stub.url),
    messages: [{ type: 'USER', content: 'ada@example.org complains' }],
    personalData: {},
  })

  assert.doesNotMatch(stub.asked[0]?.text ?? '', /ada@example\.org/)
  assert.equal(outputs['textOutput'], 'Write to ada@example.org.')
})

test('redacted personal data stays away, also from tools and other tasks', async t => {
  const stub = await openStub(t, [completion({ content: '{"classification":"a"}' })])

  await run(t, 'ai.completion.Classification', {
    provider: openai(stub.url),
    prompt: 'ada@example.org complains',
    classes: ['a'],
    personalData: { action: 'redact' },
  })
  const wrong = await run(t, CHAT, { provider: openai(stub.url), messages, personalData: { kinds: ['email'] } })

  assert.match(stub.asked[0]?.body.messages.at(-1).content, /^\[MAIL\] complains$/)
  assert.match(wrong.message ?? '', /"email" is no kind of personal data/)
  assert.equal(stub.asked.length, 1)
})
