import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import { newBatch } from '../batch.ts'
import { FlushError } from '../store.ts'
import { startFlushThread } from './flush-thread-client.ts'
import { prepareFlush } from './flush.ts'
import { migrate } from './migrate.ts'

test('a file that another program keeps locked is an unknown outcome: the flush is asked for and sent again', t => {
  const file = temporaryFile(t)
  const db = new DatabaseSync(file, { timeout: 1 })
  migrate(db)
  const other = new DatabaseSync(file)
  other.exec('begin immediate')
  const write = prepareFlush(db)
  const batch = { ...newBatch('node-1', 1), seq: 1 }

  assert.throws(() => write(batch, 1), faultIs('unknown'))

  other.exec('commit')
  assert.throws(() => write(batch, 1), faultIs('fenced'))
  db.close()
  other.close()
})

test('a database thread that ends takes no flush any more: the store is broken', async () => {
  const script = new URL(
    'data:text/javascript,import{parentPort}from"node:worker_threads";parentPort.on("message",()=>process.exit(3))',
  )
  const thread = startFlushThread(script, { file: '', durability: 'full' }, () => 1)

  await assert.rejects(thread.flush(newBatch('node-1', 1)), faultIs('broken'))
  await assert.rejects(thread.flush(newBatch('node-1', 1)), faultIs('broken'))
})

test('a value that SQLite cannot bind is at fault itself, and leaves no transaction open', t => {
  const db = new DatabaseSync(temporaryFile(t))
  migrate(db)
  db.exec("insert into nodes values ('node-1', 1, 0, 0)")
  const write = prepareFlush(db)
  const batch = newBatch('node-1', 1)
  const row = { executionId: 'e1', name: 'a', shard: 0, atMs: 1 }

  assert.throws(() => write({ ...batch, seq: 1, timers: [{ ...row, atMs: {} as never }] }, 1), faultIs('known'))

  assert.equal(write({ ...batch, seq: 1, timers: [row] }, 1).seq, 1)
  db.close()
})

function temporaryFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'batuta-flush-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return join(folder, 'x.db')
}

function faultIs(fault: FlushError['fault']): (error: unknown) => boolean {
  return error => {
    assert.ok(error instanceof FlushError, String(error))
    assert.equal(error.fault, fault, error.message)
    return true
  }
}
