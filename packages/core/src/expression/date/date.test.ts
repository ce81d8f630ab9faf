import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileTemplate } from '../template.ts'
import { scopeOver } from '../testing/scope.ts'
import { civilFromDays, dayOfWeek, daysFromCivil } from './calendar.ts'
import { localToSeconds, parseZone } from './zone.ts'

function date(expression: string, d = '2024-03-05T14:07:09.123456Z'): string {
  return compileTemplate(`{{ ${expression} }}`, { dialect: 1 }).render(scopeOver({ d }))
}

test('days and dates convert into one another like those of the platform', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1_000_000, max: 2_000_000 }), days => {
      const { year, month, day } = civilFromDays(days)
      const platform = new Date(days * 86_400_000)

      assert.equal(daysFromCivil(year, month, day), days)
      assert.deepEqual(
        [year, month, day],
        [platform.getUTCFullYear(), platform.getUTCMonth() + 1, platform.getUTCDate()],
      )
      assert.equal(dayOfWeek(days) % 7, platform.getUTCDay())
    }),
  )
})

test('a local time that was skipped moves forward, one that happened twice is the first', () => {
  const paris = parseZone('Europe/Paris')
  const local = (text: string): number => Date.parse(`${text}Z`) / 1000
  const utc = (seconds: number): string => new Date(seconds * 1000).toISOString()

  assert.equal(utc(localToSeconds(local('2024-03-31T02:30:00'), paris)), '2024-03-31T01:30:00.000Z')
  assert.equal(utc(localToSeconds(local('2024-10-27T02:30:00'), paris)), '2024-10-27T00:30:00.000Z')
  assert.equal(utc(localToSeconds(local('1900-01-01T00:00:00'), paris)), '1899-12-31T23:50:39.000Z')
})

test('every letter of a pattern prints what Java prints', () => {
  const patterns: readonly (readonly [string, string])[] = [
    ['G GGGG y u yy', 'AD Anno Domini 2024 2024 24'],
    ['D DDD Q QQQ QQQQ', '65 065 1 Q1 1st quarter'],
    ['YYYY w W e c', '2024 10 2 3 3'],
    ['E EEEE EEEEE a B', 'Tue Tuesday T PM in the afternoon'],
    ['h K k H m s S SSSSSS n A N', '2 2 14 14 7 9 1 123456 123456000 50829123 50829123456000'],
    ['VV z O X xxx Z ZZZZ ZZZZZ', 'UTC UTC GMT Z +00:00 +0000 GMT Z'],
    ["ppd|'at' h 'o''clock'", " 5|at 2 o'clock"],
    ['yyyy[-MM][-dd] g', '2024-03-05 60374'],
  ]
  for (const [pattern, text] of patterns) assert.equal(date(`d | date("${pattern}")`), text, pattern)
})

test('zones are written as Java writes them', () => {
  assert.equal(
    date("d | date('VV z zzzz O XXX', timeZone='Asia/Kolkata')"),
    'Asia/Kolkata IST India Standard Time GMT+5:30 +05:30',
  )
  assert.equal(date("d | date('VV z', timeZone='GMT+3')"), 'GMT+03:00 GMT+03:00')
  assert.equal(date("d | date('iso_date_time', timeZone='+02:00')"), '2024-03-05T16:07:09.123456+02:00')
  assert.equal(
    date("d | date('iso_date_time', timeZone='Europe/Paris')"),
    '2024-03-05T15:07:09.123456+01:00[Europe/Paris]',
  )
})

test('texts are read by their pattern, adjacent numbers too', () => {
  const texts: readonly (readonly [text: string, pattern: string, moment: string])[] = [
    ['20240305140709123', 'yyyyMMddHHmmssSSS', '2024-03-05T14:07:09.123Z'],
    ['5/3/24 2:07 PM', 'd/M/yy h:mm a', '2024-03-05T14:07:00.000Z'],
    ['2024-02-31', 'yyyy-MM-dd', '2024-02-29T00:00:00.000Z'],
    ['2024-03-05 10:00 CET', 'yyyy-MM-dd HH:mm z', '2024-03-05T09:00:00.000Z'],
    ['2024-03-05 10:00 +0530', 'yyyy-MM-dd HH:mm Z', '2024-03-05T04:30:00.000Z'],
    ['2024-03-05', 'yyyy-MM-dd[ HH:mm]', '2024-03-05T00:00:00.000Z'],
    ['2024-065', 'iso_ordinal_date', '2024-03-05T00:00:00.000Z'],
    ['2024-W10-2', 'iso_week_date', '2024-03-05T00:00:00.000Z'],
    ['Tue, 5 Mar 2024 14:07:09 GMT', 'rfc_1123_date_time', '2024-03-05T14:07:09.000Z'],
  ]
  for (const [text, pattern, moment] of texts) {
    assert.equal(date(`'${text}' | date('iso_milli', existingFormat="${pattern}")`), moment, pattern)
  }
  for (const [text, pattern] of [
    ['2024-13-01', 'yyyy-MM-dd'],
    ['2024-03', 'yyyy-MM'],
    ['mar 5 2024', 'MMM d yyyy'],
    ['14:00', 'hh:mm'],
  ]) {
    assert.throws(() => date(`'${text}' | date(existingFormat='${pattern}')`), { kind: 'VALUE' }, pattern)
  }
})

test('whatever moment is printed with all its digits is read back as itself', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }),
      fc.constantFrom('UTC', 'Europe/Paris', 'America/New_York', '+05:30'),
      (seconds, zone) => {
        const text = date(`${seconds} | date("uuuu-MM-dd'T'HH:mm:ssXXXXX", timeZone='${zone}')`)

        assert.equal(date(`'${text}' | timestamp`), String(seconds))
      },
    ),
    { numRuns: 200 },
  )
})
