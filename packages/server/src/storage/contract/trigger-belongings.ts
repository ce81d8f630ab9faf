// What belongs to a trigger: its state, changed by hand; the windows of its conditions; and why it started nothing.
import assert from 'node:assert/strict'
import type { WindowRow } from '../batch.ts'
import { REASONS_MAX, type FlowKey, type ReasonRow, type Store, type TriggerKey } from '../store.ts'
import { TENANT, join, storeCase, type StoreSubject } from './subject.ts'

const FLOW: FlowKey = { tenant: TENANT, namespace: 'company.team', flowId: 'hello' }
const NIGHTLY: TriggerKey = { ...FLOW, triggerId: 'nightly' }

async function save(store: Store, hash = 'h', triggerId = 'nightly'): Promise<void> {
  await store.perform('saveTriggers', { flow: FLOW, triggers: [{ triggerId, nextMs: 100, hash }] })
}

function window(setId: string, body: string | null): WindowRow {
  return { ...NIGHTLY, setId, body }
}

function reason(text: string, lastMs: number, count = 1): ReasonRow {
  return { ...NIGHTLY, code: 'conditions', reason: text, firstMs: lastMs, lastMs, count }
}

export function triggerBelongingsContract(subject: StoreSubject): void {
  changing(subject)
  windows(subject)
  reasons(subject)
}

function changing(subject: StoreSubject): void {
  storeCase(subject, 'of a trigger that is changed by hand only what is given changes', async ({ store }) => {
    await save(store)

    assert.equal(await store.perform('changeTrigger', { ...NIGHTLY, state: '{"mark":1}' }), true)
    assert.equal(await store.perform('changeTrigger', { ...NIGHTLY, isDisabled: true, nextMs: null }), true)
    assert.equal(await store.perform('changeTrigger', { ...NIGHTLY, executionId: 'e1', lastMs: 50 }), true)
    assert.equal(await store.perform('changeTrigger', { ...NIGHTLY, triggerId: 'ghost', isDisabled: true }), false)
    const stale = { nextMs: 7, state: '{"mark":1}' }
    const signal = { id: 'told', shard: 1, executionId: '-', body: '{}' }
    assert.equal(await store.perform('changeTrigger', { ...NIGHTLY, state: null, expected: stale, signal }), false)
    assert.deepEqual(await store.read.listSignals('', 10), [])
    const current = { nextMs: null, state: '{"mark":1}' }
    assert.equal(await store.perform('changeTrigger', { ...NIGHTLY, lastMs: 50, expected: current, signal }), true)
    assert.deepEqual(await store.read.listSignals('', 10), [signal])

    const [row] = await store.read.listTriggers(FLOW)
    assert.deepEqual(
      [row?.state, row?.isDisabled, row?.nextMs, row?.executionId, row?.lastMs, row?.hash],
      ['{"mark":1}', true, null, 'e1', 50, 'h'],
    )
  })

  storeCase(
    subject,
    'what a trigger keeps is written with its cursor, and gone with its definition',
    async ({ store }) => {
      await save(store)
      const node = await join(store)
      const cursor = { nextMs: 200, lastMs: 100, expectedNextMs: 100, executionId: null }

      await node.write({ triggers: [{ ...NIGHTLY, ...cursor, state: '{"mark":7}' }] })
      const [kept] = await store.read.listTriggers(FLOW)
      await save(store, 'other')
      const [fresh] = await store.read.listTriggers(FLOW)

      assert.equal(kept?.state, '{"mark":7}')
      assert.equal(fresh?.state, null)
    },
  )
}

function windows(subject: StoreSubject): void {
  storeCase(subject, 'a window is written over, and listed until it is over', async ({ store }) => {
    await save(store)
    const node = await join(store)

    await node.write({ windows: [window('both', '1'), window('other', '2')] })
    await node.write({ windows: [window('both', '3'), window('other', null)] })

    assert.deepEqual(await store.read.listWindows(FLOW), [window('both', '3')])
    assert.deepEqual(await store.read.listWindows(), [window('both', '3')])
    assert.deepEqual(await store.read.listWindows({ ...FLOW, flowId: 'elsewhere' }), [])
  })

  storeCase(
    subject,
    'windows and reasons go with their trigger, and stay when it is saved unchanged',
    async ({ store }) => {
      await save(store)
      const node = await join(store)
      await node.write({ windows: [window('both', '1')] })
      await store.perform('noteReasons', { rows: [reason('no', 1)] })

      await save(store)
      const kept = [await store.read.listWindows(FLOW), await store.read.listReasons(NIGHTLY, 10)]
      await save(store, 'other')

      assert.deepEqual(
        kept.map(rows => rows.length),
        [1, 1],
      )
      assert.deepEqual([await store.read.listWindows(FLOW), await store.read.listReasons(NIGHTLY, 10)], [[], []])
    },
  )
}

function reasons(subject: StoreSubject): void {
  storeCase(subject, 'equal reasons are counted, the latest come first', async ({ store }) => {
    await save(store)

    await store.perform('noteReasons', { rows: [reason('no', 1, 2), reason('late', 2)] })
    await store.perform('noteReasons', { rows: [reason('no', 3)] })

    const found = await store.read.listReasons(NIGHTLY, 10)
    assert.deepEqual(
      found.map(row => [row.reason, row.count, row.firstMs, row.lastMs]),
      [
        ['no', 3, 1, 3],
        ['late', 1, 2, 2],
      ],
    )
    assert.deepEqual(await store.read.listReasons({ ...NIGHTLY, triggerId: 'other' }, 10), [])
  })

  storeCase(subject, 'of many reasons the latest are kept', async ({ store }) => {
    await save(store)
    const rows = Array.from({ length: REASONS_MAX + 5 }, (_, index) => reason(`reason ${index}`, index + 1))

    await store.perform('noteReasons', { rows })

    const found = await store.read.listReasons(NIGHTLY, 1000)
    assert.equal(found.length, REASONS_MAX)
    assert.equal(found[0]?.reason, `reason ${REASONS_MAX + 4}`)
  })
}
