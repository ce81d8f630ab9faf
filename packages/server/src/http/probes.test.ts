// SP3, SP4, SP7, SP9: every route is called with what breaks out of SQL, of paths and of objects, over every store. No text of a statement may hold what came
// from outside, no answer may be our mistake or tell of files and statements, no prototype may change, and no GET may change anything at all.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import { startPostgres, type Postgres } from '../../../../tests/services/postgres.mjs'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables } from '../storage/memory/tables.ts'
import { newOwnDatabase, openTestStore } from '../storage/postgres/testing/test-database.ts'
import { openSqliteStore } from '../storage/sqlite/sqlite-store.ts'
import { recordingClient, recordingDatabase } from '../testing/recording-database.ts'
import {
  callOf,
  listRoutes,
  sendCall,
  type Filling,
  type NamedRoute,
  type RouteCall,
  type RouteReply,
} from '../testing/route-calls.ts'
import { openTestServer, type TestServer } from '../testing/test-server.ts'

/** In no statement of ours. */
const MARK = 'xq7z'
const SQL_TEXT = `${MARK}:${MARK}'"\\;--$1)(%_{}[]/**/ or 1=1`
/** As long, and made of the same parts. */
const PLAIN_TEXT = `${MARK}:${MARK}plain`
/** They change how the server itself answers from then on, or say nothing at all. */
const LEFT_OUT = new Set(['instance.enterMaintenance', 'instance.exitMaintenance', 'instance.maintenanceEnter'])

const all = listRoutes().filter(({ name }) => !LEFT_OUT.has(name) && !/maintenance/i.test(name))

const FLOW = `
id: probe
namespace: probe.ns
inputs: [{ id: word, type: STRING, required: false }]
labels: { a: b }
tasks: [{ id: show, type: core.debug.Return, format: hello }, { id: say, type: core.log.Log, message: hello }]
triggers: [{ id: clock, type: core.trigger.Schedule, cron: "0 0 1 1 *" }]
`

/** Names of what is there, so that the probe gets behind the first door. */
async function settle(server: TestServer): Promise<Readonly<Record<string, string>>> {
  await server.saveFlow(FLOW)
  const started = await server.send('POST', '/api/v1/main/executions/probe.ns/probe?wait=true')
  assert.equal(started.status, 200, started.text)
  await server.send('PUT', '/api/v1/main/namespaces/probe.ns/kv/key', {
    body: '"value"',
    headers: { 'content-type': 'application/json' },
  })
  return {
    namespace: 'probe.ns',
    flowId: 'probe',
    executionId: started.json.id,
    taskRunId: started.json.taskRunList[0].id,
    taskId: 'show',
    triggerId: 'clock',
    key: 'key',
  }
}

/** A parameter of what is there; `id` is a flow’s where a namespace stands beside it, and otherwise a namespace. */
function known(there: Readonly<Record<string, string>>, { route }: NamedRoute): (name: string) => string {
  return name =>
    there[name] ?? (name === 'id' ? ('namespace' in route.params.properties ? 'probe' : 'probe.ns') : 'none')
}

