// Mistakes that are put in on purpose. A simulator that does not find them finds nothing.
import { decodeEvents, type Signal } from '@batuta/core'
import type { Store } from '../../packages/server/src/storage/store.ts'
import type { Inbox } from '../../packages/server/src/inbox/inbox.ts'
import type { Chance } from './chance.ts'
import type { Machine } from './process.ts'
import type { ClusterTruth } from './simulated-cluster.ts'
import type { World } from './world.ts'

export interface Plant {
  readonly name: string
  /** Instead of the store that one process sees. */
  store?(store: Store, place: PlantPlace): Store
  inbox?(inbox: Inbox, place: PlantPlace): Inbox
  readonly isSwept?: boolean
}

export interface PlantPlace {
  readonly world: World
  readonly chance: Chance
  /** What is kept, without the way to it. */
  readonly truth: Store
  readonly clusterTruth: ClusterTruth | undefined
  readonly machine: Machine
}

export const PLANTS: readonly Plant[] = [
  {
    name: 'a store that acknowledges before it writes',
    store: (store, { world }) => ({
      ...store,
      flush: batch => {
        store.flush(batch).catch(() => world.note('lost\n'))
        return Promise.resolve({ seq: batch.seq, dbNowMs: world.nowMs })
      },
    }),
  },
  {
    name: 'a store that writes for whoever comes',
    store: (store, { truth }) => ({
      ...store,
      flush: async batch => {
        const fence = await truth.read.findFence(batch.node)
        const { incarnation = 1, flushSeq = 0 } = fence ?? {}
        return await store.flush({ ...batch, incarnation, seq: flushSeq + 1 })
      },
    }),
  },
  {
    name: 'an inbox that takes the results of any epoch for those of the newest',
    inbox: (inbox, { truth }) => ({
      submit: async (signal, options) => await inbox.submit(await renewed(signal, truth), options),
    }),
  },
  {
    name: 'a store that forgets timers',
    store: store => ({ ...store, flush: batch => store.flush({ ...batch, timers: [] }) }),
  },
  { name: 'a server that sweeps nothing', isSwept: false },
]

async function renewed(signal: Signal, truth: Store): Promise<Signal> {
  if (signal.type !== 'settled') return signal
  const rows = await truth.read.journalOf(signal.executionId)
  const epochs = rows
    .flatMap(row => decodeEvents(row))
    .flatMap(event => (event.type === 'job-sent' && event.run === signal.run ? [event.epoch] : []))
  return { ...signal, epoch: epochs.at(-1) ?? signal.epoch }
}
