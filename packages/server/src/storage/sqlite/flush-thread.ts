// The database thread: one batch in, one receipt out, and a checkpoint when the log has grown and nothing waits.
import { parentPort, workerData } from 'node:worker_threads'
import { trust } from '@batuta/core'
import { FlushError } from '../store.ts'
import { prepareCheckpoint } from './checkpoint.ts'
import type { ThreadDatabase, ThreadReply, ThreadRequest } from './flush-thread-client.ts'
import { prepareFlush } from './flush.ts'
import { openDatabase } from './open.ts'
import { unpackBatch } from './packed-batch.ts'

const { file, durability } = trust<ThreadDatabase>(workerData)
const db = openDatabase(file, durability)
const checkpoint = prepareCheckpoint(db, file)
const write = prepareFlush(db)

parentPort?.on('message', message => {
  parentPort?.postMessage(reply(trust<ThreadRequest>(message)))
  checkpoint()
})

function reply({ batch, nowMs }: ThreadRequest): ThreadReply {
  try {
    return { receipt: write(unpackBatch(batch), nowMs) }
  } catch (error) {
    if (error instanceof FlushError) return { fault: error.fault, message: error.message }
    return { fault: 'broken', message: error instanceof Error ? error.message : String(error) }
  }
}
