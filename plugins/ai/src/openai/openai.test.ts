import assert from 'node:assert/strict'
import { test } from 'node:test'
import { completion, openStub, run, type Stub } from '../testing/stub-models.ts'

const of = ({ url }: Stub): object => ({ apiKey: 'sk-secret-key', baseUrl: `${url}/v1` })

test('ChatCompletion mirrors the answer of the interface', async t => {
  const stub = await openStub(t, [completion({ content: 'Hi.' })])

  const { outputs } = await run(t, 'openai.ChatCompletion', {
    ...of(stub),
    model: 'gpt-4o',
    messages: [{ role: 'system', content: 'Be brief.' }],
    prompt: 'Hello?',
    jsonResponseSchema: '{"type":"object"}',
    functions: [{ name: 'weather', parameters: { type: 'object' } }],
    stop: ['.'],
  })

  const { choices, usage, id } = outputs as { choices: { message: { content: string } }[]; usage: object; id: string }
  assert.deepEqual([choices[0]?.message.content, id], ['Hi.', 'chatcmpl-1'])
  assert.deepEqual(usage, { prompt_tokens: 10, completion_tokens: 5 })
  const body = stub.asked[0]?.body
  assert.deepEqual(body.messages, [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hello?' },
  ])
  assert.deepEqual([body.tool_choice, body.stop, body.n], ['auto', ['.'], 1])
  assert.equal(body.response_format.json_schema.strict, true)
})

test('Responses gives text, sources and the whole answer', async t => {
  const content = [
    { type: 'output_text', text: 'News.', annotations: [{ type: 'url_citation', url: 'https://example.org' }] },
  ]
  const answer = { id: 'resp_1', output: [{ type: 'message', content }], usage: { input_tokens: 7, output_tokens: 2 } }
  const stub = await openStub(t, [{ body: answer }])

  const { outputs, metrics } = await run(t, 'openai.Responses', {
    ...of(stub),
    model: 'gpt-4.1-mini',
    input: [{ role: 'user', content: 'What is new?' }],
    tools: [{ type: 'web_search_preview' }],
    toolChoice: 'REQUIRED',
  })

  const { responseId, outputText, sources, rawResponse } = outputs
  assert.deepEqual(
    { responseId, outputText, sources },
    { responseId: 'resp_1', outputText: 'News.', sources: ['https://example.org'] },
  )
  assert.deepEqual(rawResponse, answer)
  assert.deepEqual([stub.asked[0]?.body.tool_choice, stub.asked[0]?.body.store], ['required', true])
  assert.equal(metrics.find(({ name }) => name === 'total.token.count')?.value, 9)
})

test('CreateImage gives addresses, or stores what it gets', async t => {
  const png = Buffer.from('png')
  const stub = await openStub(t, [
    { body: { data: [{ url: 'https://example.org/a.png' }] } },
    ({ headers }) => ({ body: { data: [{ url: `http://${headers.host}/a.png` }] } }),
    { type: 'image/png', body: png },
  ])

  const linked = await run(t, 'openai.CreateImage', { ...of(stub), prompt: 'a cat', size: 'SMALL' })
  const stored = await run(t, 'openai.CreateImage', { ...of(stub), prompt: 'a cat', download: true })

  assert.deepEqual(linked.outputs['images'], ['https://example.org/a.png'])
  assert.equal(stub.asked[0]?.body.size, '256x256')
  assert.match(String(stored.outputs['images']), /^kestra:.*\.png$/)
})

test('UploadFile sends the file of internal storage', async t => {
  const stub = await openStub(t, [{ body: { id: 'file-1' } }])
  const { createTestRunContext, runTask } = await import('@batuta/plugin-sdk')
  const { uploadFile } = await import('./upload-file.ts')
  const context = await createTestRunContext()
  t.after(() => context.close())
  const from = await context.ctx.files.put(Buffer.from('{"a":1}\n'), { name: 'questions.jsonl' })

  const { outputs } = await runTask(uploadFile, { ...of(stub), from, purpose: 'batch' }, context)

  assert.equal(outputs['fileId'], 'file-1')
  assert.match(stub.asked[0]?.text ?? '', /filename="questions.jsonl"[\s\S]*\{"a":1\}/)
})

test('a refusal says why, and never the key', async t => {
  const stub = await openStub(t, [
    { status: 429, headers: { 'retry-after': '7' }, body: { error: { message: 'slow down, sk-secret-key' } } },
  ])

  const { message = '' } = await run(t, 'openai.ChatCompletion', { ...of(stub), model: 'gpt-4o', prompt: 'Hello?' })

  assert.match(message, /^OpenAI answered with 429: slow down.*wait 7 s.*give the task a retry/)
  assert.doesNotMatch(message, /sk-secret/)
})
