// Sources against the real engine over the memory store; the worker is played by the test, which says what jobs of sources come to.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import {
  createCatalogue,
  decodeTriggerState,
  encodeTriggerState,
  encodeValue,
  mapGet,
  newId,
  parseFlow,
  seededRandom,
  shardOf,
  trust,
  type Flow,
  type Value,
} from '@batuta/core'
import { POLL_MARK, SOURCE_RUN, decodeJob, type HostJob } from '@batuta/plugin-sdk'
import { openFlowCatalogue, type FlowCatalogue } from '../flows/flow-catalogue.ts'
import { homeShardOf } from '../flows/home.ts'
import { newChanges } from '../inbox/changes.ts'
import { NO_JOBS } from '../inbox/jobs.ts'
import { realPlatform, type Platform } from '../platform/platform.ts'
import type { JobKey, JobRow } from '../storage/batch.ts'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables } from '../storage/memory/tables.ts'
import type { FlowKey, Store } from '../storage/store.ts'
import { Engine } from './engine.ts'
import { StaleWatch } from './emission.ts'
import { Sources } from './sources.ts'
import { newTurnEnvironment } from './turn-environment.ts'

const FLOW: FlowKey = { tenant: 'main', namespace: 'test', flowId: 'watched' }
const POLLING = 'io.test.Poll'
const REALTIME = 'io.test.Watch'
const CATALOGUE = createCatalogue([
  { type: POLLING, kind: 'polling' },
  { type: REALTIME, kind: 'realtime' },
])

const KINDS: Readonly<Record<string, 'polling' | 'realtime'>> = { [POLLING]: 'polling', [REALTIME]: 'realtime' }

interface Rig {
  readonly store: Store
  readonly sources: Sources
  readonly begun: JobRow[]
  readonly stopped: JobKey[]
  readonly reasons: string[]
  /** By a circuit breaker. */
  isHeld: boolean
  /** The store takes no change of a trigger; then what is told of it is kept. */
  isAway: boolean
  readonly notices: string[]
  /** Where executions are born that share limits with others. */
  birthShard?: number
  /** Another owner over the same store, as after a takeover. */
  another(): Sources
  nowMs: number
}

const PLACE = { zone: 'UTC', locale: 'en', configuredRoots: new Map<string, Value>() }

async function open(
  t: TestContext,
  trigger: string,
  tasks = '{ id: one, type: io.kestra.plugin.core.debug.Return, format: x }',
): Promise<Rig> {
  const platform = realPlatform()
  const store = openStore(platform, () => rig.isAway)
  const flows = await openFlowCatalogue(store)
  await saveFlow(store, flows, `id: watched\nnamespace: test\ntasks:\n  - ${tasks}\ntriggers:\n  - ${trigger}\n`)
  const { incarnation, flushSeq } = await store.perform('joinNode', { node: 'n', nowMs: platform.nowMs() })
  const random = seededRandom('sources')
  const startWorld = () => ({ ...PLACE, nowMs: platform.nowMs(), random })
  const engine = new Engine({
    store,
    flows,
    platform,
    node: { id: 'n', node: 'n', incarnation, flushSeq },
    jobs: NO_JOBS,
    changes: newChanges(),
    listeners: {
      tell: () => [],
      take: () => {},
      waitsFor: id => rig.sources.waitsFor(id),
      ended: (id, state) => void rig.sources.ended(id, state),
    },
    envOf: newTurnEnvironment({ platform, flows, ...PLACE, startWorld }),
    evaluate: () => Promise.resolve(),
    owns: () => true,
    onTimer: () => {},
    onNotice: () => {},
    onFatal: error => assert.fail(error),
  })
  t.after(() => engine.stop())
  const [begun, stopped, reasons]: [JobRow[], JobKey[], string[]] = [[], [], []]
  const another = (): Sources =>
    new Sources({
      store,
      flows,
      notes: () => engine,
      nowMs: () => rig.nowMs,
      owns: () => true,
      kindOf: type => KINDS[type],
      startWorld,
      askOf: () => () => Promise.reject(new Error('nothing is asked')),
      newId: flow => newId({ nowMs: platform.nowMs(), shard: rig.birthShard ?? homeShardOf(flow), random }),
      newWatchId: flow => newId({ nowMs: platform.nowMs(), shard: homeShardOf(flow), random }),
      placeFor: () => ({ node: 'n', incarnation }),
      giveBack: () => {},
      begin: row => void begun.push(row),
      stop: key => void stopped.push(key),
      breakers: {
        mayHold: () => true,
        heldBy: () => Promise.resolve(rig.isHeld ? { reason: 'it failed', sinceMs: 1 } : undefined),
        release: () => Promise.resolve(),
      },
      onReason: (_key, code) => void reasons.push(code),
      lookAt: () => {},
      onNotice: (message, error) => hear(rig, message, error),
    })
  const told = { begun, stopped, reasons, notices: [], isHeld: false, isAway: false }
  const rig: Rig = { store, sources: another(), ...told, another, nowMs: platform.nowMs() }
  await rig.sources.load()
  return rig
}

