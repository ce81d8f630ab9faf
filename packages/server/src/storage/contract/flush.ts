// The write path: all or nothing, once, and only by the incarnation that holds the fence.
import assert from 'node:assert/strict'
import {
  NOW_MS,
  Writer,
  contentOf,
  executionRow,
  jobRow,
  join,
  limitMemberRow,
  journalRow,
  logRow,
  signalRow,
  storeCase,
  timerRow,
  type Rows,
  type StoreSubject,
} from './subject.ts'

export function flushContract(subject: StoreSubject): void {
  writing(subject)
  refusing(subject)
  fencing(subject)
  lasting(subject)
}

/** One row of every table, for the execution `id`. */
function wholeBatch(id: string): Rows {
  return {
    births: [executionRow(id)],
    labels: [{ executionId: id, key: 'team', value: 'blue' }],
    journal: [journalRow(id, 1, '[{"type":"created"}]')],
    logs: [logRow(id)],
    metrics: [
      { executionId: id, run: 0, taskId: 't', name: 'rows', type: 'counter', value: 1.5, tags: '{}', atMs: NOW_MS },
    ],
    jobs: [jobRow(id, 0), jobRow(id, 1, { node: 'node-1', incarnation: 1, claimedMs: NOW_MS })],
    timers: [timerRow(id, 'retry:0', NOW_MS + 5)],
    signals: [signalRow(`s/${id}`, id)],
    operations: [{ key: `key/${id}`, entity: id, bodyHash: 'h', status: 200, body: '{}', expiresMs: NOW_MS + 1 }],
  }
}

function writing(subject: StoreSubject): void {
  storeCase(subject, 'a batch writes every kind of row and tells its number and the clock', async ({ store }) => {
    const node = await join(store)

    const receipt = await node.write(wholeBatch('e1'))

    const dbNowMs = subject.hasOwnClock ? receipt.dbNowMs : NOW_MS
    assert.deepEqual(receipt, { seq: 1, dbNowMs })
    assert.ok(receipt.dbNowMs > 0)
    assert.deepEqual(await store.read.findExecution('e1'), executionRow('e1'))
    assert.deepEqual(await store.read.journalOf('e1'), [journalRow('e1', 1, '[{"type":"created"}]')])
    assert.equal((await store.read.logsOf({ executionId: 'e1', limit: 10 })).length, 1)
    assert.equal((await store.read.metricsOf('e1'))[0]?.value, 1.5)
    assert.equal(await store.read.countFreeJobs(), 1)
    assert.deepEqual(await store.read.listLostJobs('node-1', 0, 10), [
      jobRow('e1', 1, { node: 'node-1', incarnation: 1, claimedMs: NOW_MS }),
    ])
    assert.deepEqual(await store.read.listTimers({ untilMs: NOW_MS + 5, limit: 10 }), [
      timerRow('e1', 'retry:0', NOW_MS + 5),
    ])
    assert.deepEqual(await store.read.listSignals('', 10), [signalRow('s/e1', 'e1')])
    assert.equal((await store.read.findOperation('key/e1'))?.entity, 'e1')
  })

  storeCase(subject, 'a header changes its moving parts and nothing else', async ({ store }) => {
    const node = await join(store)
    await node.write({ births: [executionRow('e1', { triggerId: 'nightly', parentId: 'e0' })] })

    await node.write({ heads: [{ id: 'e1', state: 'SUCCESS', endMs: NOW_MS + 9, waitsFor: null, turn: 4 }] })

    assert.deepEqual(
      await store.read.findExecution('e1'),
      executionRow('e1', {
        triggerId: 'nightly',
        parentId: 'e0',
        state: 'SUCCESS',
        endMs: NOW_MS + 9,
        waitsFor: null,
        turn: 4,
      }),
    )
  })

  storeCase(subject, 'nothing is written of an execution that was deleted', async ({ store }) => {
    const node = await join(store)
    const head = { id: 'ghost', state: 'SUCCESS', endMs: NOW_MS, waitsFor: null, turn: 2 } as const

    const write = node.write({ heads: [head], limitMembers: [limitMemberRow('k', 'ghost')] })
    await assert.rejects(write, { name: 'FlushError', fault: 'known' })

    assert.equal(await store.read.findExecution('ghost'), undefined)
    assert.deepEqual(await store.read.listLimitMembers('k'), [])
  })

  storeCase(subject, 'rows that end go, and ending what is not there is no fault', async ({ store }) => {
    const node = await join(store)
    await node.write(wholeBatch('e1'))

    await node.write({
      jobsEnded: [
        { executionId: 'e1', run: 0, epoch: 1 },
        { executionId: 'e1', run: 1, epoch: 1 },
        { executionId: 'e1', run: 9, epoch: 1 },
      ],
      timersEnded: [
        { executionId: 'e1', name: 'retry:0' },
        { executionId: 'e1', name: 'never-set' },
      ],
      signalsTaken: ['s/e1'],
    })

    assert.equal(await store.read.countFreeJobs(), 0)
    assert.deepEqual(await store.read.listLostJobs('node-1', 0, 10), [])
    assert.deepEqual(await store.read.listTimers({ untilMs: NOW_MS * 2, limit: 10 }), [])
    assert.deepEqual(await store.read.listSignals('', 10), [])
  })

  storeCase(subject, 'an empty batch counts as a flush', async ({ store }) => {
    const node = await join(store)

    assert.equal((await node.write({})).seq, 1)
    assert.equal((await node.write({})).seq, 2)
    assert.deepEqual(await store.read.findFence('node-1'), { incarnation: 1, flushSeq: 2 })
  })

  storeCase(subject, 'texts come back as they went in, numbers to the last digit', async ({ store }) => {
    const node = await join(store)
    const text = `quotes ' " \\ · tab\t line\n ümlaut 漢字 🚀 ${'x'.repeat(70_000)}`
    await node.write({
      births: [executionRow('e1', { namespace: "it's", flowId: 'a"b' })],
      labels: [{ executionId: 'e1', key: "k'ey", value: text }],
      journal: [journalRow('e1', 1, JSON.stringify([{ text, large: Number.MAX_SAFE_INTEGER }]))],
    })

    assert.equal((await store.read.findExecution('e1'))?.namespace, "it's")
    assert.deepEqual(JSON.parse((await store.read.journalOf('e1'))[0]?.events ?? ''), [
      { text, large: Number.MAX_SAFE_INTEGER },
    ])
    const found = await store.read.listExecutions({
      tenant: 'main',
      labels: [{ key: "k'ey", value: text }],
      limit: 10,
    })
    assert.equal(found.length, 1)
  })
}

