import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inOneCall } from './in-one-call.ts'

test('what is asked in one go is one call, and what comes later is another', async () => {
  const calls: (readonly string[])[] = []
  const ask = inOneCall(async ids => {
    calls.push(ids)
    return Object.fromEntries(ids.map(id => [id, id.toUpperCase()]))
  })

  const first = await Promise.all([ask('a'), ask('b')])
  const second = await ask('c')

  assert.deepEqual([first, second], [['A', 'B'], 'C'])
  assert.deepEqual(calls, [['a', 'b'], ['c']])
})
