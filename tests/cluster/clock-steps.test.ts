import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findFakeTime, stepClocks } from './clock-steps.ts'

const HOUR_S = 3_600

test('clocks that step by hours, forwards and back, cost no lease and no execution', async t => {
  const library = findFakeTime()
  if (library === undefined) return t.skip('libfaketime is not here (Debian: apt-get install libfaketime)')

  const steps = [2 * HOUR_S, -2 * HOUR_S, 0, 0]
  const { checks, facts } = await stepClocks({ library, steps, holdMs: 3_500 })

  t.diagnostic(JSON.stringify(facts))
  assert.deepEqual(
    checks.filter(({ problems }) => problems.length > 0),
    [],
  )
})
