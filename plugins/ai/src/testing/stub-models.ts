// Servers that speak as the providers of models do, on this machine: what they are asked is kept, what they say is written by the test.
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import {
  createTestRunContext,
  fromPlain,
  isList,
  isMap,
  mapGet,
  printValue,
  runTask,
  type TaskDefinition,
  type TestOptions,
  type TestResult,
  type Value,
  type ValueMap,
} from '@batuta/plugin-sdk'
import { tasks } from '../index.ts'

/** A test says what it expects of it. */
export type Parsed = ReturnType<typeof JSON.parse>

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  /** Parsed when it is JSON. */
  readonly body: Parsed
  readonly text: string
}

export interface Said {
  readonly status?: number
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}

export interface Stub {
  readonly url: string
  readonly asked: readonly Asked[]
}

/** Each request takes the next answer; the last one is given again and again. */
export async function openStub(t: TestContext, answers: readonly (Said | ((asked: Asked) => Said))[]): Promise<Stub> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8')
      const isJson = request.headers['content-type'] === 'application/json'
      const { method = '', url: path = '', headers } = request
      const one = { method, path, headers, text, body: isJson ? JSON.parse(text) : undefined }
      asked.push(one)
      const next = answers[Math.min(asked.length, answers.length) - 1] ?? { body: {} }
      const {
        status = 200,
        type = 'application/json',
        headers: own,
        body,
      } = typeof next === 'function' ? next(one) : next
      response.writeHead(status, { 'content-type': type, ...own })
      response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

/** As server-sent events. */
export function events(...list: readonly unknown[]): Said {
  const body = list.map(event => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join('')
  return { type: 'text/event-stream', body }
}

export interface Spoken {
  readonly content?: string
  readonly calls?: readonly { readonly name: string; readonly arguments: unknown }[]
  readonly tokens?: readonly [number, number]
}

/** As OpenAI says it. */
export function completion({ content = '', calls = [], tokens = [10, 5] }: Spoken): Said {
  const tool_calls = calls.map((call, index) => ({
    id: `call_${index}`,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }))
  const message = { role: 'assistant', content, ...(calls.length === 0 ? {} : { tool_calls }) }
  return {
    body: {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      model: 'stub',
      choices: [{ index: 0, message, finish_reason: calls.length === 0 ? 'stop' : 'tool_calls' }],
      usage: { prompt_tokens: tokens[0], completion_tokens: tokens[1] },
    },
  }
}

export function openai(url: string, modelName = 'gpt-4o-mini'): Readonly<Record<string, Value>> {
  return { type: 'io.kestra.plugin.ai.provider.OpenAI', apiKey: 'sk-secret-key', baseUrl: `${url}/v1`, modelName }
}

/** What a server would answer of keys and tokens, over runs. */
export function openKeys(): { readonly keys: Map<string, Value>; readonly answer: NonNullable<TestOptions['answer']> } {
  const keys = new Map<string, Value>()
  const tokens = new Map<string, string>()
  const answer = (name: string, args: ValueMap): Value => {
    const key = printValue(mapGet(args, 'key') ?? null)
    if (name === 'kv.get') return keys.has(key) ? { value: keys.get(key) ?? null } : {}
    if (name === 'kv.set') keys.set(key, mapGet(args, 'value') ?? null)
    if (name === 'kv.delete') keys.delete(key)
    if (name === 'kv.keys')
      return [...keys.keys()].filter(each => each.startsWith(printValue(mapGet(args, 'prefix') ?? '')))
    if (name === 'personal.keep') return keep(tokens, mapGet(args, 'values') ?? [])
    if (name === 'personal.open') return Object.fromEntries(tokens)
    return null
  }
  return { keys, answer }
}

function keep(tokens: Map<string, string>, values: Value): Value {
  if (!isList(values)) return []
  return [...values].map(value => {
    const text =
      typeof value === 'object' && value !== null && isMap(value) ? printValue(mapGet(value, 'text') ?? '') : ''
    const token = `PII_MAIL_${String(tokens.size).padStart(24, '0')}`
    tokens.set(token, text)
    return token
  })
}

export async function run(
  t: TestContext,
  type: string,
  properties: Readonly<Record<string, unknown>>,
  options: TestOptions = {},
): Promise<TestResult> {
  const context = await createTestRunContext({ answer: openKeys().answer, ...options })
  t.after(() => context.close())
  const task = tasks.find(each => each.type === `io.kestra.plugin.${type}`)
  if (task === undefined) throw new Error(`no task ${type}`)
  return await runTask(task as TaskDefinition, fromPlain(properties) as ValueMap, context)
}
