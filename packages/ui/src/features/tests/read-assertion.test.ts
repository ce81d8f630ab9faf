import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLong, readAssertion } from './read-assertion.ts'

test('values are shown as they read, and the reason of whoever wrote it only where it does not hold', () => {
  const broken = {
    operator: 'equalTo',
    expression: '{{ a }}',
    expected: { x: 1 },
    actual: null,
    isSuccess: false,
    errorMessage: 'why',
  }

  const line = readAssertion(broken)

  assert.deepEqual([line.expected, line.actual, line.remark], ['{\n  "x": 1\n}', 'null', 'why'])
  assert.equal(readAssertion({ ...broken, isSuccess: true }).remark, undefined)
  assert.deepEqual([isLong(line), isLong({ expected: 'a', actual: 'b' })], [true, false])
})
