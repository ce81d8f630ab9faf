// What becomes of executions when a flush is refused, lost, held up or overtaken.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Batch } from '../storage/batch.ts'
import { SubmitError, type SubmitFault } from '../inbox/inbox.ts'
import { FlushError, type FlushFault } from '../storage/store.ts'
import { JOB, NODE, START_MS, TestEngine } from './testing/test-engine.ts'

const INLINE = 'tasks: [{ id: t, type: core.debug.Return, format: x }]'
const WITH_JOB = `tasks: [{ id: t, type: ${JOB} }]`

async function openWith(flows: Readonly<Record<string, string>>, slots = 0): Promise<TestEngine> {
  const test = await TestEngine.open({ slots })
  for (const [id, body] of Object.entries(flows)) await test.saveFlow(id, body)
  return test
}

function faultIs(fault: SubmitFault): (error: unknown) => boolean {
  return error => error instanceof SubmitError && error.fault === fault
}

/** What is sent first fails as the first of them, and so on; `onLast` is called with what is sent after them. */
function failInTurn(t: TestEngine, faults: readonly FlushFault[], onLast: (first: Batch) => void = () => {}): void {
  let attempt = 0
  t.store.before = batch => {
    const fault = faults[attempt++]
    if (fault !== undefined) throw new FlushError(fault, `attempt ${attempt} fails`)
    if (attempt === faults.length + 1) onLast(t.store.batches[0] ?? batch)
  }
}

test('many executions go into few flushes, and nothing leaves before the flush has returned', async () => {
  const t = await openWith({ inline: INLINE, job: WITH_JOB }, 50)
  t.store.hold()

  const created = Array.from({ length: 40 }, (_, at) => t.create(at % 2 === 0 ? 'inline' : 'job'))
  let settled = 0
  for (const { receipt } of created) void receipt.then(() => (settled += 1))
  await t.settled()

  assert.deepEqual([settled, t.jobs.offered.length, t.tables.executions.size], [0, 0, 0])
  t.store.release()
  await Promise.all(created.map(({ receipt }) => receipt))
  assert.deepEqual([settled, t.jobs.offered.length], [40, 20])
  assert.ok(t.store.batches.length <= 2, `${t.store.batches.length} flushes`)
})

test('while a flush is under way the next one fills', async () => {
  const t = await openWith({ inline: INLINE })
  t.store.hold()
  const first = t.create('inline')
  await t.settled()
  const more = Array.from({ length: 30 }, () => t.create('inline'))
  await t.settled()
  assert.equal(t.store.batches.length, 1)

  t.store.release()
  await Promise.all([first, ...more].map(({ receipt }) => receipt))

  assert.deepEqual(
    t.store.batches.map(batch => batch.births.length),
    [1, 30],
  )
})

test('a refused batch is taken apart until the guilty execution stands alone', async () => {
  const t = await openWith({ inline: INLINE })
  const created = Array.from({ length: 16 }, () => t.create('inline'))
  const guilty = created[10]?.id
  t.store.before = batch => {
    if (batch.births.some(row => row.id === guilty)) throw new FlushError('known', 'this one cannot be stored')
  }

  const results = await Promise.allSettled(created.map(({ receipt }) => receipt))

  const failed = results.flatMap((result, at) => (result.status === 'rejected' ? [{ at, reason: result.reason }] : []))
  assert.deepEqual(
    failed.map(({ at }) => at),
    [10],
  )
  assert.ok(faultIs('failed')(failed[0]?.reason))
  assert.equal(t.tables.executions.size, 15)
  assert.ok(t.store.batches.length <= 10, `${t.store.batches.length} flushes`)
  assert.deepEqual(t.fatal, [])
})

test('what was built on a refused turn is refused with it, and read again from the store', async () => {
  const t = await openWith({ job: WITH_JOB })
  const id = await t.started('job')
  t.store.hold()
  const settlement = t.settle(id, { state: 'SUCCESS' })
  await t.settled()
  const kill = t.kill(id)
  await t.settled()
  let isRefused = false
  t.store.before = batch => {
    if (isRefused || !batch.journal.some(row => row.turn === 2)) return
    isRefused = true
    throw new FlushError('known', 'not this one')
  }
  t.store.release()

  await assert.rejects(settlement, faultIs('failed'))
  await assert.rejects(kill, faultIs('failed'))

  assert.equal((await t.settle(id)).view, 'SUCCESS')
  assert.deepEqual(
    t.tables.journal.get(id)?.map(row => row.turn),
    [1, 2],
  )
})

