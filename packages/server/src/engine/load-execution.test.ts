import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EVENT_VERSION, encodeEvents, newId } from '@batuta/core'
import { openFlowCatalogue } from '../flows/flow-catalogue.ts'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables } from '../storage/memory/tables.ts'
import { loadExecution } from './load-execution.ts'

test('an execution that was deleted while a turn of it was on its way is not there', async () => {
  const tables = newTables()
  const store = openMemoryStore(tables, () => 1)
  const id = newId({ nowMs: 1, shard: 1, random: () => 0.5 })
  const events = encodeEvents([{ type: 'moved', to: 'FAILED' }])
  tables.journal.set(id, [{ executionId: id, turn: 2, version: EVENT_VERSION, atMs: 1, events }])

  const loaded = await loadExecution(id, { store, flows: await openFlowCatalogue(store) })

  assert.equal(loaded.type, 'unknown')
})
