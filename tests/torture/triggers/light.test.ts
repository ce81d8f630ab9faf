import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compareEvents } from './compare-events.ts'
import { localFiles } from './file-counterparts.ts'
import { sqliteRows } from './sql-counterparts.ts'
import { runTriggerTorture } from './trigger-torture.ts'

const SOURCES = { 'file-local': localFiles, 'sql-sqlite': sqliteRows }

describe('events each start one execution, however often the server is killed', { concurrency: true }, () => {
  for (const [kind, open] of Object.entries(SOURCES)) {
    test(kind, async t => {
      const seed = String(Date.now())
      t.diagnostic(`seed ${seed}`)

      const options = { kind, open, seed, events: 200, kills: 2, lifeMs: [200, 1_000] as const, say: () => {} }
      const { checks, facts } = await runTriggerTorture(options)

      t.diagnostic(JSON.stringify(facts))
      assert.deepEqual(
        checks.filter(({ problems }) => problems.length > 0),
        [],
      )
      assert.equal(facts['events'], 200)
    })
  }
})

test('the comparison tells what is lost, doubled, from nowhere, and not done', () => {
  const given = [
    { executionId: 'a', state: 'SUCCESS', numbers: [1, 2, 2] },
    { executionId: 'b', state: 'FAILED', numbers: [1, 9] },
  ]

  const { lost, doubled, foreign, unfinished } = compareEvents([1, 2, 3], given)

  assert.deepEqual(lost, ['event 3'])
  assert.deepEqual(doubled, ['event 1: a b', 'event 2: a a'])
  assert.deepEqual([foreign, unfinished], [['event 9'], ['b: FAILED']])
})
