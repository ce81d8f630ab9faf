// Triggers: a cursor that moves by compare and set in the flush of the birth, and that a saved flow keeps where its definition did not change.
import assert from 'node:assert/strict'
import type { TriggerRow } from '../batch.ts'
import type { FlowKey, Store, StoredTrigger } from '../store.ts'
import { NOW_MS, TENANT, executionRow, join, storeCase, type StoreSubject } from './subject.ts'

const FLOW: FlowKey = { tenant: TENANT, namespace: 'company.team', flowId: 'hello' }

function move(expectedNextMs: number | null, nextMs: number | null, more: Partial<TriggerRow> = {}): TriggerRow {
  return {
    ...FLOW,
    triggerId: 'nightly',
    nextMs,
    lastMs: expectedNextMs,
    expectedNextMs,
    executionId: 'e1',
    state: null,
    ...more,
  }
}

async function save(store: Store, ...triggers: readonly (readonly [string, number | null, string])[]): Promise<void> {
  await store.perform('saveTriggers', {
    flow: FLOW,
    triggers: triggers.map(([triggerId, nextMs, hash]) => ({ triggerId, nextMs, hash })),
  })
}

async function triggers(store: Store): Promise<Record<string, StoredTrigger>> {
  return Object.fromEntries((await store.read.listTriggers()).map(row => [row.triggerId, row]))
}

export function triggerContract(subject: StoreSubject): void {
  moving(subject)
  listing(subject)
  saving(subject)
}

function moving(subject: StoreSubject): void {
  storeCase(subject, 'a trigger stands where it was saved', async ({ store }) => {
    await save(store, ['nightly', 100, 'h'], ['webhook', null, 'w'])

    const { nightly, webhook } = await triggers(store)

    assert.deepEqual(nightly, {
      ...FLOW,
      triggerId: 'nightly',
      nextMs: 100,
      lastMs: null,
      expectedNextMs: 100,
      executionId: null,
      isDisabled: false,
      hash: 'h',
      state: null,
    })
    assert.equal(webhook?.nextMs, null)
  })

  storeCase(subject, 'a cursor moves together with the birth that it fires', async ({ store }) => {
    await save(store, ['nightly', 100, 'h'])
    const node = await join(store)

    await node.write({ births: [executionRow('e1')], triggers: [move(100, 200)] })
    await node.write({ triggers: [move(200, null, { executionId: 'e2' })] })

    const { nightly } = await triggers(store)
    assert.deepEqual(
      [nightly?.nextMs, nightly?.lastMs, nightly?.executionId, nightly?.expectedNextMs],
      [null, 200, 'e2', null],
    )
    await node.write({ triggers: [move(null, 300)] })
    assert.equal((await triggers(store)).nightly?.nextMs, 300)
  })

  storeCase(subject, 'a cursor that stands elsewhere refuses the whole batch', async ({ store }) => {
    await save(store, ['nightly', 100, 'h'])
    const node = await join(store)
    await node.write({ births: [executionRow('e1')], triggers: [move(100, 200)] })

    await node.refused({ births: [executionRow('e2')], triggers: [move(100, 200)] }, 'known')
    await node.refused({ births: [executionRow('e2')], triggers: [move(null, 200)] }, 'known')
    await node.refused({ births: [executionRow('e2')], triggers: [move(200, 300), move(200, 300)] }, 'known')

    assert.equal((await triggers(store)).nightly?.nextMs, 200)
  })

  storeCase(subject, 'a trigger that is gone fires nothing', async ({ store }) => {
    const node = await join(store)

    await node.refused({ births: [executionRow('e2')], triggers: [move(100, 200)] }, 'known')
  })

  storeCase(subject, 'a trigger is disabled and enabled with a new cursor', async ({ store }) => {
    await save(store, ['nightly', 100, 'h'])
    const key = { ...FLOW, triggerId: 'nightly' }

    assert.equal(await store.perform('setTriggerDisabled', { ...key, isDisabled: true, nextMs: 100 }), true)
    assert.deepEqual((await triggers(store)).nightly?.isDisabled, true)
    assert.equal(await store.perform('setTriggerDisabled', { ...key, isDisabled: false, nextMs: 500 }), true)

    const { nightly } = await triggers(store)
    assert.deepEqual([nightly?.isDisabled, nightly?.nextMs, nightly?.expectedNextMs], [false, 500, 500])
    assert.equal(
      await store.perform('setTriggerDisabled', { ...key, triggerId: 'ghost', isDisabled: true, nextMs: 1 }),
      false,
    )
  })
}

