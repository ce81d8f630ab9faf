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
import { newTurnEnvironment } from './turn-environment.ts'

const UP: FlowKey = { tenant: 'main', namespace: 'test', flowId: 'up' }
const DOWN: FlowKey = { tenant: 'main', namespace: 'test', flowId: 'down' }
const TASK = 'tasks: [{ id: one, type: io.kestra.plugin.core.debug.Return, format: x }]'

interface Rig {
  readonly desk: TriggerDesk
  /** Begins an execution of the upstream and waits until whoever listens has judged its end. */
  runUpstream(): Promise<void>
  countDown(): Promise<number>
}

async function open(t: TestContext, trigger: string): Promise<Rig> {
  const platform = realPlatform()
  const nowMs = (): number => platform.nowMs()
  const store = openMemoryStore(newTables(), nowMs)
  const flows = await openFlowCatalogue(store)
  await saveFlow(store, flows, `id: up\nnamespace: test\n${TASK}\n`)
  await saveFlow(store, flows, `id: down\nnamespace: test\n${TASK}\ntriggers:\n  - ${trigger}\n`)
  const { incarnation, flushSeq } = await store.perform('joinNode', { node: 'n', nowMs: nowMs() })
  const place = { zone: 'UTC', locale: 'en', configuredRoots: new Map<string, Value>() }
  const random = seededRandom('flow-triggers')
  const startWorld = () => ({ ...place, nowMs: nowMs(), random })
  const idOf = (key: FlowKey, bornMs: number): string => newId({ nowMs: bornMs, shard: homeShardOf(key), random })
  const desk = new TriggerDesk({ store, flows, zone: 'UTC', nowMs, signalOf: () => assert.fail('it is alone') })
  const onNotice = (message: string, error?: unknown): void => assert.fail(`${message}: ${String(error)}`)
  const listeners: FlowTriggers = new FlowTriggers({
    ...{ store, flows, zone: 'UTC', nowMs, startWorld, onNotice },
    reasons: new TriggerReasons({ store, platform, onNotice }),
    notes: () => engine,
    isOff: key => desk.switchedOff.has(key),
    owns: () => true,
    askOf: () => () => Promise.reject(new Error('nothing is asked')),
    newId: idOf,
    lookAt: () => {},
    defer: () => {},
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
  t.after(() => engine.stop())
  await listeners.load()
  return {
    desk,
    runUpstream: async () => {
      const birth = { ...UP, revision: 1, inputs: {}, labels: [] }
      await engine.submit({ type: 'create', executionId: idOf(UP, nowMs()), birth })
      await listeners.settled()
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
