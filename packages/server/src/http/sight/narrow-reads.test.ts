// Every read and every rare write of the store, as the admin of one namespace has them: of another one nothing is read, and nothing is written there. The
// routes have guards of their own before these, which hold where one forgets to ask.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Resource } from '@batuta/core'
import {
  NAMESPACES,
  canaryOf,
  newBinding,
  newUser,
  openGuardedWorld,
  type GuardedWorld,
  type Place,
} from '../../testing/guarded-world.ts'
import { newBatch } from '../../storage/batch.ts'
import { WHOLE_JOURNAL, type FlowKey, type Operations, type Reads } from '../../storage/store.ts'
import { RequestError } from '../request-error.ts'
import { narrowPerform } from './narrow-performs.ts'
import { narrowReads } from './narrow-reads.ts'
import { newSight, type RouteRight, type Sight } from './sight.ts'

type Planted = 'own' | 'other'

const TENANT = 'main'
const NODE = 'planter'
const apps: Record<Planted, string> = { own: '', other: '' }

let world: GuardedWorld
before(async () => {
  world = await openGuardedWorld()
  const { store } = world.server
  const { incarnation } = await store.perform('joinNode', { node: NODE, nowMs: 1 })
  const batch = { ...newBatch(NODE, incarnation), seq: 1 }
  for (const place of ['own', 'other'] as const) {
    await plantMore(place)
    batch.windows.push({ ...triggerAt(place), setId: 's', body: canaryOf(place) })
    const metric = { run: 0, taskId: 'say', name: canaryOf(place), type: 'counter', value: 1, tags: '{}', atMs: 1 }
    batch.metrics.push({ executionId: world.executions[place], ...metric })
    const bytes = new TextEncoder().encode(canaryOf(place))
    for (const part of [1, 0])
      await store.perform('saveSnapshotPart', { executionId: world.executions[place], turn: 1, part, bytes })
  }
  await store.flush(batch)
})
after(() => world.server.stop())

function flowAt(place: Place): FlowKey {
  return { tenant: TENANT, namespace: NAMESPACES[place], flowId: 'hello' }
}

function triggerAt(place: Place): FlowKey & { readonly triggerId: string } {
  return { ...flowAt(place), triggerId: 'hourly' }
}

function keyAt(place: Place, key = 'kept'): { tenant: string; namespace: string; key: string } {
  return { tenant: TENANT, namespace: NAMESPACES[place], key }
}

function itemAt(place: Place, id: string): { tenant: string; namespace: string; id: string } {
  return { tenant: TENANT, namespace: NAMESPACES[place], id }
}

async function plantMore(place: Planted): Promise<void> {
  const { store } = world.server
  const canary = canaryOf(place)
  const reason = { code: 'x', reason: canary, firstMs: 1, lastMs: 1, count: 1 }
  await store.perform('noteReasons', { rows: [{ ...triggerAt(place), ...reason }] })
  await store.perform('setTriggerDisabled', { ...flowAt(place), triggerId: 'hook', isDisabled: true, nextMs: null })
  const result = { ...flowAt(place), id: `result-${place}`, suiteId: 'suite', state: 'SUCCESS', startedMs: 1 }
  await store.perform('saveTestResult', { ...result, body: canary })
  await store.perform('savePolicy', { ...itemAt(place, 'p'), body: canary, createdMs: 1, updatedMs: 1 })
  const found = (await store.read.listApps(TENANT)).find(({ namespace }) => namespace === NAMESPACES[place])
  apps[place] = found?.uid ?? ''
}

function sightOf(person: 'admin' | 'viewer', right?: RouteRight): Sight {
  return newSight(world.server.access.book.grantsOf(person), right, world.server.store)
}

const rightTo = (resource: Resource, action: RouteRight['action'] = 'READ'): RouteRight => ({
  ...{ resource, action, isOfNamespace: true },
})

/** Asks for what is there at the place; a number is how much there is. */
type Ask = (read: Reads, place: Planted) => Promise<unknown>

interface Judged {
  readonly ask: Ask
  /** Of the route; of one that looks by itself unless said. */
  readonly right?: RouteRight
}

/** open: tells nothing of a namespace, or its route looks whose it is. hidden: no route reads it. */
type Case = Ask | Judged | 'open' | 'hidden'

function textOf(part: { readonly bytes: Uint8Array } | undefined): string {
  return new TextDecoder().decode(part?.bytes)
}

const everything = { tenant: TENANT, limit: 100 }

