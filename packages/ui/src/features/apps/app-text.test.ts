import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCatalogue, parseApp } from '@batuta/core'
import { newAppOf } from './app-text.ts'

test('a new app is a whole one, named after its flow', () => {
  const source = newAppOf({ namespace: 'a.b', id: 'take-order', description: 'Takes "orders"\nand more' })
  const { app, diagnostics } = parseApp(source, { catalogue: createCatalogue([]) })

  assert.deepEqual(diagnostics, [])
  assert.deepEqual(
    [app?.id, app?.flowId, app?.displayName, app?.description, app?.access],
    ['take-order', 'take-order', 'Take order', 'Takes "orders"', 'PUBLIC'],
  )
})
