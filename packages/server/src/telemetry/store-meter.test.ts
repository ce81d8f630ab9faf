import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newBatch, type LogRow } from '../storage/batch.ts'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables } from '../storage/memory/tables.ts'
import { FlushError, type Store } from '../storage/store.ts'
import { StoreMeter, meteredStore } from './store-meter.ts'

interface Opened {
  readonly store: Store
  readonly meter: StoreMeter
}

/** Each look at the clock is ten milliseconds after the one before. */
async function open(change: (store: Store) => Partial<Store> = () => ({})): Promise<Opened> {
  let elapsedMs = 0
  const plain = openMemoryStore(newTables(), () => 0)
  const meter = new StoreMeter()
  const store = meteredStore({ ...plain, ...change(plain) }, meter, () => (elapsedMs += 10))
  await store.perform('joinNode', { node: 'n', nowMs: 0 })
  return { store, meter }
}

test('flushes are counted with what they take and hold', async () => {
  const { store, meter } = await open()
  const batch = newBatch('n', 1)
  batch.seq = 1
  batch.signals.push({ id: 's', shard: 0, executionId: 'e', body: '{}' })

  await store.flush(batch)

  assert.deepEqual([meter.flushes.count, meter.flushes.sum], [1, 0.01])
  assert.deepEqual([meter.flushRows.count, meter.flushRows.sum], [1, 1])
})

test('a flush that fails is counted by its fault, and fails all the same', async () => {
  const { store, meter } = await open(() => ({ flush: () => Promise.reject(new FlushError('unknown', 'lost')) }))

  await assert.rejects(store.flush(newBatch('n', 1)), { fault: 'unknown' })

  assert.equal(meter.flushErrors.get('unknown')?.count, 1)
  assert.equal(meter.flushes.count, 0)
})

test('reads and rare writes are timed by name, and their failures counted', async () => {
  const { store, meter } = await open(plain => ({
    read: { ...plain.read, findExecution: () => Promise.reject(new Error('away')) },
  }))

  await store.read.countFreeJobs()
  await assert.rejects(store.read.findExecution('e'))

  assert.deepEqual([...meter.operations.keys()], ['joinNode', 'countFreeJobs', 'findExecution'])
  assert.equal(meter.operations.get('countFreeJobs')?.sum, 0.01)
  assert.deepEqual(
    [...meter.operationErrors].map(([name, { count }]) => [name, count]),
    [['findExecution', 1]],
  )
})

test('whoever listens is told of lines once they are stored', async () => {
  const { store, meter } = await open()
  const heard: string[] = []
  meter.onLogs.push(rows => heard.push(...rows.map(row => row.lines)))
  const row: LogRow = {
    executionId: 'e',
    tenant: 'main',
    namespace: 'n',
    flowId: 'f',
    atMs: 0,
    levelMax: 2,
    lines: '[1]',
  }

  await store.perform('appendLogs', { rows: [row] })
  const batch = newBatch('n', 1)
  batch.seq = 1
  batch.logs.push({ ...row, lines: '[2]' })
  await store.flush(batch)

  assert.deepEqual(heard, ['[1]', '[2]'])
})
