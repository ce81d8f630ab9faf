// A store that many nodes share tells each of them its time when it joins and with every flush and every renewal of its lease: what they write is of one clock, however theirs are
// set. A store of one node remembers how late it was, so that time does not go back over a restart.
import { trust } from '@batuta/core'
import type { Cluster } from './cluster.ts'
import { overCluster } from './over-cluster.ts'
import type { NodeEntry, Store } from './store.ts'

export interface CorrectableClock {
  elapsedMs(): number
  notBefore(ms: number): void
  correct(databaseMs: number, askedMs: number): void
}

export function tellTime(store: Store, clock: CorrectableClock): Store {
  return {
    ...store,
    ...(store.cluster ? { cluster: tellTimeOfLeases(store.cluster, clock) } : {}),
    flush: async batch => {
      const askedMs = clock.elapsedMs()
      const receipt = await store.flush(batch)
      if (store.cluster) clock.correct(receipt.dbNowMs, askedMs)
      return receipt
    },
    perform: async (name, args) => {
      const askedMs = clock.elapsedMs()
      const result = await store.perform(name, args)
      if (name === 'joinNode') {
        const { dbNowMs, highWaterMs } = trust<NodeEntry>(result)
        if (dbNowMs === undefined) clock.notBefore(highWaterMs)
        else clock.correct(dbNowMs, askedMs)
      }
      return result
    },
  }
}

/** An answer to joining that was long on its way leaves the clock behind by as much: a node that has nothing to flush hears better from its lease. */
function tellTimeOfLeases(cluster: Cluster, clock: CorrectableClock): Cluster {
  return overCluster(cluster, {
    renew: async (member, leaseMs) => {
      const askedMs = clock.elapsedMs()
      const dbNowMs = await cluster.renew(member, leaseMs)
      if (dbNowMs !== undefined) clock.correct(dbNowMs, askedMs)
      return dbNowMs
    },
  })
}
