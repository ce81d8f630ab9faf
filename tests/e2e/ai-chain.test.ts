// From a file of the web over a model to a channel: the flow of examples/ai-reviews.yaml against servers of this machine.
import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ROOT, startBatuta, type StartedBatuta } from './batuta.ts'
import { commandLine } from './command-line.ts'

const REVIEWS = 'who,text\nada@example.org,It broke: write to ada@example.org\nbob@example.org,Wonderful\n'

const folder = mkdtempSync(join(tmpdir(), 'batuta-chain-'))
const asked: { path: string; text: string }[] = []
const world = createServer((request, response) => void answer(request, response))
let batuta: StartedBatuta
let url = ''

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const [path, text] = [request.url ?? '', Buffer.concat(chunks).toString('utf8')]
  asked.push({ path, text })
  const content = JSON.stringify({ classification: text.includes('Wonderful') ? 'praise' : 'complaint' })
  const choices = [{ message: { content }, finish_reason: 'stop' }]
  const body = path.endsWith('.csv')
    ? REVIEWS
    : JSON.stringify({ choices, usage: { prompt_tokens: 100, completion_tokens: 10 } })
  response.end(body)
}

before(async () => {
  mkdirSync(join(folder, 'flows'))
  copyFileSync(join(ROOT, 'examples', 'ai-reviews.yaml'), join(folder, 'flows', 'ai-reviews.yaml'))
  await new Promise<void>(resolve => world.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(world.address() as AddressInfo).port}`
  const environment = { SECRET_OPENAI_API_KEY: Buffer.from('sk-test').toString('base64') }
  batuta = await startBatuta({ dataDir: join(folder, 'data'), flowsDir: join(folder, 'flows'), environment })
})
after(async () => {
  await batuta.stop()
  world.close()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

test('reviews are downloaded, read, sorted by a model that does not learn who wrote them, and told', async () => {
  const inputs = { source: `${url}/reviews.csv`, channel: `${url}/hook`, model_url: `${url}/v1` }
  const given = Object.entries(inputs).flatMap(([name, value]) => ['-i', `${name}=${value}`])

  const { exitCode, stdout, stderr } = await commandLine(batuta.address)(
    'flow',
    'run',
    'examples.ai-reviews',
    '--wait',
    ...given,
  )

  assert.equal(exitCode, 0, stdout + stderr)
  const models = asked.filter(({ path }) => path === '/v1/chat/completions').map(({ text }) => text)
  assert.equal(models.length, 2)
  assert.ok(models.some(text => text.includes('It broke: write to [MAIL]')))
  assert.ok(models.every(text => !text.includes('ada@example.org')))
  assert.deepEqual(
    asked.filter(({ path }) => path === '/hook').map(({ text }) => JSON.parse(text)),
    [{ text: '2 reviews were sorted.' }],
  )
})
