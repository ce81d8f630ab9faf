// Every route of the table, for everybody and everywhere: what one may not do is refused, what one may not see is nowhere in an answer. A route that is
// new is in here from the beginning.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isAction, isResource, type Grants } from '@batuta/core'
import {
  ALL_ROUTES,
  NAMESPACES,
  PEOPLE,
  PLACES,
  canaryOf,
  openGuardedWorld,
  pathOf,
  type GuardedWorld,
  type NamedRoute,
  type Person,
  type Place,
} from '../testing/guarded-world.ts'
import { openStream } from '../testing/open-stream.ts'
import type { SendInit } from '../testing/test-server.ts'

let world: GuardedWorld
before(async () => {
  world = await openGuardedWorld()
})
after(() => world.server.stop())

const GUARDED = ALL_ROUTES.filter(({ route }) => route.permission !== 'public' && route.permission !== 'key')
/** They go on until their reader leaves, and have a test of their own. */
const isEndless = ({ name }: NamedRoute): boolean => name === 'live.stream'

function grantsOf(person: Person): Grants {
  return world.server.access.book.grantsOf(person)
}

function valuesAt(place: Place): Readonly<Record<string, string>> {
  const namespace = NAMESPACES[place]
  const flow = { flowId: 'hello', triggerId: 'hourly', taskId: 'say', key: 'kept' }
  return { namespace, executionId: world.executions[place], ...flow }
}

/** `id` is a namespace or a flow, as the route has it. */
function valuesFor({ route }: NamedRoute, place: Place): Readonly<Record<string, string>> {
  return { ...valuesAt(place), id: route.namespaceFrom === 'id' ? NAMESPACES[place] : 'hello' }
}

function bodyOf({ route }: NamedRoute): SendInit {
  switch (route.body.type) {
    case 'json':
      return { headers: { 'content-type': 'application/json' }, body: '{}' }
    case 'yaml':
      return { headers: { 'content-type': 'application/x-yaml' }, body: 'id: x' }
    case 'text':
      return { headers: { 'content-type': 'text/plain' }, body: 'x' }
    case 'form': {
      const body = new FormData()
      body.append('x', 'x')
      return { body }
    }
    case 'none':
    case 'raw':
      return {}
  }
}

/** In batches: a request each would take its time. */
async function each<Item>(items: readonly Item[], run: (item: Item) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += 16) await Promise.all(items.slice(from, from + 16).map(run))
}

test('nobody gets anything of a route that is not public', async () => {
  await each(GUARDED, async named => {
    const { status, text } = await world.send(
      'nobody',
      named.route.method,
      pathOf(named.route, valuesFor(named, 'own')),
      bodyOf(named),
    )

    assert.equal(status, 401, `${named.name} answered ${status}`)
    for (const place of PLACES) assert.ok(!text.includes(canaryOf(place)), named.name)
  })
})

test('no other spelling of a path opens it', async () => {
  const spellings: readonly ((path: string) => string)[] = [
    path => `${path}/`,
    path => `${path};x=.css`,
    path => `${path}%2f`,
    path => `${path}?/ping`,
    path => `${path}.`,
    path => `/${path}`,
    path => path.replace('/api', '/%61pi'),
    path => path.replace('/v1/', '/v1//'),
    path => path.replace('/api/v1', '/ping/../api/v1'),
    path => path.toUpperCase(),
    path => `${path}/configs`,
    path => `${path}/health`,
    path => `${path}#/login`,
  ]
  const some = GUARDED.filter((_, index) => index % 6 === 0)
  await each(some, async named => {
    for (const spell of spellings) {
      const path = spell(pathOf(named.route, valuesFor(named, 'own')))
      const { status, text } = await world.send('nobody', named.route.method, path, bodyOf(named))
      assert.ok(status >= 400 || text.includes('<html'), `${named.route.method} ${path} answered ${status}`)
      for (const place of PLACES) assert.ok(!text.includes(canaryOf(place)), path)
    }
  })
  for (const header of ['x-http-method-override', 'x-original-url', 'x-rewrite-url', 'x-forwarded-for']) {
    const answer = await world.send('nobody', 'GET', '/api/v1/main/flows/search', { headers: { [header]: '/ping' } })
    assert.equal(answer.status, 401, header)
  }
})

