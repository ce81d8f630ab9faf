import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ranks } from './ranks.ts'

test('a flood of one namespace stands between the jobs of another, and not before them', () => {
  const ranks = new Ranks()
  const flood = Array.from({ length: 10_000 }, () => ranks.rankOf('flood', 1_000))
  const quiet = Array.from({ length: 5 }, () => ranks.rankOf('quiet', 2_000))

  const before = flood.filter(rank => rank < (quiet[4] ?? 0)).length

  assert.ok(before < 20, `${before} jobs of the flood go before the fifth of the other namespace`)
  assert.deepEqual(
    quiet.toSorted((a, b) => a - b),
    quiet,
  )
})

test('who alone asks now and then is ranked by the hour', () => {
  const ranks = new Ranks()
  assert.deepEqual(
    [1_000, 2_000, 3_000].map(nowMs => ranks.rankOf('n', nowMs)),
    [1_000, 2_000, 3_000],
  )
})

test('a priority goes first, but not before who has waited longer than it is worth', () => {
  const ranks = new Ranks()
  const hourMs = 3_600_000
  const old = ranks.rankOf('n', 0)
  const normal = ranks.rankOf('n', 2 * hourMs)
  const high = ranks.rankOf('n', 2 * hourMs, 'HIGH')
  const low = ranks.rankOf('n', 2 * hourMs, 'LOW')

  assert.ok(old < high && high < normal && normal < low)
})
