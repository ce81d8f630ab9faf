import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Together } from './together.ts'

test('what is settled while a statement is on its way goes with the next one', async () => {
  const sent: number[][] = []
  const ends: (() => void)[] = []
  const together = new Together<number>(async runs => {
    sent.push([...runs])
    await new Promise<void>(resolve => ends.push(resolve))
  })

  const first = together.add(1)
  await new Promise(setImmediate)
  const others = [2, 3, 4].map(async run => await together.add(run))
  ends[0]?.()
  await first
  await new Promise(setImmediate)
  ends[1]?.()
  await Promise.all(others)

  assert.deepEqual(sent, [[1], [2, 3, 4]])
})

test('a statement that failed is told to those who were in it, and the next ones go on', async () => {
  let count = 0
  const together = new Together<number>(async () => {
    if (++count === 1) throw new Error('the database is away')
  })

  await assert.rejects(together.add(1), /away/)
  await together.add(1)

  assert.equal(count, 2)
})
