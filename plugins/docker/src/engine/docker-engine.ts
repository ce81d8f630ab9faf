// The client of the engine's HTTP API: one connection pool for the life of a task, errors that say what is wrong and what to do about it.
import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { messageOf, TaskError } from '@batuta/plugin-sdk'
import type { RunContext } from '@batuta/plugin-sdk'
import { findEngineAddress, type EngineAddress } from './engine-address.ts'

/** The engine was there and is not any more: nobody knows what has become of what ran. */
export class EngineGone extends TaskError {}

/** What the engine answered, when that was no success. */
export class EngineRefusal extends TaskError {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export interface EngineRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD'
  readonly path: string
  /** Undefined values are left out, structures are sent as JSON. */
  readonly query?: Readonly<Record<string, unknown>>
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as an archive. */
  readonly archive?: AsyncIterable<Uint8Array>
  readonly headers?: Readonly<Record<string, string>>
  /** The task's own, unless what is asked for is to happen after its end. */
  readonly signal?: AbortSignal
  /** Codes beside 2xx that are an answer. */
  readonly accepts?: readonly number[]
}

export interface EngineResponse {
  readonly code: number
  readonly body: Readable
}

const CONNECT_MS = 10_000
const ERROR_BYTES_MAX = 64 * 1024
const JSON_BYTES_MAX = 64 * 1024 * 1024

export class DockerEngine {
  readonly address: EngineAddress
  readonly #agent: Dispatcher
  readonly #ctx: RunContext

  private constructor(ctx: RunContext, address: EngineAddress, agent: Dispatcher) {
    this.#ctx = ctx
    this.address = address
    this.#agent = agent
  }

  /** @throws {TaskError} when no engine answers. */
  static async open(ctx: RunContext, host: string | undefined): Promise<DockerEngine> {
    const setting = ctx.settingOf('docker.host')
    const address = findEngineAddress({ written: host, setting, env: process.env })
    if (address.host !== undefined) ctx.egress.checkHost(address.host)
    const engine = new DockerEngine(ctx, address, await openAgent(ctx, address))
    try {
      await engine.#expectAnswer()
    } catch (error) {
      await engine.close()
      throw error
    }
    return engine
  }

  async close(): Promise<void> {
    await this.#agent.destroy()
  }

  /** The body must be read or destroyed. @throws {EngineRefusal | EngineGone} */
  async send(request: EngineRequest): Promise<EngineResponse> {
    const { accepts = [] } = request
    const { statusCode, body } = await this.#exchange(request)
    if ((statusCode >= 200 && statusCode < 300) || accepts.includes(statusCode)) return { code: statusCode, body }
    throw new EngineRefusal(statusCode, `the Docker engine refused: ${await refusalOf(body)} (${statusCode})`)
  }

  /** The answer as JSON; undefined where it is none. */
  async ask(request: EngineRequest): Promise<unknown> {
    const { body } = await this.send(request)
    const text = await this.#whole(body)
    if (text.trim() === '') return undefined
    try {
      return JSON.parse(text)
    } catch (cause) {
      throw new TaskError(`the Docker engine at ${this.address.text} answered no JSON to ${request.path}`, { cause })
    }
  }

  /** The lines of an answer that goes on while something is done, each a JSON object. */
  async *follow(request: EngineRequest): AsyncGenerator<Readonly<Record<string, unknown>>> {
    const { body } = await this.send(request)
    let rest = ''
    try {
      body.setEncoding('utf8')
      for await (const piece of body) {
        const lines = (rest + String(piece)).split('\n')
        rest = lines.pop() ?? ''
        yield* objectsOf(lines)
      }
      yield* objectsOf([rest])
    } catch (error) {
      throw this.failure(error, request.signal)
    }
  }

  /** What went wrong while an answer was read. */
  failure(error: unknown, signal: AbortSignal | undefined = this.#ctx.signal): unknown {
    if (signal?.aborted === true) return signal.reason
    if (error instanceof TaskError || error instanceof SyntaxError) return error
    return new EngineGone(
      `the Docker engine at ${this.address.text} went away while the task was running (${reasonOf(error)}): it was stopped or restarted, ` +
        'and how far the task had come is not known; look whether it may run again, and give it a `retry` if so',
    )
  }

