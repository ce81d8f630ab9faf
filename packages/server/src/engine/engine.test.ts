// The engine among good and bad neighbours: poison, backpressure, memory, backlog.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeEvents, type Signal } from '@batuta/core'
import { SubmitError, type SubmitFault } from '../inbox/inbox.ts'
import { FlushError } from '../storage/store.ts'
import { JOB, TestEngine } from './testing/test-engine.ts'

const INLINE = 'tasks: [{ id: t, type: core.debug.Return, format: x }]'
const WITH_JOB = `tasks: [{ id: t, type: ${JOB} }]`
const TWO_JOBS = `tasks: [{ id: a, type: ${JOB} }, { id: b, type: ${JOB} }]`

function faultIs(fault: SubmitFault): (error: unknown) => boolean {
  return error => error instanceof SubmitError && error.fault === fault
}

/** An engine in which the turns of some executions throw. */
async function openPoisoned(): Promise<{ readonly t: TestEngine; readonly poisoned: Set<string> }> {
  const poisoned = new Set<string>()
  const t = await TestEngine.open({
    slots: 9,
    onTurn: id => {
      if (poisoned.has(id)) throw new Error('a bug of ours')
    },
  })
  await t.saveFlow('inline', INLINE)
  await t.saveFlow('job', TWO_JOBS)
  await t.saveFlow('child', WITH_JOB)
  await t.saveFlow(
    'parent',
    'tasks: [{ id: s, type: core.flow.Subflow, namespace: test, flowId: child }, { id: n, type: core.debug.Return, format: x }]',
  )
  return { t, poisoned }
}

test('an exception in a turn holds this execution and nobody else', async () => {
  const { t, poisoned } = await openPoisoned()
  const bad = await t.started('job')
  const good = await t.started('job')
  poisoned.add(bad)

  const [first, second, third] = await Promise.allSettled([t.settle(bad), t.settle(good), t.create('inline').receipt])
  poisoned.clear()
  await t.settled()

  assert.ok(first.status === 'rejected' && faultIs('failed')(first.reason))
  assert.deepEqual([second.status, third.status], ['fulfilled', 'fulfilled'])
  assert.deepEqual(t.eventsOf(bad).at(-1), { type: 'held', reason: 'a bug of ours' })
  assert.equal(t.tables.executions.get(bad)?.waitsFor, 'human')
  assert.equal(t.stateOf(bad), 'RUNNING')
  assert.equal(t.tables.jobs.has(`${bad}/0/1`), true)
})

test('a held execution takes nothing but a kill, and ends by it', async () => {
  const { t, poisoned } = await openPoisoned()
  const id = await t.started('job')
  poisoned.add(id)
  await assert.rejects(t.settle(id))
  poisoned.clear()
  await t.settled()

  await assert.rejects(t.settle(id), faultIs('failed'))
  await assert.rejects(t.engine.wake(id), faultIs('failed'))
  assert.equal((await t.kill(id)).view, 'KILLING')
  await t.settle(id, { state: 'KILLED' as never })

  assert.equal(t.stateOf(id), 'KILLED')
  assert.equal(t.tables.executions.get(id)?.waitsFor, null)
  assert.equal(t.tables.jobs.size, 0)
})

test('a held execution that is released goes on where it stood', async () => {
  const { t, poisoned } = await openPoisoned()
  const id = await t.started('job')
  poisoned.add(id)
  await assert.rejects(t.settle(id))
  poisoned.clear()
  await t.settled()

  assert.equal((await t.release(id)).view, 'RUNNING')
  assert.equal(t.tables.executions.get(id)?.waitsFor, 'job')
  await t.settle(id)
  await t.settle(id, { run: 1 })

  assert.equal(t.stateOf(id), 'SUCCESS')
})

test('what is released and throws again is held again', async () => {
  const { t, poisoned } = await openPoisoned()
  const id = await t.started('job')
  poisoned.add(id)
  await assert.rejects(t.settle(id))
  await t.settled()

  await assert.rejects(t.release(id), faultIs('failed'))
  await t.settled()

  assert.equal(t.tables.executions.get(id)?.waitsFor, 'human')
  poisoned.clear()
  assert.equal((await t.release(id)).view, 'RUNNING')
})

