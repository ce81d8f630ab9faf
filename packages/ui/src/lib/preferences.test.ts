import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULTS, readPreferences } from './preferences-shape.ts'

test('choices are read as far as they are understood', () => {
  const read = ['{}', 'no json', 'null', '{"density":"compact","zone":"mars","other":1}'].map(readPreferences)

  assert.deepEqual(read, [DEFAULTS, DEFAULTS, DEFAULTS, { ...DEFAULTS, density: 'compact' }])
})
