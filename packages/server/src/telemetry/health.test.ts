import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables } from '../storage/memory/tables.ts'
import type { Store } from '../storage/store.ts'
import { newHealth, type Health } from './health.ts'

/** A store in memory whose reads go through `answer`. */
function openStore(answer: () => Promise<void>): Store {
  const store = openMemoryStore(newTables(), () => 0)
  return {
    ...store,
    read: {
      ...store.read,
      listFlows: async (after, limit) => {
        await answer()
        return await store.read.listFlows(after, limit)
      },
    },
  }
}

function healthOver(store: Store, time: { nowMs: number; alarms: (() => void)[] }): Health {
  return newHealth({
    store,
    tenant: 'main',
    nowMs: () => time.nowMs,
    at: (_atMs, run) => {
      time.alarms.push(run)
      return () => {}
    },
  })
}

test('a server is ready when it runs and its database answers', async () => {
  const health = healthOver(
    openStore(() => Promise.resolve()),
    { nowMs: 1_000, alarms: [] },
  )

  assert.equal((await health.readiness()).isUp, false)
  health.phase = 'running'
  assert.equal((await health.readiness()).isUp, true)
  for (const phase of ['draining', 'maintenance'] as const) {
    health.phase = phase
    const { isUp, body } = await health.readiness()
    assert.equal(isUp, false)
    assert.match(JSON.stringify(body), new RegExp(`"reason":"${phase}"`))
  }
  assert.equal(health.liveness().isUp, true)
})

test('it is not while the database refuses, and is again as soon as it answers; it lives all the time', async () => {
  const time = { nowMs: 1_000, alarms: [] }
  let isAway = true
  const health = healthOver(
    openStore(() => (isAway ? Promise.reject(new Error('away')) : Promise.resolve())),
    time,
  )
  health.phase = 'running'

  assert.equal((await health.readiness()).isUp, false)
  assert.equal((await health.overall()).isUp, false)
  assert.equal(health.liveness().isUp, true)
  isAway = false
  time.nowMs += 1_000
  assert.equal((await health.readiness()).isUp, true)
})

test('it is not while the database hangs', async () => {
  const time: { nowMs: number; alarms: (() => void)[] } = { nowMs: 1_000, alarms: [] }
  const health = healthOver(
    openStore(() => new Promise<void>(() => {})),
    time,
  )
  health.phase = 'running'

  const asked = health.readiness()
  for (const alarm of time.alarms) alarm()

  assert.equal((await asked).isUp, false)
})

test('however many probes there are, the database is asked once', async () => {
  let asked = 0
  const health = healthOver(
    openStore(() => Promise.resolve(void (asked += 1))),
    { nowMs: 1_000, alarms: [] },
  )

  await Promise.all([health.readiness(), health.overall(), health.readiness()])

  assert.equal(asked, 1)
})

test('a full disk is told, and takes nobody out of service', async () => {
  const store = openStore(() => Promise.resolve())
  const health = newHealth({
    store,
    tenant: 'main',
    nowMs: () => 0,
    at: () => () => {},
    disk: () => Promise.resolve({ path: '/data', freeBytes: 0, totalBytes: 100 }),
  })
  health.phase = 'running'

  const { isUp, body } = await health.overall()

  assert.equal(isUp, true)
  assert.match(JSON.stringify(body), /"diskSpace":\{"name":"batuta","status":"DOWN"/)
})