test('executions that share a unit with what was refused are refused, too, and so is what follows from them', async () => {
  const t = await openWith({
    child: WITH_JOB,
    parent: 'tasks: [{ id: s, type: core.flow.Subflow, namespace: test, flowId: child }]',
    inline: INLINE,
  })
  const parent = await t.started('parent')
  const child = [...t.tables.executions.keys()].find(id => id !== parent) ?? ''
  t.store.hold()
  const blocker = t.create('inline')
  await t.settled()
  const other = t.create('inline')
  const ends = t.settle(child)
  await t.settled()
  const late = t.engine.submit({ type: 'wake', executionId: parent })
  t.store.before = batch => {
    if (batch.journal.some(row => row.executionId === child)) throw new FlushError('known', 'not this one')
  }
  t.store.release()

  await blocker.receipt
  await other.receipt
  await assert.rejects(ends, faultIs('failed'))
  await Promise.allSettled([late])
  t.store.before = () => {}

  assert.deepEqual([t.stateOf(parent), t.stateOf(child)], ['RUNNING', 'RUNNING'])
  assert.equal((await t.settle(child)).view, 'SUCCESS')
  await t.settled()
  assert.equal(t.stateOf(parent), 'SUCCESS')
  assert.deepEqual(
    t.tables.journal.get(parent)?.map(row => row.turn),
    [1, 2],
  )
})

test('a commit whose answer got lost is looked up, and not written twice', async () => {
  const t = await openWith({ inline: INLINE })
  let lost = 0
  t.store.after = () => {
    if (lost++ === 0) throw new FlushError('unknown', 'the connection broke')
  }

  assert.equal((await t.create('inline').receipt).view, 'SUCCESS')

  assert.equal(t.store.batches.length, 1)
  assert.equal(t.tables.executions.size, 1)
})

test('a commit that never arrived is sent again, under the same number', async () => {
  const t = await openWith({ inline: INLINE })
  let lost = 0
  t.store.before = () => {
    if (lost++ < 3) throw new FlushError('unknown', 'the connection broke')
  }

  const { receipt } = t.create('inline')
  for (let wait = 0; wait < 5; wait++) {
    await t.settled()
    t.clock.advance(1_000)
  }

  assert.equal((await receipt).view, 'SUCCESS')
  assert.deepEqual(
    t.store.batches.map(batch => batch.seq),
    [1, 1, 1, 1],
  )
})

test('a first attempt that arrives after the second one was sent counts, once', async () => {
  const t = await openWith({ inline: INLINE })
  let attempt = 0
  t.store.before = batch => {
    attempt += 1
    if (attempt === 1) throw new FlushError('unknown', 'the connection broke')
    if (attempt !== 2) return
    // What was under way arrives now; the second attempt finds the fence moved.
    t.store.arrive(batch)
  }

  const { receipt } = t.create('inline')
  await t.settled()
  t.clock.advance(1_000)

  assert.equal((await receipt).view, 'SUCCESS')
  assert.deepEqual([t.fatal, t.tables.executions.size], [[], 1])
  assert.equal((await t.create('inline').receipt).view, 'SUCCESS')
})

test('a refusal after an attempt that may still arrive is not the last word before its number is used up', async () => {
  const t = await openWith({ inline: INLINE })
  failInTurn(t, ['unknown', 'known'], first => t.store.arrive(first))

  const { receipt } = t.create('inline')
  await t.settled()
  t.clock.advance(1_000)

  assert.equal((await receipt).view, 'SUCCESS')
  assert.deepEqual([t.fatal, t.tables.executions.size], [[], 1])
  assert.equal((await t.create('inline').receipt).view, 'SUCCESS')
})

test('what was refused after an attempt that came to nothing stays refused, should that arrive after all', async () => {
  const t = await openWith({ inline: INLINE })
  failInTurn(t, ['unknown', 'known'])

  const id = await refused(t, 'failed')
  const [late] = t.store.batches
  assert.ok(late)
  await assert.rejects(t.store.flush(late), { fault: 'fenced' })

  assert.equal((await t.create('inline').receipt).view, 'SUCCESS')
  assert.deepEqual([t.fatal, t.tables.executions.has(id)], [[], false])
})

for (const fault of ['unknown', 'full'] as const)
  test(`a refusal whose number cannot be used up (${fault}) is told as one of which nobody knows, and what arrives late is not taken for the next`, async () => {
    const t = await openWith({ inline: INLINE })
    failInTurn(t, ['unknown', 'known', fault], first => t.store.arrive(first))

    const id = await refused(t, 'unavailable')
    const next = t.create('inline')

    assert.equal((await next.receipt).view, 'SUCCESS')
    assert.deepEqual([t.fatal, t.tables.executions.has(id), t.tables.executions.has(next.id)], [[], true, true])
  })

/** Starts an execution that is refused after its second attempt. */
async function refused(t: TestEngine, fault: SubmitFault): Promise<string> {
  const { receipt, id } = t.create('inline')
  const rejected = assert.rejects(receipt, faultIs(fault))
  await t.settled()
  t.clock.advance(1_000)
  await rejected
  return id
}

test('a store that stays silent is given up after a while, and taken up again where it stands', async () => {
  const t = await openWith({ inline: INLINE })
  t.store.before = () => {
    throw new FlushError('unknown', 'nobody answers')
  }
  const { receipt, id } = t.create('inline')
  const rejected = assert.rejects(receipt, faultIs('unavailable'))
  for (let wait = 0; wait < 40; wait++) {
    await t.settled()
    t.clock.advance(1_000)
  }
  await rejected

  t.store.before = () => {}
  assert.equal((await t.create('inline').receipt).view, 'SUCCESS')

  assert.deepEqual([t.fatal, t.tables.executions.has(id)], [[], false])
})