  async #expectAnswer(): Promise<void> {
    try {
      const { body } = await this.#request({ method: 'GET', path: '/_ping' })
      await body.dump()
    } catch (error) {
      this.#ctx.signal.throwIfAborted()
      if (error instanceof TaskError) throw error
      throw new TaskError(
        `no Docker engine answers at ${this.address.text} (${reasonOf(error)}): start one, or say where it is (\`host\` of the task runner, ` +
          'DOCKER_HOST, or the option docker.host of the server); scripts run without an engine as processes, with ' +
          '`taskRunner: { type: io.kestra.plugin.core.runner.Process }` on the task, in `pluginDefaults` for all tasks of a kind, or for the ' +
          'whole installation with the option `docker.instead: process`',
      )
    }
  }

  async #exchange(request: EngineRequest): Promise<Dispatcher.ResponseData> {
    try {
      return await this.#request(request)
    } catch (error) {
      throw this.failure(error, request.signal)
    }
  }

  #request({
    method,
    path,
    query = {},
    json,
    archive,
    headers = {},
    signal,
  }: EngineRequest): Promise<Dispatcher.ResponseData> {
    const type = archive === undefined ? 'application/json' : 'application/x-tar'
    const content = archive === undefined ? (json === undefined ? null : JSON.stringify(json)) : Readable.from(archive)
    return this.#agent.request({
      origin: this.address.origin,
      path: path + queryText(query),
      method,
      headers: content === null ? headers : { 'content-type': type, ...headers },
      body: content,
      signal: signal ?? this.#ctx.signal,
      // What is waited for is the end of somebody's script.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
  }

  async #whole(body: Readable): Promise<string> {
    const pieces: Buffer[] = []
    let bytes = 0
    try {
      for await (const piece of body) {
        pieces.push(Buffer.from(piece))
        bytes += pieces.at(-1)?.length ?? 0
        if (bytes > JSON_BYTES_MAX) throw new TaskError(`the Docker engine answered more than ${JSON_BYTES_MAX} bytes`)
      }
    } catch (error) {
      throw this.failure(error)
    }
    return Buffer.concat(pieces).toString('utf8')
  }
}

async function openAgent(ctx: RunContext, { socketPath, tls }: EngineAddress): Promise<Dispatcher> {
  const { default: undici } = await import('undici')
  const connect = socketPath === undefined ? { lookup: ctx.egress.lookup, ...tlsOptions(tls) } : { socketPath }
  // An engine answers HTTP/1.1 and closes what it has hijacked.
  return new undici.Agent({ connect: { timeout: CONNECT_MS, ...connect }, pipelining: 0 })
}

function tlsOptions(tls: EngineAddress['tls']): Readonly<Record<string, unknown>> {
  if (tls === undefined) return {}
  const { isChecked, ...files } = tls
  return { rejectUnauthorized: isChecked, ...files }
}

export function queryText(query: Readonly<Record<string, unknown>>): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue
    parameters.append(name, typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value))
  }
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}

async function refusalOf(body: Readable): Promise<string> {
  let text = ''
  for await (const piece of body) {
    text += String(piece)
    if (text.length > ERROR_BYTES_MAX) break
  }
  try {
    const { message } = objectOf(JSON.parse(text))
    if (typeof message === 'string') return message.trim()
  } catch {
    // A proxy in between speaks in its own way.
  }
  return text.trim().slice(0, 500) || 'it gave no reason'
}

function* objectsOf(lines: readonly string[]): Generator<Readonly<Record<string, unknown>>> {
  for (const line of lines) if (line.trim() !== '') yield objectOf(JSON.parse(line))
}

export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

/** Errors of sockets often have a code and no message. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const message = messageOf(error)
  return code === '' || message.includes(code) ? message : [message, code].filter(part => part !== '').join(' ')
}