test('what is not held is not released', async () => {
  const t = await TestEngine.open()
  await t.saveFlow('job', TWO_JOBS)
  const id = await t.started('job')

  const { refusal } = await t.release(id)

  assert.equal(refusal?.code, 'wrong-state')
  assert.equal(t.stateOf(id), 'RUNNING')
})

test('a birth that throws is refused, and leaves nothing behind', async () => {
  const { t, poisoned } = await openPoisoned()
  const { id, receipt } = (() => {
    const executionId = t.newId()
    poisoned.add(executionId)
    return t.create('inline', executionId)
  })()

  await assert.rejects(receipt, faultIs('failed'))
  await t.settled()

  assert.equal(t.tables.executions.has(id), false)
  assert.deepEqual([t.engine.resident, t.engine.pending], [0, 0])
})

test('who throws over the word of another is held; the other one ends, and its word waits', async () => {
  const { t, poisoned } = await openPoisoned()
  const parent = await t.started('parent')
  const child = [...t.tables.executions.keys()].find(id => id !== parent) ?? ''
  poisoned.add(parent)

  await t.settle(child)
  await t.settled()
  poisoned.clear()
  await t.settled()

  assert.equal(t.stateOf(child), 'SUCCESS')
  assert.equal(t.tables.executions.get(parent)?.waitsFor, 'human')
  assert.deepEqual(
    [...t.tables.signals.values()].map(row => row.executionId),
    [parent],
  )
  assert.deepEqual(t.eventsOf(parent).at(-1)?.type, 'held')
})

test('the mark is set after what was still to be written, and survives a restart', async () => {
  const { t, poisoned } = await openPoisoned()
  const id = await t.started('job')
  t.store.hold()
  const settled = t.settle(id)
  await t.settled()
  poisoned.add(id)
  await assert.rejects(t.settle(id, { run: 1 }))
  poisoned.clear()
  t.store.release()
  await settled
  await t.settled()

  assert.deepEqual(t.eventsOf(id).slice(-1), [{ type: 'held', reason: 'a bug of ours' }])
  const turns = t.tables.journal.get(id)?.map(row => row.turn)
  assert.deepEqual(turns, [1, 2, 3])
  const again = await TestEngine.open({ tables: t.tables })
  await assert.rejects(again.settle(id, { run: 1 }), faultIs('failed'))
})

test('a picture that cannot be made is the problem of who wanted it', async () => {
  const { t } = await openPoisoned()
  const id = await t.started('job')
  const view = (): never => {
    throw new Error('no picture')
  }

  await assert.rejects(t.engine.submit({ type: 'wake', executionId: id }, { view }), /no picture/)

  assert.equal((await t.settle(id)).view, 'RUNNING')
})

test('a journal that cannot be folded is marked once, and hurts nobody', async () => {
  const { t } = await openPoisoned()
  const bad = await t.started('job')
  const broken = {
    executionId: bad,
    turn: 2,
    version: 1,
    atMs: 1,
    events: encodeEvents([{ type: 'moved', to: 'CREATED' }]),
  }
  t.tables.journal.get(bad)?.push(broken)
  const again = await TestEngine.open({ tables: t.tables })

  await assert.rejects(again.settle(bad), faultIs('failed'))
  await again.settled()
  await assert.rejects(again.engine.wake(bad), faultIs('failed'))
  await again.settled()

  assert.equal(t.tables.executions.get(bad)?.waitsFor, 'human')
  assert.deepEqual(again.eventsOf(bad).filter(event => event.type === 'held').length, 1)
  assert.equal((await again.create('inline').receipt).view, 'SUCCESS')
  assert.equal(again.engine.resident, 0)
})