function hear({ isAway, notices }: Rig, message: string, error: unknown): void {
  if (!isAway) assert.fail(`${message}: ${String(error)}`)
  notices.push(message)
}

function openStore({ nowMs }: Pick<Platform, 'nowMs'>, isAway: () => boolean): Store {
  const store = openMemoryStore(newTables(), nowMs)
  const perform: Store['perform'] = async (name, args) => {
    if (name === 'changeTrigger' && isAway()) throw new Error('the database is away')
    return await store.perform(name, args)
  }
  return { ...store, perform }
}

async function saveFlow(store: Store, flows: FlowCatalogue, source: string): Promise<void> {
  const { flow, diagnostics } = parseFlow(source, { catalogue: CATALOGUE })
  assert.ok(flow, JSON.stringify(diagnostics))
  const parsed = encodeValue(trust<Value>(trust<unknown>(flow satisfies Flow)))
  flows.take(await store.perform('saveFlow', { ...FLOW, source, parsed, nowMs: 1, isDisabled: false }))
  await store.perform('saveTriggers', { flow: FLOW, triggers: [{ triggerId: 'watch', nextMs: 1, hash: 'h' }] })
}

/** The job that begins when the clock looks. */
async function nextJob(rig: Rig): Promise<{ readonly key: JobKey; readonly job: HostJob }> {
  const before = rig.begun.length
  rig.sources.fireDue(rig.nowMs)
  for (let tries = 0; rig.begun.length === before && tries < 100; tries++) await new Promise(setImmediate)
  const row = rig.begun.at(-1)
  assert.ok(row && rig.begun.length > before, 'no job began')
  return { key: row, job: decodeJob(row.payload) }
}

function settled(key: JobKey, more: object): Parameters<Sources['settle']>[0] {
  const { executionId, epoch } = key
  return { type: 'settled', executionId, run: SOURCE_RUN, epoch, state: 'SUCCESS', startedMs: 1, endedMs: 2, ...more }
}

async function bornLines(store: Store): Promise<readonly string[]> {
  const rows = await store.read.listExecutions({ tenant: 'main', limit: 1_000, isAscending: true })
  const journals = await store.read.journalsOf(rows.map(({ id }) => id))
  return [...journals.values()].map(turns => /"line":"(\w+)"/.exec(turns[0]?.events ?? '')?.[1] ?? '?').sort()
}

const POLL = `{ id: watch, type: ${POLLING}, interval: PT10S }`
const WATCH = `{ id: watch, type: ${REALTIME} }`

