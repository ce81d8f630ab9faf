// A Docker engine for tests: it speaks the engine's HTTP API over a socket, and instead of programs its containers run functions of the test.
import { randomBytes, randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { readTar } from '../files/read-tar.ts'
import { BLOCK_BYTES, encodeHeader, paddingOf } from '../files/tar-header.ts'

/** What the engine was told of a container. */
export interface StubConfig {
  readonly Image: string
  readonly Cmd: readonly string[]
  readonly Entrypoint?: readonly string[]
  readonly Env: readonly string[]
  readonly User?: string
  readonly WorkingDir?: string
  readonly Labels: Readonly<Record<string, string>>
  readonly ExposedPorts?: unknown
  readonly HostConfig: { readonly Binds?: readonly string[]; readonly [name: string]: unknown }
}

export interface StubContainer {
  readonly id: string
  name: string
  readonly config: StubConfig
  /** By absolute path. */
  readonly files: Map<string, string>
  readonly events: EventEmitter
  readonly frames: Buffer[]
  state: 'created' | 'running' | 'exited'
  exitCode: number
  oomKilled: boolean
  say(stream: 'stdout' | 'stderr', text: string): void
  sayBytes(stream: 'stdout' | 'stderr', bytes: Buffer): void
}

/** What a container does between its start and its end. Never ending is fine: it can be killed. */
export type Behaviour = (container: StubContainer) => number | Promise<number>

export interface StubRequest {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export class StubEngine {
  readonly host: string
  readonly images = new Set<string>()
  readonly containers = new Map<string, StubContainer>()
  readonly requests: StubRequest[] = []
  /** Of pulls and pushes. */
  readonly logins: unknown[] = []
  behaviour: Behaviour = () => 0
  /** Answers what containers are not about: the path without its query to a status and lines of JSON. */
  readonly answers = new Map<string, readonly [status: number, lines: readonly unknown[]]>()
  readonly #server: Server
  readonly #socket: string

  private constructor(socket: string) {
    this.#socket = socket
    this.host = `unix://${socket}`
    this.#server = createServer((request, response) => {
      this.#take(request, response).catch((error: unknown) => {
        if (!response.headersSent) response.writeHead(500)
        response.end(JSON.stringify({ message: String(error) }))
      })
    })
  }

  static async start(t: Pick<TestContext, 'after'>): Promise<StubEngine> {
    const engine = new StubEngine(join(tmpdir(), `engine-${randomUUID().slice(0, 8)}.sock`))
    await engine.listen()
    t.after(() => engine.stop())
    return engine
  }

  async listen(): Promise<void> {
    this.#server.listen(this.#socket)
    await once(this.#server, 'listening')
  }

  /** As an engine that dies: what hangs on it breaks off. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
    await rm(this.#socket, { force: true })
  }

  one(): StubContainer {
    const [container] = this.containers.values()
    if (container === undefined) throw new Error('no container')
    return container
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://docker')
    const method = request.method ?? ''
    const query = Object.fromEntries(url.searchParams)
    const archive = method === 'PUT' || request.headers['content-type'] === 'application/x-tar'
    const files = archive ? await filesOf(request) : new Map<string, string>()
    const body = archive ? [...files.keys()].join('\n') : await textOf(request)
    const path = decodeURIComponent(url.pathname)
    this.requests.push({ method, path, query, headers: request.headers, body })
    const auth = request.headers['x-registry-auth']
    if (typeof auth === 'string') this.logins.push(JSON.parse(Buffer.from(auth, 'base64url').toString('utf8')))
    const canned = this.answers.get(path)
    if (canned !== undefined) {
      response.writeHead(canned[0]).end(canned[1].map(line => `${JSON.stringify(line)}\r\n`).join(''))
      return
    }
    if (path === '/_ping') return void response.end('OK')
    if (path.startsWith('/images/')) return this.#image(path, query, response)
    if (path === '/containers/create') return this.#create(query, JSON.parse(body), response)
    if (path === '/containers/json') return this.#list(query, response)
    const [, , id = '', action = ''] = path.split('/')
    const container = this.containers.get(id)
    if (container === undefined) return refuse(response, 404, `No such container: ${id}`)
    await this.#act(`${method} ${action}`, { container, query, files, response })
  }

  #image(path: string, query: Readonly<Record<string, string>>, response: ServerResponse): void {
    if (path === '/images/create') {
      const image = `${query['fromImage']}:${query['tag']}`
      this.images.add(image)
      response.end('{"status":"Pulling from somewhere"}\r\n{"status":"Download complete","id":"aa"}\r\n')
      return
    }
    const image = path.slice('/images/'.length).replace(/\/json$/, '')
    if (this.images.has(image)) response.end(JSON.stringify({ Id: 'sha256:1' }))
    else refuse(response, 404, `No such image: ${image}`)
  }

  #create(query: Readonly<Record<string, string>>, config: StubConfig, response: ServerResponse): void {
    if (!this.images.has(config.Image)) return refuse(response, 404, `No such image: ${config.Image}`)
    const events = new EventEmitter().setMaxListeners(100)
    const frames: Buffer[] = []
    const sayBytes = (stream: 'stdout' | 'stderr', bytes: Buffer): void => {
      const header = Buffer.alloc(8)
      header[0] = stream === 'stdout' ? 1 : 2
      header.writeUInt32BE(bytes.length, 4)
      frames.push(Buffer.concat([header, bytes]))
      events.emit('said')
    }
    const container: StubContainer = {
      id: randomBytes(32).toString('hex'),
      name: `/${query['name'] ?? 'unnamed'}`,
      config,
      files: new Map(),
      events,
      frames,
      state: 'created',
      exitCode: 0,
      oomKilled: false,
      sayBytes,
      say: (stream, text) => sayBytes(stream, Buffer.from(text)),
    }
    this.containers.set(container.id, container)
    response.writeHead(201).end(JSON.stringify({ Id: container.id, Warnings: [] }))
  }

  #list(query: Readonly<Record<string, string>>, response: ServerResponse): void {
    const wanted: readonly string[] = JSON.parse(query['filters'] ?? '{}').label ?? []
    const found = [...this.containers.values()].filter(({ config }) =>
      wanted.every(label => {
        const [name = '', value] = label.split('=')
        return config.Labels[name] === value
      }),
    )
    response.end(JSON.stringify(found.map(({ id }) => ({ Id: id }))))
  }

  async #act(what: string, { container, query, files, response }: Action): Promise<void> {
    switch (what) {
      case 'PUT archive':
        for (const [name, text] of files) container.files.set(`/${name}`, text)
        return void response.end()
      case 'GET archive':
        return void response.end(archiveOf(container, query['path'] ?? ''))
      case 'POST start':
        container.state = 'running'
        void Promise.resolve(this.behaviour(container)).then(code => finish(container, code))
        return void response.writeHead(204).end()
      case 'GET logs':
        return await sendFrames(container, response)
      case 'POST wait':
        if (container.state === 'running') await once(container.events, 'ended')
        return void response.end(JSON.stringify({ StatusCode: container.exitCode }))
      case 'POST stop':
      case 'POST kill':
        finish(container, 137)
        return void response.writeHead(204).end()
      case 'POST rename':
        container.name = `/${query['name']}`
        container.events.emit('renamed')
        return void response.writeHead(204).end()
      case 'GET json':
        return void response.end(JSON.stringify(describe(container)))
      case 'DELETE ':
        finish(container, 137)
        this.containers.delete(container.id)
        return void response.writeHead(204).end()
      default:
        return refuse(response, 404, `page not found: ${what}`)
    }
  }
}

interface Action {
  readonly container: StubContainer
  readonly query: Readonly<Record<string, string>>
  readonly files: ReadonlyMap<string, string>
  readonly response: ServerResponse
}

function describe({ id, name, config, state, exitCode, oomKilled }: StubContainer): unknown {
  return {
    Id: id,
    Name: name,
    Config: { WorkingDir: config.WorkingDir },
    State: { Status: state, ExitCode: exitCode, OOMKilled: oomKilled },
  }
}

function finish(container: StubContainer, code: number): void {
  if (container.state === 'exited') return
  container.state = 'exited'
  container.exitCode = code
  container.events.emit('ended')
}

async function sendFrames(container: StubContainer, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/vnd.docker.multiplexed-stream' })
  response.flushHeaders()
  for (let at = 0; ;) {
    for (; at < container.frames.length; at++) response.write(container.frames[at])
    if (container.state !== 'running') break
    await Promise.race([once(container.events, 'said'), once(container.events, 'ended')])
  }
  response.end()
}

function archiveOf({ files }: StubContainer, path: string): Buffer {
  const base = path.split('/').at(-1) ?? ''
  const pieces: Buffer[] = []
  const shared = { mode: 0o644, modifiedMs: Date.now() }
  pieces.push(encodeHeader({ ...shared, name: base, kind: 'folder', sizeBytes: 0 }))
  for (const [file, text] of files) {
    if (!file.startsWith(`${path}/`)) continue
    const bytes = Buffer.from(text)
    const name = `${base}${file.slice(path.length)}`
    pieces.push(
      encodeHeader({ ...shared, name, kind: 'file', sizeBytes: bytes.length }),
      bytes,
      paddingOf(bytes.length),
    )
  }
  return Buffer.concat([...pieces, Buffer.alloc(2 * BLOCK_BYTES)])
}

async function filesOf(source: AsyncIterable<Uint8Array>): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  await readTar(source, async (entry, bytes) => {
    const pieces: Buffer[] = []
    for await (const piece of bytes) pieces.push(piece)
    if (entry.kind === 'file') files.set(entry.name, Buffer.concat(pieces).toString('utf8'))
  })
  return files
}

async function textOf(source: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const piece of source) pieces.push(piece)
  return Buffer.concat(pieces).toString('utf8')
}

function refuse(response: ServerResponse, code: number, message: string): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify({ message }))
}
