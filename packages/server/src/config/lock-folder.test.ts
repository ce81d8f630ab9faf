import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { lockFolder } from './lock-folder.ts'

const NO_PATIENCE_MS = 0

test('a folder that a server holds is refused to another, until the first lets go', t => {
  const folder = mkdtempSync(join(tmpdir(), 'batuta-lock-'))
  t.after(() => rmSync(folder, { recursive: true }))

  const unlock = lockFolder(folder)
  assert.throws(() => lockFolder(folder, NO_PATIENCE_MS), {
    message: `The data folder "${folder}" is in use by another server: stop that one, or give this one a folder of its own with --data.`,
  })
  unlock()

  lockFolder(folder, NO_PATIENCE_MS)()
})