test('a poll that finds something starts an execution, and is asked again after its interval', async t => {
  const rig = await open(t, POLL)

  const { key } = await nextJob(rig)
  await rig.sources.settle(settled(key, { outputs: { line: 'one' } }), undefined)
  const [row] = await rig.store.read.listTriggers(FLOW)

  assert.deepEqual(await bornLines(rig.store), ['one'])
  assert.equal(row?.nextMs, rig.nowMs + 10_000)
  assert.equal(await rig.store.read.countFreeJobs(), 0)
  rig.nowMs += 10_000
  assert.equal((await nextJob(rig)).key.epoch, 2)
})

test('the position of a poll is kept with its execution, and given to the next poll', async t => {
  const rig = await open(t, POLL)
  const before = (await nextJob(rig)).key
  await rig.sources.settle(settled(before, { outputs: { [POLL_MARK]: { seen: 3 } } }), undefined)
  const born = await bornLines(rig.store)
  rig.nowMs += 10_000

  const { key, job } = await nextJob(rig)
  await rig.sources.settle(settled(key, { outputs: { line: 'one', [POLL_MARK]: { seen: 4 } } }), undefined)

  assert.deepEqual(born, [])
  assert.deepEqual(rig.reasons, ['nothing-new'])
  assert.equal(job.source?.mark, '{"seen":3}')
  assert.deepEqual(await bornLines(rig.store), ['one'])
  const [row] = await rig.store.read.listTriggers(FLOW)
  assert.deepEqual(decodeTriggerState(row?.state ?? null).mark, { seen: 4 })
  const [journal] = (await rig.store.read.journalsOf([row?.executionId ?? ''])).values()
  assert.ok(!journal?.[0]?.events.includes(POLL_MARK))
})

test('a poll that tells its source is asked again when it has, not when what it started has ended', async t => {
  const rig = await open(t, POLL)
  const { key } = await nextJob(rig)

  await rig.sources.emit({ key, events: [{ line: 'one' }], mark: { at: 1 } })
  const [row] = await rig.store.read.listTriggers(FLOW)
  const born = await bornLines(rig.store)
  await rig.sources.ended(row?.executionId ?? '', 'SUCCESS')
  rig.nowMs += 60_000
  rig.sources.fireDue(rig.nowMs)
  await new Promise(setImmediate)
  const begun = rig.begun.length
  await rig.sources.settle(settled(key, { outputs: { [POLL_MARK]: { at: 2 } } }), undefined)
  rig.nowMs += 10_000
  const next = await nextJob(rig)

  assert.deepEqual([born, begun], [['one'], 1])
  assert.deepEqual([next.key.epoch, next.job.source?.mark], [2, '{"at":2}'])
  assert.deepEqual([await bornLines(rig.store), rig.reasons, rig.stopped], [['one'], [], []])
})

test('a poll that died after its execution was born is begun anew with what it emitted', async t => {
  const rig = await open(t, POLL)
  const { key, job } = await nextJob(rig)
  await rig.sources.emit({ key, events: [{ line: 'one' }], mark: { at: 1 } })
  const [execution] = await rig.store.read.listExecutions({ tenant: 'main', limit: 1 })

  const next = rig.another()
  await next.load()
  await next.ended(execution?.id ?? '', 'SUCCESS')
  rig.nowMs += 1_000
  const { key: newer, job: again } = await nextJob({ ...rig, sources: next })

  assert.ok(job.filesPrefix.includes(`/executions/${execution?.id}/`))
  assert.deepEqual([newer.epoch, again.source?.mark], [2, '{"at":1}'])
  await assert.rejects(next.emit({ key, events: [{ line: 'one' }], mark: { at: 1 } }), StaleWatch)
  assert.deepEqual(await bornLines(rig.store), ['one'])
})

