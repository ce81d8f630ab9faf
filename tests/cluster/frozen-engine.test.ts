import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freezeEngines } from './frozen-engine.ts'

test('an engine that was frozen for longer than its lease changes nothing when it wakes up', async t => {
  const { checks, facts } = await freezeEngines({
    ways: ['late'],
    clients: 4,
    random: Math.random,
    say: () => {},
  })

  t.diagnostic(JSON.stringify(facts))
  assert.deepEqual(
    checks.filter(({ problems }) => problems.length > 0),
    [],
  )
  assert.ok((facts['lateBytes'] ?? 0) > 0, 'a flush was on its way')
})
