// A short walk of the fuzzer, the same each time; `npm run test:fuzz` goes on for half an hour from another place each night.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FUZZ_USER, fuzz } from '../testing/fuzz.ts'
import { openTestServer } from '../testing/test-server.ts'

const CALLS = 1_000

test('no call, however wrong, is our mistake or tells what it should not', async t => {
  const server = await openTestServer({ requestsPerMinute: 0, user: FUZZ_USER })
  t.after(async () => await server.stop())

  const { calls, wrong, byStatus } = await fuzz(server, { seed: 11, goesOn: count => count < CALLS })

  assert.deepEqual(wrong, [], server.notices.slice(-20).join('\n'))
  assert.equal(calls, CALLS)
  assert.ok((byStatus.get(200) ?? 0) > 200, 'some calls must be good')
  assert.ok((byStatus.get(401) ?? 0) < CALLS / 10, 'most must get behind the door')
})