test('a poll emits once, and waits for its execution when its source could not be told', async t => {
  const rig = await open(t, POLL, '{ id: one, type: io.kestra.plugin.core.flow.Pause }')
  const { key } = await nextJob(rig)
  await rig.sources.emit({ key, events: [{ line: 'one' }], mark: 1 })

  await assert.rejects(rig.sources.emit({ key, events: [{ line: 'two' }], mark: 2 }), StaleWatch)
  await rig.sources.settle(settled(key, { state: 'FAILED' }), undefined)
  const [row] = await rig.store.read.listTriggers(FLOW)

  assert.deepEqual([await bornLines(rig.store), rig.reasons], [['one'], ['failed']])
  assert.ok(rig.sources.waitsFor(row?.executionId ?? ''))
  assert.equal(decodeTriggerState(row?.state ?? null).mark, 1)
})

test('a trigger that stops after the end of its execution does so when its source was told', async t => {
  const rig = await open(t, `{ id: watch, type: ${POLLING}, interval: PT10S, stopAfter: [SUCCESS] }`)
  const { key } = await nextJob(rig)
  await rig.sources.emit({ key, events: [{ line: 'one' }], mark: 1 })
  const [row] = await rig.store.read.listTriggers(FLOW)

  await rig.sources.ended(row?.executionId ?? '', 'SUCCESS')
  const before = [...rig.reasons]
  await rig.sources.settle(settled(key, { outputs: { [POLL_MARK]: 2 } }), undefined)
  const [after] = await rig.store.read.listTriggers(FLOW)

  assert.deepEqual([before, rig.reasons, after?.isDisabled], [[], ['stopped'], true])
  assert.deepEqual(rig.stopped, [])
})

test('a trigger that is to stop while the database is away waits, and stops when it is back', async t => {
  const poll = `{ id: watch, type: ${POLLING}, interval: PT10S, stopAfter: [KILLED] }`
  const rig = await open(t, poll, '{ id: one, type: io.kestra.plugin.core.flow.Pause }')
  const { key } = await nextJob(rig)
  await rig.sources.settle(settled(key, { outputs: { line: 'one' } }), undefined)
  const [row] = await rig.store.read.listTriggers(FLOW)
  const executionId = row?.executionId ?? assert.fail('it found nothing')

  rig.isAway = true
  await rig.sources.ended(executionId, 'KILLED')
  assert.equal(rig.notices.length, 1)
  assert.ok(rig.sources.waitsFor(executionId))
  rig.isAway = false
  await rig.sources.ended(executionId, 'KILLED')
  const [after] = await rig.store.read.listTriggers(FLOW)

  assert.deepEqual([rig.reasons, after?.isDisabled, rig.begun.length], [['stopped'], true, 1])
})

test('what is told of a watch goes to the home of its trigger, wherever its executions are born', async t => {
  const rig = await open(t, WATCH)
  rig.birthShard = (homeShardOf(FLOW) + 1) % 256

  const { key } = await nextJob(rig)
  await rig.sources.emit({ key, events: [{ line: 'one' }], mark: 1 })

  assert.equal(shardOf(key.executionId), homeShardOf(FLOW))
  const [born] = await rig.store.read.listExecutions({ tenant: 'main', limit: 1 })
  assert.equal(born && shardOf(born.id), rig.birthShard)
})

test('a watch that is not at home is begun anew there', async t => {
  const rig = await open(t, WATCH)
  const away = newId({ nowMs: 1, shard: (homeShardOf(FLOW) + 1) % 256, random: () => 0 })
  const state = encodeTriggerState({ watch: { id: away, epoch: 3, isOut: true } })
  await rig.store.perform('changeTrigger', { ...FLOW, triggerId: 'watch', state })
  await rig.sources.load()

  const { key } = await nextJob(rig)

  assert.equal(shardOf(key.executionId), homeShardOf(FLOW))
  assert.equal(key.epoch, 1)
  assert.deepEqual(rig.stopped, [{ executionId: away, run: SOURCE_RUN, epoch: 3 }])
})

