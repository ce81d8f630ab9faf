// One call of a provider: sent, refused or answered, whole or in pieces.
import { SecretMask, TaskError, callHttp, type HttpAnswer, type HttpCall, type RunContext } from '@batuta/plugin-sdk'
import { parsedJson, textAt } from '../json.ts'
import type { WireRequest } from './chat-types.ts'
import type { Provider } from './providers.ts'

export type CallWorld = Pick<RunContext, 'egress' | 'signal'>

/** A model that thinks is silent for long. */
export const MODEL_TIMEOUT_MS = 10 * 60_000
const ANSWER_BYTES_MAX = 64 * 2 ** 20
const SHOWN_CHARS = 600

export async function callModel(ctx: RunContext, provider: Provider, request: WireRequest): Promise<unknown> {
  const { url, query, headers, name, wire } = provider
  const address = `${url}${request.path}`
  const answer = await callApi(ctx, name, {
    method: 'POST',
    url: query === undefined ? address : `${address}${address.includes('?') ? '&' : '?'}${query}`,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(request.body),
  })
  const events = eventsOf(answer)
  return events === undefined ? wholeAnswer(answer, name) : wire.joinStream(events)
}

/** @throws {TaskError} with what the service says, for every answer that is none. */
export async function callApi(ctx: CallWorld, name: string, call: HttpCall): Promise<HttpAnswer> {
  return expectAnswer(name, call, await askApi(ctx, call))
}

/** Whatever the answer is. */
export async function askApi(ctx: CallWorld, call: HttpCall): Promise<HttpAnswer> {
  return await callHttp(ctx, {
    readTimeoutMs: MODEL_TIMEOUT_MS,
    answerBytesMax: ANSWER_BYTES_MAX,
    ...call,
    headers: { accept: 'application/json, text/event-stream', ...call.headers },
  })
}

/** @throws {TaskError} with what the service says, for an answer that is none. */
export function expectAnswer(name: string, call: HttpCall, answer: HttpAnswer): HttpAnswer {
  if (answer.code < 400) return answer
  const body = parsedJson(answer.text)
  const said = textAt(body, 'error', 'message') ?? textAt(body, 'error') ?? textAt(body, 'message') ?? answer.text
  const shown = keysOf(call).apply(said.trim()).slice(0, SHOWN_CHARS)
  throw new TaskError(`${name} answered with ${answer.code}: ${shown}${adviceOf(answer)}`)
}

const KEYS: ReadonlySet<string> = new Set(['authorization', 'api-key', 'x-api-key', 'x-goog-api-key'])

/** Services like to say which key they do not know. */
function keysOf({ headers = {} }: HttpCall): SecretMask {
  const mask = new SecretMask()
  for (const [name, value] of Object.entries(headers))
    if (KEYS.has(name.toLowerCase())) mask.add(value.slice(value.indexOf(' ') + 1))
  return mask
}

function adviceOf({ code, headers }: HttpAnswer): string {
  if (code === 401 || code === 403) return ' (check the key of the provider and what it may do)'
  if (code === 404) return ' (check modelName and the address of the provider)'
  if (code === 429) {
    const wait = headers['retry-after']
    return ` (too many calls, or no credit${wait === undefined ? '' : `; it says to wait ${wait} s`}: give the task a retry)`
  }
  return code >= 500 ? ' (the provider is in trouble: give the task a retry)' : ''
}

export function wholeAnswer({ text }: HttpAnswer, name: string): unknown {
  const answer = parsedJson(text)
  if (answer === undefined) throw new TaskError(`${name} answered with what is no JSON: ${text.slice(0, SHOWN_CHARS)}`)
  return answer
}

/** Server-sent events, or lines of JSON; undefined when the answer is whole. */
export function eventsOf({ headers, text }: HttpAnswer): readonly unknown[] | undefined {
  const type = headers['content-type'] ?? ''
  if (type.includes('x-ndjson'))
    return text
      .split('\n')
      .filter(line => line.trim() !== '')
      .map(parsedJson)
  if (!type.includes('event-stream')) return undefined
  const events = text.split(/\r?\n\r?\n/).map(event =>
    event
      .split(/\r?\n/)
      .filter(line => line.startsWith('data:'))
      .map(line => line.slice('data:'.length).trim())
      .join('\n'),
  )
  const parsed = events.filter(event => event !== '' && event !== '[DONE]').map(parsedJson)
  for (const event of parsed) {
    const message = textAt(event, 'error', 'message')
    if (message !== undefined) throw new TaskError(`the model broke off: ${message.slice(0, SHOWN_CHARS)}`)
  }
  return parsed
}
