import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mergeRuns } from './merge-runs.ts'

const LOOP = { id: 'loop', state: 'RUNNING' }
const child = (number: number) => ({ id: `child-${number}`, parentTaskRunId: 'loop', state: 'RUNNING' })

test('what is told takes the place of what was read, and what is new is taken in', () => {
  const before = { runs: [LOOP, child(1)], isWhole: true, total: 2 }

  const after = mergeRuns(before, [{ ...child(1), state: 'SUCCESS' }, child(2)], { wholeMax: 10 })

  assert.deepEqual(after, { runs: [LOOP, { ...child(1), state: 'SUCCESS' }, child(2)], isWhole: true, total: 3 })
})

test('a run that outgrows what is read whole does not make the page grow with it', () => {
  const before = { runs: [LOOP, child(1)], isWhole: true, total: 2 }

  const outgrown = mergeRuns(before, [child(2), child(3)], { wholeMax: 3 })
  const after = mergeRuns(outgrown, [child(4), { id: 'next', state: 'RUNNING' }], { wholeMax: 3 })

  assert.deepEqual(outgrown, { runs: [LOOP], isWhole: false, total: 4 })
  assert.deepEqual(after, { runs: [LOOP, { id: 'next', state: 'RUNNING' }], isWhole: false, total: 4 })
})
