// Mistakes that are put in on purpose, each one that somebody could make: a simulator that does not find them finds nothing. They are put between the
// rooms and what they talk to, never into them.
import { decodeEvents, decodeTriggerState, encodeTriggerState, type Signal } from '@batuta/core'
import type { Pools } from '../../packages/server/src/flows/pools.ts'
import type { Inbox } from '../../packages/server/src/inbox/inbox.ts'
import type { JobRow } from '../../packages/server/src/storage/batch.ts'
import type { Cluster } from '../../packages/server/src/storage/cluster.ts'
import { jobKeyOf, triggerKeyOf, type Tables } from '../../packages/server/src/storage/memory/tables.ts'
import { FlushError, type FlushReceipt, type Operations, type Store } from '../../packages/server/src/storage/store.ts'
import { NO_FAULTS, type Faults } from './faults.ts'
import type { Machine } from './process.ts'
import type { ClusterTruth } from './simulated-cluster.ts'
import type { World } from './world.ts'

export interface Plant {
  readonly name: string
  readonly mistake: string
  /** Instead of as many as the seed draws, where it takes many to make the mistake. */
  readonly nodes?: number
  /** Instead of the store that one process sees. */
  store?(store: Store, place: PlantPlace): Store
  inbox?(inbox: Inbox, place: PlantPlace): Inbox
  pools?(pools: Pools): Pools
  readonly isSwept?: boolean
  /** Instead of those that the seed draws. */
  readonly faults?: Faults
}

export interface PlantPlace {
  readonly world: World
  /** The name of the node. */
  readonly name: string
  readonly machine: Machine
  /** What is kept, without the way to it. */
  readonly tables: Tables
  readonly truth: Store
  /** The same, where nobody looks at the fences of leases. */
  readonly unfenced: Store
  readonly clusterTruth: ClusterTruth | undefined
}

