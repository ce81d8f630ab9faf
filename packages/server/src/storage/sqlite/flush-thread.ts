// The database thread: one batch in, one receipt out, and a checkpoint when the log has grown and nothing waits.
import { parentPort, workerData } from 'node:worker_threads'
import { trust } from '@batuta/core'
import type { Batch } from '../batch.ts'
import { FlushError } from '../store.ts'
import { prepareCheckpoint } from './checkpoint.ts'
import type { ThreadReply } from './flush-thread-client.ts'
import { prepareFlush } from './flush.ts'
import { openDatabase } from './open.ts'

const { file } = trust<{ readonly file: string }>(workerData)
const db = openDatabase(file)
const checkpoint = prepareCheckpoint(db, file)
const write = prepareFlush(db, () => Date.now())

parentPort?.on('message', message => {
  parentPort?.postMessage(reply(trust<Batch>(message)))
  checkpoint()
})

function reply(batch: Batch): ThreadReply {
  try {
    return { receipt: write(batch) }
  } catch (error) {
    if (error instanceof FlushError) return { fault: error.fault, message: error.message }
    return { fault: 'broken', message: error instanceof Error ? error.message : String(error) }
  }
}