const CASES: { readonly [Name in keyof Reads]: Case } = {
  findFlow: (read, place) => read.findFlow(flowAt(place)),
  listRevisions: (read, place) => read.listRevisions(flowAt(place)),
  listFlows: read => read.listFlows(undefined, 100),
  listTriggers: (read, place) => read.listTriggers(place === 'own' ? undefined : flowAt(place)),
  listDueTriggers: read => read.listDueTriggers(Number.MAX_SAFE_INTEGER),
  listDisabledTriggers: read => read.listDisabledTriggers(),
  listWindows: read => read.listWindows(),
  listReasons: (read, place) => read.listReasons(triggerAt(place), 10),
  findExecution: (read, place) => read.findExecution(world.executions[place]),
  journalOf: (read, place) => read.journalOf(world.executions[place], WHOLE_JOURNAL),
  journalsOf: read => read.journalsOf(Object.values(world.executions)),
  findSnapshot: async (read, place) => textOf(await read.findSnapshot(world.executions[place])),
  snapshotPartsOf: async (read, place) =>
    (await read.snapshotPartsOf(world.executions[place], 1, { after: 0, limit: 9 })).map(textOf),
  listExecutions: read => read.listExecutions(everything),
  latestExecutions: (read, place) =>
    read.latestExecutions({ ...everything, flows: [flowAt(place === 'own' ? 'other' : 'own'), flowAt(place)] }),
  latestLogs: read => read.latestLogs({ executionIds: Object.values(world.executions), levelMin: 0 }),
  countExecutions: (read, place) => read.countExecutions({ ...everything, namespace: NAMESPACES[place] }),
  tallyExecutions: read => read.tallyExecutions({ ...everything, slotMs: 60_000, by: 'namespace' }),
  logsOf: (read, place) => read.logsOf({ executionId: world.executions[place], limit: 10 }),
  logChunks: (read, place) => read.logChunks({ executionId: world.executions[place], afterSeq: -1, limit: 10 }),
  metricsOf: (read, place) => read.metricsOf(world.executions[place]),
  metricsAmong: read => read.metricsAmong(Object.values(world.executions)),
  findKey: (read, place) => read.findKey(TENANT, NAMESPACES[place], 'kept'),
  listKeys: (read, place) => read.listKeys(TENANT, NAMESPACES[place]),
  listKeyNamespaces: read => read.listKeyNamespaces(TENANT),
  listKeyVersions: (read, place) => read.listKeyVersions(keyAt(place)),
  findSecret: (read, place) => read.findSecret(TENANT, NAMESPACES[place], canaryOf(place).toUpperCase()),
  listSecrets: read => read.listSecrets(TENANT),
  listNamespaces: read => read.listNamespaces(TENANT),
  findApp: (read, place) => read.findApp({ tenant: TENANT, uid: apps[place] }),
  listApps: read => read.listApps(TENANT),
  findTestSuite: (read, place) => read.findTestSuite(itemAt(place, 'suite')),
  listTestSuites: read => read.listTestSuites(TENANT),
  findTestResult: (read, place) => read.findTestResult(TENANT, `result-${place}`),
  listTestResults: read => read.listTestResults(everything),
  countTestResults: (read, place) => read.countTestResults({ tenant: TENANT, namespace: NAMESPACES[place] }),
  listAudit: read => read.listAudit({ tenant: TENANT, limit: 1_000 }),
  countAudit: (read, place) => read.countAudit({ tenant: TENANT, namespace: NAMESPACES[place] }, 1_000),
  listPolicies: { ask: read => read.listPolicies(), right: rightTo('POLICY') },
  ...{ listAccess: 'hidden', findAuditEnd: 'hidden', listReady: 'hidden', listTimers: 'hidden', listSignals: 'hidden' },
  ...{ listLostJobs: 'hidden', listHeldJobs: 'hidden', listKilledJobs: 'hidden', listFreePayloads: 'hidden' },
  ...{ listFreeJobs: 'hidden', listDataKeys: 'hidden', findToken: 'hidden', listTokens: 'hidden' },
  ...{
    findFence: 'open',
    measureSpace: 'open',
    findOperation: 'open',
    listUserSettings: 'open',
    findUserSetting: 'open',
    findLink: 'open',
  },
  ...{ countFreeJobs: 'open', listFreeQueues: 'open', listLimitKeys: 'open', listLimitMembers: 'open' },
  ...{ findBulk: 'open', listBulks: 'open', listOpenBulks: 'open', listBulkChunks: 'open' },
}

const judged: readonly (readonly [keyof Reads, Judged])[] = Object.entries(CASES).flatMap(([name, item]) =>
  typeof item === 'string' ? [] : [[name as keyof Reads, typeof item === 'function' ? { ask: item } : item] as const],
)