function refusing(subject: StoreSubject): void {
  const cases: readonly (readonly [string, Rows])[] = [
    ['an execution that exists already', { births: [executionRow('e1')] }],
    ['an execution that is in it twice', { births: [executionRow('e5'), executionRow('e5')] }],
    ['a turn that is journaled already', { journal: [journalRow('e1', 1)] }],
    ['a turn that is in it twice', { journal: [journalRow('e5', 1), journalRow('e5', 1)] }],
    ['a job that is out already', { jobs: [jobRow('e1', 0)] }],
    ['a job that is in it twice', { jobs: [jobRow('e5', 0), jobRow('e5', 0)] }],
    ['a job that has a node but no incarnation', { jobs: [jobRow('e5', 0, { node: 'node-1' })] }],
    ['a signal that waits already', { signals: [signalRow('s/e1')] }],
    [
      'an operation that is known already',
      { operations: [{ key: 'key/e1', entity: 'e9', bodyHash: 'h', status: 200, body: '', expiresMs: 1 }] },
    ],
    ['an end before the beginning', { births: [executionRow('e5', { endMs: NOW_MS - 1 })] }],
  ]
  for (const [what, rows] of cases) {
    storeCase(subject, `a batch with ${what} is refused whole`, async ({ store }) => {
      const node = await join(store)
      await node.write(wholeBatch('e1'))

      await node.refused(
        {
          ...wholeBatch('e2'),
          ...rows,
          timers: [timerRow('e3', 'schedule', 1)],
          jobsEnded: [{ executionId: 'e1', run: 1, epoch: 1 }],
          signalsTaken: [],
        },
        'known',
      )

      await node.write(wholeBatch('e2'))
    })
  }

  storeCase(subject, 'a signal is taken once: a batch that takes it again is refused whole', async ({ store }) => {
    const node = await join(store)
    await node.write({ signals: [signalRow('s/1'), signalRow('s/2')] })
    await node.write({ signalsTaken: ['s/1'] })

    await node.refused({ ...wholeBatch('e1'), signalsTaken: ['s/2', 's/1'] }, 'known')
    await node.refused({ ...wholeBatch('e1'), signalsTaken: ['s/2', 's/2'] }, 'known')

    await node.write({ signalsTaken: ['s/2'] })
  })

  storeCase(subject, 'a job may end and start anew in one batch', async ({ store }) => {
    const node = await join(store)
    await node.write({ jobs: [jobRow('e1', 0)] })

    await node.write({ jobsEnded: [{ executionId: 'e1', run: 0, epoch: 1 }], jobs: [jobRow('e1', 0, { rank: 5 })] })

    assert.equal(await store.read.countFreeJobs(), 1)
  })
}

