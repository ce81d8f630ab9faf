// The worker between engine and host: places, claims, and words that cross on the way.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ToHost } from '@batuta/plugin-sdk'
import { JOB, NODE, TestEngine } from '../engine/testing/test-engine.ts'
import { FlushError, type Store } from '../storage/store.ts'
import { Worker, type HostEvents } from './worker.ts'

async function openWorker(t: TestEngine, { slots = 4, store = t.store }: { slots?: number; store?: Store } = {}) {
  const sent: ToHost[] = []
  const hosts: HostEvents[] = []
  const worker = new Worker({
    inbox: t.engine,
    store,
    platform: t.clock,
    node: { node: NODE, incarnation: 1 },
    slots,
    profile: { group: undefined, tags: [] },
    isPaused: () => false,
    openHost: events => {
      hosts.push(events)
      return { send: message => void sent.push(message), stop: async () => {} }
    },
    answer: () => Promise.reject(new Error('nothing is asked')),
    onNotice: message => void t.notices.push(message),
  })
  const runs = (): number[] => sent.flatMap(message => (message.type === 'run' ? [message.job.key.run] : []))
  return { worker, sent, hosts, runs }
}

async function openJobs(count: number): Promise<{ readonly t: TestEngine; readonly id: string }> {
  const t = await TestEngine.open()
  const tasks = Array.from({ length: count }, (_, at) => `{ id: t${at}, type: ${JOB} }`)
  await t.saveFlow('jobs', `tasks: [{ id: all, type: core.flow.Parallel, tasks: [${tasks.join(', ')}] }]`)
  return { t, id: await t.started('jobs') }
}

test('free jobs are claimed up to the places there are, in their order', async () => {
  const { t } = await openJobs(6)
  const { worker, runs } = await openWorker(t)

  worker.wake()
  await t.settled()

  assert.deepEqual(runs(), [1, 2, 3, 4])
  assert.equal(worker.reserve('default'), false)
})

test('a place that is given back is free for the next job', async () => {
  const { t, id } = await openJobs(2)
  const { worker, hosts, runs } = await openWorker(t, { slots: 1 })
  worker.wake()
  await t.settled()

  const outcome = { state: 'SUCCESS', metrics: [], startedMs: 1, endedMs: 2 } as const
  hosts[0]?.onMessage({ type: 'settled', key: { executionId: id, run: 1, epoch: 1 }, outcome })
  await t.settled()

  assert.deepEqual(runs(), [1, 2])
  assert.equal(t.tables.jobs.size, 1)
})

test('a job that is killed while its claim is on its way is not begun', async () => {
  const { t, id } = await openJobs(2)
  const claims = slowClaims(t)
  const { worker, runs } = await openWorker(t, claims)
  worker.wake()
  await t.settled()

  await t.kill(id)
  for (const run of [1, 2]) worker.stop({ executionId: id, run, epoch: 1 }, 'kill')
  claims.deliver()
  await t.settled()

  assert.deepEqual(runs(), [])
  assert.equal(t.stateOf(id), 'KILLED')
  assert.deepEqual([t.tables.jobs.size, worker.running], [0, 0])
})

test('a job whose claim was on its way for so long that others may have begun it is handed back', async () => {
  const { t, id } = await openJobs(1)
  const claims = slowClaims(t)
  const { worker, runs } = await openWorker(t, claims)
  worker.wake()
  await t.settled()

  t.clock.advance(9_000)
  claims.deliver()
  await t.settled()

  assert.deepEqual([runs(), worker.running], [[], 0])
  assert.deepEqual([...t.tables.jobs.keys()], [`${id}/1/2`])
})

test('a worker that has let go begins nothing that comes to it later', async () => {
  const { t, id } = await openJobs(1)
  const claims = slowClaims(t)
  const { worker, hosts } = await openWorker(t, claims)
  worker.wake()
  await t.settled()

  worker.abandon()
  claims.deliver()
  await t.settled()

  assert.deepEqual([hosts.length, worker.running], [0, 0])
  assert.deepEqual([...t.tables.jobs.keys()], [`${id}/1/1`])
})