/** Whether it tells of the place. */
function tells(found: unknown, place: Planted): boolean {
  if (typeof found === 'number') return found > 0
  const text = JSON.stringify(found instanceof Map ? [...found] : (found ?? null))
  return [canaryOf(place), `"${NAMESPACES[place]}"`, world.executions[place]].some(word => text.includes(word))
}

test('a read tells of what is seen, and of nothing else', async () => {
  const { store } = world.server
  for (const [name, { ask, right }] of judged) {
    const read = narrowReads(store.read, sightOf('admin', right))

    assert.ok(tells(await ask(store.read, 'other'), 'other'), `${name} has nothing to hide`)
    assert.ok(!tells(await ask(read, 'other'), 'other'), `${name} tells of what is not seen`)
    assert.ok(tells(await ask(read, 'own'), 'own'), `${name} hides what is seen`)
  }
})

test('the newest executions of a flow stand by it, whatever flows beside it are not seen', async () => {
  const { store } = world.server
  const flows = [flowAt('other'), flowAt('own'), flowAt('other'), flowAt('own')]
  const told = await narrowReads(store.read, sightOf('admin')).latestExecutions({ tenant: TENANT, flows, limit: 9 })

  const own = world.executions.own
  assert.deepEqual(
    told.map(rows => rows.map(({ id }) => id).filter(id => id === own)),
    [[], [own], [], [own]],
  )
})

test('a suite is run where executions may be begun, and not where it may only be looked at', async () => {
  const { access, store } = world.server
  await access.book.change({
    put: [
      { kind: 'user', record: newUser('both') },
      { kind: 'binding', record: newBinding('b-both', 'both', 'launcher', NAMESPACES.own) },
      { kind: 'binding', record: newBinding('b-look', 'both', 'viewer', NAMESPACES.other) },
    ],
  })
  const readFor = (right?: RouteRight): Reads =>
    narrowReads(store.read, newSight(access.book.grantsOf('both'), right, store))
  const [looking, running] = [readFor(), readFor(rightTo('EXECUTION', 'CREATE'))]

  assert.ok(await looking.findTestSuite(itemAt('other', 'suite')))
  assert.equal(await running.findTestSuite(itemAt('other', 'suite')), undefined)
  assert.ok(!(await running.listTestSuites(TENANT)).some(({ namespace }) => namespace === NAMESPACES.other))
  assert.ok(await running.findTestSuite(itemAt('own', 'suite')))
})

test('what the engine reads is empty for every route', async () => {
  const { store } = world.server
  const read = narrowReads(store.read, sightOf('admin'))
  const page = { version: 0, floor: 0, rows: [] }

  assert.ok((await store.read.listAccess(TENANT, 0)).rows.length > 0)
  assert.deepEqual(await read.listAccess(TENANT, 0), page)
  assert.ok(await store.read.findAuditEnd(TENANT))
  assert.equal(await read.findAuditEnd(TENANT), undefined)
  for (const [name, item] of Object.entries(CASES))
    assert.equal(read[name as keyof Reads] === store.read[name as keyof Reads], item === 'open', name)
})

test('a route about logs or metrics shows executions where those may be read, and no further', async () => {
  for (const resource of ['LOG', 'METRIC'] as const) {
    const read = narrowReads(world.server.store.read, sightOf('admin', rightTo(resource)))

    assert.equal(await read.findExecution(world.executions.other), undefined)
    assert.equal((await read.findExecution(world.executions.own))?.id, world.executions.own)
  }
})

/** What is asked to be written at a place. free: its route has looked whose it is. refused: no route writes it. */
type WriteCase<Name extends keyof Operations> = ((place: Planted) => Operations[Name]['args']) | 'free' | 'refused'

const FLOW_TEXT = { source: '', parsed: '', nowMs: 1, isDisabled: false }
const TEXT = { source: '', updatedMs: 1 }
const POLICY = { body: '{}', createdMs: 1, updatedMs: 1 }
const LINES = { fromMs: 0, toMs: 1, levels: null }
const VALUE = { value: '', type: 'STRING', description: null, expiresMs: null, updatedMs: 1 }

