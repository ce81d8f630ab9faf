// Flow triggers against the real engine over the memory store.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { createCatalogue, encodeValue, newId, parseFlow, seededRandom, trust, type Value } from '@batuta/core'
import { openFlowCatalogue, type FlowCatalogue } from '../flows/flow-catalogue.ts'
import { homeShardOf } from '../flows/home.ts'
import { TriggerDesk } from '../flows/trigger-desk.ts'
import { TriggerReasons } from '../flows/trigger-reasons.ts'
import { newChanges } from '../inbox/changes.ts'
import { NO_JOBS } from '../inbox/jobs.ts'
import { realPlatform } from '../platform/platform.ts'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables } from '../storage/memory/tables.ts'
import type { FlowKey, Store } from '../storage/store.ts'
import { Engine } from './engine.ts'
import { FlowTriggers } from './flow-triggers.ts'
import type { Note } from './note.ts'
import { newTurnEnvironment } from './turn-environment.ts'

const UP: FlowKey = { tenant: 'main', namespace: 'test', flowId: 'up' }
const OTHER: FlowKey = { tenant: 'main', namespace: 'test', flowId: 'other' }
const DOWN: FlowKey = { tenant: 'main', namespace: 'test', flowId: 'down' }
const TASK = 'tasks: [{ id: one, type: io.kestra.plugin.core.debug.Return, format: x }]'

interface Rig {
  readonly desk: TriggerDesk
  /** Begins an execution of the upstream and waits until whoever listens has judged its end. */
  runUpstream(flow?: FlowKey): Promise<void>
  countDown(): Promise<number>
  /** Judges the stored signals that nobody has taken. */
  takeStored(): Promise<void>
}

/** What goes wrong once, when the first window has been written. */
type Mishap = 'its shard is away for a moment' | 'the write of it is in doubt'

async function open(t: TestContext, trigger: string, mishap?: Mishap): Promise<Rig> {
  const tables = newTables()
  const later: (() => void)[] = []
  let isOwn = true
  let toCome = mishap
  const platform = realPlatform()
  const nowMs = (): number => platform.nowMs()
  const store = openMemoryStore(tables, nowMs)
  const flows = await openFlowCatalogue(store)
  for (const { flowId } of [UP, OTHER]) await saveFlow(store, flows, `id: ${flowId}\nnamespace: test\n${TASK}\n`)
  await saveFlow(store, flows, `id: down\nnamespace: test\n${TASK}\ntriggers:\n  - ${trigger}\n`)
  const { incarnation, flushSeq } = await store.perform('joinNode', { node: 'n', nowMs: nowMs() })
  const place = { zone: 'UTC', locale: 'en', configuredRoots: new Map<string, Value>() }
  const random = seededRandom('flow-triggers')
  const startWorld = () => ({ ...place, nowMs: nowMs(), random })
  const idOf = (key: FlowKey, bornMs: number): string => newId({ nowMs: bornMs, shard: homeShardOf(key), random })
  const desk = new TriggerDesk({ store, flows, zone: 'UTC', nowMs, signalOf: () => assert.fail('it is alone') })
  const onNotice = (message: string, error?: unknown): void => {
    if (mishap === undefined) assert.fail(`${message}: ${String(error)}`)
  }
  const listeners: FlowTriggers = new FlowTriggers({
    ...{ store, flows, zone: 'UTC', nowMs, startWorld, onNotice },
    reasons: new TriggerReasons({ store, platform, onNotice }),
    notes: () => ({ note: async note => await noteWith(note), settled: () => engine.settled() }),
    isOff: key => desk.switchedOff.has(key),
    owns: () => isOwn,
    askOf: () => () => Promise.reject(new Error('nothing is asked')),
    newId: idOf,
    lookAt: () => {},
    defer: run => void later.push(run),
  })
  const engine: Engine = new Engine({
    ...{ store, flows, platform, listeners, onNotice },
    node: { id: 'n', node: 'n', incarnation, flushSeq },
    jobs: NO_JOBS,
    changes: newChanges(),
    envOf: newTurnEnvironment({ platform, flows, ...place, startWorld }),
    evaluate: () => Promise.resolve(),
    owns: () => true,
    onTimer: () => {},
    onFatal: error => assert.fail(error),
  })
  const noteWith = async (note: Note): Promise<boolean> => {
    const isTaken = await engine.note(note)
    if ((note.windows?.length ?? 0) === 0 || toCome === undefined) return isTaken
    isOwn = toCome !== 'its shard is away for a moment'
    toCome = undefined
    if (isOwn) throw new Error('nobody knows whether it was written')
    return isTaken
  }
  t.after(() => engine.stop())
  await listeners.load()
  return {
    desk,
    runUpstream: async (flow = UP) => {
      const birth = { ...flow, revision: 1, inputs: {}, labels: [] }
      await engine.submit({ type: 'create', executionId: idOf(flow, nowMs()), birth })
      await listeners.settled()
      isOwn = true
    },
    takeStored: async () => {
      for (const run of later.splice(0)) run()
      await engine.settled()
      // What was deferred reads the windows, which the store in memory answers before this.
      await new Promise(resolve => setImmediate(resolve))
      for (const { id, body } of [...tables.signals.values()]) await listeners.takeStored(body, id)
    },
    countDown: async () => (await store.read.listExecutions({ ...DOWN, limit: 10 })).length,
  }
}

async function saveFlow(store: Store, flows: FlowCatalogue, source: string): Promise<void> {
  const { flow, diagnostics } = parseFlow(source, { catalogue: createCatalogue([]) })
  assert.ok(flow, JSON.stringify(diagnostics))
  const row = await store.perform('saveFlow', {
    ...{ tenant: 'main', namespace: flow.namespace, flowId: flow.id, source },
    parsed: encodeValue(trust<Value>(flow)),
    nowMs: 1,
    isDisabled: false,
  })
  const triggers = flow.triggers.map(({ id }) => ({ triggerId: id, nextMs: null, hash: id }))
  await store.perform('saveTriggers', { flow: row, triggers })
  flows.take(row)
}

const LISTENING = `id: after
    type: io.kestra.plugin.core.trigger.Flow
    preconditions: { id: up, flows: [{ namespace: test, flowId: up }] }`

test('a trigger that was switched off by hand hears nothing until it is switched on', async t => {
  const rig = await open(t, LISTENING)
  await rig.desk.setDisabled({ ...DOWN, triggerId: 'after' }, true)

  await rig.runUpstream()
  const off = await rig.countDown()
  await rig.desk.setDisabled({ ...DOWN, triggerId: 'after' }, false)
  await rig.runUpstream()

  assert.deepEqual([off, await rig.countDown()], [0, 1])
})

const BOTH = `id: both
    type: io.kestra.plugin.core.trigger.Flow
    preconditions: { id: pair, flows: [{ namespace: test, flowId: up }, { namespace: test, flowId: other }] }`

for (const mishap of ['its shard is away for a moment', 'the write of it is in doubt'] as const)
  test(`a window that has met one of two is read again when ${mishap}, and not written over`, async t => {
    const rig = await open(t, BOTH, mishap)
    await rig.runUpstream(UP)
    await rig.runUpstream(OTHER)
    const before = await rig.countDown()
    await rig.takeStored()

    assert.deepEqual([before, await rig.countDown()], [0, 1])
  })