function fencing(subject: StoreSubject): void {
  storeCase(subject, 'a node that never joined writes nothing', async ({ store }) => {
    const node = await join(store)
    const stranger = new Writer(node.store, { node: 'node-9', incarnation: 1, flushSeq: 0 })

    await stranger.refused(wholeBatch('e1'), 'fenced')
  })

  storeCase(subject, 'an incarnation that was followed by another writes nothing any more', async ({ store }) => {
    const old = await join(store)
    await old.write(wholeBatch('e1'))
    const young = await join(store)

    await old.refused(wholeBatch('e2'), 'fenced')

    assert.deepEqual([young.incarnation, young.seq], [2, 1])
    assert.equal((await young.write(wholeBatch('e2'))).seq, 2)
    await old.refused(wholeBatch('e3'), 'fenced', 3)
  })

  storeCase(subject, 'a join that comes late fences nobody', async ({ store }) => {
    const faster = async (follows: number): Promise<unknown> =>
      await store.perform('joinNode', { node: 'node-1', nowMs: NOW_MS, follows })
    await faster(0)
    const node = await join(store)

    await assert.rejects(faster(0), { name: 'FlushError', fault: 'fenced' })
    await assert.rejects(faster(1), { name: 'FlushError', fault: 'fenced' })
    await node.write(wholeBatch('e1'))
    await faster(2)

    await node.refused({}, 'fenced')
    assert.deepEqual(await store.read.findFence('node-1'), { incarnation: 3, flushSeq: 1 })
  })

  storeCase(subject, 'a number that is not the next one is refused: a flush counts once', async ({ store }) => {
    const node = await join(store)
    await node.write(wholeBatch('e1'))

    await node.refused(wholeBatch('e1'), 'fenced', 1)
    await node.refused(wholeBatch('e2'), 'fenced', 3)
    await node.refused(wholeBatch('e2'), 'fenced', 0)
  })

  storeCase(subject, 'the number of a refused batch is used for the next one', async ({ store }) => {
    const node = await join(store)
    await node.write(wholeBatch('e1'))
    await node.refused(wholeBatch('e1'), 'known')

    assert.deepEqual(await store.read.findFence('node-1'), { incarnation: 1, flushSeq: 1 })
    assert.equal((await node.write(wholeBatch('e2'))).seq, 2)
  })

  storeCase(subject, 'nodes have fences of their own', async ({ store }) => {
    const first = await join(store, 'node-1')
    const second = await join(store, 'node-2')

    await first.write(wholeBatch('e1'))
    await second.write(wholeBatch('e2'))
    await join(store, 'node-2')
    await first.write({})

    await second.refused({}, 'fenced')
    assert.deepEqual(await store.read.findFence('node-1'), { incarnation: 1, flushSeq: 2 })
    assert.deepEqual(await store.read.findFence('node-2'), { incarnation: 2, flushSeq: 1 })
    assert.equal(await store.read.findFence('node-9'), undefined)
  })
}

function lasting(subject: StoreSubject): void {
  storeCase(subject, 'what was flushed is there after a restart, and the node goes on counting', async opened => {
    const node = await join(opened.store)
    await node.write(wholeBatch('e1'))
    await node.write(wholeBatch('e2'))
    const before = await contentOf(opened.store)

    const store = await opened.reopen()

    assert.deepEqual(await contentOf(store), before)
    const again = await join(store)
    assert.deepEqual([again.incarnation, again.seq], [2, 2])
    await again.write(wholeBatch('e3'))
  })

  storeCase(subject, 'reading changes nothing', async ({ store }) => {
    const node = await join(store)
    await node.write(wholeBatch('e1'))

    assert.deepEqual(await contentOf(store), await contentOf(store))
    assert.equal((await node.write({})).seq, 2)
  })

  if (subject.hasOwnClock) return
  storeCase(subject, 'the high-water mark of the clock never goes back', async opened => {
    opened.setNow(NOW_MS + 1_000)
    const node = await join(opened.store)
    await node.write({})
    opened.setNow(NOW_MS - 60_000)
    await node.write({})

    const entry = await opened.store.perform('joinNode', { node: 'node-1', nowMs: NOW_MS - 60_000 })

    assert.deepEqual(entry, { incarnation: 2, flushSeq: 2, highWaterMs: NOW_MS + 1_000 })
  })
}
