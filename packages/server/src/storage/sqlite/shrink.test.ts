import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { newId } from '@batuta/core'
import { executionRow, join, journalRow } from '../contract/subject.ts'
import { openSqliteStore } from './sqlite-store.ts'

const BORN_MS = 1_900_000_000_000

test('a file of which much was purged gives it back slice by slice, while it is written to', async t => {
  const folder = mkdtempSync(joinPath(tmpdir(), 'batuta-shrink-'))
  const file = joinPath(folder, 'x.db')
  const store = openSqliteStore({ file, nowMs: () => BORN_MS, threadUrl: new URL('flush-thread.ts', import.meta.url) })
  t.after(async () => {
    await store.close()
    rmSync(folder, { recursive: true })
  })
  const node = await join(store)
  for (let index = 0; index < 400; index++) {
    const id = newId({ nowMs: BORN_MS + index, shard: 0, random: () => 0.5 })
    const row = executionRow(id, { endMs: BORN_MS + index, waitsFor: null, createdMs: BORN_MS + index })
    await node.write({ births: [row], journal: [journalRow(id, 1, 'x'.repeat(100_000))] })
  }
  const before = pagesOf(file)

  for (let afterId = ''; ;) {
    const slice = { endedBeforeMs: BORN_MS + 1_000_000, afterId, limit: 8 }
    const [purged] = await Promise.all([store.perform('purgeExecutions', slice), node.write({})])
    if (purged.nextAfterId === null) break
    afterId = purged.nextAfterId
  }

  assert.ok(before > 9_000, `${before} pages`)
  assert.ok(pagesOf(file) < before / 2, `${pagesOf(file)} of ${before} pages are left`)
})

function pagesOf(file: string): number {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    return Number(db.prepare('pragma page_count').get()?.['page_count'])
  } finally {
    db.close()
  }
}