const TELLS = /sqlite|postgres|syntax error|\/packages\/|node_modules|at [\w.]+ \(|SELECT .* FROM/i

/** What is wrong with an answer: nothing, most of the time. */
function judge({ name }: Pick<NamedRoute, 'name'>, what: string, { status, text }: RouteReply): readonly string[] {
  if (status >= 500 && status !== 503) return [`${name} with ${what.slice(0, 60)}: ${status} ${text.slice(0, 300)}`]
  return status >= 400 && TELLS.test(text.replaceAll(MARK, '')) ? [`${name} tells: ${text.slice(0, 300)}`] : []
}

const isRead = ({ route }: NamedRoute): boolean => route.method === 'GET'
/** What deletes comes after what reads. */
const readsFirst = [...all.filter(isRead), ...all.filter(each => !isRead(each))]

/** In the parameters, in the texts, and in both; in what must be said, where the rest would be refused. */
async function probe(server: TestServer, text: string): Promise<readonly string[]> {
  const there = await settle(server)
  const wrong: string[] = []
  for (const each of readsFirst) {
    const fillings: readonly Filling[] = [
      ...(isRead(each) ? [{ param: known(there, each), text: () => text, isSaid: () => false }] : []),
      { param: known(there, each), text: () => text, isSaid: () => true },
      { param: () => text, text: () => text, isSaid: name => name.length % 2 === 0 },
    ]
    for (const filling of fillings)
      wrong.push(...judge(each, text, await sendCall(server.address, callOf(each, filling))))
  }
  for (const call of filtered(text)) {
    const reply = await sendCall(server.address, call)
    wrong.push(...judge({ name: call.path.slice(0, 80) }, text, reply))
  }
  return wrong
}

const FIELDS = ['namespace', 'flowId', 'q', 'labels', 'state', 'triggerId', 'taskId']
const OPERATIONS = ['EQUALS', 'IN', 'CONTAINS']

/** Lists are narrowed by fields of their own, which no schema names. */
function filtered(text: string): readonly RouteCall[] {
  const value = encodeURIComponent(text)
  const lists = all.filter(
    ({ name, route, path }) => /^\w+\.search/.test(name) && route.method === 'GET' && !path.includes('{'),
  )
  return lists.flatMap(({ path }) =>
    FIELDS.flatMap(field =>
      OPERATIONS.map(operation => {
        const key = field === 'labels' ? `[${value}]` : ''
        return { method: 'GET', path: `${path}?filters[${field}][${operation}]${key}=${value}`, headers: {} }
      }),
    ),
  )
}

/** Twice: what the texts are made of changes no statement either, in whatever way it is quoted or cut. */
async function probeSql(server: TestServer, texts: Set<string>): Promise<void> {
  const harmless = await probe(server, PLAIN_TEXT)
  const shapes = new Set([...texts].map(shapeOf))
  const wrong = await probe(server, SQL_TEXT)
  const seen = [...texts]

  assert.deepEqual([...harmless, ...wrong], [], server.notices.join('\n'))
  assert.ok(shapes.size > 50, `only ${shapes.size} statements were seen`)
  assert.deepEqual(
    seen.filter(sql => sql.includes(MARK)),
    [],
  )
  assert.deepEqual(await unexplained(server, { texts, shapes, seen }), [])
  assert.deepEqual(
    server.notices.filter(notice => /syntax|unterminated|no such column/i.test(notice)),
    [],
  )
}

const ROUNDS = 3

/** Statements that harmless texts lead to as well, or that the hour brings, are nobody's. Without a parameter none is of a route. */
async function unexplained(
  server: TestServer,
  {
    texts,
    shapes,
    seen,
  }: { readonly texts: Set<string>; readonly shapes: Set<string>; readonly seen: readonly string[] },
): Promise<readonly string[]> {
  const odd = (): readonly string[] =>
    [...new Set(seen.map(shapeOf))].filter(one => /[$?]/.test(one) && !shapes.has(one))
  for (let round = 0; round < ROUNDS && odd().length > 0; round++) {
    texts.clear()
    await probe(server, PLAIN_TEXT)
    for (const text of texts) shapes.add(shapeOf(text))
  }
  return odd()
}

/** Without the numbers of ours: bounds of days and of slots. */
function shapeOf(sql: string): string {
  return sql.replaceAll(/\d+/g, '0')
}

let postgres: Postgres
before(async () => {
  postgres = await startPostgres()
})
after(async () => await postgres.stop())

test('over SQLite nothing that came from outside is in the text of a statement', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'batuta-probe-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const texts = new Set<string>()
  const store = openSqliteStore({
    file: join(folder, 'x.db'),
    nowMs: () => Date.now(),
    threadUrl: new URL('../storage/sqlite/flush-thread.ts', import.meta.url),
    durability: 'relaxed',
    Database: recordingDatabase(texts),
  })
  const server = await openTestServer({}, { store })

  try {
    await probeSql(server, texts)
  } finally {
    await server.stop()
    await store.close()
  }
})

test('over PostgreSQL nothing that came from outside is in the text of a statement', async t => {
  const texts = new Set<string>()
  const { store } = await openTestStore(t, await newOwnDatabase(postgres), {
    durability: 'relaxed',
    Client: recordingClient(texts),
  })
  const server = await openTestServer({}, { store })

  try {
    await probeSql(server, texts)
  } finally {
    await server.stop()
  }
})

