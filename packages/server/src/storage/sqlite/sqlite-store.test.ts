// The contract, and its write path twice: small batches are written by the main thread, large ones by the database thread.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { newBatch, type LogRow } from '../batch.ts'
import { storeContract, writeContract, type OpenStore } from '../contract.ts'
import type { Store } from '../store.ts'
import { openSqliteStore } from './sqlite-store.ts'

const THREAD = new URL('flush-thread.ts', import.meta.url)

storeContract({ name: 'sqlite', open: async t => openIn(t, store => store) })
writeContract({ name: 'sqlite, database thread', open: async t => openIn(t, padded) })

function openIn(t: TestContext, wrap: (store: Store) => Store): OpenStore {
  const folder = mkdtempSync(join(tmpdir(), 'batuta-store-'))
  let atMs = 0
  const open = () => openSqliteStore({ file: join(folder, 'x.db'), nowMs: () => atMs, threadUrl: THREAD })
  let store = open()
  t.after(async () => {
    await store.close()
    rmSync(folder, { recursive: true })
  })
  return {
    store: wrap(store),
    reopen: async () => {
      await store.close()
      store = open()
      return wrap(store)
    },
    setNow: nowMs => void (atMs = nowMs),
  }
}

/** Rows that nobody reads make every batch too large for the main thread. */
function padded(store: Store): Store {
  const filler: LogRow = {
    executionId: 'filler',
    tenant: 'filler',
    namespace: '',
    flowId: '',
    atMs: 0,
    levelMax: 0,
    lines: '[]',
  }
  const rows = Array.from({ length: 30 }, () => filler)
  return {
    ...store,
    flush: batch =>
      store.flush({ ...newBatch(batch.node, batch.incarnation), ...batch, logs: [...batch.logs, ...rows] }),
  }
}
