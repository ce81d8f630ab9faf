// Jobs: claimed in the order of their rank, by one node each, and found again when their node lost them.
import assert from 'node:assert/strict'
import type { JobRow } from '../batch.ts'
import type { Store } from '../store.ts'
import { NOW_MS, jobRow, join, storeCase, type StoreSubject } from './subject.ts'

function claim(
  store: Store,
  node: string,
  limit: number,
  queues: readonly string[] | null = null,
): Promise<readonly JobRow[]> {
  return store.perform('claimJobs', { node, incarnation: 1, limit, nowMs: NOW_MS + 3, queues })
}

export function jobContract(subject: StoreSubject): void {
  claiming(subject)
  losing(subject)
  killing(subject)
}

function claiming(subject: StoreSubject): void {
  storeCase(subject, 'jobs are claimed by rank, those of one rank by execution and run', async ({ store }) => {
    const node = await join(store)
    await node.write({
      jobs: [
        jobRow('e3', 0, { rank: 5 }),
        jobRow('e2', 1, { rank: 5 }),
        jobRow('e2', 0, { rank: 5 }),
        jobRow('e9', 0, { rank: 1 }),
        jobRow('e1', 0, { rank: 9 }),
      ],
    })

    const first = await claim(store, 'node-1', 2)
    const second = await claim(store, 'node-1', 10)

    const names = (rows: readonly JobRow[]): string[] => rows.map(row => `${row.executionId}/${row.run}`)
    assert.deepEqual(names(first), ['e9/0', 'e2/0'])
    assert.deepEqual(names(second), ['e2/1', 'e3/0', 'e1/0'])
    assert.deepEqual(await claim(store, 'node-1', 10), [])
  })

  storeCase(subject, 'jobs are claimed from certain queues, or by rank from all of them', async ({ store }) => {
    const node = await join(store)
    await node.write({
      jobs: [
        jobRow('e1', 0, { rank: 5, queue: 'default' }),
        jobRow('e2', 0, { rank: 1, queue: 'gpu' }),
        jobRow('e3', 0, { rank: 2, queue: 'mail' }),
        jobRow('e4', 0, { rank: 9, queue: 'gpu' }),
      ],
    })
    const ids = (rows: readonly { readonly executionId: string }[]): string[] => rows.map(row => row.executionId)

    assert.deepEqual(await store.read.listFreeQueues(), ['default', 'gpu', 'mail'])
    assert.deepEqual(ids(await store.read.listFreeJobs('gpu', 10)), ['e2', 'e4'])
    assert.deepEqual(ids(await claim(store, 'node-1', 1, ['default', 'mail'])), ['e3'])
    assert.deepEqual(ids(await claim(store, 'node-1', 9, [])), [])
    assert.deepEqual(ids(await claim(store, 'node-1', 9)), ['e2', 'e1', 'e4'])
    assert.deepEqual(await store.read.listFreeQueues(), [])
  })

  storeCase(subject, 'what is pinned to a node is claimed by that node only', async ({ store }) => {
    const node = await join(store)
    await join(store, 'node-2')
    await node.write({
      jobs: [
        jobRow('e1', 0, { rank: 1, queue: '@node-2' }),
        jobRow('e2', 0, { rank: 2, queue: 'default' }),
        jobRow('e3', 0, { rank: 3, queue: '@node-1' }),
      ],
    })
    const ids = (rows: readonly { readonly executionId: string }[]): string[] => rows.map(row => row.executionId)

    assert.deepEqual(ids(await claim(store, 'node-1', 9)), ['e2', 'e3'])
    assert.deepEqual(ids(await claim(store, 'node-1', 9, ['default'])), [])
    assert.deepEqual(ids(await claim(store, 'node-2', 9)), ['e1'])
  })

  storeCase(subject, 'a claimed job carries who has it and since when', async ({ store }) => {
    const node = await join(store)
    await join(store, 'node-2')
    await node.write({ jobs: [jobRow('e1', 0, { payload: '{"task":"x"}' })] })

    const claimed = await claim(store, 'node-2', 5)

    assert.deepEqual(claimed, [
      jobRow('e1', 0, { payload: '{"task":"x"}', node: 'node-2', incarnation: 1, claimedMs: NOW_MS + 3 }),
    ])
    assert.equal(await store.read.countFreeJobs(), 0)
  })

  storeCase(subject, 'two nodes never claim the same job', async ({ store }) => {
    const node = await join(store)
    await join(store, 'node-2')
    await node.write({ jobs: Array.from({ length: 40 }, (_, run) => jobRow('e1', run)) })

    const claims = await Promise.all([
      claim(store, 'node-1', 15),
      claim(store, 'node-2', 15),
      claim(store, 'node-1', 15),
      claim(store, 'node-2', 15),
    ])

    const runs = claims.flat().map(row => row.run)
    assert.equal(runs.length, 40)
    assert.equal(new Set(runs).size, 40)
  })

  storeCase(subject, 'jobs that are assigned when they are born are not claimed', async ({ store }) => {
    const node = await join(store)
    await node.write({ jobs: [jobRow('e1', 0, { node: 'node-1', incarnation: 1, claimedMs: NOW_MS })] })

    assert.equal(await store.read.countFreeJobs(), 0)
    assert.deepEqual(await claim(store, 'node-2', 5), [])
  })

  storeCase(subject, 'nothing is claimed where nothing is wanted', async ({ store }) => {
    const node = await join(store)
    await node.write({ jobs: [jobRow('e1', 0)] })

    assert.deepEqual(await claim(store, 'node-1', 0), [])
    assert.equal(await store.read.countFreeJobs(), 1)
  })

  storeCase(subject, 'the payloads of the jobs that are next can be looked at', async ({ store }) => {
    const node = await join(store)
    await node.write({
      jobs: [
        jobRow('e1', 0, { rank: 1, payload: '"taken"', node: 'node-1', incarnation: 1, claimedMs: NOW_MS }),
        jobRow('e1', 1, { rank: 3, payload: '"second"' }),
        jobRow('e1', 2, { rank: 2, payload: '"first"' }),
        jobRow('e1', 3, { rank: 4, payload: '"third"' }),
        jobRow('e1', 4, { rank: 0, payload: '"elsewhere"', queue: 'other' }),
      ],
    })

    assert.deepEqual(await store.read.listFreePayloads(jobRow('e1', 0).queue, 2), ['"first"', '"second"'])
  })
}

