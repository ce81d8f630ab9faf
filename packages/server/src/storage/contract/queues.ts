// Timers, signals and operations: what the engine finds again after a restart.
import assert from 'node:assert/strict'
import type { OperationRow } from '../batch.ts'
import { NOW_MS, join, signalRow, storeCase, timerRow, type StoreSubject } from './subject.ts'

export function queueContract(subject: StoreSubject): void {
  timers(subject)
  signals(subject)
  operations(subject)
}

function timers(subject: StoreSubject): void {
  storeCase(subject, 'timers are listed by their hour up to a moment, the moment included', async ({ store }) => {
    const node = await join(store)
    await node.write({
      timers: [timerRow('e1', 'b', 30), timerRow('e2', 'a', 10), timerRow('e1', 'a', 20), timerRow('e3', 'a', 31)],
    })

    const until30 = await store.read.listTimers({ untilMs: 30, limit: 10 })

    assert.deepEqual(
      until30.map(row => row.atMs),
      [10, 20, 30],
    )
    assert.equal((await store.read.listTimers({ untilMs: 30, limit: 2 })).length, 2)
    assert.deepEqual(await store.read.listTimers({ untilMs: 9, limit: 10 }), [])
  })

  storeCase(subject, 'a timer that is set anew moves', async ({ store }) => {
    const node = await join(store)
    await node.write({ timers: [timerRow('e1', 'a', 20)] })

    await node.write({ timers: [timerRow('e1', 'a', 90)] })

    assert.deepEqual(await store.read.listTimers({ untilMs: 100, limit: 10 }), [timerRow('e1', 'a', 90)])
  })

  storeCase(subject, 'a timer ends alone: neither its name elsewhere nor its neighbours', async ({ store }) => {
    const node = await join(store)
    await node.write({ timers: [timerRow('e1', 'a', 1), timerRow('e1', 'b', 2), timerRow('e2', 'a', 3)] })

    await node.write({ timersEnded: [{ executionId: 'e1', name: 'a' }] })

    assert.deepEqual(
      (await store.read.listTimers({ untilMs: 9, limit: 10 })).map(row => row.atMs),
      [2, 3],
    )
  })
}

function signals(subject: StoreSubject): void {
  storeCase(subject, 'signals are listed in the order of their ids, page by page', async ({ store }) => {
    const node = await join(store)
    await node.write({ signals: [signalRow('n/1/000002'), signalRow('n/1/000001', 'e2', '{"a":1}')] })
    await node.write({ signals: [signalRow('n/1/000010'), signalRow('n/1/000003')] })

    const first = await store.read.listSignals('', 3)
    const second = await store.read.listSignals(first.at(-1)?.id ?? '', 3)

    assert.deepEqual(
      [...first, ...second].map(row => row.id),
      ['n/1/000001', 'n/1/000002', 'n/1/000003', 'n/1/000010'],
    )
    assert.deepEqual(first[0], signalRow('n/1/000001', 'e2', '{"a":1}'))
  })

  storeCase(subject, 'a signal that was taken is gone', async ({ store }) => {
    const node = await join(store)
    await node.write({ signals: [signalRow('s1'), signalRow('s2')] })

    await node.write({ signalsTaken: ['s1'], signals: [signalRow('s3')] })

    assert.deepEqual(
      (await store.read.listSignals('', 10)).map(row => row.id),
      ['s2', 's3'],
    )
  })
}

function operations(subject: StoreSubject): void {
  const row: OperationRow = {
    key: 'key-1',
    entity: 'e1',
    bodyHash: 'abc',
    status: 200,
    body: '{"id":"e1"}',
    expiresMs: NOW_MS + 10,
  }

  storeCase(subject, 'an operation is found by its key and stays what it was', async ({ store }) => {
    const node = await join(store)
    await node.write({ operations: [row] })

    await node.refused({ operations: [{ ...row, entity: 'e2' }] }, 'known')

    assert.deepEqual(await store.read.findOperation('key-1'), row)
    assert.equal(await store.read.findOperation('key-2'), undefined)
  })

  storeCase(
    subject,
    'operations are purged when their time is over, the oldest first, so many at a time',
    async opened => {
      const { store } = opened
      const node = await join(store)
      const at = (key: string, expiresMs: number): OperationRow => ({ ...row, key, expiresMs })
      await node.write({ operations: [at('k3', 30), at('k1', 10), at('k2', 20), at('k4', 40)] })

      assert.equal(await store.perform('purgeOperations', { nowMs: 30, limit: 2 }), 2)

      assert.equal(await store.read.findOperation('k1'), undefined)
      assert.equal(await store.read.findOperation('k2'), undefined)
      assert.equal((await store.read.findOperation('k3'))?.key, 'k3')
      assert.equal(await store.perform('purgeOperations', { nowMs: 30, limit: 10 }), 1)
      assert.equal(await store.perform('purgeOperations', { nowMs: 30, limit: 10 }), 0)
      await node.write({ operations: [at('k1', 99)] })
    },
  )

  storeCase(subject, 'a key is claimed once, until its time is over', async ({ store }) => {
    const other = { ...row, entity: 'e2', body: '{"by":2}' }

    assert.equal(await store.perform('claimOperation', { row, nowMs: 0 }), null)
    assert.deepEqual(await store.perform('claimOperation', { row: other, nowMs: row.expiresMs - 1 }), row)
    assert.deepEqual(await store.read.findOperation(row.key), row)
    assert.equal(await store.perform('claimOperation', { row: other, nowMs: row.expiresMs }), null)
    assert.deepEqual(await store.read.findOperation(row.key), other)
  })

  storeCase(subject, 'an operation is changed by who knows how it is, and goes once', async ({ store }) => {
    const { key, body } = row
    await store.perform('claimOperation', { row, nowMs: 0 })
    const to = { status: 201, body: '{"done":true}' }

    assert.equal(await store.perform('changeOperation', { key, body: 'else', to }), false)
    assert.equal(await store.perform('changeOperation', { key, body, to }), true)
    assert.deepEqual(await store.read.findOperation(key), { ...row, ...to })
    assert.equal(await store.perform('changeOperation', { key, body, to: null }), false)
    assert.equal(await store.perform('changeOperation', { key, body: to.body, to: null }), true)
    assert.equal(await store.perform('changeOperation', { key, body: to.body, to: null }), false)
    assert.equal(await store.read.findOperation(key), undefined)
  })
}
