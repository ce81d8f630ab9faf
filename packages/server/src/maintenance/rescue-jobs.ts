// Jobs that nobody will settle: of an incarnation that is gone, offered to a worker that never heard of them, or killed before anybody claimed them.
// Each is reported as lost; the execution decides what follows. Jobs that are free are called out again.
import { shardOf } from '@batuta/core'
import type { Inbox } from '../inbox/inbox.ts'
import type { JobKey } from '../storage/batch.ts'
import type { Store } from '../storage/store.ts'
import type { Round } from './maintenance.ts'

const EVERY_MS = 1_000
const PAGE = 500
/** How long a job may be on its way from the commit to the worker. */
const ON_THE_WAY_MAX_MS = 10_000

export interface RescueJobsOptions {
  readonly store: Store
  readonly inbox: Inbox
  readonly node: { readonly node: string; readonly incarnation: number }
  nowMs(): number
  /** The losses of other nodes' executions are reported by their owners. */
  owns(shard: number): boolean
  /** The worker of this node has it in its hands. */
  isRunning(key: JobKey): boolean
  /** There are jobs that nobody has claimed. */
  wake(): void
  onNotice(message: string, error?: unknown): void
}

export function rescueJobs(options: RescueJobsOptions): Round {
  const { store, node, nowMs, owns, isRunning, wake } = options
  const own = <Key extends JobKey>(jobs: readonly Key[]): readonly Key[] =>
    jobs.filter(job => owns(shardOf(job.executionId)))
  const run = async (): Promise<void> => {
    await lose(options, own(await store.read.listKilledJobs(PAGE)))
    await lose(options, own(await abandonedJobs(options)))
    const beforeMs = nowMs() - ON_THE_WAY_MAX_MS
    const held = await store.read.listHeldJobs({ ...node, beforeMs, limit: PAGE })
    const forgotten = held.filter(job => !isRunning(job))
    if (forgotten.length > 0) await lose(options, forgotten)
    if ((await store.read.countFreeJobs()) > 0) wake()
  }
  return { name: 'rescue jobs', everyMs: EVERY_MS, run }
}

/** Alone, what an earlier incarnation of this node held; among others, what any node held that is gone. */
async function abandonedJobs({ store, node }: RescueJobsOptions): Promise<readonly JobKey[]> {
  if (store.cluster) return await store.cluster.listAbandonedJobs(PAGE)
  return await store.read.listLostJobs(node.node, node.incarnation, PAGE)
}

async function lose({ inbox, onNotice }: RescueJobsOptions, jobs: readonly JobKey[]): Promise<void> {
  if (jobs.length > 0) onNotice(`${jobs.length} jobs are in nobody's hands any more`)
  await Promise.all(
    jobs.map(async ({ executionId, run, epoch }) => {
      try {
        await inbox.submit({ type: 'lost', executionId, run, epoch })
      } catch (error) {
        onNotice(`the loss of job ${run} of ${executionId} was not taken; it is reported again`, error)
      }
    }),
  )
}