test('a poll that finds nothing starts nothing and says so', async t => {
  const rig = await open(t, POLL)

  const { key } = await nextJob(rig)
  await rig.sources.settle(settled(key, {}), undefined)

  assert.deepEqual(await bornLines(rig.store), [])
  assert.deepEqual(rig.reasons, ['nothing-new'])
})

test('what a poll stores lies with the execution that it starts', async t => {
  const rig = await open(t, POLL)

  const { key, job } = await nextJob(rig)
  await rig.sources.settle(settled(key, { outputs: { line: 'one' } }), undefined)

  const [execution] = await rig.store.read.listExecutions({ tenant: 'main', limit: 1 })
  assert.equal(job.filesPrefix, `kestra:///test/watched/executions/${execution?.id}/trigger/watch/`)
})

const BREAKER = 'circuitBreaker: { failures: 1, window: PT1H }'

test('a poll that its circuit breaker holds asks nothing until it is released', async t => {
  const rig = await open(t, `{ id: watch, type: ${POLLING}, interval: PT10S, ${BREAKER} }`)
  rig.isHeld = true
  rig.sources.fireDue(rig.nowMs)
  for (let tries = 0; rig.reasons.length === 0 && tries < 100; tries++) await new Promise(setImmediate)
  await new Promise(setImmediate)
  const held = rig.begun.length
  rig.isHeld = false
  rig.nowMs += 10_000

  await nextJob(rig)

  assert.deepEqual([held, rig.reasons], [0, ['held']])
})

test('events that come while a circuit breaker holds their trigger are left to the source', async t => {
  const rig = await open(t, `{ id: watch, type: ${REALTIME}, ${BREAKER} }`)
  const { key } = await nextJob(rig)
  rig.isHeld = true

  await assert.rejects(rig.sources.emit({ key, events: [{ line: 'a' }], mark: 1 }), StaleWatch)
  rig.isHeld = false
  rig.nowMs += 60_000
  const { key: next, job } = await nextJob(rig)
  await rig.sources.emit({ key: next, events: [{ line: 'a' }], mark: 1 })

  assert.deepEqual([job.source?.mark, await bornLines(rig.store)], [undefined, ['a']])
  assert.equal(rig.stopped.length, 1)
})

test('a poll waits for the end of the execution that it started', async t => {
  const rig = await open(t, POLL, '{ id: nap, type: io.kestra.plugin.core.flow.Sleep, duration: PT1S }')

  const { key } = await nextJob(rig)
  await rig.sources.settle(settled(key, { outputs: { line: 'one' } }), undefined)
  rig.nowMs += 20_000
  rig.sources.fireDue(rig.nowMs)
  const waiting = rig.begun.length
  const [execution] = await rig.store.read.listExecutions({ tenant: 'main', limit: 1 })
  await rig.sources.ended(execution?.id ?? '', 'SUCCESS')

  assert.equal(waiting, 1)
  assert.equal((await nextJob(rig)).key.epoch, 2)
})

test('a poll that is told twice what it came to waits for the end all the same', async t => {
  const rig = await open(t, POLL, '{ id: one, type: io.kestra.plugin.core.flow.Pause }')
  const { key } = await nextJob(rig)
  const found = settled(key, { outputs: { line: 'one' } })

  await Promise.all([rig.sources.settle(found, undefined), rig.sources.settle(found, undefined)])
  const [execution] = await rig.store.read.listExecutions({ tenant: 'main', limit: 1 })

  assert.deepEqual(await bornLines(rig.store), ['one'])
  assert.ok(rig.sources.waitsFor(execution?.id ?? ''))
})

test('a poll that is unlocked by hand asks again, while what it started still runs', async t => {
  const rig = await open(t, POLL, '{ id: one, type: io.kestra.plugin.core.flow.Pause }')
  const { key } = await nextJob(rig)
  await rig.sources.settle(settled(key, { outputs: '{"value":1}' }), undefined)
  rig.nowMs += 3_600_000

  await rig.store.perform('changeTrigger', { ...FLOW, triggerId: 'watch', executionId: null })
  await rig.sources.reload(FLOW)

  assert.equal((await nextJob(rig)).key.epoch, 2)
})

