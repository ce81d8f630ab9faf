import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RULES_PLAYED, controlsMissed, inputsMissed, listsMissed, rulesMissed } from './coverage.ts'
import { simulate } from './simulate.ts'

test('random flows have every control task of the catalogue', () => {
  assert.deepEqual(controlsMissed(), [])
})

test('random flows have everything that can be put on a flow or a task', () => {
  assert.deepEqual(listsMissed(), [])
})

test('random flows have inputs of every type', () => {
  assert.deepEqual(inputsMissed(), [])
})

test('the flows of the runs have every kind of trigger, of limit, and of what is said to them', async () => {
  assert.deepEqual(await rulesMissed(), [])
})

test('a run plays every limit and every rule of triggers, each counted when it took effect', async () => {
  const counts = new Set<string>()
  for (let seed = 1; seed <= PLAYED_WITHIN && missing(counts).length > 0; seed++)
    for (const what of (await simulate({ seed })).counts.keys()) counts.add(what)

  assert.deepEqual(missing(counts), [])
})

const PLAYED_WITHIN = 150

function missing(counts: ReadonlySet<string>): readonly string[] {
  return RULES_PLAYED.filter(what => !counts.has(what))
}
