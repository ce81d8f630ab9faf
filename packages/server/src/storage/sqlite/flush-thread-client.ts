// The main thread's side of the database thread.
import { Worker } from 'node:worker_threads'
import { trust } from '@batuta/core'
import type { Batch } from '../batch.ts'
import { FlushError, type FlushFault, type FlushReceipt } from '../store.ts'
import type { Durability } from './open.ts'
import { packBatch, type PackedBatch } from './packed-batch.ts'

export interface FlushThread {
  flush(batch: Batch): Promise<FlushReceipt>
  stop(): Promise<void>
}

/** What the thread opens. */
export interface ThreadDatabase {
  readonly file: string
  readonly durability: Durability
}

export interface ThreadRequest {
  readonly batch: PackedBatch
  readonly nowMs: number
}

export type ThreadReply = { readonly receipt: FlushReceipt } | { readonly fault: FlushFault; readonly message: string }

/** One flush is in flight at a time: the engine sees to that. */
export function startFlushThread(url: URL, database: ThreadDatabase, nowMs: () => number): FlushThread {
  const worker = new Worker(url, { workerData: database })
  let waiting: { resolve(receipt: FlushReceipt): void; reject(error: Error): void } | undefined
  let death: FlushError | undefined
  const settle = (reply: ThreadReply): void => {
    const waiter = waiting
    waiting = undefined
    if ('receipt' in reply) waiter?.resolve(reply.receipt)
    else waiter?.reject(new FlushError(reply.fault, reply.message))
  }
  const die = (reason: string): void => {
    death ??= new FlushError('broken', `the database thread died: ${reason}`)
    settle({ fault: 'broken', message: death.message })
  }
  worker.on('message', message => settle(trust<ThreadReply>(message)))
  worker.on('error', error => die(error.message))
  worker.on('exit', code => die(`it ended with code ${code}`))
  worker.unref()
  return {
    flush: batch =>
      new Promise((resolve, reject) => {
        if (death) return reject(death)
        waiting = { resolve, reject }
        worker.ref()
        worker.postMessage({ batch: packBatch(batch), nowMs: nowMs() } satisfies ThreadRequest)
      }),
    stop: async () => {
      await worker.terminate()
    },
  }
}
