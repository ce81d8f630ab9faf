import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestRunContext } from '@batuta/plugin-sdk'
import { completion, openai, openStub, run } from '../testing/stub-models.ts'
import { googleSearch, tavilySearch } from './web-search.ts'

test('the web is searched with Tavily and with Google, and what is found looks the same', async t => {
  const stub = await openStub(t, [
    { body: { results: [{ title: 'A', url: 'https://a.example', content: 'about a' }] } },
    { body: { items: [{ title: 'B', link: 'https://b.example', snippet: 'about b' }] } },
  ])
  const { ctx, close } = await createTestRunContext()
  t.after(close)

  const tavily = await tavilySearch(ctx, { apiKey: 'tvly-key', maxResults: 1 }, stub.url).use({ query: 'a' })
  const google = await googleSearch(ctx, { apiKey: 'g-key', csi: 'engine' }, stub.url).use({ query: 'b c' })

  assert.deepEqual(JSON.parse(tavily), [{ title: 'A', url: 'https://a.example', content: 'about a' }])
  assert.deepEqual(JSON.parse(google), [{ title: 'B', url: 'https://b.example', content: 'about b' }])
  assert.deepEqual(stub.asked[0]?.body, { query: 'a', max_results: 1 })
  assert.equal(stub.asked[0]?.headers.authorization, 'Bearer tvly-key')
  assert.equal(stub.asked[1]?.path, '/customsearch/v1?key=g-key&cx=engine&q=b+c&num=3')
})

test('a search without its key says what it needs', async t => {
  const { ctx, close } = await createTestRunContext()
  t.after(close)

  await assert.rejects(googleSearch(ctx, { apiKey: 'k' }).use({ query: 'a' }), /a web search needs "csi"/)
})

test('a skill is read when the model asks for it', async t => {
  const stub = await openStub(t, [
    completion({ calls: [{ name: 'activate_skill', arguments: { name: 'letters' } }] }),
    completion({ content: 'Dear Ada,' }),
  ])
  const skills = [{ name: 'letters', description: 'How letters begin.', content: 'Begin with Dear.' }]
  const tools = [{ type: 'io.kestra.plugin.ai.tool.Skill', skills }]

  const { outputs } = await run(t, 'ai.agent.AIAgent', { provider: openai(stub.url), prompt: 'Write', tools })

  assert.equal(outputs['textOutput'], 'Dear Ada,')
  assert.match(stub.asked[0]?.body.tools[0].function.description, /letters: How letters begin\./)
  assert.equal(stub.asked[1]?.body.messages.at(-1).content, 'Begin with Dear.')
})

test('a tool that is not implemented is refused before the model is called', async t => {
  const stub = await openStub(t, [completion({})])
  const tools = [{ type: 'io.kestra.plugin.ai.tool.StdioMcpClient', command: ['x'] }]

  const { message } = await run(t, 'ai.agent.AIAgent', { provider: openai(stub.url), prompt: 'Write', tools })

  assert.match(message ?? '', /"io.kestra.plugin.ai.tool.StdioMcpClient" is not implemented: there are KestraFlow/)
  assert.equal(stub.asked.length, 0)
})
