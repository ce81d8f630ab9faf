// A real server for the browser: its own process, a free port of this machine, a folder that is thrown away, and where PostgreSQL is asked for a database
// of its own.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '../services/postgres.mjs'

export interface BrowserServer {
  readonly address: string
  /** A call of the API, as JSON. */
  call(method: string, path: string, body?: string): Promise<unknown>
  /** Runs a flow to its end and returns the id of the execution. */
  run(flow: string, inputs?: Readonly<Record<string, string>>): Promise<string>
  /** Ends the process and starts it again at the same address, with what it had. */
  restart(): Promise<void>
  /** Ends the process; `restart` brings it back. */
  halt(): Promise<void>
  stop(): Promise<void>
  /** What the process has printed until now. */
  printed(): string
}

export interface ServerOptions {
  /** Nobody has to sign in without one; its calls are made in that name. */
  readonly user?: { readonly name: string; readonly password: string }
  /** The text of a configuration file. */
  readonly config?: string
  /** Beside that of this process. */
  readonly environment?: Readonly<Record<string, string>>
}

/** What the servers keep all in: `npm run test:e2e -- --store postgres`. */
export const STORE: 'sqlite' | 'postgres' = process.env['BATUTA_TEST_STORE'] === 'postgres' ? 'postgres' : 'sqlite'

const ROOT = join(import.meta.dirname, '..', '..')
const START_MAX_MS = 60_000
const STOP_MAX_MS = 20_000

export async function startServer({ config, user, environment = {} }: ServerOptions = {}): Promise<BrowserServer> {
  const folder = mkdtempSync(join(tmpdir(), 'batuta-browser-'))
  mkdirSync(join(folder, 'flows'))
  const places = ['--data', join(folder, 'data'), '--flows', join(folder, 'flows')]
  if (config !== undefined) {
    const file = join(folder, 'batuta.yml')
    writeFileSync(file, config)
    places.push('--config', file)
  }
  const database = STORE === 'postgres' ? await startPostgres({ fsync: true }) : undefined
  const ofDatabase = database ? { BATUTA_DATABASE_URL: database.url } : {}
  const ofUser = user ? { BATUTA_USER: user.name, BATUTA_PASSWORD: user.password } : {}
  const authorization = user && `Basic ${btoa(`${user.name}:${user.password}`)}`
  let printed = ''
  const start = (port: string): ChildProcess => {
    const child = spawn(
      process.execPath,
      [join(ROOT, 'dist', 'cli.js'), 'server', 'local', '--port', port, ...places],
      {
        cwd: folder,
        env: { ...process.env, ...ofDatabase, ...ofUser, ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    const hear = (chunk: unknown): void => {
      printed += String(chunk)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    return child
  }
  let child = start('0')
  const address = await addressOf(child)
  const call = (method: string, path: string, body?: string): Promise<unknown> =>
    ask(address, { method, path, body, authorization })
  return {
    address,
    call,
    run: async (flow, inputs = {}) => {
      const query = new URLSearchParams({ wait: 'true' })
      const form = new FormData()
      for (const [name, value] of Object.entries(inputs)) form.set(name, value)
      const reply = await fetch(`${address}/api/v1/main/executions/${flow}?${query}`, { method: 'POST', body: form })
      const execution = (await reply.json()) as { readonly id: string; readonly message?: string }
      if (!reply.ok) throw new Error(`${flow} was not started: ${execution.message}`)
      return execution.id
    },
    restart: async () => {
      await stop(child)
      child = start(new URL(address).port)
      await addressOf(child)
    },
    halt: () => stop(child),
    printed: () => printed,
    stop: async () => {
      await stop(child)
      await database?.stop()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

interface Question {
  readonly method: string
  readonly path: string
  readonly body: string | undefined
  readonly authorization: string | undefined
}

async function ask(address: string, { method, path, body, authorization }: Question): Promise<unknown> {
  const type =
    body?.startsWith('{') === true || body?.startsWith('[') === true ? 'application/json' : 'application/x-yaml'
  const reply = await fetch(`${address}/api/v1/main${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': type }),
      ...(authorization === undefined ? {} : { authorization }),
    },
    ...(body === undefined ? {} : { body }),
  })
  const text = await reply.text()
  if (!reply.ok) throw new Error(`${method} ${path} answered ${reply.status}: ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

function addressOf(child: ChildProcess): Promise<string> {
  let printed = ''
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no address after ${START_MAX_MS} ms:\n${printed}`)), START_MAX_MS)
    const hear = (chunk: unknown): void => {
      printed += String(chunk)
      const address = /ready at (http:\/\/127\.0\.0\.1:\d+)/.exec(printed)?.[1]
      if (address === undefined) return
      clearTimeout(timer)
      resolve(address)
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('exit', code => {
      clearTimeout(timer)
      reject(new Error(`the server ended with code ${code}:\n${printed}`))
    })
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  await new Promise<void>(resolve => {
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MAX_MS)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    child.kill('SIGTERM')
  })
}
