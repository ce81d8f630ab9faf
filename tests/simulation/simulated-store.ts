// The store of one process: the tables that all share, behind its link.
import { decodeEvents } from '@batuta/core'
import type { Batch } from '../../packages/server/src/storage/batch.ts'
import { FlushError, type FlushReceipt, type Reads, type Store } from '../../packages/server/src/storage/store.ts'
import type { Channel, Link, LinkOptions } from './link.ts'
import { openSimulatedCluster, type ClusterTruth } from './simulated-cluster.ts'

export interface SimulatedStoreOptions {
  readonly link: Link
  readonly truth: Store
  /** What it shares with the other nodes, where there can be any. */
  readonly clusterTruth: ClusterTruth | undefined
}

export function openSimulatedStore(
  { link, truth, clusterTruth }: SimulatedStoreOptions,
  { world, chance, faults }: Pick<LinkOptions, 'world' | 'chance' | 'faults'>,
): Store {
  const callOver = (channel: Channel) => {
    return <Result>(name: string, run: () => Promise<Result>): Promise<Result> => {
      const lost = (): Error => new Error(`the store does not answer to ${name}`)
      return link.ask({ name, channel, run, lossRate: faults().readError, lost })
    }
  }
  const call = callOver('pool')
  const flush = (batch: Batch): Promise<FlushReceipt> => {
    world.note(summaryOf(batch))
    const run = async (): Promise<FlushReceipt> => {
      if (chance.hits(faults().full)) throw new FlushError('full', 'there is no room')
      return await truth.flush(batch)
    }
    const lost = (): FlushError => new FlushError('unknown', 'the connection broke')
    return link.ask({ name: `flush ${batch.seq}`, channel: 'flush', run, lossRate: faults().unknown, lost })
  }
  return {
    kind: 'memory',
    flush,
    perform: (name, args) => call(name, () => truth.perform(name, args)),
    read: readsOf(truth.read, call),
    close: () => truth.close(),
    ...(clusterTruth
      ? {
          cluster: openSimulatedCluster(clusterTruth, {
            call,
            callLease: callOver('lease'),
            bring: (...hint) => link.bring(...hint),
          }),
        }
      : {}),
  }
}

function readsOf(read: Reads, call: <Result>(name: string, run: () => Promise<Result>) => Promise<Result>): Reads {
  const wrapped = Object.entries(read).map(([name, run]) => {
    const asked = run as (...args: readonly unknown[]) => Promise<unknown>
    return [name, (...args: readonly unknown[]) => call(name, () => asked(...args))]
  })
  return Object.fromEntries(wrapped) as Reads
}

function summaryOf(batch: Batch): string {
  const journal = batch.journal.map(row => `${row.executionId}/${row.turn} ${decodeEvents(row).length}`)
  return `${batch.seq} ${journal.join(', ')} +${batch.jobs.length} -${batch.jobsEnded.length}\n`
}
