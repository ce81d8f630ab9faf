// A server with users, and four namespaces that each hold one of everything, marked by a word that must be read nowhere else: one's own, one below it,
// the one above it, and another's.
import { routes, type Route } from '@batuta/api'
import type { Binding } from '@batuta/core'
import type { UserRecord } from '../access/records.ts'
import { openTestServer, type Answer, type SendInit, type TestServer } from './test-server.ts'

export const NAMESPACES = {
  own: 'company.team',
  child: 'company.team.deep',
  parent: 'company',
  other: 'rival',
} as const
export type Place = keyof typeof NAMESPACES
export const PLACES: readonly Place[] = ['own', 'child', 'parent', 'other']
export const PEOPLE = ['viewer', 'editor', 'launcher', 'admin'] as const
export type Person = (typeof PEOPLE)[number]

export interface GuardedWorld {
  readonly server: TestServer
  /** By place. */
  readonly executions: Readonly<Record<Place, string>>
  readonly headers: Readonly<Record<Person | 'root', Readonly<Record<string, string>>>>
  send(by: Person | 'root' | 'nobody', method: string, path: string, init?: SendInit): Promise<Answer>
}

const ROOT = { name: 'root', password: 'correct horse' }
export const ROOT_HEADERS = {
  authorization: `Basic ${Buffer.from(`${ROOT.name}:${ROOT.password}`).toString('base64')}`,
}

/** The word that is in everything of a namespace. */
export function canaryOf(place: Place): string {
  return `canary${place}bird`
}

export function newUser(id: string, more: Partial<UserRecord> = {}): UserRecord {
  return {
    ...{ id, username: id, isSuperAdmin: false, isRestricted: false, isServiceAccount: false, isDisabled: false },
    ...{ identities: [], createdMs: 0 },
    ...more,
  }
}

export function newBinding(id: string, userId: string, roleId: string, namespace?: string): Binding {
  return { id, type: 'USER', externalId: userId, roleId, ...(namespace === undefined ? {} : { namespace }) }
}

export async function openGuardedWorld(): Promise<GuardedWorld> {
  const server = await openTestServer({ user: ROOT })
  const { access } = server
  await access.book.change({
    put: PEOPLE.flatMap(id => [
      { kind: 'user' as const, record: newUser(id) },
      { kind: 'binding' as const, record: newBinding(`b-${id}`, id, id, NAMESPACES.own) },
    ]),
  })
  const tokenOf = async (userId: string): Promise<Readonly<Record<string, string>>> => {
    const { fullToken } = await access.tokens.issue({ userId, name: 'test' })
    return { authorization: `Bearer ${fullToken}` }
  }
  const headers = {
    root: ROOT_HEADERS,
    viewer: await tokenOf('viewer'),
    editor: await tokenOf('editor'),
    launcher: await tokenOf('launcher'),
    admin: await tokenOf('admin'),
  }
  const send: GuardedWorld['send'] = (by, method, path, init = {}) =>
    server.send(method, path, { ...init, headers: { ...(by === 'nobody' ? {} : headers[by]), ...init.headers } })
  const executions: Record<Place, string> = { own: '', child: '', parent: '', other: '' }
  for (const place of PLACES) executions[place] = await plant(place, send)
  return { server, executions, headers, send }
}

const YAML = { 'content-type': 'application/x-yaml' }
const JSON_TYPE = { 'content-type': 'application/json' }

function flowOf(namespace: string, canary: string): string {
  return `
id: hello
namespace: ${namespace}
description: ${canary}
labels: { bird: ${canary} }
concurrency: { limit: 5 }
inputs:
  - { id: n, type: STRING, defaults: ${canary} }
tasks:
  - { id: say, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs.n }}" }
  - { id: log, type: io.kestra.plugin.core.log.Log, message: "${canary}" }
triggers:
  - { id: hourly, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 * * * *", inputs: { n: ${canary} } }
  - { id: hook, type: io.kestra.plugin.core.trigger.Webhook, key: ${canary}key }
outputs:
  - { id: out, type: STRING, value: "${canary}" }
`
}

async function plant(place: Place, send: GuardedWorld['send']): Promise<string> {
  const namespace = NAMESPACES[place]
  const canary = canaryOf(place)
  const put = async (method: string, path: string, init: SendInit): Promise<Answer> => {
    const answer = await send('root', method, `/api/v1/main${path}`, init)
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`)
    return answer
  }
  await put('POST', '/flows', { headers: YAML, body: flowOf(namespace, canary) })
  const form = new FormData()
  form.append('n', canary)
  const born = await put('POST', `/executions/${namespace}/hello?wait=true`, { body: form })
  await put('PUT', `/namespaces/${namespace}/kv/${canary}`, { headers: JSON_TYPE, body: JSON.stringify(canary) })
  await put('PUT', `/namespaces/${namespace}/kv/kept`, { headers: JSON_TYPE, body: JSON.stringify(canary) })
  await put('PUT', `/namespaces/${namespace}/secrets`, {
    headers: JSON_TYPE,
    body: JSON.stringify({ key: canary, value: 'hidden', description: canary, tags: [] }),
  })
  const file = new FormData()
  file.append('fileContent', new Blob([canary]), 'bird.txt')
  await put('POST', `/namespaces/${namespace}/files?path=/${canary}.txt`, { body: file })
  await put('POST', '/tests', {
    headers: YAML,
    body: `
id: suite
namespace: ${namespace}
flowId: hello
description: ${canary}
testCases:
  - { id: one, type: io.kestra.core.tests.flow.UnitTest, assertions: [{ value: "{{ outputs.say.value }}", equalTo: ${canary} }] }
`,
  })
  await put('POST', '/apps', {
    headers: YAML,
    body: `
id: app
type: io.kestra.plugin.ee.apps.Execution
displayName: ${canary}
namespace: ${namespace}
flowId: hello
access: PRIVATE
layout:
  - on: OPEN
    blocks:
      - type: io.kestra.plugin.ee.apps.core.blocks.Markdown
        content: ${canary}
`,
  })
  await put('POST', '/namespaces', {
    headers: JSON_TYPE,
    body: JSON.stringify({ id: namespace, description: canary, variables: { bird: canary } }),
  })
  return String(born.json.id)
}

export interface NamedRoute {
  readonly name: string
  readonly route: Route
}

export const ALL_ROUTES: readonly NamedRoute[] = Object.entries(routes).flatMap(([resource, table]) =>
  Object.entries(table as Record<string, Route>).map(([name, route]) => ({ name: `${resource}.${name}`, route })),
)

/** The path of a route, its parameters filled in; those of another kind name nothing that there is. */
export function pathOf({ paths }: Route, values: Readonly<Record<string, string>>): string {
  const path = paths.b ?? paths.c ?? paths.a ?? ''
  return path
    .replace('{tenant}', 'main')
    .replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? 'nothing'))
}
