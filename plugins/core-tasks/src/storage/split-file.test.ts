import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestRunContext, type RunContext } from '@batuta/plugin-sdk'
import { splitFile } from './split-file.ts'

const ROWS_OF_CHUNK = 1_000
const CHUNKS_MAX = 1_000

/** A file without end: whoever wants to have it whole before the first part never comes to one. */
async function* endless(given: { chunks: number }): AsyncGenerator<Uint8Array> {
  const chunk = Buffer.from('a row of a file\n'.repeat(ROWS_OF_CHUNK))
  for (; given.chunks < CHUNKS_MAX; given.chunks++) yield chunk
  assert.fail(`${CHUNKS_MAX} chunks were read before the parts were full`)
}

test('a file is split while it is read: of one without end the first parts are there at once', async t => {
  const run = await createTestRunContext({})
  t.after(() => run.close())
  const given = { chunks: 0 }
  const files: RunContext['files'] = Object.assign(Object.create(run.ctx.files), { open: async () => endless(given) })
  const ctx: RunContext = Object.assign(Object.create(run.ctx), { files })

  const splitting = splitFile(ctx, 'kestra:///endless.txt', {
    plan: { type: 'rows', limit: 50 * ROWS_OF_CHUNK },
    separator: '\n',
    partsMax: 3,
  })

  await assert.rejects(splitting, /falls into more than 3 parts/)
  assert.ok(given.chunks <= 151, `${given.chunks} chunks`)
})
