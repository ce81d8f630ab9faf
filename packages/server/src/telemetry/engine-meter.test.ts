// What is counted is what is committed: once, whatever had to be tried again, and not at all when it was refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JOB, TestEngine } from '../engine/testing/test-engine.ts'
import { FlushError } from '../storage/store.ts'

const INLINE = 'tasks: [{ id: t, type: core.debug.Return, format: x }]'
const WITH_JOB = `tasks: [{ id: t, type: ${JOB} }]`

async function open(): Promise<TestEngine> {
  const t = await TestEngine.open()
  await t.saveFlow('inline', INLINE)
  await t.saveFlow('job', WITH_JOB)
  return t
}

interface Counts {
  readonly started: number
  readonly ended: Readonly<Record<string, number>>
  readonly tasks: Readonly<Record<string, number>>
}

function countsOf({ meter }: TestEngine, flowId: string): Counts {
  const flow = meter.flows.flows.get(`test ${flowId}`)
  const tasks = [...(flow?.tasks.values() ?? [])].flatMap(({ ends }) => [...ends])
  const counted = (
    ends: Iterable<{ readonly state: string; readonly timer: { readonly count: number } }>,
  ): Counts['ended'] =>
    Object.fromEntries([...ends].filter(({ timer }) => timer.count > 0).map(({ state, timer }) => [state, timer.count]))
  return { started: flow?.started ?? 0, ended: counted(flow?.ends ?? []), tasks: counted(tasks) }
}

test('an execution is counted when it is stored, its end when that is', async () => {
  const t = await open()
  t.store.hold()
  const { id, receipt } = t.create('job')
  await t.settled()
  assert.equal(countsOf(t, 'job').started, 0)

  t.store.release()
  await receipt
  assert.deepEqual(countsOf(t, 'job'), { started: 1, ended: {}, tasks: {} })
  t.clock.advance(2_000)
  await t.settle(id)

  assert.deepEqual(countsOf(t, 'job'), { started: 1, ended: { SUCCESS: 1 }, tasks: { SUCCESS: 1 } })
  assert.equal(t.meter.flows.namespaces.get('test')?.durations.sum, 2)
})

test('the delay of a start reaches from the wish to the commit', async () => {
  const t = await open()
  t.store.hold()
  const { receipt } = t.create('inline')
  await t.settled()
  t.clock.advance(3_000)
  t.store.release()
  await receipt

  const delays = t.meter.flows.namespaces.get('test')?.startDelays
  assert.deepEqual([delays?.count, delays?.sum], [1, 3])
})

test('what the store refuses is not counted, but that it was refused', async () => {
  const t = await open()
  t.store.before = () => {
    throw new FlushError('full', 'no space left')
  }
  await assert.rejects(t.create('inline').receipt)
  assert.equal(countsOf(t, 'inline').started, 0)
  assert.equal(t.meter.refused.get('disk-full')?.count, 1)

  t.store.before = () => {}
  await t.create('inline').receipt

  assert.deepEqual(countsOf(t, 'inline'), { started: 1, ended: { SUCCESS: 1 }, tasks: { SUCCESS: 1 } })
})

test('a flush that has to be sent again counts once', async () => {
  const t = await open()
  let isFirst = true
  t.store.after = () => {
    if (!isFirst) return
    isFirst = false
    throw new FlushError('unknown', 'the connection broke')
  }

  await t.create('inline').receipt

  assert.deepEqual(countsOf(t, 'inline'), { started: 1, ended: { SUCCESS: 1 }, tasks: { SUCCESS: 1 } })
})

test('who is turned away for too much is counted', async () => {
  const t = await open()
  t.store.hold()
  const receipts = Array.from({ length: 600 }, () => t.create('inline').receipt)
  await t.settled()
  t.clock.advance(1_000)
  const refused = t.create('inline').receipt
  await assert.rejects(refused)
  t.store.release()
  await Promise.all(receipts)

  assert.equal(t.meter.refused.get('overloaded')?.count, 1)
  assert.equal(countsOf(t, 'inline').started, 600)
})

test('a kill is an end of its own kind', async () => {
  const t = await open()
  const id = await t.started('job')
  await t.kill(id)
  await t.settled()

  assert.deepEqual(countsOf(t, 'job').ended, t.stateOf(id) === 'KILLED' ? { KILLED: 1 } : {})
})