async function open(t: TestContext): Promise<TestServer> {
  const server = await openTestServer()
  t.after(async () => await server.stop())
  return server
}

test('no path leads out of the folders of the server', async t => {
  const server = await open(t)
  const there = await settle(server)
  const paths = [
    '../../../../../../../../etc/passwd',
    '/../../../../../../../../etc/passwd',
    '..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd',
    '..%252f..%252f..%252fetc%252fpasswd',
    '..\\..\\..\\..\\etc\\passwd',
    '....//....//....//etc/passwd',
    '/etc/passwd',
    'file:///etc/passwd',
    'kestra:///../../../../etc/passwd',
    'kestra:///a/%2e%2e/%2e%2e/%2e%2e/etc/passwd',
    'nsfile:///../../../etc/passwd',
    'nsfile://../../etc/passwd',
    'a/\u0000/../../etc/passwd',
    'C:\\Windows\\win.ini',
    `${'a/'.repeat(600)}x`,
  ]
  const ofFiles = all.filter(
    ({ name, route }) => /file|icon|log|keys|blueprint/i.test(name) || 'path' in route.query.properties,
  )
  assert.ok(ofFiles.length > 30, String(ofFiles.length))
  const wrong: string[] = []

  for (const path of paths)
    for (const each of ofFiles) {
      const filling = { param: (name: string) => (name in there ? known(there, each)(name) : path), text: () => path }
      const reply = await sendCall(server.address, callOf(each, filling))
      wrong.push(...judge(each, path, reply))
      if (/root:.*:0:0:|\[fonts\]/.test(reply.text)) wrong.push(`${each.name} reads ${path}`)
    }
  assert.deepEqual(wrong, [], server.notices.join('\n'))
})

/** What all objects of this process inherit or can reach: the properties of what is built in, and those of its functions. */
function inherited(): readonly string[] {
  const builtIn = [
    Object,
    Array,
    Function,
    String,
    Number,
    Boolean,
    Map,
    Set,
    Promise,
    RegExp,
    Error,
    JSON,
    Reflect,
    Symbol,
  ]
  return builtIn
    .flatMap(each => [each, 'prototype' in each ? each.prototype : each])
    .flatMap(owner => Reflect.ownKeys(owner).flatMap(key => [String(key), ...keysOf(owner, key)]))
}

function keysOf(owner: object, key: string | symbol): readonly string[] {
  const value: unknown = Object.getOwnPropertyDescriptor(owner, key)?.value
  return typeof value === 'function' ? Reflect.ownKeys(value).map(String) : []
}

test('no request adds anything to what all objects inherit', async t => {
  const server = await open(t)
  const there = await settle(server)
  const before = inherited()
  const wrong: string[] = []
  const names = ['__proto__', 'constructor', 'prototype', '__defineGetter__']
  const inner = '{"polluted":"yes","toString":"yes","isAdmin":true}'
  const bodies = [
    `{"__proto__":${inner}}`,
    `{"constructor":{"prototype":${inner}}}`,
    `{"a":{"__proto__":${inner}},"__proto__.polluted":1,"constructor.prototype.polluted":1}`,
    `[{"__proto__":${inner}}]`,
  ]
  const query =
    '__proto__[polluted]=1&constructor[prototype][polluted]=1&filters[__proto__][EQUALS]=1&filters[labels][EQUALS][__proto__]=1'

  for (const [at, each] of all.entries()) {
    const name = names[at % names.length] ?? ''
    const call = callOf(each, { param: known(there, each), text: () => name, isSaid: () => at % 2 === 0 })
    const named = callOf(each, { param: () => name, text: () => name, isSaid: () => false })
    const path = `${call.path}${call.path.includes('?') ? '&' : '?'}${query}`
    const body = call.body === undefined ? undefined : bodies[at % bodies.length]
    for (const sent of [{ ...call, path, ...(body === undefined ? {} : { body }) }, named]) {
      wrong.push(...judge(each, name, await sendCall(server.address, sent)))
      if (Reflect.get({}, 'polluted') !== undefined) wrong.push(`${each.name} pollutes`)
    }
  }
  for (const body of bodies) {
    const headers = { 'content-type': 'application/json' }
    const { status } = await server.send('POST', '/api/v1/main/executions/probe.ns/probe', { body, headers })
    assert.ok(status < 500, body)
  }

  assert.deepEqual(wrong, [], server.notices.join('\n'))
  assert.deepEqual(inherited(), before)
})

