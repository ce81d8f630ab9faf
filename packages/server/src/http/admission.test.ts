import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SubmitError } from '../inbox/inbox.ts'
import { Admission, type Place } from './admission.ts'

function start(): {
  admission: Admission
  pass(ms: number): Promise<void>
  enter(): Promise<Place | 'refused'>
} {
  let nowMs = 1_000
  const timers: { atMs: number; run: () => void }[] = []
  const platform = {
    nowMs: () => nowMs,
    elapsedMs: () => nowMs,
    defer: (run: () => void) => queueMicrotask(run),
    at: (atMs: number, run: () => void) => {
      timers.push({ atMs, run })
      return () => {}
    },
  }
  const admission = new Admission({ platform, placesMax: 2, waitMaxMs: 250, stayMaxMs: 1_000 })
  return {
    admission,
    pass: async ms => {
      nowMs += ms
      const due = timers.filter(({ atMs }) => atMs <= nowMs)
      for (const timer of due) {
        timers.splice(timers.indexOf(timer), 1)
        timer.run()
      }
      await Promise.resolve()
    },
    enter: async () => {
      try {
        return await admission.enter()
      } catch (error) {
        assert.ok(error instanceof SubmitError && error.fault === 'overloaded', String(error))
        return 'refused'
      }
    },
  }
}

test('a place is had at once while there are any, and nobody waits for a promise', () => {
  const { admission } = start()
  assert.ok(!(admission.enter() instanceof Promise))
  assert.ok(!(admission.enter() instanceof Promise))
  assert.ok(admission.enter() instanceof Promise)
  assert.equal(admission.waiting, 1)
})

test('who waits gets the place of who leaves, in the order of coming', async () => {
  const t = start()
  const first = await t.enter()
  await t.enter()
  const order: string[] = []
  const third = t.enter().then(place => (order.push('third'), place))
  const fourth = t.enter().then(place => (order.push('fourth'), place))
  assert.ok(first !== 'refused')
  t.admission.leave(first)
  t.admission.leave(first)
  const placeOfThird = await third
  assert.deepEqual(order, ['third'], 'a place that is left twice is one place')
  assert.ok(placeOfThird !== 'refused')
  t.admission.leave(placeOfThird)
  await fourth
  assert.deepEqual(order, ['third', 'fourth'])
  assert.equal(t.admission.waiting, 0)
})

test('who waits too long is refused, whether or not somebody leaves', async () => {
  const t = start()
  const first = await t.enter()
  await t.enter()
  const third = t.enter()
  await t.pass(100)
  const fourth = t.enter()
  await t.pass(150)
  assert.equal(await third, 'refused')
  assert.equal(t.admission.waiting, 1)
  assert.ok(first !== 'refused')
  t.admission.leave(first)
  assert.notEqual(await fourth, 'refused')
})

test('who stays too long gives the place to others', async () => {
  const t = start()
  await t.enter()
  await t.enter()
  await t.pass(1_000)
  assert.ok(!(t.admission.enter() instanceof Promise))
})

test('an overload that never lets the queue run empty does not keep those who were served', async () => {
  const t = start()
  await t.enter()
  await t.enter()
  for (let second = 0; second < 40; second++) {
    for (let client = 0; client < 500; client++) void t.enter()
    await t.pass(125)
  }

  assert.ok(t.admission.waiting > 0, 'somebody still waits')
  assert.ok(t.admission.kept < 5_000, `${t.admission.kept} of 20,000 are kept`)
})