test('new work is refused when the oldest waits too long; what is under way is always taken', async () => {
  const { t } = await openPoisoned()
  const id = await t.started('job')
  t.store.hold()
  const flying = t.create('inline')
  await t.settled()
  // The batch that fills meanwhile is full after so many.
  const waiting = Array.from({ length: 600 }, () => t.create('inline').receipt)
  await t.settled()
  t.clock.advance(200)
  const patient = t.create('inline').receipt
  t.clock.advance(100)

  await assert.rejects(t.create('inline').receipt, faultIs('overloaded'))
  const settlement = t.settle(id)
  const kill = t.kill(id)
  t.store.release()

  await Promise.all([flying.receipt, ...waiting, patient, settlement, kill])
  assert.equal((await t.create('inline').receipt).view, 'SUCCESS')
})

test('new work is refused when too many bytes wait, however young they are; with room again it is taken', async () => {
  const { t } = await openPoisoned()
  t.store.hold()
  const createLarge = (): Promise<unknown> => {
    const birth = { ...t.birthOf('inline'), inputs: { text: 'x'.repeat(15 * 2 ** 20) } }
    return t.engine.submit({ type: 'create', executionId: t.newId(), birth })
  }
  const waiting = Array.from({ length: 5 }, createLarge)

  await assert.rejects(t.create('inline').receipt, faultIs('overloaded'))
  t.store.release()

  await Promise.all(waiting)
  assert.equal((await t.create('inline').receipt).view, 'SUCCESS')
  assert.equal(t.engine.pending, 0)
})

test('idle executions are forgotten beyond the room for them, and read again when something comes', async () => {
  const t = await TestEngine.open({ idleMaxBytes: 10_000 })
  await t.saveFlow('job', TWO_JOBS)
  const ids: string[] = []
  for (let count = 0; count < 50; count++) ids.push(await t.started('job'))
  await t.settled()
  assert.ok(t.engine.resident < 8, `${t.engine.resident} in memory`)

  for (const id of ids) assert.equal((await t.settle(id)).view, 'RUNNING')
  for (const id of ids) assert.equal((await t.settle(id, { run: 1 })).view, 'SUCCESS')
  await t.settled()

  assert.equal(t.engine.resident, 0)
})

test('executions that have ended leave memory, those that met in one unit too', async () => {
  const t = await TestEngine.open()
  await t.saveFlow('child', INLINE)
  await t.saveFlow('parent', 'tasks: [{ id: s, type: core.flow.Subflow, namespace: test, flowId: child }]')

  for (let count = 0; count < 20; count++) await t.started('parent')
  await t.settled()

  assert.equal(t.tables.executions.size, 40)
  assert.deepEqual([t.engine.resident, t.engine.pending], [0, 0])
  // Parent, child and the parent's second turn: one commit.
  assert.equal(t.store.batches.length, 20)
})

test('an execution of a revision that is not the newest one any more is born and goes on', async () => {
  const t = await TestEngine.open()
  await t.saveFlow('f', WITH_JOB)
  await t.saveFlow('f', INLINE)
  const again = await TestEngine.open({ tables: t.tables })
  const executionId = again.newId()

  const receipt = await again.engine.submit(
    { type: 'create', executionId, birth: again.birthOf('f', 1) },
    { view: state => state.state },
  )

  assert.equal(receipt.view, 'RUNNING')
  assert.equal((await again.settle(executionId)).view, 'SUCCESS')
  const none: Signal = { type: 'create', executionId: again.newId(), birth: again.birthOf('f', 9) }
  await assert.rejects(again.engine.submit(none), faultIs('failed'))
  assert.equal(again.engine.resident, 0)
})

test('a long loop does not keep the others waiting', async () => {
  const t = await TestEngine.open()
  const values = JSON.stringify(Array.from({ length: 3_000 }, (_, at) => at))
  await t.saveFlow(
    'loop',
    `tasks: [{ id: l, type: core.flow.ForEach, values: '${values}', tasks: [{ id: t, type: core.debug.Return, format: x }] }]`,
  )
  await t.saveFlow('inline', INLINE)
  const long = t.create('loop')
  await long.receipt

  const quick = await t.create('inline').receipt

  assert.equal(quick.view, 'SUCCESS')
  assert.equal(t.stateOf(long.id), 'RUNNING')
  while (t.stateOf(long.id) !== 'SUCCESS') await t.settled()
  // Whoever waited for the end of a large one reads it now.
  assert.equal(t.engine.resident, 1)
  t.clock.advance(60_000)
  assert.equal(t.engine.resident, 0)
})