/** Names that every object has already. */
const NAMES_FLOW = `
id: constructor
namespace: constructor
inputs: [{ id: toString, type: STRING, required: false }, { id: hasOwnProperty, type: STRING, defaults: a }]
labels: [{ key: constructor, value: a }]
tasks:
  - { id: constructor, type: core.debug.Return, format: "{{ inputs.toString ?? 'none' }} {{ trigger.headers.constructor ?? 'none' }}" }
  - { id: toString, type: core.debug.Return, format: "{{ outputs.constructor.value }}" }
  - { id: hasOwnProperty, type: core.log.Log, message: "{{ labels.constructor }}" }
outputs: [{ id: valueOf, type: STRING, value: "{{ outputs.toString.value }}" }]
triggers: [{ id: isPrototypeOf, type: core.trigger.Webhook, key: hook }]
`

test('names that every object has are names like others, and filters are none of them', async t => {
  const server = await open(t)
  await server.saveFlow(NAMES_FLOW)
  const hostile = ['__proto__', 'constructor'].map((name): [string, string] => [name, 'mine'])
  const headers = { ...Object.fromEntries(hostile), 'content-type': 'application/json' }
  const body = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'
  const before = inherited()
  const path = '/api/v1/main/executions/webhook/constructor/constructor/hook?__proto__=q&constructor=q'
  const hooked = await sendCall(server.address, { method: 'POST', path, headers, body })
  const { id, taskRunList } = (await server.send('POST', '/api/v1/main/executions/constructor/constructor?wait=true'))
    .json
  const grid = await server.send('GET', '/api/v1/main/flows/constructor/constructor/grid')
  const filtered = await server.send('GET', '/api/v1/main/flows/search?filters[namespace][constructor]=a')
  const there = {
    ...{ namespace: 'constructor', flowId: 'constructor', executionId: id, taskRunId: taskRunList[0].id },
    ...{ taskId: 'constructor', triggerId: 'isPrototypeOf', key: 'constructor' },
  }
  const wrong: string[] = []
  for (const each of all.filter(({ route }) => route.method === 'GET')) {
    const filling = { param: known(there, each), text: () => 'constructor', isSaid: () => false }
    wrong.push(...judge(each, 'constructor', await sendCall(server.address, callOf(each, filling))))
  }

  assert.deepEqual(wrong, [], server.notices.join('\n'))
  assert.deepEqual(inherited(), before)
  assert.equal(hooked.status, 200, hooked.text)
  const { variables } = JSON.parse(hooked.text).trigger
  for (const [name, value] of hostile)
    assert.deepEqual(Object.getOwnPropertyDescriptor(variables.headers, name)?.value, [value], name)
  const counts = Object.values<{ readonly count: number }>(grid.json.runs[0].cells).map(({ count }) => count)
  assert.deepEqual(counts, [1, 1, 1], grid.text)
  assert.equal(filtered.status, 422, filtered.text)
})

test('a GET changes nothing', async t => {
  const tables = newTables()
  const server = await openTestServer({}, { store: openMemoryStore(tables, () => Date.now()) })
  t.after(async () => await server.stop())
  const there = await settle(server)
  const gets = all.filter(({ route }) => route.method === 'GET' && route.permission !== 'key')
  const before = structuredClone(tables)
  const wrong: string[] = []

  for (const each of gets)
    for (const isSaid of [true, false]) {
      const filling = { param: known(there, each), text: () => 'probe', isSaid: () => isSaid }
      wrong.push(...judge(each, 'read', await sendCall(server.address, callOf(each, filling))))
    }

  assert.deepEqual(wrong, [], server.notices.join('\n'))
  assert.ok(gets.length > 120, String(gets.length))
  assert.deepEqual(structuredClone(tables), before)
})
