// The rooms that routes are given, as somebody of one namespace has them: what is elsewhere is not there, and what may not be done is refused, whichever
// route it is asked through.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fromPlain, type Ask } from '@batuta/core'
import {
  NAMESPACES,
  PLACES,
  canaryOf,
  openGuardedWorld,
  type GuardedWorld,
  type Person,
  type Place,
} from '../../testing/guarded-world.ts'
import type { TriggerKey } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { newPools } from '../../flows/pools.ts'
import { KeptTallies } from '../executions/kept-tallies.ts'
import { LargeExecutions } from '../executions/large-executions.ts'
import { RequestError } from '../request-error.ts'
import { narrow } from './narrow.ts'
import { newSight, type RouteRight } from './sight.ts'

let world: GuardedWorld
before(async () => {
  world = await openGuardedWorld()
})
after(() => world.server.stop())

const UPDATE_EXECUTIONS: RouteRight = { resource: 'EXECUTION', action: 'UPDATE', isOfNamespace: true }
const READ_EXECUTIONS: RouteRight = { ...UPDATE_EXECUTIONS, action: 'READ' }

/** As a route of the right gives them; one that looks by itself has none. */
function roomsOf(person: Person, right?: RouteRight): HttpDependencies {
  const { given, access, store, engine } = world.server
  const limits = PLACES.map(place => [NAMESPACES[place], { own: { limit: 5 }, pools: new Map() }] as const)
  const more = {
    ...{ tallies: new KeptTallies(given), large: new LargeExecutions(given.platform), look: engine.look },
    pools: newPools(new Map(limits), new Map()),
  }
  // What the rooms do not look at is left out: who else vouches for people, and whose address it is.
  const rooms = { ...given, ...more, access } as unknown as HttpDependencies
  return narrow(rooms, newSight(access.book.grantsOf(person), right, store), right)
}

const flowAt = (place: Place): { tenant: string; namespace: string; flowId: string } => ({
  ...{ tenant: 'main', namespace: NAMESPACES[place], flowId: 'hello' },
})
const triggerAt = (place: Place): TriggerKey => ({ ...flowAt(place), triggerId: 'hourly' })
const fileAt = (place: Place): string =>
  `kestra:///${NAMESPACES[place].replaceAll('.', '/')}/_files/${canaryOf(place)}.txt`
const ofExecutionAt = (place: Place): string =>
  `kestra:///${NAMESPACES[place].replaceAll('.', '/')}/hello/executions/${world.executions[place]}/x.txt`

const isMissing = (error: unknown): boolean => error instanceof RequestError && error.code === 'permission-missing'
const isNotThere = { code: 'file-not-found' }
const SEEN: readonly Place[] = ['own', 'child']
const UNSEEN: readonly Place[] = ['parent', 'other']

test('flows are found, listed and compiled where they are seen', async () => {
  const { flows } = roomsOf('viewer')
  for (const place of PLACES) {
    const key = flowAt(place)
    const found = [flows.newest(key), flows.flowOf(key), flows.findPlan(key, 1), await flows.loadPlan(key, 1)]
    for (const each of found) assert.equal(each !== undefined, SEEN.includes(place), place)
  }
  assert.deepEqual(
    [...flows.all()].map(({ namespace }) => namespace),
    SEEN.map(place => NAMESPACES[place]),
  )
})