test('words for an execution that is not there are answered, and their rows go', async () => {
  const t = await TestEngine.open()
  const ghost = t.newId()
  t.tables.signals.set('row-1', { id: 'row-1', shard: 0, executionId: ghost, body: '{}' })
  t.tables.jobs.set(`${ghost}/0/1`, { executionId: ghost, run: 0, epoch: 1 } as never)

  const child = { type: 'child-ended', executionId: ghost, run: 0, childId: 'c', state: 'SUCCESS' } as const
  const first = await t.engine.submit(child, { rowId: 'row-1' })
  const second = await t.settle(ghost)

  assert.equal(first.refusal?.code, 'unknown-execution')
  assert.equal(second.refusal?.code, 'unknown-execution')
  assert.deepEqual([t.tables.signals.size, t.tables.jobs.size, t.engine.resident], [0, 0, 0])
})

test('a parent that restarts a child which is gone is told so', async () => {
  const t = await TestEngine.open()
  await t.saveFlow('child', WITH_JOB)
  await t.saveFlow('parent', 'tasks: [{ id: s, type: core.flow.Subflow, namespace: test, flowId: child }]')
  const parent = await t.started('parent')
  const child = [...t.tables.executions.keys()].find(id => id !== parent) ?? ''
  await t.settle(child, { state: 'FAILED' as never })
  await t.settled()
  await t.store.perform('deleteExecution', { id: child })

  await t.engine.submit({ type: 'command', executionId: parent, command: { name: 'restart' } })
  await t.settled()

  assert.equal(t.stateOf(parent), 'FAILED')
  assert.equal(t.tables.signals.size, 0)
})

test('a stored signal that is sent twice, or again after it was taken, is taken once', async () => {
  const t = await TestEngine.open()
  await t.saveFlow('job', TWO_JOBS)
  const id = await t.started('job')
  t.tables.signals.set('row-1', { id: 'row-1', shard: 0, executionId: id, body: '{}' })
  const kill = { type: 'command', executionId: id, command: { name: 'kill', isCascading: false } } as const

  t.store.hold()
  const both = [t.engine.submit(kill, { rowId: 'row-1' }), t.engine.submit(kill, { rowId: 'row-1' })]
  await t.settled()
  t.store.release()
  await Promise.all(both)

  assert.equal(t.eventsOf(id).filter(event => event.type === 'kill-requested').length, 1)
  const flushes = t.store.batches.length
  assert.deepEqual(await t.engine.submit(kill, { rowId: 'row-1' }), {})
  assert.equal(t.store.batches.length, flushes)
  assert.equal((await t.settle(id, { state: 'KILLED' as never })).view, 'KILLED')
})

test('a store that cannot be read makes who asked come again, and holds nobody', async () => {
  const t = await TestEngine.open({ idleMaxBytes: 0 })
  await t.saveFlow('job', TWO_JOBS)
  const id = await t.started('job')
  await t.settled()
  const { read } = t.store
  t.store.read = { ...read, journalOf: () => Promise.reject(new Error('away')) }
  await assert.rejects(t.settle(id), faultIs('unavailable'))

  t.store.read = read

  assert.equal((await t.settle(id)).view, 'RUNNING')
})

test('questions that are out when the server goes down are asked again, once', async () => {
  const asked: string[] = []
  const evaluate = ({ slot }: { readonly slot: string }): Promise<void> => {
    asked.push(slot)
    return new Promise(() => {})
  }
  const t = await TestEngine.open({ evaluate })
  await t.saveFlow('asks', `tasks: [{ id: t, type: ${JOB}, runIf: "{{ kv('x') }}" }]`)
  const id = await t.started('asks')
  assert.deepEqual(asked, ['runIf:text'])
  assert.equal(t.tables.executions.get(id)?.waitsFor, 'nothing')

  const again = await TestEngine.open({ tables: t.tables, evaluate })
  await again.engine.wake(id)

  assert.deepEqual(asked, ['runIf:text', 'runIf:text'])
  await again.engine.submit({ type: 'evaluated', executionId: id, run: 0, slot: 'runIf:text', value: 'true' })
  assert.equal(again.tables.jobs.size, 1)
})

