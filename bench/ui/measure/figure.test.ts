import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mergeSamples, printSamples, shareOf } from './figure.ts'

const BUDGET = { page: 'home', what: 'interactive', unit: 'ms', most: 1000 } as const

test('the median of the rounds is what is compared with the budget', () => {
  const [figure] = mergeSamples([900, 4_000, 950].map(value => ({ ...BUDGET, value })))

  assert.deepEqual([figure?.value, figure?.isOver], [950, false])
})

test('what was not found is over its budget', () => {
  const [figure] = mergeSamples([{ ...BUDGET, value: Number.NaN }])

  assert.equal(figure?.isOver, true)
})

test('a budget that is broken is told in its line', () => {
  const text = printSamples(mergeSamples([{ ...BUDGET, value: 1_001 }]))

  assert.match(text, /home +interactive +≤ 1000 ms +1001 ms +OVER/)
})

test('the 95th of a hundred values is at most passed by five', () => {
  assert.equal(
    shareOf(
      Array.from({ length: 100 }, (_value, index) => index + 1),
      0.95,
    ),
    95,
  )
})
