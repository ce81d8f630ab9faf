import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDuration, formatMoment, formatMomentLong, formatRelative } from './time.ts'
import { defineMessages, setLanguage } from './messages.ts'

const NOW = Date.parse('2026-11-20T12:00:00Z')
const UTC = { zone: 'UTC', language: 'en' }

test('durations are as exact as one can tell', () => {
  const lengths = [0, 840, 8_240, 59_949, 60_000, 65_000, 3_599_999, 8_040_000, 273_600_000]

  assert.deepEqual(lengths.map(formatDuration), [
    '0 ms',
    '840 ms',
    '8.2 s',
    '59.9 s',
    '1 min 00 s',
    '1 min 05 s',
    '1 h 00 min',
    '2 h 14 min',
    '3 d 4 h',
  ])
})

test('moments are as short as they may be', () => {
  assert.equal(formatMoment(NOW - 1_000, NOW, UTC), '11:59:59')
  assert.equal(formatMoment(NOW - 86_400_000, NOW, UTC), 'Nov 19, 12:00')
  assert.equal(formatMoment(NOW - 400 * 86_400_000, NOW, UTC), 'Oct 16, 2025')
  assert.equal(formatMomentLong(NOW, UTC), 'Nov 20, 2026, 12:00:00 UTC')
  assert.equal(formatRelative(NOW - 300_000, NOW, UTC), '5 minutes ago')
})

test('texts choose their plural and are replaced by those of another language', () => {
  const t = defineMessages('test', { selected: { one: '{count} row', other: '{count} rows' }, hello: 'Hello' })

  assert.deepEqual(
    [t('selected', { count: 1 }), t('selected', { count: 1200 }), t('hello')],
    ['1 row', '1,200 rows', 'Hello'],
  )
  setLanguage('de', { test: { hello: 'Hallo' } })
  assert.deepEqual([t('selected', { count: 1200 }), t('hello')], ['1.200 rows', 'Hallo'])
  setLanguage('en', {})
})
