import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { BatutaError } from '@batuta/core'
import { startPostgres } from '../../../../../tests/services/postgres.mjs'
import { awaitDatabase } from './first-contact.ts'
import { openTestStore } from './testing/test-database.ts'

test('a database that comes up after the server is waited for, and that is said', async t => {
  const dir = mkdtempSync(join(tmpdir(), 'batuta-contact-'))
  let server = await startPostgres({ dir, fsync: true })
  t.after(async () => {
    await server.stop()
    rmSync(dir, { recursive: true, force: true })
  })
  await server.stop()
  const notices: string[] = []

  const opening = openTestStore(t, server.url, { onNotice: message => void notices.push(message) })
  server = await startPostgres({ dir, fsync: true, port: server.port })

  assert.equal(await (await opening).store.read.findExecution('e1'), undefined)
  assert.match(notices[0] ?? '', /PostgreSQL at 127\.0\.0\.1:\d+\/postgres does not let Batuta in: .*it is waited for/)
})

test('a database that never comes, and one that refuses, end in a sentence without the password', async t => {
  const url = 'postgres://me:secret@127.0.0.1:1/batuta'
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })
  const contact = async (): Promise<never> => await Promise.reject(refused)
  const isSaid = (error: unknown): boolean =>
    error instanceof BatutaError &&
    /127\.0\.0\.1:1\/batuta .*Check database\.url/.test(error.message) &&
    !error.message.includes('secret')

  await assert.rejects(awaitDatabase(contact, { url, patienceMs: 0, onNotice: () => {} }), isSaid)

  const server = await startPostgres({ fsync: true, password: 'right' })
  t.after(async () => await server.stop())
  await assert.rejects(
    openTestStore(t, server.url.replace('right', 'wrong')),
    /does not let Batuta in: password authentication failed for user "postgres"\. Check database\.url/,
  )
  await assert.rejects(
    openTestStore(t, server.url.replace(/postgres$/, 'nowhere')),
    /database "nowhere" does not exist/,
  )
})