test('a job whose trigger was changed while it was on its way to the store is not begun, and leaves nothing', async t => {
  const rig = await open(t, WATCH)

  rig.sources.fireDue(rig.nowMs)
  await rig.store.perform('changeTrigger', { ...FLOW, triggerId: 'watch', isDisabled: true })
  await rig.sources.reload(FLOW)
  for (let tries = 0; tries < 20; tries++) await new Promise(setImmediate)
  const [off] = await rig.store.read.listTriggers(FLOW)
  await rig.store.perform('changeTrigger', { ...FLOW, triggerId: 'watch', isDisabled: false })
  await rig.sources.reload(FLOW)
  const { key } = await nextJob(rig)

  const held = await rig.store.read.listHeldJobs({ node: 'n', incarnation: 1, beforeMs: Infinity, limit: 10 })
  assert.equal(decodeTriggerState(off?.state ?? null).watch?.epoch, 1)
  assert.equal(rig.begun.length, 1)
  assert.deepEqual(
    held.map(({ epoch }) => epoch),
    [key.epoch],
  )
})

test('events are born with the mark of their source, and an older watch says nothing any more', async t => {
  const rig = await open(t, WATCH)
  const { key } = await nextJob(rig)

  await rig.sources.emit({ key, events: [{ line: 'a' }, { line: 'b' }], mark: 2 })
  rig.nowMs += 1_000
  const next = rig.another()
  await next.load()
  const taker = { ...rig, sources: next }
  const { key: newer, job } = await nextJob(taker)
  await next.emit({ key: newer, events: [{ line: 'c' }], mark: 3 })

  await assert.rejects(next.emit({ key, events: [{ line: 'c' }], mark: 3 }), StaleWatch)
  assert.deepEqual(await bornLines(rig.store), ['a', 'b', 'c'])
  assert.deepEqual([newer.epoch, job.source?.mark], [2, '2'])
  const [row] = await rig.store.read.listTriggers(FLOW)
  assert.equal(mapGet({ mark: decodeTriggerState(row?.state ?? null).mark ?? null }, 'mark'), 3)
})

test('a watch that an owner of old still has cannot write over what another one took', async t => {
  const rig = await open(t, WATCH)
  const { key } = await nextJob(rig)
  const taker = { ...rig, sources: rig.another() }
  await taker.sources.load()
  await nextJob(taker)

  await assert.rejects(rig.sources.emit({ key, events: [{ line: 'late' }], mark: 9 }))

  assert.deepEqual(await bornLines(rig.store), [])
})

test('a watch that fails says so once as an execution, and begins anew after a while, longer each time', async t => {
  const rig = await open(t, WATCH)

  const waits: number[] = []
  for (let round = 0; round < 3; round++) {
    const { key } = await nextJob(rig)
    await rig.sources.settle(settled(key, { state: 'FAILED' }), undefined)
    const [row] = await rig.store.read.listTriggers(FLOW)
    waits.push((row?.nextMs ?? 0) - rig.nowMs)
    rig.nowMs = row?.nextMs ?? 0
  }

  assert.deepEqual(waits, [1_000, 2_000, 4_000])
  assert.equal(await rig.store.read.countExecutions({ tenant: 'main', limit: 10 }), 1)
})

test('a flow that is deleted stops its watch', async t => {
  const rig = await open(t, WATCH)
  const { key } = await nextJob(rig)

  await rig.store.perform('deleteFlow', { ...FLOW, nowMs: 2 })
  await rig.sources.reload(FLOW)

  assert.deepEqual(
    rig.stopped.map(({ executionId, epoch }) => [executionId, epoch]),
    [[key.executionId, 1]],
  )
  await assert.rejects(rig.sources.emit({ key, events: [], mark: 1 }), StaleWatch)
})