test('what a host ran when it died is lost, and starts again in another one', async () => {
  const { t, id } = await openJobs(2)
  const { worker, hosts, sent } = await openWorker(t)
  worker.wake()
  await t.settled()

  hosts[0]?.onExit('signal SIGKILL')
  await t.settled()
  worker.wake()
  await t.settled()

  assert.equal(hosts.length, 2)
  const keys = sent.flatMap(message =>
    message.type === 'run' ? [`${message.job.key.run}/${message.job.key.epoch}`] : [],
  )
  assert.deepEqual(keys.toSorted(), ['1/1', '1/2', '2/1', '2/2'])
  assert.equal(t.stateOf(id), 'RUNNING')
})

test('a settlement is sent again as long as the store is away', async () => {
  const { t, id } = await openJobs(1)
  const { worker, hosts } = await openWorker(t)
  worker.wake()
  await t.settled()
  let tries = 0
  t.store.before = () => {
    tries += 1
    if (tries < 3) throw new FlushError('full', 'no space left')
  }

  const outcome = { state: 'SUCCESS', metrics: [], startedMs: 1, endedMs: 2 } as const
  hosts[0]?.onMessage({ type: 'settled', key: { executionId: id, run: 1, epoch: 1 }, outcome })
  for (let wait = 0; wait < 4; wait++) {
    await t.settled()
    t.clock.advance(1_000)
  }

  assert.equal(tries, 3)
  assert.equal(t.stateOf(id), 'SUCCESS')
})

/** A store whose claims are done at once and told when the test wants. */
function slowClaims(t: TestEngine): { readonly store: Store; deliver(): void } {
  let deliver = (): void => {}
  const store: Store = {
    kind: 'memory',
    read: t.store.read,
    flush: batch => t.store.flush(batch),
    close: async () => {},
    perform: async (name, args) => {
      const result = await t.store.perform(name, args)
      if (name === 'claimJobs') await new Promise<void>(resolve => (deliver = resolve))
      return result
    },
  }
  return { store, deliver: () => deliver() }
}

test('log lines wait for a store that does not answer', async () => {
  const { t, id } = await openJobs(1)
  let tries = 0
  const store: Store = {
    kind: 'memory',
    read: t.store.read,
    flush: batch => t.store.flush(batch),
    close: async () => {},
    perform: async (name, args) => {
      if (name === 'appendLogs' && ++tries < 3) throw new FlushError('unknown', 'PostgreSQL cannot be reached')
      return await t.store.perform(name, args)
    },
  }
  const { worker, hosts } = await openWorker(t, { store })
  worker.wake()
  await t.settled()

  const line = { atMs: 1, level: 'INFO', message: 'said meanwhile', attempt: 0 } as const
  hosts[0]?.onMessage({ type: 'log', key: { executionId: id, run: 1, epoch: 1 }, lines: [line], batch: 1 })
  for (let wait = 0; wait < 4; wait++) {
    await t.settled()
    t.clock.advance(1_000)
  }

  assert.equal(tries, 3)
  const logs = await t.store.read.logsOf({ executionId: id, limit: 10 })
  assert.ok(logs.some(row => row.lines.includes('said meanwhile')))
})

test('a node that is fenced while a log waits for the store settles nothing: its result would hide what was said', async () => {
  const { t, id } = await openJobs(1)
  let isAway = true
  const store: Store = {
    kind: 'memory',
    read: t.store.read,
    flush: batch => t.store.flush(batch),
    close: async () => {},
    perform: async (name, args) => {
      if (name === 'appendLogs' && isAway) throw new FlushError('unknown', 'PostgreSQL cannot be reached')
      return await t.store.perform(name, args)
    },
  }
  const { worker, hosts } = await openWorker(t, { store })
  worker.wake()
  await t.settled()
  const key = { executionId: id, run: 1, epoch: 1 }
  const line = { atMs: 1, level: 'INFO', message: 'said and lost', attempt: 0 } as const
  hosts[0]?.onMessage({ type: 'log', key, lines: [line], batch: 1 })
  const outcome = { state: 'SUCCESS', metrics: [], startedMs: 1, endedMs: 2 } as const
  hosts[0]?.onMessage({ type: 'settled', key, outcome })
  await t.settled()

  worker.abandon()
  isAway = false
  for (let wait = 0; wait < 4; wait++) {
    await t.settled()
    t.clock.advance(1_000)
  }

  assert.equal(t.stateOf(id), 'RUNNING')
})