export const PLANTS: readonly Plant[] = [
  {
    name: 'early-ack',
    mistake: 'a flush is acknowledged before it is written',
    store: (store, { world }) => ({
      ...store,
      flush: batch => {
        store.flush(batch).catch(() => world.note('lost\n'))
        return Promise.resolve({ seq: batch.seq, dbNowMs: world.nowMs })
      },
    }),
  },
  {
    name: 'unfenced-flush',
    mistake: 'a flush does not look at the fence of its node',
    store: (store, { truth, unfenced }) => ({
      ...store,
      flush: async batch => {
        await store.read.findFence(batch.node)
        const { incarnation = 1, flushSeq = 0 } = (await truth.read.findFence(batch.node)) ?? {}
        return await unfenced.flush({ ...batch, incarnation, seq: flushSeq + 1 })
      },
    }),
  },
  {
    name: 'takeover-unfenced',
    nodes: 3,
    mistake: 'the shards of a node whose lease ran out are given away, and the node is not fenced',
    store: (store, { clusterTruth }) =>
      withCluster(store, cluster => ({
        tend: async member => {
          const tended = await cluster.tend(member)
          if (clusterTruth) for (const node of tended.fenced) clusterTruth.unfence(node)
          return tended
        },
      })),
  },
  {
    name: 'own-clock-lease',
    nodes: 3,
    mistake: 'whether a lease has run out is judged by the clock of the machine',
    store: (store, { world, machine, clusterTruth }) =>
      withCluster(store, cluster => ({
        tend: async member => {
          const tended = await cluster.tend(member)
          return clusterTruth?.tend(member, world.nowMs + machine.skewMs) ?? tended
        },
      })),
  },
  {
    name: 'own-time',
    mistake: 'a node writes and fires by the clock of its machine',
    store: (store, { world, machine }) => {
      const dbNowMs = (): number => world.nowMs + machine.skewMs
      return {
        ...store,
        flush: async batch => ({ ...(await store.flush(batch)), dbNowMs: dbNowMs() }),
        perform: async (name, args) => {
          const result = await store.perform(name, args)
          return name === 'joinNode' && store.cluster
            ? ({ ...(result as object), dbNowMs: dbNowMs() } as typeof result)
            : result
        },
      }
    },
  },
  {
    name: 'early-release',
    nodes: 3,
    mistake: 'shards are given away before what is under way in them is written',
    store: store =>
      withCluster(store, cluster => ({
        tend: async member => {
          const tended = await cluster.tend(member)
          if (tended.surplus.length > 0) await cluster.releaseShards(member, tended.surplus)
          return tended
        },
      })),
  },
  {
    name: 'eager-delete',
    nodes: 3,
    mistake: 'stored signals are deleted when they are read, not with what follows from them',
    store: (store, { name, tables, clusterTruth }) => ({
      ...store,
      flush: batch => store.flush({ ...batch, signalsTaken: [] }),
      read: {
        ...store.read,
        listSignals: async (...args) => {
          const rows = await store.read.listSignals(...args)
          const own = rows.filter(({ shard }) => !clusterTruth || clusterTruth.ownerOf(shard) === name)
          return own.filter(({ id }) => tables.signals.delete(id))
        },
      },
    }),
  },
  {
    name: 'any-epoch',
    mistake: 'the result of any attempt is taken for that of the newest',
    inbox: (inbox, { truth }) => ({
      submit: async (signal, options) => await inbox.submit(await renewed(signal, truth), options),
    }),
  },
  {
    name: 'timers-once',
    nodes: 3,
    mistake: 'timers are read when a node starts, and not when it takes over from another',
    store: store => {
      let isRead = false
      const listTimers: Store['read']['listTimers'] = async query => {
        if (isRead) return []
        const rows = await store.read.listTimers(query)
        isRead = true
        return rows
      }
      return { ...store, read: { ...store.read, listTimers } }
    },
  },
  {
    name: 'no-sweep',
    mistake: 'hints are taken for the truth, and nobody looks after what they did not tell',
    isSwept: false,
  },
  {
    name: 'retry-unknown',
    mistake: 'a flush whose outcome is unknown is taken for failed and written again',
    store: (store, { truth }) => ({
      ...store,
      flush: async batch => await store.flush(batch).catch(again(truth, batch)),
    }),
  },
  {
    name: 'limit-from-memory',
    mistake: 'who holds a place of a limit is known to the node that gave it, and not read by the one that takes over',
    store: store => ({ ...store, read: { ...store.read, listLimitMembers: async () => [] } }),
  },
  {
    name: 'place-kept',
    mistake: 'the place of an execution that has ended is never left',
    store: store => ({ ...store, flush: batch => store.flush({ ...batch, limitMembersEnded: [] }) }),
  },
  {
    name: 'pool-twice',
    mistake: 'the places of a limit that flows share are counted twice',
    pools: pools => ({
      get isEmpty() {
        return pools.isEmpty
      },
      namespacesOver: namespace => pools.namespacesOver(namespace),
      ownerOf: (namespace, pool) => pools.ownerOf(namespace, pool),
      limitOf: shared => {
        const known = pools.limitOf(shared)
        return known && { ...known, limit: known.limit * 2 }
      },
      all: () => pools.all(),
    }),
  },
  {
    name: 'breaker-kept',
    mistake: 'what a circuit breaker holds is never released by hand',
    store: store => ({
      ...store,
      read: {
        ...store.read,
        findKey: async (tenant, namespace, key) =>
          namespace === 'breakers' ? undefined : await store.read.findKey(tenant, namespace, key),
      },
    }),
  },
  {
    name: 'cursor-blind',
    mistake: 'the cursor of a schedule is moved wherever it stands by then',
    nodes: 3,
    store: (store, { tables }) => ({
      ...store,
      flush: batch =>
        store.flush({
          ...batch,
          triggers: batch.triggers.map(row => {
            const { nextMs = row.expectedNextMs } = tables.triggers.get(triggerKeyOf(row)) ?? {}
            return { ...row, expectedNextMs: nextMs }
          }),
        }),
    }),
  },
  {
    name: 'mark-lost',
    mistake: 'how far a source was read is not written with what was read',
    store: (store, { tables }) => ({
      ...store,
      flush: batch =>
        store.flush({
          ...batch,
          triggers: batch.triggers.map(row => {
            const { mark: _, ...kept } = decodeTriggerState(row.state ?? null)
            const { mark } = decodeTriggerState(tables.triggers.get(triggerKeyOf(row))?.state ?? null)
            return { ...row, state: encodeTriggerState({ ...kept, ...(mark === undefined ? {} : { mark }) }) }
          }),
        }),
    }),
  },
  {
    name: 'hand-over-owner',
    mistake: 'a trigger is changed by hand as it was read, wherever it stands by then',
    store: store => ({
      ...store,
      perform: async (name, args) => {
        if (name !== 'changeTrigger') return await store.perform(name, args)
        const { expected: _, ...blind } = args as Operations['changeTrigger']['args']
        return await store.perform(name, blind as typeof args)
      },
    }),
  },
  {
    name: 'windows-lost',
    mistake: 'what a window has met is known to the node that met it, and not written',
    store: store => ({ ...store, flush: batch => store.flush({ ...batch, windows: [] }) }),
  },
  {
    name: 'lines-missed',
    mistake: 'the last line of a file is not gone over',
    inbox: inbox => ({
      submit: (signal, options) => {
        const isOfFile = signal.type === 'evaluated' && /^(?:batches:list|loop:values)$/.test(signal.slot)
        if (!isOfFile || !Array.isArray(signal.value)) return inbox.submit(signal, options)
        return inbox.submit({ ...signal, value: signal.value.slice(0, -1) }, options)
      },
    }),
  },
  {
    name: 'promise-forgotten',
    mistake: 'an execution that breaks its promise goes on until its tasks have ended',
    faults: NO_FAULTS,
    inbox: inbox => ({
      submit: async (signal, options) => {
        if (signal.type === 'timer' && signal.name.startsWith('sla:')) return {}
        return await inbox.submit(signal, options)
      },
    }),
  },
  {
    name: 'double-claim',
    nodes: 3,
    mistake: 'free jobs are read first and claimed then',
    store: (store, { tables }) => ({
      ...store,
      perform: async (name, args) => {
        if (name !== 'claimJobs') return await store.perform(name, args)
        const claim = args as Operations['claimJobs']['args']
        const free = [...tables.jobs.values()]
          .filter(job => job.node === null && !tables.jobsKilled.has(jobKeyOf(job)))
          .slice(0, claim.limit)
        await store.read.countFreeJobs()
        return claimAll(tables, free, claim) as never
      },
    }),
  },
]