function listing(subject: StoreSubject): void {
  storeCase(subject, 'triggers whose date has come are listed, and those that are switched off', async ({ store }) => {
    await save(
      store,
      ['early', 99, 'a'],
      ['then', 100, 'b'],
      ['late', 101, 'c'],
      ['webhook', null, 'd'],
      ['off', 1, 'e'],
    )
    await store.perform('setTriggerDisabled', { ...FLOW, triggerId: 'off', isDisabled: true, nextMs: 1 })
    const { early, off } = await triggers(store)

    assert.deepEqual(await store.read.listDueTriggers(100), [early])
    assert.deepEqual(await store.read.listDisabledTriggers(), [off])
    assert.deepEqual(await store.read.listDueTriggers(99), [])
  })
}

function saving(subject: StoreSubject): void {
  storeCase(subject, 'saving keeps the cursor of triggers that did not change', async ({ store }) => {
    await save(store, ['nightly', 100, 'h'], ['hourly', 10, 'x'])
    const node = await join(store)
    await node.write({ births: [executionRow('e1')], triggers: [move(100, 200)] })

    await save(store, ['nightly', NOW_MS, 'h'], ['hourly', NOW_MS, 'y'], ['new', 7, 'n'])

    const saved = await triggers(store)
    assert.deepEqual([saved.nightly?.nextMs, saved.nightly?.lastMs, saved.nightly?.executionId], [200, 100, 'e1'])
    assert.deepEqual([saved.hourly?.nextMs, saved.hourly?.hash], [NOW_MS, 'y'])
    assert.equal(saved.new?.nextMs, 7)
    await node.write({ births: [executionRow('e2')], triggers: [move(200, 300)] })
  })

  storeCase(subject, 'a changed definition begins anew: no last run, no cursor of old', async ({ store }) => {
    await save(store, ['nightly', 100, 'h'])
    const node = await join(store)
    await node.write({ births: [executionRow('e1')], triggers: [move(100, 200)] })

    await save(store, ['nightly', 50, 'other'])

    const { nightly } = await triggers(store)
    assert.deepEqual([nightly?.nextMs, nightly?.lastMs, nightly?.executionId], [50, null, null])
  })

  storeCase(subject, 'a trigger that was disabled by hand stays so when its flow is saved', async ({ store }) => {
    await save(store, ['nightly', 100, 'h'], ['hourly', 10, 'x'])
    for (const triggerId of ['nightly', 'hourly'])
      await store.perform('setTriggerDisabled', { ...FLOW, triggerId, isDisabled: true, nextMs: 100 })

    await save(store, ['nightly', 100, 'h'], ['hourly', 10, 'changed'])

    const saved = await triggers(store)
    assert.deepEqual([saved.nightly?.isDisabled, saved.hourly?.isDisabled], [true, true])
  })

  storeCase(subject, 'triggers that a save no longer names are gone', async ({ store }) => {
    await save(store, ['nightly', 100, 'h'], ['hourly', 10, 'x'])

    await save(store, ['hourly', 10, 'x'])

    assert.deepEqual(Object.keys(await triggers(store)), ['hourly'])
    await save(store)
    assert.deepEqual(await store.read.listTriggers(), [])
  })

  storeCase(subject, 'flows whose names begin alike have triggers of their own', async ({ store }) => {
    await save(store, ['nightly', 100, 'h'])
    await store.perform('saveTriggers', {
      flow: { ...FLOW, flowId: 'hello2' },
      triggers: [{ triggerId: 'nightly', nextMs: 5, hash: 'h' }],
    })

    await save(store)

    assert.deepEqual(
      (await store.read.listTriggers()).map(row => [row.flowId, row.nextMs]),
      [['hello2', 5]],
    )
  })
}