test('a turn that finds nothing to do corrects what lists say of the execution', async () => {
  const t = await TestEngine.open()
  await t.saveFlow('job', TWO_JOBS)
  const id = await t.started('job')
  const row = t.tables.executions.get(id)
  assert.ok(row)
  t.tables.executions.set(id, { ...row, waitsFor: 'nothing' })
  const again = await TestEngine.open({ tables: t.tables })

  await again.engine.wake(id)

  assert.equal(t.tables.executions.get(id)?.waitsFor, 'job')
})

test('a server that stops finishes what it has taken, and takes nothing more', async () => {
  const t = await TestEngine.open()
  await t.saveFlow('inline', INLINE)
  t.store.hold()
  const { receipt } = t.create('inline')
  await t.settled()
  let isStopped = false
  const stopped = t.engine.stop().then(() => (isStopped = true))
  await assert.rejects(t.create('inline').receipt, faultIs('stopped'))
  t.clock.advance(1_000)
  await t.settled()
  assert.equal(isStopped, false)

  t.store.release()
  assert.equal((await receipt).view, 'SUCCESS')
  await t.settled()
  t.clock.advance(1_000)
  await stopped
})

test('a kill of a job that nobody has claimed stops it from ever being claimed', async () => {
  const t = await TestEngine.open()
  await t.saveFlow('job', TWO_JOBS)
  const id = await t.started('job')
  assert.equal(t.jobs.wakes, 1)

  await t.kill(id)

  const claim = { node: 'local', incarnation: 1, limit: 9, nowMs: 1, queues: null }
  assert.deepEqual(await t.store.perform('claimJobs', claim), [])
  assert.deepEqual(await t.store.read.listKilledJobs(9), [{ executionId: id, run: 0, epoch: 1 }])
  await t.engine.submit({ type: 'lost', executionId: id, run: 0, epoch: 1 })
  assert.equal(t.stateOf(id), 'KILLED')
  assert.equal(t.tables.jobs.size, 0)
})

test('a store that breaks ends the engine: everybody who waits is told', async () => {
  const t = await TestEngine.open()
  await t.saveFlow('inline', INLINE)
  t.store.before = () => {
    throw new FlushError('broken', 'input/output error')
  }

  await assert.rejects(t.create('inline').receipt, faultIs('unavailable'))

  assert.equal(t.fatal.length, 1)
})

test('a turn is never earlier than the one before it, however far the clock of this node is behind', async () => {
  const first = await TestEngine.open()
  await first.saveFlow('job', WITH_JOB)
  first.clock.advance(60_000)
  const id = await first.started('job')

  const second = await TestEngine.open({ tables: first.tables })
  await second.settle(id)

  const [birth, end] = first.tables.journal.get(id) ?? []
  assert.equal(end?.atMs, birth?.atMs)
  assert.equal(second.stateOf(id), 'SUCCESS')
})

test('a loop over more children than begin at once comes to its end: turns stand in turns only so deep', async () => {
  const t = await TestEngine.open({ slots: 9 })
  await t.saveFlow('leaf', INLINE)
  const call = '{ id: call, type: core.flow.Subflow, namespace: test, flowId: leaf }'
  const loop = 'type: core.flow.ForEach, values: "{{ range(1, 2500) }}", concurrencyLimit: 0'
  await t.saveFlow('fan', `tasks: [{ id: each, ${loop}, tasks: [${call}] }]`)
  const id = await t.started('fan')
  await t.settled()

  assert.equal(t.stateOf(id), 'SUCCESS')
  assert.equal(t.tables.signals.size, 0)
})
