// Jobs that nobody will settle: of an incarnation that is gone, offered to a worker that never heard of them, or killed before anybody claimed them.
// Each is reported as lost; the execution decides what follows. Jobs that are free are called out again.
import { shardOf } from '@batuta/core'
import type { Inbox } from '../inbox/inbox.ts'
import type { JobKey } from '../storage/batch.ts'
import type { Store } from '../storage/store.ts'
import { Backoff } from './backoff.ts'
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
  const isOwn = ({ executionId }: JobKey): boolean => owns(shardOf(executionId))
  const backoff = new Backoff(nowMs)
  const run = async (): Promise<void> => {
    // What was refused must not hide what comes after it.
    const limit = PAGE + backoff.size
    const killed = (await store.read.listKilledJobs(limit)).filter(isOwn)
    const lost = (await abandonedJobs(options, limit)).filter(isOwn)
    const held = await store.read.listHeldJobs({ ...node, beforeMs: nowMs() - ON_THE_WAY_MAX_MS, limit })
    const forgotten = [...killed, ...lost, ...held.filter(key => !isRunning(key))]
    await report(
      forgotten.filter(key => backoff.isDue(nameOf(key))),
      backoff,
      options,
    )
    backoff.keep(new Set(forgotten.map(nameOf)))
    if ((await store.read.countFreeJobs()) > 0) wake()
  }
  return { name: 'rescue jobs', everyMs: EVERY_MS, run }
}

/** Alone, what an earlier incarnation of this node held; among others, what any node held that is gone. */
async function abandonedJobs({ store, node }: RescueJobsOptions, limit: number): Promise<readonly JobKey[]> {
  if (store.cluster) return await store.cluster.listAbandonedJobs(limit)
  return await store.read.listLostJobs(node.node, node.incarnation, limit)
}

async function report(
  keys: readonly JobKey[],
  backoff: Backoff,
  { inbox, onNotice }: RescueJobsOptions,
): Promise<void> {
  if (keys.length > 0) onNotice(`${keys.length} jobs are in nobody's hands any more`)
  await Promise.all(
    keys.map(async key => {
      try {
        const { executionId, run, epoch } = key
        await inbox.submit({ type: 'lost', executionId, run, epoch })
      } catch (error) {
        backoff.refuse(nameOf(key))
        onNotice(`the loss of the job ${nameOf(key)} was not taken; it is reported again`, error)
      }
    }),
  )
}

function nameOf({ executionId, run, epoch }: JobKey): string {
  return `${executionId}/${run}/${epoch}`
}