test('files are read, written, listed and deleted where they are seen', async () => {
  const { files } = roomsOf('admin')
  for (const place of UNSEEN) await world.server.files.put(ofExecutionAt(place), canaryOf(place))
  for (const uri of UNSEEN.flatMap(place => [fileAt(place), ofExecutionAt(place)])) {
    const folder = uri.slice(0, uri.lastIndexOf('/'))
    const isRefused = uri.includes('/_files/') ? isMissing : isNotThere
    assert.ok(await world.server.files.find(uri))
    assert.equal(await files.find(uri), undefined, uri)
    await assert.rejects(files.open(uri), isNotThere, uri)
    await assert.rejects(files.put(uri, 'x'), isRefused, uri)
    await assert.rejects(files.delete(uri), isRefused, uri)
    await assert.rejects(files.deleteFolder(folder), isRefused, uri)
  }
  const listed: string[] = []
  for await (const { uri } of files.list('kestra:///')) listed.push(uri)
  assert.ok(listed.includes(fileAt('own')) && listed.includes(fileAt('child')))
  for (const place of UNSEEN) assert.ok(!listed.some(uri => uri.includes(canaryOf(place))), place)
  await assert.rejects(roomsOf('viewer').files.put(fileAt('own'), 'x'), isMissing)
  await files.put(fileAt('own'), canaryOf('own'))
})

test('executions are told to do what may be done to them there, and no others are born', async () => {
  const command = { name: 'kill', isCascading: false } as const
  const kill = (person: Person, place: Place, right?: RouteRight): Promise<unknown> =>
    roomsOf(person, right).inbox.submit({ type: 'command', executionId: world.executions[place], command })
  for (const place of UNSEEN) await assert.rejects(kill('admin', place, UPDATE_EXECUTIONS), isMissing, place)
  await assert.rejects(kill('viewer', 'own'), isMissing, 'a route that looks by itself asks for UPDATE')
  await assert.rejects(kill('viewer', 'own', UPDATE_EXECUTIONS), isMissing)
  // The engine says that it has ended.
  assert.ok(await kill('launcher', 'own', UPDATE_EXECUTIONS))

  const app: RouteRight = { resource: 'APPEXECUTION', action: 'CREATE', isOfNamespace: true }
  await assert.rejects(
    kill('viewer', 'own', app),
    isMissing,
    'whoever may start apps has other rights than for executions',
  )
})

test('triggers are changed where they may be, and are not there elsewhere', async () => {
  const desk = roomsOf('admin').triggerDesk
  const asViewer = roomsOf('viewer').triggerDesk
  const range = { startMs: 0, endMs: 1 }
  const acts = (room: typeof desk, key: TriggerKey): readonly (readonly [string, () => Promise<unknown>])[] => [
    ['setDisabled', () => room.setDisabled(key, true)],
    ['unlock', () => room.unlock(key, false)],
    ['restart', () => room.restart(key)],
    ['forget', () => room.forget(key)],
    ['createBackfill', () => room.createBackfill(key, range as never)],
    ['pauseBackfill', () => room.pauseBackfill(key, true)],
    ['deleteBackfill', () => room.deleteBackfill(key)],
  ]
  for (const place of UNSEEN) {
    const key = triggerAt(place)
    await assert.rejects(desk.get(key), { status: 404 })
    assert.equal(desk.triggerOf(key), undefined)
    for (const [name, act] of acts(desk, key)) await assert.rejects(act(), { status: 404 }, `${name} at ${place}`)
  }
  for (const [name, act] of acts(asViewer, triggerAt('own'))) await assert.rejects(act(), isMissing, name)
  assert.ok((await asViewer.get(triggerAt('own'))).trigger)
  assert.ok(asViewer.triggerOf(triggerAt('own')))
})

test('namespaces and their variables are seen where they may be, and changed there', async () => {
  const { namespaces } = roomsOf('admin')
  const names = SEEN.map(place => NAMESPACES[place])

  assert.deepEqual([...namespaces.names()].sort(), names)
  assert.deepEqual([...namespaces.variables.keys()].sort(), names)
  for (const place of UNSEEN) {
    assert.ok(world.server.given.namespaces.find(NAMESPACES[place]))
    assert.equal(namespaces.find(NAMESPACES[place]), undefined)
    await assert.rejects(namespaces.save(NAMESPACES[place], {} as never), isMissing)
    await assert.rejects(namespaces.delete(NAMESPACES[place]), isMissing)
  }
  const asViewer = roomsOf('viewer').namespaces
  await assert.rejects(asViewer.save(NAMESPACES.own, {} as never), isMissing)
  await assert.rejects(asViewer.delete(NAMESPACES.own), isMissing)
})