function losing(subject: StoreSubject): void {
  storeCase(
    subject,
    'the jobs of earlier incarnations are lost, those of this one and of others are not',
    async opened => {
      const { store } = opened
      const node = await join(store)
      await node.write({
        jobs: [
          jobRow('e1', 0, { node: 'node-1', incarnation: 1, claimedMs: 1 }),
          jobRow('e1', 1, { node: 'node-1', incarnation: 2, claimedMs: 1 }),
          jobRow('e1', 2, { node: 'node-2', incarnation: 1, claimedMs: 1 }),
          jobRow('e1', 3),
        ],
      })

      const lost = await store.read.listLostJobs('node-1', 2, 10)

      assert.deepEqual(
        lost.map(row => row.run),
        [0],
      )
      assert.equal((await store.read.listLostJobs('node-1', 3, 10)).length, 2)
      assert.equal((await store.read.listLostJobs('node-1', 3, 1)).length, 1)
    },
  )

  storeCase(
    subject,
    'the jobs that an incarnation has had for long are told from the fresh ones',
    async ({ store }) => {
      const node = await join(store)
      const held = { node: 'node-1', incarnation: 1 }
      await node.write({
        jobs: [
          jobRow('e1', 0, { ...held, claimedMs: 100 }),
          jobRow('e1', 1, { ...held, claimedMs: 101 }),
          jobRow('e1', 2, { ...held, incarnation: 2, claimedMs: 1 }),
          jobRow('e1', 3, { ...held, node: 'node-2', claimedMs: 1 }),
          jobRow('e1', 4),
        ],
      })

      const list = async (beforeMs: number, limit = 10): Promise<number[]> =>
        (await store.read.listHeldJobs({ ...held, beforeMs, limit })).map(key => key.run)
      assert.deepEqual(await list(99), [])
      assert.deepEqual(await list(100), [0])
      assert.deepEqual(
        (await list(101)).sort((a, b) => a - b),
        [0, 1],
      )
      assert.equal((await list(101, 1)).length, 1)
    },
  )

  storeCase(subject, 'epochs of one run are jobs of their own', async ({ store }) => {
    const node = await join(store)
    await node.write({ jobs: [jobRow('e1', 0, { epoch: 1 }), jobRow('e1', 0, { epoch: 2 })] })

    await node.write({ jobsEnded: [{ executionId: 'e1', run: 0, epoch: 1 }] })

    assert.deepEqual(
      (await claim(store, 'node-1', 5)).map(row => row.epoch),
      [2],
    )
  })
}

function killing(subject: StoreSubject): void {
  storeCase(subject, 'a job that was killed before anybody claimed it is never claimed', async ({ store }) => {
    const node = await join(store)
    await node.write({ jobs: [jobRow('e1', 0), jobRow('e1', 1)] })

    await node.write({ jobsKilled: [{ executionId: 'e1', run: 0, epoch: 1 }] })

    assert.equal(await store.read.countFreeJobs(), 1)
    assert.deepEqual(
      (await claim(store, 'node-1', 5)).map(row => row.run),
      [1],
    )
  })

  storeCase(subject, 'killed jobs that nobody has are listed until they are ended', async ({ store }) => {
    const node = await join(store)
    const key = { executionId: 'e1', run: 0, epoch: 1 }
    await node.write({ jobs: [jobRow('e1', 0), jobRow('e1', 1, { node: 'node-1', incarnation: 1, claimedMs: 1 })] })

    await node.write({ jobsKilled: [key, { ...key, run: 1 }] })

    assert.deepEqual(await store.read.listKilledJobs(10), [key])
    await node.write({ jobsEnded: [key] })
    assert.deepEqual(await store.read.listKilledJobs(10), [])
  })

  storeCase(subject, 'a kill of a job that is gone is no fault', async ({ store }) => {
    const node = await join(store)

    await node.write({ jobsKilled: [{ executionId: 'e1', run: 0, epoch: 1 }] })

    assert.deepEqual(await store.read.listKilledJobs(10), [])
  })
}
