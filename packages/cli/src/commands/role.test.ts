import assert from 'node:assert/strict'
import { test } from 'node:test'
import { permissionsOf } from './role.ts'

test('permissions are written as resource and actions, and add up', () => {
  assert.deepEqual(permissionsOf(['FLOW:READ', 'EXECUTION:READ,CREATE', 'FLOW:UPDATE']), {
    FLOW: ['READ', 'UPDATE'],
    EXECUTION: ['READ', 'CREATE'],
  })
  assert.throws(() => permissionsOf(['FLOW']), /write RESOURCE:ACTION/)
})
