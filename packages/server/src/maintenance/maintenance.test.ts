// The rounds find again what was lost, page by page, and leave alone what cannot be taken.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeValue, type Signal, type Value } from '@batuta/core'
import { SubmitError } from '../inbox/inbox.ts'
import { JOB, NODE, START_MS, TestEngine } from '../engine/testing/test-engine.ts'
import { Maintenance, type Round } from './maintenance.ts'
import { rescueJobs } from './rescue-jobs.ts'
import { takeSignals } from './take-signals.ts'
import { wakeReady } from './wake-ready.ts'

const WITH_JOB = `tasks: [{ id: t, type: ${JOB} }]`
const owns = (): boolean => true

async function openBacklog(count: number): Promise<{ readonly t: TestEngine; readonly ids: string[] }> {
  const t = await TestEngine.open()
  await t.saveFlow('job', WITH_JOB)
  const created = Array.from({ length: count }, () => t.create('job'))
  await Promise.all(created.map(({ receipt }) => receipt))
  return { t, ids: created.map(({ id }) => id) }
}

function rescueOf(t: TestEngine, more: Partial<Parameters<typeof rescueJobs>[0]> = {}): Round {
  return rescueJobs({
    store: t.store,
    inbox: t.engine,
    node: { node: NODE, incarnation: 1 },
    owns,
    nowMs: () => t.clock.nowMs(),
    isRunning: () => false,
    wake: () => t.jobs.wake(),
    onNotice: message => void t.notices.push(message),
    ...more,
  })
}

function signalsOf(t: TestEngine): Round {
  return takeSignals({
    store: t.store,
    inbox: t.engine,
    owns,
    platform: t.clock,
    onNotice: message => void t.notices.push(message),
  })
}

test('a backlog of stored signals is taken, whole, and each of them once', async () => {
  const { t, ids } = await openBacklog(1_200)
  ids.forEach((executionId, at) => {
    const signal: Signal = { type: 'command', executionId, command: { name: 'kill', isCascading: false } }
    const id = `s/${String(at).padStart(6, '0')}`
    t.tables.signals.set(id, { id, shard: 0, executionId, body: encodeValue(signal as unknown as Value) })
  })

  await signalsOf(t).run()

  assert.equal(t.tables.signals.size, 0)
  for (const id of ids) {
    assert.equal(t.stateOf(id), 'KILLING')
    assert.equal(t.eventsOf(id).filter(event => event.type === 'kill-requested').length, 1)
  }
})

test('a signal that is refused is sent again less and less often, and told of as often', async () => {
  const { t, ids } = await openBacklog(1)
  const executionId = ids[0] ?? ''
  const signal = { type: 'wake', executionId } as const
  t.tables.signals.set('s/1', { id: 's/1', shard: 0, executionId, body: encodeValue(signal as unknown as Value) })
  let tries = 0
  const round = takeSignals({
    store: t.store,
    inbox: {
      submit: () => {
        tries += 1
        return Promise.reject(new SubmitError('failed', 'held'))
      },
    },
    owns,
    platform: t.clock,
    onNotice: message => void t.notices.push(message),
  })

  for (let second = 0; second < 600; second++) {
    await round.run()
    t.clock.advance(1_000)
  }

  assert.ok(tries > 10 && tries < 25, `${tries} tries`)
  assert.equal(t.notices.length, tries)
  assert.equal(t.tables.signals.size, 1)
})

test('jobs of a process that is gone are lost, and start again with another epoch', async () => {
  const { t, ids } = await openBacklog(700)
  for (const [key, job] of t.tables.jobs) t.tables.jobs.set(key, { ...job, node: NODE, incarnation: 0, claimedMs: 1 })

  const round = rescueOf(t)
  await round.run()
  await round.run()

  assert.equal(t.tables.jobs.size, 700)
  for (const id of ids) assert.equal(t.tables.jobs.has(`${id}/0/2`), true)
})