function withCluster(store: Store, change: (cluster: Cluster) => Partial<Cluster>): Store {
  return store.cluster ? { ...store, cluster: { ...store.cluster, ...change(store.cluster) } } : store
}

function again(truth: Store, batch: Parameters<Store['flush']>[0]): (error: unknown) => Promise<FlushReceipt> {
  return async error => {
    if (!(error instanceof FlushError && error.fault === 'unknown')) throw error
    const { flushSeq = 0 } = (await truth.read.findFence(batch.node)) ?? {}
    const receipt = await truth.flush({ ...batch, seq: flushSeq + 1 })
    return { ...receipt, seq: batch.seq }
  }
}

function claimAll(
  tables: Tables,
  free: readonly JobRow[],
  { node, incarnation, nowMs }: Operations['claimJobs']['args'],
): readonly JobRow[] {
  return free.flatMap(job => {
    if (!tables.jobs.has(jobKeyOf(job))) return []
    const claimed = { ...job, node, incarnation, claimedMs: nowMs }
    tables.jobs.set(jobKeyOf(job), claimed)
    return [claimed]
  })
}

async function renewed(signal: Signal, truth: Store): Promise<Signal> {
  if (signal.type !== 'settled') return signal
  const rows = await truth.read.journalOf(signal.executionId)
  const epochs = rows
    .flatMap(row => decodeEvents(row))
    .flatMap(event => (event.type === 'job-sent' && event.run === signal.run ? [event.epoch] : []))
  return { ...signal, epoch: epochs.at(-1) ?? signal.epoch }
}
