import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Settlements, type SettledJob } from './settlements.ts'

function jobOf(run: number): SettledJob {
  const executionId = 'e'
  return { key: { executionId, run, epoch: 1 }, signal: { id: `s${run}`, shard: 0, executionId, body: '{}' } }
}

test('what is settled while a statement is on its way goes with the next one', async () => {
  const sent: number[][] = []
  const ends: (() => void)[] = []
  const settlements = new Settlements(async jobs => {
    sent.push(jobs.map(({ key }) => key.run))
    await new Promise<void>(resolve => ends.push(resolve))
  })

  const first = settlements.add(jobOf(1))
  await new Promise(setImmediate)
  const others = [2, 3, 4].map(async run => await settlements.add(jobOf(run)))
  ends[0]?.()
  await first
  await new Promise(setImmediate)
  ends[1]?.()
  await Promise.all(others)

  assert.deepEqual(sent, [[1], [2, 3, 4]])
})

test('a statement that failed is told to those who were in it, and the next ones go on', async () => {
  let count = 0
  const settlements = new Settlements(async () => {
    if (++count === 1) throw new Error('the database is away')
  })

  await assert.rejects(settlements.add(jobOf(1)), /away/)
  await settlements.add(jobOf(1))

  assert.equal(count, 2)
})
