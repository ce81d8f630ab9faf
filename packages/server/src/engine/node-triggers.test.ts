// The triggers of a node over the memory store, whose answers may come late.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCatalogue, encodeValue, newId, parseFlow, seededRandom, trust, type Value } from '@batuta/core'
import { openFlowCatalogue } from '../flows/flow-catalogue.ts'
import { homeShardOf } from '../flows/home.ts'
import { TriggerReasons } from '../flows/trigger-reasons.ts'
import { realPlatform } from '../platform/platform.ts'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables } from '../storage/memory/tables.ts'
import type { FlowKey, Store } from '../storage/store.ts'
import { FlowTriggers } from './flow-triggers.ts'
import { NodeTriggers } from './node-triggers.ts'
import { Schedules } from './schedules.ts'
import { Sources } from './sources.ts'

const FLOW: FlowKey = { tenant: 'main', namespace: 'test', flowId: 'clock' }
const SOURCE = `id: clock
namespace: test
tasks: [{ id: one, type: io.kestra.plugin.core.debug.Return, format: x }]
triggers: [{ id: every, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 0 * * *" }]`
/** In the far future, so that nothing is made up for. */
const OLD_MS = Date.UTC(2100, 0, 1)
const NEW_MS = Date.UTC(2100, 0, 2)

function openTriggers(store: Store, flows: Awaited<ReturnType<typeof openFlowCatalogue>>): NodeTriggers {
  const platform = realPlatform()
  const random = seededRandom('triggers')
  const none = (): never => assert.fail('nothing is due')
  const shared = {
    ...{ store, flows, zone: 'UTC', owns: () => true, nowMs: () => platform.nowMs(), lookAt: () => {} },
    newWatchId: none,
    newId: (flow: FlowKey) => newId({ nowMs: platform.nowMs(), shard: homeShardOf(flow), random }),
    onNotice: (message: string) => assert.fail(message),
    ...{ notes: none, startWorld: none, askOf: none },
  }
  return new NodeTriggers({
    ...shared,
    schedules: new Schedules({ ...shared, findFlow: key => flows.flowOf(key), fire: none }),
    flowTriggers: new FlowTriggers({
      ...shared,
      reasons: new TriggerReasons({ store, platform, onNotice: shared.onNotice }),
      defer: none,
    }),
    sources: new Sources({
      ...shared,
      ...{
        kindOf: () => undefined,
        placeFor: () => undefined,
        giveBack: none,
        begin: none,
        stop: none,
        onReason: none,
      },
    }),
    prepare: () => Promise.resolve(),
  })
}

test('what was read before a trigger was changed is not taken after it', async () => {
  const truth = openMemoryStore(newTables(), () => 1)
  const flows = await openFlowCatalogue(truth)
  const { flow } = parseFlow(SOURCE, { catalogue: createCatalogue([]) })
  assert.ok(flow)
  const parsed = encodeValue(trust<Value>(flow))
  flows.take(await truth.perform('saveFlow', { ...FLOW, source: SOURCE, parsed, nowMs: 1, isDisabled: false }))
  const save = async (nextMs: number): Promise<unknown> =>
    await truth.perform('saveTriggers', {
      flow: FLOW,
      triggers: [{ triggerId: 'every', nextMs, hash: String(nextMs) }],
    })
  await save(OLD_MS)
  const late = Promise.withResolvers<undefined>()
  let reads = 0
  const listTriggers: Store['read']['listTriggers'] = async (...query) => {
    const isFirst = reads++ === 0
    const rows = await truth.read.listTriggers(...query)
    if (isFirst) await late.promise
    return rows
  }
  const triggers = openTriggers({ ...truth, read: { ...truth.read, listTriggers } }, flows)

  const loading = triggers.load()
  await new Promise(setImmediate)
  await save(NEW_MS)
  const reloading = triggers.reload(FLOW)
  await new Promise(setImmediate)
  late.resolve(undefined)
  await Promise.all([loading, reloading])

  assert.equal(triggers.fireDue(1), NEW_MS)
})
