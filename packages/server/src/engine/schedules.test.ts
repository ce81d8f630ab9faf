import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  createCatalogue,
  encodeTriggerState,
  encodeValue,
  newId,
  parseFlow,
  trust,
  type Flow,
  type Value,
} from '@batuta/core'
import { homeShardOf } from '../flows/home.ts'
import type { ExecutionRow } from '../storage/batch.ts'
import type { Store } from '../storage/store.ts'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables } from '../storage/memory/tables.ts'
import { Schedules, type Firing } from './schedules.ts'

const FLOW = { tenant: 'main', namespace: 'team', flowId: 'f' }
const SOURCE = `id: f
namespace: team
tasks: [{ id: t, type: io.kestra.plugin.core.log.Log, message: x }]
triggers: [{ id: tick, type: io.kestra.plugin.core.trigger.Schedule, cron: "* * * * *" }]
`
const START_MS = Date.parse('2031-03-05T06:00:00Z')

interface Rig {
  readonly schedules: Schedules
  readonly fired: Firing[]
  readonly lookedAt: (number | undefined)[]
  nowMs: number
  readonly store: Store
  /** What the trigger waits for, on a shard. */
  waitFor(shard: number): Promise<string>
  end(executionId: string): void
}

async function open(source = SOURCE): Promise<Rig> {
  const tables = newTables()
  const store = openMemoryStore(tables, () => START_MS)
  const { flow } = parseFlow(source, { catalogue: createCatalogue([]) })
  assert.ok(flow)
  const parsed = encodeValue(trust<Value>(trust<unknown>(flow satisfies Flow)))
  await store.perform('saveFlow', { ...FLOW, source, parsed, nowMs: 1, isDisabled: false })
  const triggers = [{ triggerId: 'tick', nextMs: START_MS, hash: 'h' }]
  await store.perform('saveTriggers', { flow: FLOW, triggers })
  const fired: Firing[] = []
  const lookedAt: (number | undefined)[] = []
  const schedules = new Schedules({
    ...{ store, zone: 'UTC', owns: () => true, findFlow: () => flow, nowMs: () => rig.nowMs },
    newId: key => newId({ nowMs: rig.nowMs, shard: homeShardOf(key), random: () => 0.5 }),
    fire: firing => void fired.push(firing),
    lookAt: atMs => void lookedAt.push(atMs),
    onNotice: (message, error) => assert.fail(`${message}: ${String(error)}`),
  })
  const put = (id: string, waitsFor: 'job' | null): void => {
    tables.executions.set(id, { ...FLOW, id, state: waitsFor ? 'RUNNING' : 'SUCCESS', waitsFor } as ExecutionRow)
  }
  const rig: Rig = {
    ...{ schedules, fired, lookedAt, store, nowMs: START_MS },
    waitFor: async shard => {
      const executionId = newId({ nowMs: START_MS, shard, random: () => 0.25 })
      put(executionId, 'job')
      await store.perform('changeTrigger', { ...FLOW, triggerId: 'tick', executionId })
      await schedules.load()
      return executionId
    },
    end: executionId => put(executionId, null),
  }
  return rig
}

async function look(rig: Rig): Promise<void> {
  rig.schedules.fireDue(rig.nowMs)
  await new Promise(setImmediate)
}

test('the clock is told when what a schedule waited for has ended before anybody listened', async () => {
  const rig = await open()
  rig.end(await rig.waitFor(homeShardOf(FLOW)))

  await look(rig)

  assert.deepEqual(rig.lookedAt, [START_MS])
  await look(rig)
  assert.equal(rig.fired.length, 1)
})

test('an execution that was born away from its schedule is looked at soon, and then after twice as long', async () => {
  const rig = await open()
  const executionId = await rig.waitFor((homeShardOf(FLOW) + 1) % 256)

  await look(rig)
  rig.nowMs += 1_000
  await look(rig)
  rig.end(executionId)
  rig.nowMs += 2_000
  await look(rig)

  assert.deepEqual(rig.lookedAt.slice(0, 2), [START_MS + 1_000, START_MS + 3_000])
  await look(rig)
  assert.equal(rig.fired.length, 1)
})

test('missed dates that somebody asked for outlive the node that was to run them, whatever the trigger says', async () => {
  const rig = await open(SOURCE.replace('"* * * * *"', '"* * * * *", recoverMissedSchedules: NONE'))
  const missedMs = START_MS - 5 * 60_000
  const state = encodeTriggerState({ makeUpUntilMs: START_MS - 2 * 60_000 })
  await rig.store.perform('changeTrigger', { ...FLOW, triggerId: 'tick', nextMs: missedMs, state })

  await rig.schedules.load()
  await look(rig)
  await look(rig)

  assert.deepEqual(
    rig.fired.map(({ dateMs, row: { nextMs } }) => [dateMs, nextMs]),
    [[missedMs, missedMs + 60_000]],
  )
})
