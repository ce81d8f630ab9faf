import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LaneCounts } from './lane-counts.ts'

test('lanes are counted as a map would count them, whatever comes and goes', () => {
  const step = fc.tuple(fc.constantFrom('set', 'delete', 'clear'), fc.nat(40), fc.nat(9))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), steps => {
      const lanes = new LaneCounts()
      const map = new Map<number, number>()
      for (const [what, lane, count] of steps) {
        if (what === 'set') {
          lanes.set(lane, count)
          map.set(lane, count)
        } else if (what === 'delete' || lane > 0) {
          lanes.delete(lane)
          map.delete(lane)
        } else {
          lanes.clear()
          map.clear()
        }
        assert.equal(lanes.size, map.size)
        assert.equal(lanes.get(lane), map.get(lane))
      }
      assert.deepEqual(
        [...lanes],
        [...map].sort(([a], [b]) => a - b),
      )
    }),
  )
})