const WRITES: { readonly [Name in keyof Operations]: WriteCase<Name> } = {
  saveFlow: place => ({ ...flowAt(place), ...FLOW_TEXT }),
  reviseFlow: place => ({ ...flowAt(place), ...FLOW_TEXT, follows: 1 }),
  deleteFlow: place => ({ ...flowAt(place), nowMs: 1 }),
  deleteRevisions: place => ({ ...flowAt(place), revisions: [1] }),
  saveTriggers: place => ({ flow: flowAt(place), triggers: [] }),
  setTriggerDisabled: place => ({ ...triggerAt(place), isDisabled: true, nextMs: null }),
  changeTrigger: place => ({ ...triggerAt(place), isDisabled: true }),
  deleteReasons: place => triggerAt(place),
  setKey: place => ({ ...keyAt(place), ...VALUE }),
  deleteKey: place => keyAt(place),
  purgeKeyVersions: place => ({ ...keyAt(place), beforeMs: null, keptMin: 1 }),
  saveSecret: place => ({ ...keyAt(place), cipher: '', description: null, tags: '[]', updatedMs: 1 }),
  deleteSecret: place => keyAt(place, canaryOf(place)),
  saveNamespace: place => ({ tenant: TENANT, namespace: NAMESPACES[place], settings: '{}', updatedMs: 1 }),
  deleteNamespace: place => ({ tenant: TENANT, namespace: NAMESPACES[place] }),
  purgeLogs: place => ({ executionId: world.executions[place], ...LINES }),
  purgeMetrics: place => ({ executionId: world.executions[place] }),
  deleteExecution: place => ({ id: world.executions[place] }),
  saveLink: place => ({
    ...{ tenant: TENANT, hash: 'h', executionId: world.executions[place], taskRunId: '', appUid: '' },
    ...{ createdMs: 1, expiresMs: 2 },
  }),
  saveApp: place => ({ ...flowAt(place), ...TEXT, uid: apps[place], id: 'app', createdMs: 1 }),
  deleteApp: place => ({ tenant: TENANT, uid: apps[place] }),
  saveTestSuite: place => ({ ...flowAt(place), ...TEXT, id: 'suite' }),
  deleteTestSuite: place => itemAt(place, 'suite'),
  saveTestResult: place => ({ ...flowAt(place), id: 'r', suiteId: 'suite', state: 'SUCCESS', startedMs: 1, body: '' }),
  savePolicy: place => ({ ...itemAt(place, 'p'), ...POLICY }),
  deletePolicy: place => itemAt(place, 'p'),
  ...{
    saveUserSetting: 'free',
    reviseUserSetting: 'free',
    deleteUserSetting: 'free',
    claimOperation: 'free',
    changeOperation: 'free',
  },
  ...{ createBulk: 'free', saveBulk: 'free', claimBulk: 'free', wishBulk: 'free', noteReasons: 'free' },
  ...{ joinNode: 'refused', claimJobs: 'refused', appendLogs: 'refused', purgeExecutions: 'refused' },
  ...{ purgeOperations: 'refused', purgeBulks: 'refused', changeAccess: 'refused', appendAudit: 'refused' },
  ...{ addDataKey: 'refused', rewrapDataKey: 'refused', resealSecret: 'refused', saveTokens: 'refused' },
  ...{ resealToken: 'refused', purgeTokens: 'refused', saveSnapshotPart: 'refused' },
}

const isMissing = (error: unknown): boolean => error instanceof RequestError && error.code === 'permission-missing'

type Perform = (name: keyof Operations, args: unknown) => Promise<unknown>

function performOf(sight: Sight): Perform {
  const { store } = world.server
  const { perform } = narrowPerform(store, sight, { newest: () => undefined })
  // The table above says what belongs to which name.
  return perform as Perform
}

test('nothing is written where it may not be, and nothing at all by whoever only reads', async () => {
  const byAdmin = performOf(sightOf('admin'))
  const byViewer = performOf(sightOf('viewer'))
  for (const [name, write] of Object.entries(WRITES) as [keyof Operations, WriteCase<'saveFlow'>][]) {
    if (write === 'free') continue
    if (write === 'refused') {
      await assert.rejects(byAdmin(name, {}), isMissing, name)
      continue
    }
    await assert.rejects(byAdmin(name, write('other')), isMissing, `${name} elsewhere`)
    // Whoever may look at tests may run them.
    if (name !== 'saveTestResult') await assert.rejects(byViewer(name, write('own')), isMissing, `${name} by a viewer`)
  }
})

test('an app that moves is taken away from where it was, and a policy of all namespaces is for whoever may say it of all', async () => {
  const perform = performOf(sightOf('admin'))
  const moved = { ...flowAt('own'), ...TEXT, uid: apps.other, id: 'app', createdMs: 1 }
  const of = { ...itemAt('own', 'all'), namespace: '', ...POLICY }

  await assert.rejects(perform('saveApp', moved), isMissing)
  await assert.rejects(perform('savePolicy', of), isMissing)
  await assert.rejects(perform('deletePolicy', of), isMissing)
  await world.server.store.perform('savePolicy', of)
  const read = narrowReads(world.server.store.read, sightOf('admin', rightTo('POLICY')))
  assert.ok((await read.listPolicies()).every(({ namespace }) => namespace !== ''))
})