test('a flush that was given up and arrives late is not taken for the next one', async () => {
  const t = await openWith({ inline: INLINE })
  const { flush } = t.store
  t.store.before = () => {
    throw new FlushError('unknown', 'nobody answers')
  }
  const late = t.create('inline')
  const rejected = assert.rejects(late.receipt, faultIs('unavailable'))
  for (let wait = 0; wait < 40; wait++) {
    await t.settled()
    t.clock.advance(1_000)
  }
  await rejected
  const givenUp = t.store.batches.find(batch => batch.births.some(row => row.id === late.id))
  assert.ok(givenUp)

  let isLost = false
  t.store.before = batch => {
    if (isLost || !batch.births.some(row => row.id === next.id)) return
    isLost = true
    t.store.before = () => {}
    void flush.call(t.store, givenUp).catch(() => {})
    throw new FlushError('unknown', 'the connection broke')
  }
  const next = t.create('inline')
  for (let wait = 0; wait < 5; wait++) {
    await t.settled()
    t.clock.advance(1_000)
  }

  assert.equal((await next.receipt).view, 'SUCCESS')
  assert.deepEqual([isLost, t.tables.executions.has(next.id), t.tables.executions.has(late.id)], [true, true, false])
})

test('another process that took over in between is not taken for oneself', async () => {
  const t = await openWith({ inline: INLINE })
  let lost = 0
  t.store.before = () => {
    if (lost++ === 0) throw new FlushError('unknown', 'the connection broke')
  }
  const { read } = t.store
  t.store.read = { ...read, findFence: async () => ({ incarnation: 2, flushSeq: 1 }) }

  await assert.rejects(t.create('inline').receipt, faultIs('unavailable'))

  assert.equal(t.fatal.length, 1)
  assert.equal(t.tables.executions.size, 0)
})

test('a node that was fenced acknowledges nothing, stops, and says so', async () => {
  const t = await openWith({ inline: INLINE })
  t.store.hold()
  const first = t.create('inline')
  await t.settled()
  const second = t.create('inline')
  await t.settled()
  await t.store.perform('joinNode', { node: NODE, nowMs: START_MS })
  t.store.release()

  await assert.rejects(first.receipt, faultIs('unavailable'))
  await assert.rejects(second.receipt, faultIs('unavailable'))

  assert.equal(t.fatal.length > 0, true)
  await assert.rejects(t.create('inline').receipt, faultIs('stopped'))
  assert.equal(t.tables.executions.size, 0)
})

test('a full disk refuses what it cannot hold, and the engine goes on as soon as there is room', async () => {
  const t = await openWith({ inline: INLINE, job: WITH_JOB })
  const id = await t.started('job')
  let isFull = true
  t.store.before = () => {
    if (isFull) throw new FlushError('full', 'no space left')
  }

  await assert.rejects(t.create('inline').receipt, faultIs('disk-full'))
  await assert.rejects(t.settle(id), faultIs('disk-full'))
  assert.equal(t.stateOf(id), 'RUNNING')

  isFull = false
  assert.equal((await t.settle(id)).view, 'SUCCESS')
  assert.equal((await t.create('inline').receipt).view, 'SUCCESS')
  assert.deepEqual(t.fatal, [])
})

test('places at the worker that a refused flush had taken are given back', async () => {
  const t = await openWith({ job: WITH_JOB }, 2)
  t.store.before = () => {
    throw new FlushError('full', 'no space left')
  }
  await assert.rejects(t.create('job').receipt)
  await assert.rejects(t.create('job').receipt)
  assert.equal(t.jobs.free, 2)

  t.store.before = () => {}
  await t.started('job')

  assert.deepEqual([t.jobs.free, t.jobs.offered.length], [1, 1])
})

test('a job that a later turn of the same flush ends is neither stored nor offered', async () => {
  const t = await openWith(
    {
      inline: INLINE,
      f: `
tasks:
  - id: both
    type: core.flow.Parallel
    tasks:
      - { id: a, type: ${JOB} }
      - { id: c, type: core.flow.Sequential, tasks: [{ id: b, type: ${JOB} }, { id: d, type: ${JOB} }] }`,
    },
    9,
  )
  const id = await t.started('f')
  assert.equal(t.jobs.offered.length, 2)
  t.store.hold()
  const blocker = t.create('inline')
  await t.settled()
  const next = t.settle(id, { run: 3 })
  await t.settled()
  const ends = t.settle(id, { run: 4 })
  await t.settled()
  t.store.release()

  await Promise.all([blocker.receipt, next, ends])

  assert.deepEqual(
    [...t.tables.jobs.values()].map(({ run }) => run),
    [1],
  )
  assert.equal(t.jobs.offered.length, 2)
  assert.equal(t.jobs.free, 9 - 2)
})
