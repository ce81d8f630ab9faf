// The memory store behind a network: every call takes virtual time on its way there and on its way back, and may be cut off on either. It is the
// store of one process: what that process asked for before it died may still happen, its answers reach nobody.
import { decodeEvents } from '@batuta/core'
import type { Batch } from '../../packages/server/src/storage/batch.ts'
import { FlushError, type FlushReceipt, type Reads, type Store } from '../../packages/server/src/storage/store.ts'
import type { Chance } from './chance.ts'
import type { Faults } from './faults.ts'
import { openSimulatedCluster, type ClusterLink, type ClusterTruth } from './simulated-cluster.ts'
import type { World } from './world.ts'

export interface SimulatedStoreOptions {
  readonly world: World
  readonly chance: Chance
  readonly truth: Store
  /** What it shares with the other nodes, if there are any. */
  readonly clusterTruth?: ClusterTruth
  faults(): Faults
  /** Runs the function when the process is awake; never when it is dead. */
  whenAwake(run: () => void): void
  isAlive(): boolean
}

const QUICK_MS = 4
const SLOW_MS = 3_000
/** How long a flush may be under way after its connection broke. */
const LATE_MS = 500
/** Of the calls of a process that died, so many still arrive. */
const ARRIVES_AFTER_DEATH = 0.5

export function openSimulatedStore(options: SimulatedStoreOptions): Store {
  const { truth, clusterTruth } = options
  return {
    kind: 'memory',
    flush: batch => sendFlush(options, batch),
    perform: (name, args) => call(options, name, () => truth.perform(name, args)),
    read: readsOf(options),
    close: () => truth.close(),
    ...(clusterTruth ? { cluster: openSimulatedCluster(clusterTruth, linkOf(options)) } : {}),
  }
}

function linkOf(options: SimulatedStoreOptions): ClusterLink {
  const { world, chance, faults } = options
  return {
    call: (name, run) => call(options, name, run),
    bring: (hint, listen) => {
      if (chance.hits(faults().lost)) return
      world.at(world.nowMs + chance.int(0, QUICK_MS), `hint ${hint}`, () => options.whenAwake(listen))
    },
  }
}

function readsOf(options: SimulatedStoreOptions): Reads {
  const read = options.truth.read
  const wrap = <Args extends readonly unknown[], Result>(
    name: string,
    run: (...args: Args) => Promise<Result>,
  ): ((...args: Args) => Promise<Result>) => {
    return (...args) => call(options, name, () => run(...args))
  }
  const wrapped = Object.entries(read).map(([name, run]) => [name, wrap(name, run as () => Promise<unknown>)])
  return Object.fromEntries(wrapped) as Reads
}

function delayOf({ chance, faults }: SimulatedStoreOptions): number {
  return chance.hits(faults().slow) ? chance.int(0, SLOW_MS) : chance.int(0, QUICK_MS)
}

function call<Result>(options: SimulatedStoreOptions, name: string, run: () => Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    travel(options, name, () => {
      if (options.chance.hits(options.faults().readError)) {
        return answer(options, name, () => reject(new Error(`the store does not answer to ${name}`)))
      }
      run().then(
        result => answer(options, name, () => resolve(result)),
        error => answer(options, name, () => reject(error as Error)),
      )
    })
  })
}

function sendFlush(options: SimulatedStoreOptions, batch: Batch): Promise<FlushReceipt> {
  const { world, chance, faults } = options
  world.note(summaryOf(batch))
  return new Promise((resolve, reject) => {
    const apply = (): Promise<FlushReceipt> => options.truth.flush(batch)
    const deliver = (settle: () => void): void => answer(options, `flush ${batch.seq}`, settle)
    travel(options, `flush ${batch.seq}`, () => {
      if (chance.hits(faults().full)) return deliver(() => reject(new FlushError('full', 'there is no room')))
      if (chance.hits(faults().unknown)) return cutOff(options, { apply, lose: deliver, reject })
      apply().then(
        receipt => deliver(() => resolve(receipt)),
        error => deliver(() => reject(error as Error)),
      )
    })
  })
}

/** The connection breaks: before the commit, after it, or while it is still to come. */
function cutOff(
  { world, chance }: SimulatedStoreOptions,
  {
    apply,
    lose,
    reject,
  }: { apply(): Promise<FlushReceipt>; lose(settle: () => void): void; reject(error: Error): void },
): void {
  const fail = (): void => lose(() => reject(new FlushError('unknown', 'the connection broke')))
  const quietly = (): void => void apply().catch(() => world.note('refused\n'))
  const fate = chance.int(0, 2)
  if (fate === 0) return fail()
  if (fate === 1) quietly()
  else world.at(world.nowMs + chance.int(0, LATE_MS), 'late flush', quietly)
  fail()
}

function travel(options: SimulatedStoreOptions, name: string, arrive: () => void): void {
  const { world, chance } = options
  if (!options.isAlive()) return
  world.at(world.nowMs + delayOf(options), `→ ${name}`, () => {
    if (options.isAlive() || chance.hits(ARRIVES_AFTER_DEATH)) arrive()
  })
}

function answer(options: SimulatedStoreOptions, name: string, settle: () => void): void {
  const { world } = options
  world.at(world.nowMs + delayOf(options), `← ${name}`, () => options.whenAwake(settle))
}

function summaryOf(batch: Batch): string {
  const journal = batch.journal.map(row => `${row.executionId}/${row.turn} ${decodeEvents(row).length}`)
  return `${batch.seq} ${journal.join(', ')} +${batch.jobs.length} -${batch.jobsEnded.length}\n`
}
