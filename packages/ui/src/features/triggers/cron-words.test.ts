import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cronWords } from './cron-words.ts'

test('cron expressions are told as sentences', () => {
  const told: Readonly<Record<string, string>> = {
    '* * * * *': 'every minute',
    '*/15 * * * *': 'every 15 minutes',
    '15 * * * *': 'every hour at :15',
    '0 */6 * * *': 'every 6 hours at :00',
    '0 6 * * *': 'every day at 06:00',
    '30 8,20 * * *': 'every day at 08:30 and 20:30',
    '0 2 * * 1-5': 'at 02:00, Monday to Friday',
    '0 2 * * MON,WED': 'at 02:00, on Monday and Wednesday',
    '0 9 * * 1#2': 'at 09:00, on the 2nd Monday',
    '0 6 1 * *': 'at 06:00, on the 1st',
    '0 6 L * *': 'at 06:00, on the last day of the month',
    '0 6 1 1,7 *': 'at 06:00, on the 1st in January and July',
    '*/5 9-17 * * 1-5': 'every 5 minutes, from 09:00 to 17:59, Monday to Friday',
    '10 0 6 * * *': 'every day at 06:00:10',
    '* * * * * *': 'every second',
    '@daily': 'every day at 00:00',
    '@weekly': 'at 00:00, on Sunday',
  }
  for (const [cron, words] of Object.entries(told)) assert.equal(cronWords(cron), words, cron)
})

test('what is no cron expression has no words', () => {
  for (const text of ['', 'every day', '0 6 * *', '0 6 * * * * *', '{{ vars.cron }}'])
    assert.equal(cronWords(text), undefined)
})
