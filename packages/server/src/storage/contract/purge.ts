// What is old goes slice by slice: those that ended before a moment, each with all that belongs to it, and nothing else.
import assert from 'node:assert/strict'
import { newId } from '@batuta/core'
import type { ExecutionRow } from '../batch.ts'
import type { Store } from '../store.ts'
import { NOW_MS, executionRow, join, journalRow, logRow, storeCase, type StoreSubject, type Writer } from './subject.ts'

const CUT_MS = NOW_MS + 100

/** Born in this order, and ended at that moment; null lives. */
async function fill(node: Writer, ends: readonly (number | null)[]): Promise<readonly string[]> {
  const ids: string[] = []
  for (const [index, endMs] of ends.entries()) ids.push(await write(node, NOW_MS + index, endMs))
  return ids
}

async function write(node: Writer, bornMs: number, endMs: number | null): Promise<string> {
  const executionId = newId({ nowMs: bornMs, shard: 1, random: () => 0.5 })
  const row: Partial<ExecutionRow> = { createdMs: bornMs, endMs, waitsFor: endMs === null ? 'job' : null }
  await node.write({
    births: [executionRow(executionId, row)],
    labels: [{ executionId, key: 'k', value: 'v' }],
    journal: [journalRow(executionId, 1)],
    logs: [logRow(executionId)],
    metrics: [{ executionId, run: 0, taskId: 't', name: 'n', type: 'counter', value: 1, tags: '{}', atMs: bornMs }],
  })
  return executionId
}

/** All of it, or nothing of it. */
async function isThere(store: Store, id: string): Promise<boolean> {
  const labels = [{ key: 'k', value: 'v' }]
  const labelled = await store.read.listExecutions({ tenant: 'main', limit: 100, labels })
  const parts = [
    (await store.read.findExecution(id)) !== undefined,
    (await store.read.journalOf(id)).length > 0,
    (await store.read.logsOf({ executionId: id, limit: 1 })).length > 0,
    (await store.read.metricsOf(id)).length > 0,
    labelled.some(row => row.id === id),
  ]
  assert.equal(new Set(parts).size, 1, `of "${id}" only some is there: ${parts.join(', ')}`)
  return parts[0] ?? false
}

async function left(store: Store, ids: readonly string[]): Promise<readonly number[]> {
  const there = await Promise.all(ids.map(async id => await isThere(store, id)))
  return there.flatMap((is, index) => (is ? [index] : []))
}

export function purgeContract(subject: StoreSubject): void {
  storeCase(subject, 'what ended before a moment is purged with all that belongs to it; the rest stays', async t => {
    const { store } = t
    const ids = await fill(await join(store), [NOW_MS + 50, null, CUT_MS, CUT_MS - 1, CUT_MS + 1])

    const purged = await store.perform('purgeExecutions', { endedBeforeMs: CUT_MS, afterId: '', limit: 10 })

    assert.deepEqual(purged, {
      executions: [0, 3].map(index => ({ id: ids[index], namespace: 'company.team', flowId: 'hello' })),
      nextAfterId: null,
    })
    assert.deepEqual(await left(store, ids), [1, 2, 4])
  })

  storeCase(subject, 'a purge looks at so many at a time and goes on where it stopped, oldest first', async t => {
    const { store } = t
    const ids = await fill(await join(store), [NOW_MS + 9, null, NOW_MS + 9, NOW_MS + 9, null])
    const slice = { endedBeforeMs: CUT_MS, limit: 2 }

    const first = await store.perform('purgeExecutions', { ...slice, afterId: '' })
    assert.deepEqual([first.executions.map(row => row.id), first.nextAfterId], [[ids[0]], ids[1]])
    const second = await store.perform('purgeExecutions', { ...slice, afterId: first.nextAfterId ?? '' })
    assert.deepEqual([second.executions.map(row => row.id), second.nextAfterId], [[ids[2], ids[3]], ids[3]])
    const third = await store.perform('purgeExecutions', { ...slice, afterId: second.nextAfterId ?? '' })

    assert.deepEqual(third, { executions: [], nextAfterId: null })
    assert.deepEqual(await left(store, ids), [1, 4])
  })

  storeCase(subject, 'what was born later is not even looked at', async t => {
    const { store } = t
    const node = await join(store)
    await write(node, CUT_MS, CUT_MS + 5)

    const purged = await store.perform('purgeExecutions', { endedBeforeMs: CUT_MS, afterId: '', limit: 1 })

    assert.deepEqual(purged, { executions: [], nextAfterId: null })
  })
}
