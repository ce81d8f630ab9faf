import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCatalogue, newId, parseFlow } from '@batuta/core'
import type { ExecutionRow } from '../storage/batch.ts'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables } from '../storage/memory/tables.ts'
import { openBreakers } from './breakers.ts'

const KEY = { tenant: 'main', namespace: 'team', flowId: 'f' }
const SOURCE = `id: f
namespace: team
circuitBreaker: { failures: 2, window: PT1M }
tasks: [{ id: t, type: io.kestra.plugin.core.log.Log, message: x }]
`
const START_MS = 1_900_000_000_000

test('what failed last counts, whenever it began', async () => {
  const tables = newTables()
  const breakers = openBreakers({ store: openMemoryStore(tables, () => 0), nowMs: () => START_MS + 500_000 })
  const { flow } = parseFlow(SOURCE, { catalogue: createCatalogue([]) })
  assert.ok(flow)
  const fail = (startS: number, endS: number): void => {
    const [createdMs, endMs] = [START_MS + startS * 1_000, START_MS + endS * 1_000]
    const id = newId({ nowMs: createdMs, shard: 1, random: () => 0.5 })
    tables.executions.set(id, { ...KEY, id, state: 'FAILED', createdMs, endMs, triggerId: null } as ExecutionRow)
  }

  fail(0, 300)
  fail(10, 310)
  fail(100, 101)
  fail(200, 201)

  assert.equal((await breakers.heldBy(KEY, flow))?.sinceMs, START_MS + 310_000)
})
