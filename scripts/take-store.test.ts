import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takeStore } from './take-store.mjs'

test('the store is taken out of the arguments, wherever it stands', () => {
  assert.deepEqual(takeStore(['a.ts', '--store', 'postgres', 'b.ts']), { store: 'postgres', rest: ['a.ts', 'b.ts'] })
  assert.deepEqual(takeStore(['a.ts']), { store: undefined, rest: ['a.ts'] })
})

test('a store that there is not is refused with those that there are', () => {
  assert.throws(() => takeStore(['--store', 'mysql']), /--store is followed by sqlite or postgres, not by "mysql"/)
  assert.throws(() => takeStore(['--store']), /not by nothing/)
})
