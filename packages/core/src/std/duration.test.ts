import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { formatDuration, parseDuration } from './duration.ts'

const PARSED: readonly (readonly [string, number | undefined])[] = [
  ['PT30S', 30_000],
  ['pt1h30m', 5_400_000],
  ['P1DT2H', 93_600_000],
  ['PT0.25S', 250],
  ['PT1,5S', 1500],
  ['PT-6H3M', -21_420_000],
  ['-PT1.5S', -1500],
  ['PT-0.5S', -500],
  ['P2W', 1_209_600_000],
  ['P1M', 2_592_000_000],
  ['P1Y', 31_536_000_000],
  ['PT0S', 0],
  [' PT1S ', 1000],
  ['', undefined],
  ['P', undefined],
  ['PT', undefined],
  ['P1DT', undefined],
  ['10s', undefined],
  ['PT1S1M', undefined],
  ['PT1.5H', undefined],
  [`PT${'1'.repeat(200)}S`, undefined],
]

for (const [text, ms] of PARSED) {
  test(`the duration "${text.slice(0, 20)}" is ${ms === undefined ? 'refused' : `${ms} ms`}`, () => {
    assert.equal(parseDuration(text), ms)
  })
}

test('a duration is written in hours, minutes and seconds, as Java does', () => {
  assert.equal(formatDuration(0), 'PT0S')
  assert.equal(formatDuration(90_000), 'PT1M30S')
  assert.equal(formatDuration(93_784_500), 'PT26H3M4.5S')
  assert.equal(formatDuration(-1500), 'PT-1.5S')
})

test('any duration in milliseconds survives writing and reading', () => {
  fc.assert(fc.property(fc.integer({ min: -1e12, max: 1e12 }), ms => parseDuration(formatDuration(ms)) === ms))
})