test('a job that the worker never heard of is lost after a while, one that it runs is not', async () => {
  const { t, ids } = await openBacklog(2)
  const [lost = '', running = ''] = ids
  for (const [key, job] of t.tables.jobs)
    t.tables.jobs.set(key, { ...job, node: NODE, incarnation: 1, claimedMs: START_MS })
  const round = rescueOf(t, { isRunning: key => key.executionId === running })

  await round.run()
  assert.equal(t.tables.jobs.has(`${lost}/0/1`), true)
  t.clock.advance(10_000)
  await round.run()

  assert.deepEqual([...t.tables.jobs.keys()].sort(), [`${lost}/0/2`, `${running}/0/1`].sort())
})

test('jobs that were killed before anybody claimed them end their executions', async () => {
  const { t, ids } = await openBacklog(3)
  for (const id of ids) await t.kill(id)
  const wakes = t.jobs.wakes

  await rescueOf(t).run()

  assert.deepEqual(
    ids.map(id => t.stateOf(id)),
    ['KILLED', 'KILLED', 'KILLED'],
  )
  assert.equal(t.jobs.wakes, wakes)
})

test('losses that nobody takes do not hide the others', async () => {
  const { t } = await openBacklog(600)
  for (const [key, job] of t.tables.jobs) t.tables.jobs.set(key, { ...job, node: NODE, incarnation: 0, claimedMs: 1 })
  const refused = new Set([...t.tables.jobs.values()].slice(0, 500).map(job => job.executionId))
  const round = rescueOf(t, {
    inbox: {
      submit: (signal, options) =>
        refused.has(signal.executionId)
          ? Promise.reject(new SubmitError('failed', 'held'))
          : t.engine.submit(signal, options),
    },
  })

  await round.run()
  await round.run()

  const again = [...t.tables.jobs.values()].filter(job => job.epoch === 2)
  assert.equal(again.length, 100)
})

test('free jobs are called out again', async () => {
  const { t } = await openBacklog(1)
  const wakes = t.jobs.wakes

  await rescueOf(t).run()

  assert.equal(t.jobs.wakes, wakes + 1)
})

test('executions that could go on are woken, all of them', async () => {
  const { t, ids } = await openBacklog(1_100)
  for (const [id, row] of t.tables.executions) t.tables.executions.set(id, { ...row, waitsFor: 'nothing' })
  const again = await TestEngine.open({ tables: t.tables })

  await wakeReady({ store: again.store, owns, wake: id => again.engine.wake(id) }).run()

  for (const id of ids) assert.equal(t.tables.executions.get(id)?.waitsFor, 'job')
})

test('rounds run one after the other at the start, then each at its own pace, and never over themselves', async () => {
  const { t } = await openBacklog(0)
  const log: string[] = []
  let finish = (): void => {}
  const slow: Round = {
    name: 'slow',
    everyMs: 1_000,
    run: () => {
      log.push('slow')
      return log.length < 3 ? Promise.resolve() : new Promise(resolve => (finish = resolve))
    },
  }
  const broken: Round = {
    name: 'broken',
    everyMs: 2_000,
    run: async () => {
      log.push('broken')
      if (log.length > 2) throw new Error('away')
    },
  }
  const maintenance = new Maintenance({
    rounds: [slow, broken],
    platform: t.clock,
    onNotice: message => void t.notices.push(message),
  })

  await maintenance.start()
  const tick = async (): Promise<void> => {
    t.clock.advance(1_000)
    await t.settled()
  }
  await tick()
  await tick()
  await tick()
  assert.deepEqual(log, ['slow', 'broken', 'slow', 'broken'])
  finish()
  await t.settled()
  await tick()

  assert.deepEqual(log, ['slow', 'broken', 'slow', 'broken', 'broken', 'slow'])
  assert.equal(t.notices.length, 2)
  finish()
  maintenance.stop()
  await tick()
  assert.equal(log.length, 6)
})

test('a round that cannot be run at the start keeps the server from starting', async () => {
  const { t } = await openBacklog(0)
  const broken: Round = { name: 'broken', everyMs: 1, run: () => Promise.reject(new Error('away')) }

  await assert.rejects(new Maintenance({ rounds: [broken], platform: t.clock, onNotice: () => {} }).start(), /away/)
})
