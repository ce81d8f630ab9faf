import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runTorture } from './torture.ts'

const KILLS = 100

test('a server that is killed a hundred times under load loses and doubles nothing', async t => {
  const seed = String(Date.now())
  t.diagnostic(`seed ${seed}`)

  const { checks, facts } = await runTorture({ kills: KILLS, seed, lifeMs: [150, 900], clients: 48, say: () => {} })

  t.diagnostic(JSON.stringify(facts))
  assert.deepEqual(
    checks.filter(({ problems }) => problems.length > 0),
    [],
  )
  assert.ok((facts['acknowledged'] ?? 0) > KILLS, 'the load was real')
})
