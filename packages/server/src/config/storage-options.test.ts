import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BatutaError } from '@batuta/core'
import { readStorageOptions } from './storage-options.ts'

test('without options everything is durable, migrated at the start and kept for ever', () => {
  assert.deepEqual(
    readStorageOptions(() => undefined),
    { durability: 'full', isMigrating: true, executionsKeptMs: undefined },
  )
})

test('the options of the store are read from the configuration', () => {
  const given = new Map([
    ['database.durability', 'relaxed'],
    ['database.migrate', 'false'],
    ['retention.executions', 'P90D'],
  ])

  assert.deepEqual(
    readStorageOptions(path => given.get(path)),
    { durability: 'relaxed', isMigrating: false, executionsKeptMs: 90 * 86_400_000 },
  )
})

for (const [option, value] of [
  ['database.durability', 'off'],
  ['database.migrate', 'maybe'],
  ['retention.executions', '90'],
  ['retention.executions', 'PT1S'],
] as const) {
  test(`the option ${option} cannot be "${value}"`, () => {
    const read = (): unknown => readStorageOptions(path => (path === option ? value : undefined))

    assert.throws(read, error => error instanceof BatutaError && error.message.includes(`${option} is "${value}"`))
  })
}