test('an expression asks for keys, secrets and files where they may be read', async () => {
  const asker = { ...flowAt('own'), executionId: world.executions.own }
  const asks = (person: Person, right?: RouteRight): Ask => roomsOf(person, right).ask(asker as never)
  const ask = async (by: Ask, name: string, args: Readonly<Record<string, string>>): Promise<unknown> =>
    await by({ name, args: fromPlain(args) } as never)
  const kept = { key: 'kept', namespace: NAMESPACES.own }

  assert.equal(await ask(asks('admin', READ_EXECUTIONS), 'kv', kept), canaryOf('own'))
  await assert.rejects(ask(asks('admin', READ_EXECUTIONS), 'kv', { ...kept, namespace: NAMESPACES.other }), isMissing)
  for (const [name, args] of [
    ['kv', kept],
    ['secret', { key: canaryOf('own') }],
  ] as const)
    await assert.rejects(ask(asks('viewer', READ_EXECUTIONS), name, args), isMissing, name)
  for (const name of ['read', 'fileSize', 'fileExists', 'isFileEmpty', 'namespaceFiles'])
    await assert.rejects(
      ask(asks('viewer', READ_EXECUTIONS), name, { path: fileAt('other'), namespace: NAMESPACES.other }),
      isMissing,
      name,
    )
})

test('what is counted, and what is looked at in memory, is what is seen', async () => {
  const { tallies, look, large } = roomsOf('viewer', READ_EXECUTIONS)
  const range = { fromMs: 0, toMs: Date.now() + 60_000 }
  assert.ok(tallies && look && large)

  const { rows } = await tallies.tally({ tenant: 'main' }, range)
  assert.deepEqual(
    [...new Set(rows.map(({ namespace }) => namespace))].sort(),
    SEEN.map(place => NAMESPACES[place]),
  )
  const { rows: ofFlow } = await tallies.tally(flowAt('other'), range)
  assert.deepEqual(ofFlow, [])
  for (const place of UNSEEN) {
    assert.equal(await look(world.executions[place], state => state), undefined)
    assert.deepEqual(await large.read(world.executions[place], roomsOf('viewer')), { type: 'unknown' })
  }
  assert.notEqual((await large.read(world.executions.own, roomsOf('viewer'))).type, 'unknown')
})

/** Of so many runs that it is looked at in memory. */
const LARGE = `
id: large
namespace: ${NAMESPACES.other}
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, 600) }}"
    tasks: [{ id: say, type: io.kestra.plugin.core.debug.Return, format: "{{ taskrun.value }}" }]
  - { id: wait, type: io.kestra.plugin.core.flow.Pause }
`

test('a large execution that is in memory is looked at where it may be seen', async () => {
  const headers = { 'content-type': 'application/x-yaml' }
  await world.send('root', 'POST', '/api/v1/main/flows', { headers, body: LARGE })
  const path = `/api/v1/main/executions/${NAMESPACES.other}/large`
  const { id } = (await world.send('root', 'POST', path, { body: new FormData() })).json
  const { look } = roomsOf('admin', READ_EXECUTIONS)
  let shown: string | undefined
  while (shown !== 'PAUSED') shown = await world.server.engine.look(id, state => state.state)

  assert.equal(await look?.(id, state => state.state), undefined)
})

test('limits that flows share are listed where flows are seen, and flows are tried where they may be started', async () => {
  const rooms = roomsOf('viewer')

  assert.deepEqual(
    [...(rooms.pools?.all() ?? [])].map(({ namespace }) => namespace),
    SEEN.map(place => NAMESPACES[place]),
  )
  const flow = world.server.given.flows.flowOf(flowAt('own'))
  assert.ok(flow && rooms.tryFlow)
  await assert.rejects(rooms.tryFlow({ flow } as never), isMissing)
})
