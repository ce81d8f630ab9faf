// A whole server over SQLite with a first super admin, for tests about who may do what. Others come with tokens: a password costs a fifth of a second.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer, type RunningServer } from '../boot.ts'

export interface Said {
  readonly status: number
  readonly text: string
  /** Whatever came: tests look into it. */
  readonly json: ReturnType<typeof JSON.parse>
  readonly headers: Headers
}

/** Somebody who asks, by the headers that tell who it is. */
export interface Person {
  send(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Said>
}

export interface PeopleServer {
  readonly address: string
  readonly root: Person
  readonly rootId: string
  nobody: Person
  withToken(token: string): Person
  withCookie(cookie: string): Person
  withPassword(name: string, password: string): Person
  /** A user with these bindings, and what they send. */
  addUser(
    name: string,
    bindings?: readonly Bound[],
  ): Promise<{ readonly id: string; readonly person: Person; readonly token: string }>
  stop(): Promise<void>
}

export interface Bound {
  readonly roleId: string
  readonly namespaceId?: string
  readonly isDeny?: boolean
}

export const ROOT_NAME = 'root@example.com'
export const ROOT_PASSWORD = 'a quiet afternoon in may'

/** As a browser says it of our own pages. */
const OWN_PAGE = { 'sec-fetch-site': 'same-origin' }

export async function openPeopleServer(config = ''): Promise<PeopleServer> {
  const folder = await mkdtemp(join(tmpdir(), 'batuta-people-'))
  const configFile = join(folder, 'config.yaml')
  await writeFile(configFile, `logger: { levels: { ROOT: OFF } }\n${config}`)
  const places = { dataDir: join(folder, 'data'), flowsDir: join(folder, 'flows'), configFile }
  const server = await startServer({ port: 0, ...places })
  const address = server.address ?? ''
  const person = (own: Readonly<Record<string, string>> = {}): Person => ({
    send: (method, path, body, headers = {}) =>
      send(`${address}${path}`, { method, body, headers: { ...own, ...headers } }),
  })
  const withToken = (token: string): Person => person({ authorization: `Bearer ${token}` })
  const nobody = person()
  const made = await nobody.send('POST', '/api/v1/setup', { username: ROOT_NAME, password: ROOT_PASSWORD })
  const withCookie = (cookie: string): Person => person({ cookie, ...OWN_PAGE })
  const root = withCookie(cookieOf(made))
  return {
    address,
    root,
    rootId: made.json.id,
    nobody,
    withToken,
    withCookie,
    withPassword: (name, password) =>
      person({ authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` }),
    addUser: async (name, bindings = []) => {
      const user = await root.send('POST', '/api/v1/users', { email: name })
      for (const binding of bindings)
        await root.send('POST', '/api/v1/main/bindings', { type: 'USER', externalId: user.json.id, ...binding })
      const token = await root.send('POST', `/api/v1/users/${user.json.id}/api-tokens`, { name: 'test' })
      return { id: user.json.id, person: withToken(token.json.fullToken), token: token.json.fullToken }
    },
    stop: () => stop(server, folder),
  }
}

/** What a browser would send from then on. */
export function cookieOf({ headers }: Said): string {
  return headers
    .getSetCookie()
    .map(line => line.split(';')[0] ?? '')
    .filter(pair => !pair.endsWith('='))
    .join('; ')
}

async function stop(server: RunningServer, folder: string): Promise<void> {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}

async function send(
  url: string,
  {
    method,
    body,
    headers,
  }: { readonly method: string; readonly body: unknown; readonly headers: Readonly<Record<string, string>> },
): Promise<Said> {
  const isText = typeof body === 'string'
  const type: Record<string, string> = body === undefined || isText ? {} : { 'content-type': 'application/json' }
  const reply = await fetch(url, {
    method,
    redirect: 'manual',
    headers: { ...type, ...headers },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  })
  const text = await reply.text()
  return { status: reply.status, text, json: parse(text), headers: reply.headers }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // Not every answer is JSON.
  }
}