/** What may be done at the place; undefined for a route that says so by itself. */
function mayDo({ route }: NamedRoute, person: Person, place: Place): boolean | undefined {
  const [resource = '', action = ''] = route.permission.split(':')
  if (!isResource(resource) || !isAction(action)) return undefined
  return grantsOf(person).may(resource, action, NAMESPACES[place])
}

const AT_PLACES = GUARDED.filter(({ route }) => ['path', 'id', 'execution'].includes(route.namespaceFrom ?? ''))

test('what one may not do where it is done is refused', async () => {
  const cases = AT_PLACES.flatMap(named => PEOPLE.flatMap(person => PLACES.map(place => ({ named, person, place }))))
  const refused = cases.filter(({ named, person, place }) => mayDo(named, person, place) === false)
  assert.ok(refused.length > 500, `only ${refused.length} cases`)

  await each(refused, async ({ named, person, place }) => {
    const path = pathOf(named.route, valuesFor(named, place))
    const { status, text } = await world.send(person, named.route.method, path, bodyOf(named))

    const about = `${named.name} as ${person} at ${place} answered ${status}`
    // Where one may look at nothing, there is nothing.
    const isSeen = place === 'own' || place === 'child'
    assert.equal(status, isSeen ? 403 : 404, about)
    assert.ok(!text.includes(canaryOf(place)), about)
  })
})

test('what one may do where it is done is not refused', async () => {
  const cases = AT_PLACES.flatMap(named =>
    PEOPLE.flatMap(person => (['own', 'child'] as const).map(place => ({ named, person, place }))),
  )
  // What ends or removes something is asked of things that are not there.
  const isHarmless = ({ route }: NamedRoute): boolean => route.method === 'GET' || route.namespaceFrom !== 'execution'
  const allowed = cases.filter(({ named, person, place }) => mayDo(named, person, place) === true && isHarmless(named))
  assert.ok(allowed.length > 300, `only ${allowed.length} cases`)

  await each(allowed, async ({ named, person, place }) => {
    const isRead = named.route.method === 'GET'
    const missing = { flowId: 'nothing', triggerId: 'nothing', key: 'nothing' }
    const own = valuesFor(named, place)
    const id = named.route.namespaceFrom === 'id' ? `${NAMESPACES[place]}.new` : 'nothing'
    const path = pathOf(named.route, isRead ? own : { ...own, ...missing, id })
    const { status, text } = await world.send(person, named.route.method, path, isRead ? {} : bodyOf(named))

    assert.ok(
      status !== 401 && status !== 403 && status < 500,
      `${named.name} as ${person} at ${place}: ${status} ${text}`,
    )
    for (const elsewhere of ['parent', 'other'] as const)
      assert.ok(!text.includes(canaryOf(elsewhere)), `${named.name} as ${person} at ${place} tells of ${elsewhere}`)
  })
})

test('lists, counts, searches, exports and charts tell of nothing but what may be seen', async () => {
  const rest = GUARDED.filter(named => !AT_PLACES.includes(named) && !isEndless(named))
  const queries = [
    '',
    '?size=100&q=canary',
    `?namespace=${NAMESPACES.other}&size=100`,
    `?filters[namespace][PREFIX]=${NAMESPACES.parent}`,
  ]
  const cases = rest
    .filter(({ route }) => route.method === 'GET')
    .flatMap(named =>
      (['viewer', 'admin'] as const).flatMap(person => queries.map(query => ({ named, person, query }))),
    )
  await each(cases, async ({ named, person, query }) => {
    const { status, text } = await world.send(person, 'GET', pathOf(named.route, {}) + query)

    const about = `${named.name}${query} as ${person} answered ${status}: ${text.slice(0, 500)}`
    assert.ok(status < 500, about)
    assert.ok(!text.includes(canaryOf('other')) && !text.includes(canaryOf('parent')), about)
    assert.ok(!text.includes(world.executions.other) && !text.includes(world.executions.parent), about)
  })
})

