// HTTP for databases that speak it: every connection through the door that tasks have to leave by, answers as streams, one session per task.
import { decodeValue, isList, isMap, mapGet, messageOf, plainText, TaskError } from '@batuta/plugin-sdk'
import type { RunContext, Value, ValueMap } from '@batuta/plugin-sdk'
import type { Dispatcher } from 'undici'
import { cannotConnect, networkReason, TransientError } from '../connection/describe-failure.ts'

export interface HttpPlace {
  /** As sentences call the database. */
  readonly title: string
  /** Scheme, host and port. */
  readonly origin: string
  /** Certificates are not looked at. */
  readonly isUnverified?: boolean
  readonly connectTimeoutMs?: number
}

export interface HttpAsk {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** With its query; or a whole URL, where an answer named one. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface HttpAnswer {
  readonly status: number
  header(name: string): string | undefined
  text(): Promise<string>
  /** The bytes as they come. Must be read to its end, or left by `break`. */
  bytes(): AsyncIterable<Uint8Array>
}

export interface HttpSession {
  readonly place: HttpPlace
  ask(ask: HttpAsk): Promise<HttpAnswer>
  close(): Promise<void>
}

const CONNECT_TIMEOUT_MS = 10_000

/** Questions end when the task is stopped, but for those that a database is told to give up by: `signal` is theirs. */
export async function openHttp(
  { egress, signal }: Pick<RunContext, 'egress' | 'signal'>,
  place: HttpPlace,
): Promise<HttpSession> {
  const { default: undici } = await import('undici')
  const agent = new undici.Agent({
    connect: {
      timeout: place.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      lookup: egress.lookup,
      ...(place.isUnverified === true ? { rejectUnauthorized: false } : {}),
    },
    // A statement may take as long as it takes; its task has a timeout.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  return {
    place,
    ask: async asked => {
      const url = new URL(asked.path, place.origin)
      egress.checkHost(url.hostname)
      try {
        const { method, headers = {}, body } = asked
        const response = await undici.request(url, {
          method,
          headers: { 'user-agent': 'Batuta', ...headers },
          dispatcher: agent,
          signal,
          ...(body === undefined ? {} : { body }),
        })
        return answerOf(response, url, place)
      } catch (error) {
        signal.throwIfAborted()
        throw failureOf(error, url, place)
      }
    },
    close: () => agent.destroy(),
  }
}

function answerOf({ statusCode, headers, body }: Dispatcher.ResponseData, url: URL, place: HttpPlace): HttpAnswer {
  return {
    status: statusCode,
    header: name => {
      const value = headers[name]
      return Array.isArray(value) ? value.join(', ') : value
    },
    text: async () => {
      try {
        return await body.text()
      } catch (error) {
        throw failureOf(error, url, place)
      }
    },
    bytes: async function* () {
      try {
        for await (const chunk of body) if (chunk instanceof Uint8Array) yield chunk
      } catch (error) {
        throw failureOf(error, url, place)
      }
    },
  }
}

function failureOf(error: unknown, url: URL, { title }: HttpPlace): TaskError {
  if (error instanceof TaskError) return error
  const port = Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port)
  if (networkReason(error, url.hostname) !== undefined) return cannotConnect(error, { title, host: url.hostname, port })
  return new TransientError(`the connection to ${title} at ${url.hostname}:${port} broke: ${messageOf(error)}`)
}

export function basicAuthorization(user: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
}

const EXCERPT_CHARS = 500

/** Asks and takes the answer as text; anything but a 2xx is a failure in the words of `refusalOf`. */
export async function askText(
  session: HttpSession,
  ask: HttpAsk,
  refusalOf: (text: string, status: number) => string | undefined,
): Promise<string> {
  const answer = await session.ask(ask)
  const text = await answer.text()
  if (answer.status >= 200 && answer.status < 300) return text
  throw httpRefusal(session, answer.status, refusalOf(text, answer.status) ?? text.slice(0, EXCERPT_CHARS))
}

export function httpRefusal({ place: { title } }: HttpSession, status: number, said: string): TaskError {
  const advice = status === 401 || status === 403 ? '; check `username` and `password`' : ''
  const message = `${title} refuses (HTTP ${status}): ${said.trim() === '' ? 'it does not say why' : said.trim()}${advice}`
  return status === 429 || status >= 502 ? new TransientError(message) : new TaskError(message)
}

/** Asks and takes the answer as JSON, exact in its numbers. */
export async function askJson(
  session: HttpSession,
  ask: HttpAsk,
  refusalOf: (text: string, status: number) => string | undefined,
): Promise<ValueMap> {
  const headers = { 'content-type': 'application/json', accept: 'application/json', ...ask.headers }
  const text = await askText(session, { ...ask, headers }, refusalOf)
  const json = tryJson(text)
  if (json !== undefined) return json
  throw new TaskError(
    `${session.place.title} answers with what is no JSON: ${text.slice(0, EXCERPT_CHARS)}; is the URL right?`,
  )
}

/** Undefined for what is no JSON, or no map. */
export function tryJson(text: string): ValueMap | undefined {
  try {
    const value = decodeValue(text)
    return isMap(value) ? value : undefined
  } catch {
    // Who asks says what was expected.
    return undefined
  }
}

export function mapIn(map: ValueMap, name: string): ValueMap | undefined {
  const value = mapGet(map, name)
  return value !== undefined && isMap(value) ? value : undefined
}

export function listIn(map: ValueMap, name: string): readonly Value[] {
  const value = mapGet(map, name)
  return value !== undefined && isList(value) ? value : []
}

export function textIn(map: ValueMap, name: string): string | undefined {
  const value = mapGet(map, name)
  return value === undefined || value === null ? undefined : plainText(value)
}

/** A list of lists, exact in its numbers. */
export function decodeRows(title: string, text: string): readonly (readonly Value[])[] {
  const value = tryValue(text)
  if (value !== undefined && isList(value)) return value.map(row => (isList(row) ? row : []))
  throw new TaskError(`${title} answers with what are no rows: ${text.slice(0, EXCERPT_CHARS)}; is the URL right?`)
}

function tryValue(text: string): Value | undefined {
  try {
    return decodeValue(text)
  } catch {
    // Who asks says what was expected.
    return undefined
  }
}
