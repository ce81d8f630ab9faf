// Two minutes of what `npm run test:fuzz` does for half an hour, with the same calls each time.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { findSchemathesis, runLightly } from './schemathesis.ts'

const LIGHT_MS = 2 * 60_000
const SEED = 20_261_123

test('Schemathesis finds no internal error, and no answer that the OpenAPI does not describe', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'batuta-fuzz-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  let program: string
  try {
    program = await findSchemathesis(folder)
  } catch (error) {
    return t.skip(`Schemathesis cannot be installed: ${String(error).slice(0, 300)}`)
  }

  assert.deepEqual(await runLightly({ folder, seed: SEED, program, ms: LIGHT_MS }), [])
})
