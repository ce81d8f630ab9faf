// Jobs for workers that are not there: the fallback of their `workerGroup` or `workerSelector` says what becomes of them. Tasks of a WorkingDirectory whose
// node is gone have failed: nobody else has its folder.
import { DEFAULT_QUEUE, decodeQueue, nodeOfQueue, shardOf, type Queue } from '@batuta/core'
import type { Inbox } from '../inbox/inbox.ts'
import { isSpecial, serves } from '../inbox/placement.ts'
import type { JobKey } from '../storage/batch.ts'
import type { Cluster, NodeRow } from '../storage/cluster.ts'
import type { Store } from '../storage/store.ts'
import type { Round } from './maintenance.ts'

const EVERY_MS = 2_000
const PAGE = 500

export interface PlaceJobsOptions {
  readonly store: Store
  readonly cluster: Cluster
  readonly inbox: Inbox
  owns(shard: number): boolean
  onNotice(message: string, error?: unknown): void
}

export function placeJobs(options: PlaceJobsOptions): Round {
  const { store, cluster } = options
  const run = async (): Promise<void> => {
    const queues = (await store.read.listFreeQueues()).filter(queue => queue !== DEFAULT_QUEUE)
    if (queues.length === 0) return
    const workers = (await cluster.listNodes()).filter(isLiveWorker)
    for (const name of queues) {
      const node = nodeOfQueue(name)
      if (node !== undefined && !workers.some(worker => worker.node === node)) await giveUp(name, goneOf(node), options)
    }
    // Where nobody is special, everybody takes everything; where nobody is at all, somebody will come.
    if (!workers.some(({ worker }) => isSpecial(worker))) return
    for (const name of queues) {
      if (nodeOfQueue(name) !== undefined) continue
      const queue = decodeQueue(name)
      if (queue.fallback === 'WAIT' || workers.some(({ worker }) => serves(worker, name))) continue
      if (queue.fallback === 'IGNORE') await cluster.moveJobs(name, DEFAULT_QUEUE)
      else await giveUp(name, unservedOf(queue), options)
    }
  }
  return { name: 'place jobs', everyMs: EVERY_MS, run }
}

function isLiveWorker({ roles, isLive }: NodeRow): boolean {
  return isLive && roles.includes('worker')
}

interface Verdict {
  readonly state: 'CANCELLED' | 'FAILED'
  readonly reason: string
}

function unservedOf(queue: Queue): Verdict {
  const reason = `No worker is there for ${describe(queue)}, and the fallback is ${queue.fallback}.`
  return { state: queue.fallback === 'CANCEL' ? 'CANCELLED' : 'FAILED', reason }
}

/** What its folder held is lost with it. */
function goneOf(node: string): Verdict {
  const reason = `The folder of the WorkingDirectory is on the node "${node}", which is gone: restart the execution, and all of the directory begins again.`
  return { state: 'FAILED', reason }
}

async function giveUp(
  name: string,
  { state, reason }: Verdict,
  { store, inbox, owns, onNotice }: PlaceJobsOptions,
): Promise<void> {
  const keys = (await store.read.listFreeJobs(name, PAGE)).filter(key => owns(shardOf(key.executionId)))
  await Promise.all(
    keys.map(async ({ executionId, run, epoch }: JobKey) => {
      try {
        await inbox.submit({ type: 'unplaced', executionId, run, epoch, state, reason })
      } catch (error) {
        onNotice(`the job of ${executionId} could not be given up; it is tried again`, error)
      }
    }),
  )
}

function describe({ group, tags, isAnyTag }: Queue): string {
  const parts = [
    ...(group === undefined ? [] : [`the worker group "${group}"`]),
    ...(tags.length === 0 ? [] : [`${isAnyTag ? 'any' : 'all'} of the tags ${tags.join(', ')}`]),
  ]
  return parts.join(' with ')
}
