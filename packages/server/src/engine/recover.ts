// What a node does for shards that it has just got, at its start or from a node that is gone: attempts that were out in dead hands are lost,
// signals that were stored are taken, executions that could go on by themselves do. Everything else waits for a row that is still there.
import { shardOf } from '@batuta/core'
import type { JobRow } from '../storage/batch.ts'
import type { Store } from '../storage/store.ts'
import type { Engine } from './engine.ts'
import type { SignalPump } from './signal-pump.ts'

const PAGE = 500

export interface RecoverOptions {
  readonly store: Store
  readonly engine: Engine
  readonly signals: SignalPump
  readonly node: { readonly node: string; readonly incarnation: number }
  owns(shard: number): boolean
  onNotice(message: string, error?: unknown): void
}

export async function recover(options: RecoverOptions): Promise<void> {
  await options.signals.sweep()
  await loseJobs(options)
  await wakeReady(options)
}

/** Jobs in the hands of nodes that are gone, of the executions of this node's shards. */
export async function loseJobs({ store, engine, node, owns, onNotice }: RecoverOptions): Promise<void> {
  const seen = new Set<string>()
  for (;;) {
    const jobs = await abandonedJobs(store, node)
    const fresh = jobs.filter(job => owns(shardOf(job.executionId)) && !seen.has(keyOf(job)))
    for (const job of fresh) seen.add(keyOf(job))
    await Promise.all(
      fresh.map(({ executionId, run, epoch }) => engine.submit({ type: 'lost', executionId, run, epoch })),
    )
    if (fresh.length > 0) continue
    if (seen.size > 0) onNotice(`${seen.size} jobs were running when their node went down: they start again`)
    return
  }
}

async function abandonedJobs(store: Store, { node, incarnation }: RecoverOptions['node']): Promise<readonly JobRow[]> {
  return store.cluster
    ? await store.cluster.listAbandonedJobs(PAGE)
    : await store.read.listLostJobs(node, incarnation, PAGE)
}

function keyOf({ executionId, run, epoch }: JobRow): string {
  return `${executionId} ${run} ${epoch}`
}

async function wakeReady({ store, engine, owns }: RecoverOptions): Promise<void> {
  for (let after = ''; ;) {
    const ids = await store.read.listReady(after, PAGE)
    for (const id of ids) if (owns(shardOf(id))) engine.wake(id)
    await engine.drain()
    const last = ids.at(-1)
    if (last === undefined || ids.length < PAGE) return
    after = last
  }
}
