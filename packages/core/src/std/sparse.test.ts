import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dropEntry, dropMember, noEntries, noMembers, withEntry, withMember } from './sparse.ts'

test('what nobody put anything into is shared, and stays empty when somebody does', () => {
  const shared = noEntries<string, number>()
  const own = withEntry(shared, 'a', 1)
  const set = withMember(noMembers<number>(), 7)

  assert.equal(shared, noEntries())
  assert.equal(shared.size, 0)
  assert.equal(withEntry(own, 'b', 2), own)
  assert.deepEqual(
    [...own],
    [
      ['a', 1],
      ['b', 2],
    ],
  )
  assert.deepEqual([...set], [7])
  assert.equal(noMembers().size, 0)
})

test('taking out of the shared ones does nothing', () => {
  const own = withEntry(noEntries<string, number>(), 'a', 1)

  dropEntry(noEntries<string, number>(), 'a')
  dropMember(noMembers<number>(), 7)
  dropEntry(own, 'a')

  assert.equal(own.size, 0)
  assert.equal(noMembers().size, 0)
})