test('whoever sees everything finds what others do not', async () => {
  const paths = [
    '/executions/search',
    '/flows/search',
    '/logs/search',
    '/apps/search',
    '/tests/search',
    '/secrets',
    '/kv',
  ]
  for (const path of paths) {
    const { text } = await world.send('root', 'GET', `/api/v1/main${path}?size=100`)
    for (const place of PLACES) assert.ok(text.includes(NAMESPACES[place]), `${path} lacks ${place}`)
    const own = await world.send('admin', 'GET', `/api/v1/main${path}?size=100`)
    assert.ok(
      own.text.includes(NAMESPACES.own) && own.text.includes(NAMESPACES.child),
      `${path}: ${own.text.slice(0, 300)}`,
    )
    assert.ok(!own.text.includes('"rival"'), path)
  }
})

test('counts count what may be seen', async () => {
  const total = async (by: Person | 'root', path: string): Promise<number> => {
    const { json } = await world.send(by, 'GET', `/api/v1/main${path}`)
    return Number(json.total)
  }
  assert.equal(await total('viewer', '/executions/search'), 2)
  assert.equal(await total('root', '/executions/search'), 4)
  assert.equal(await total('viewer', '/flows/search'), 2)
  assert.equal(await total('viewer', '/triggers/search'), 2)
  const chart = { method: 'POST', path: '/api/v1/stats/executions/daily' }
  const body = { headers: { 'content-type': 'application/json' }, body: '{}' }
  const sum = async (by: Person | 'root'): Promise<number> => {
    const { json } = await world.send(by, chart.method, chart.path, body)
    return (json as readonly { executionCounts: Record<string, number> }[])
      .flatMap(({ executionCounts }) => Object.values(executionCounts))
      .reduce((all, count) => all + count, 0)
  }
  assert.deepEqual([await sum('viewer'), await sum('root')], [2, 4])
})

test('what is done to many is done to those alone to whom it may be done', async () => {
  const ids = PLACES.map(place => world.executions[place])
  const asJson = (value: unknown): SendInit => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  })
  const states = async (): Promise<string> => {
    const all = await Promise.all(
      (['parent', 'other'] as const).map(place =>
        world.send('root', 'GET', `/api/v1/main/executions/${world.executions[place]}`),
      ),
    )
    const flows = await world.send('root', 'GET', '/api/v1/main/flows/search?size=100')
    return JSON.stringify([
      all.map(({ text }) => text),
      flows.json.results.filter(
        (row: { namespace: string }) => row.namespace === 'rival' || row.namespace === 'company',
      ),
    ])
  }
  const before = await states()
  const keys = PLACES.map(place => ({ namespace: NAMESPACES[place], id: 'hello' }))

  const denied = [
    await world.send('viewer', 'DELETE', '/api/v1/main/executions/by-ids', asJson(ids)),
    await world.send('launcher', 'DELETE', '/api/v1/main/flows/delete/by-ids', asJson(keys)),
    await world.send(
      'viewer',
      'POST',
      '/api/v1/main/operations',
      asJson({ resource: 'executions', action: 'delete', ids }),
    ),
  ]
  const byIds = await world.send(
    'editor',
    'DELETE',
    '/api/v1/main/executions/by-ids?includeNonTerminated=true',
    asJson(ids),
  )
  await world.send('editor', 'POST', '/api/v1/main/flows/disable/by-ids', asJson(keys))
  await world.send('editor', 'POST', '/api/v1/main/flows/disable/by-query')
  await world.send('editor', 'POST', '/api/v1/main/triggers/set-disabled/by-query')
  await world.send('editor', 'POST', '/api/v1/main/executions/labels/by-query', asJson([{ key: 'x', value: 'y' }]))
  await world.send('editor', 'POST', '/api/v1/main/flows', {
    headers: { 'content-type': 'application/x-yaml' },
    body: 'id: hello\nnamespace: rival\ntasks: [{ id: a, type: io.kestra.plugin.core.log.Log, message: x }]',
  })

  for (const { status } of denied) assert.equal(status, 403)
  assert.ok(byIds.status < 500 && !byIds.text.includes(canaryOf('other')))
  assert.equal(await states(), before)
})

