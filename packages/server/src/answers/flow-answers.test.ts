import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables } from '../storage/memory/tables.ts'
import type { FlowKey, Store } from '../storage/store.ts'
import { FLOW_ANSWERS } from './flow-answers.ts'

const DAY_MS = 86_400_000
const TENANT = 'main'

async function storeWith(...flows: readonly (readonly [string, string])[]): Promise<Store> {
  const store = openMemoryStore(newTables(), () => 0)
  for (const [namespace, flowId] of flows)
    for (const day of [1, 2, 3, 4]) {
      const source = `day ${day}`
      await store.perform('saveFlow', {
        ...{ tenant: TENANT, namespace, flowId, source, parsed: source },
        ...{ nowMs: day * DAY_MS, isDisabled: false },
      })
    }
  return store
}

async function purge(
  store: Store,
  args: Readonly<Record<string, string | number | boolean | string[]>>,
): Promise<number> {
  const all = await store.read.listFlows(undefined, 100)
  const flows = { all: (): Iterable<FlowKey> => all }
  const world = { store, flows, files: never('files'), environmentSecrets: new Map(), nowMs: () => 0 }
  const asker = { tenant: TENANT, namespace: 'a', flowId: 'x', executionId: '' }
  return Number(await FLOW_ANSWERS['flows.purge']?.(world, args, asker))
}

function never(what: string): never {
  // Nothing of it is touched: the answer would fail at once.
  return new Proxy({}, { get: () => assert.fail(what) }) as never
}

async function left(store: Store, namespace: string, flowId: string): Promise<readonly number[]> {
  const rows = await store.read.listRevisions({ tenant: TENANT, namespace, flowId })
  return rows.filter(row => !row.isDeleted).map(row => row.revision)
}

test('the newest revisions of the own namespace stay', async () => {
  const store = await storeWith(['a', 'x'], ['a.b', 'y'], ['other', 'z'])

  assert.equal(await purge(store, { keepAmount: 2 }), 4)

  assert.deepEqual(await left(store, 'a', 'x'), [3, 4])
  assert.deepEqual(await left(store, 'a.b', 'y'), [3, 4])
  assert.deepEqual(await left(store, 'other', 'z'), [1, 2, 3, 4])
  assert.equal(await purge(store, { keepAmount: 2 }), 0)
})

test('a date takes what is older, and never the newest', async () => {
  const store = await storeWith(['a', 'x'])

  assert.equal(await purge(store, { beforeMs: 3 * DAY_MS }), 2)
  assert.equal(await purge(store, { beforeMs: 99 * DAY_MS }), 1)

  assert.deepEqual(await left(store, 'a', 'x'), [4])
})

test('patterns and names choose the flows', async () => {
  const store = await storeWith(['a', 'one'], ['a', 'two'], ['a.b', 'one'], ['c', 'one'])

  assert.equal(await purge(store, { flowPattern: 'o*', includeChildNamespaces: false }), 0 + 3)
  assert.equal(await purge(store, { namespacePattern: 'c*' }), 3)
  assert.equal(await purge(store, { namespaces: ['a.b'] }), 3)

  assert.deepEqual(await left(store, 'a', 'two'), [1, 2, 3, 4])
})

test('a flow that was deleted is left as it is', async () => {
  const store = await storeWith(['a', 'x'])
  await store.perform('deleteFlow', { tenant: TENANT, namespace: 'a', flowId: 'x', nowMs: 9 * DAY_MS })

  assert.equal(await purge(store, {}), 0)
})
