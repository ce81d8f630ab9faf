import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findZone } from '../std/zone.ts'
import { trust } from '../std/trust.ts'
import type { Zone } from '../std/zone.ts'
import { nextWindowEnd, windowAt, windowOf1, windowOf2 } from './time-window.ts'

const UTC = trust<Zone>(findZone('UTC'))
const BERLIN = trust<Zone>(findZone('Europe/Berlin'))

function at(text: string): number {
  return Date.parse(text)
}

function shown(window: ReturnType<typeof windowAt>): readonly string[] | undefined {
  return window && [new Date(window.startMs).toISOString(), new Date(window.endMs).toISOString()]
}

test('without a word a window is the day', () => {
  const window = windowAt(windowOf1(undefined), at('2026-05-04T13:14:15Z'), UTC)

  assert.deepEqual(shown(window), ['2026-05-04T00:00:00.000Z', '2026-05-04T23:59:59.999Z'])
})

test('a window that is advanced begins that much sooner, and one always follows the other', () => {
  const spec = windowOf1({ window: 'P1D', windowAdvance: 'PT-4H' })

  assert.deepEqual(shown(windowAt(spec, at('2026-05-04T13:00:00Z'), UTC)), [
    '2026-05-03T20:00:00.000Z',
    '2026-05-04T19:59:59.999Z',
  ])
  assert.deepEqual(shown(windowAt(spec, at('2026-05-04T21:00:00Z'), UTC)), [
    '2026-05-04T20:00:00.000Z',
    '2026-05-05T19:59:59.999Z',
  ])
})

test('quarters of an hour that are advanced begin at 10, 25, 40 and 55', () => {
  const spec = windowOf1({ window: 'PT15M', windowAdvance: 'PT-5M' })

  const starts = ['13:11', '13:26', '13:54', '13:55'].map(
    time => windowAt(spec, at(`2026-05-04T${time}:00Z`), UTC)?.startMs,
  )

  assert.deepEqual(
    starts.map(start => new Date(start ?? 0).toISOString().slice(11, 16)),
    ['13:10', '13:25', '13:40', '13:55'],
  )
})

test('hours that divide the day are counted from midnight', () => {
  const window = windowAt(windowOf1({ window: 'PT6H' }), at('2026-05-04T13:14:15Z'), UTC)

  assert.deepEqual(shown(window), ['2026-05-04T12:00:00.000Z', '2026-05-04T17:59:59.999Z'])
})

test('a day is as long as its zone says', () => {
  const window = windowAt(windowOf1(undefined), at('2026-03-29T12:00:00Z'), BERLIN)

  assert.deepEqual(shown(window), ['2026-03-28T23:00:00.000Z', '2026-03-29T21:59:59.999Z'])
})

test('a sliding window begins with the moment', () => {
  const window = windowAt(windowOf1({ type: 'SLIDING_WINDOW', window: 'PT10M' }), at('2026-05-04T13:00:00Z'), UTC)

  assert.deepEqual(shown(window), ['2026-05-04T13:00:00.000Z', '2026-05-04T13:10:00.000Z'])
})

test('a deadline ends the window of the day, and after it there is none', () => {
  const spec = windowOf1({ type: 'DAILY_TIME_DEADLINE', deadline: '09:00:00+00:00' })

  assert.deepEqual(shown(windowAt(spec, at('2026-05-04T08:00:00Z'), UTC)), [
    '2026-05-04T00:00:00.000Z',
    '2026-05-04T09:00:00.000Z',
  ])
  assert.equal(windowAt(spec, at('2026-05-04T09:00:01Z'), UTC), undefined)
})

test('a range of the day', () => {
  const spec = windowOf2({ from: '06:00:00', to: '08:30:00' })

  assert.equal(windowAt(spec, at('2026-05-04T05:59:59Z'), UTC), undefined)
  assert.deepEqual(shown(windowAt(spec, at('2026-05-04T06:00:00Z'), UTC)), [
    '2026-05-04T06:00:00.000Z',
    '2026-05-04T08:30:00.000Z',
  ])
})

test('the next end of a window is today while it is to come, and tomorrow after it', () => {
  const spec = windowOf2({ deadline: '09:00:00' })

  assert.equal(nextWindowEnd(spec, at('2026-05-04T08:00:00Z'), UTC), at('2026-05-04T09:00:00Z'))
  assert.equal(nextWindowEnd(spec, at('2026-05-04T09:00:00Z'), UTC), at('2026-05-05T09:00:00Z'))
  assert.equal(nextWindowEnd(windowOf2({ lookback: 'PT1H' }), 0, UTC), undefined)
})