test('an operation on many does what its beginner may do, and is shown to nobody else', async () => {
  const asJson = { headers: { 'content-type': 'application/json' } }
  const body = JSON.stringify({ resource: 'executions', action: 'replay', query: '' })
  const preview = await world.send('editor', 'POST', '/api/v1/main/operations/preview', { ...asJson, body })
  const begun = await world.send('editor', 'POST', '/api/v1/main/operations', { ...asJson, body })
  assert.equal(begun.status, 202)
  const path = `/api/v1/main/operations/${begun.json.id}`
  let shown = begun
  while (!['done', 'failed', 'cancelled'].includes(shown.json.state)) shown = await world.send('editor', 'GET', path)

  assert.equal(shown.json.state, 'done')
  assert.equal(shown.json.total, preview.json.total)
  assert.equal((await world.send('admin', 'GET', path)).status, 404)
  assert.equal((await world.send('root', 'GET', path)).status, 200)
  const { json } = await world.send('root', 'GET', `/api/v1/main/executions/search?namespace=rival&size=100`)
  assert.equal(json.total, 1, 'nothing was replayed elsewhere')
})

test('a stream tells of what may be seen, and ends when that is taken away', async () => {
  const { access, address } = world.server
  const stream = await openStream(`${address}/api/v1/main/live?topics=list:executions`, world.headers.launcher)
  const first = await stream.until(world.executions.child)
  for (const place of ['parent', 'other'] as const)
    assert.ok(!first.includes(canaryOf(place)) && !first.includes(world.executions[place]), first)

  await access.book.change({ remove: [{ kind: 'binding', id: 'b-launcher' }] })
  // Of its own: others are switched off by now.
  const source = `id: told\nnamespace: ${NAMESPACES.own}\ntasks: [{ id: t, type: core.debug.Return, format: x }]`
  await world.send('root', 'POST', '/api/v1/main/flows', {
    headers: { 'content-type': 'application/x-yaml' },
    body: source,
  })
  const path = `/api/v1/main/executions/${NAMESPACES.own}/told`
  const born = await world.send('root', 'POST', path, { body: new FormData() })
  assert.equal(born.status, 200)

  assert.equal(await stream.end(born.json.id), 'cut')
  const { status } = await world.send('launcher', 'GET', '/api/v1/main/executions/search')
  assert.equal(status, 403)
})

test('an expression asks no more than who wrote it may', async () => {
  const asJson = { headers: { 'content-type': 'application/json' } }
  const body = (namespace: string): string =>
    JSON.stringify({
      expressions: [`{{ kv('kept', 'rival') }}`, `{{ read('/${canaryOf('own')}.txt') }}`],
      namespace,
      flowId: 'hello',
    })
  const path = '/api/v1/main/expressions/render'
  const viewer = await world.send('viewer', 'POST', path, { ...asJson, body: body(NAMESPACES.child) })
  const foreign = await world.send('viewer', 'POST', path, { ...asJson, body: body(NAMESPACES.other) })

  assert.ok(!/"rendered":\{[^}]*canaryotherbird"[,}]/.test(viewer.text.replace(/"\{\{[^"]*\}\}":/g, '')), viewer.text)
  assert.equal(foreign.status, 404)
})

test('what is done and what is denied is in the audit log, a chain that holds', async () => {
  const { access } = world.server
  await world.send('viewer', 'DELETE', `/api/v1/main/flows/${NAMESPACES.own}/hello`)
  await world.send('admin', 'PUT', `/api/v1/main/namespaces/${NAMESPACES.own}/kv/audited`, {
    headers: { 'content-type': 'application/json' },
    body: '"x"',
  })

  const [denied] = await access.audit.list({ actorId: 'viewer', resources: ['FLOW'], actions: ['DELETE'], limit: 1 })
  const [done] = await access.audit.list({ actorId: 'admin', resources: ['KVSTORE'], itemId: 'audited', limit: 1 })
  assert.deepEqual([denied?.outcome, denied?.namespace, denied?.caller.via], ['denied', NAMESPACES.own, 'token'])
  assert.deepEqual([done?.outcome, done?.action, done?.caller.ip !== undefined], ['done', 'UPDATE', true])
  assert.equal((await access.audit.verify()).broken, undefined)
})
