// Times what the store is asked. The store itself knows nothing of it: it is wrapped.
import { trust } from '@batuta/core'
import { FlushError, type FlushFault, type Operations, type Reads, type Store } from '../storage/store.ts'
import { sizeOf, type Batch, type LogRow } from '../storage/batch.ts'
import type { Cluster } from '../storage/cluster.ts'
import { overCluster } from '../storage/over-cluster.ts'
import { fromZero, type Count } from './engine-meter.ts'
import { madeOnce } from './flow-meters.ts'
import { Histogram, SHORT_SECONDS, SIZES, Timer } from './histogram.ts'

export class StoreMeter {
  readonly flushes = new Histogram(SHORT_SECONDS)
  readonly flushRows = new Histogram(SIZES)
  /** By what was at fault. */
  readonly flushErrors = fromZero<FlushFault>(['known', 'unknown', 'fenced', 'full', 'broken'])
  readonly operations = new Map<string, Timer>()
  readonly operationErrors = new Map<string, Count>()
  takeovers = 0
  leasesLost = 0
  leasesRenewed = 0
  /** Who wants the lines of executions as well, once they are stored. */
  readonly onLogs: ((rows: readonly LogRow[]) => void)[] = []
  /** Set when spans are wanted; moments of the clock of durations. */
  onFlush: ((batch: Batch, fromMs: number, toMs: number) => void) | undefined

  tell(rows: readonly LogRow[]): void {
    for (const listener of this.onLogs) listener(rows)
  }

  failed(map: Map<string, Count>, name: string): void {
    madeOnce(map, name, () => ({ count: 0 })).count += 1
  }
}

export function meteredStore(store: Store, meter: StoreMeter, elapsedMs: () => number): Store {
  const flush: Store['flush'] = async batch => {
    const fromMs = elapsedMs()
    try {
      const receipt = await store.flush(batch)
      const toMs = elapsedMs()
      meter.flushes.observe((toMs - fromMs) / 1_000)
      meter.flushRows.observe(sizeOf(batch))
      if (batch.logs.length > 0) meter.tell(batch.logs)
      meter.onFlush?.(batch, fromMs, toMs)
      return receipt
    } catch (error) {
      meter.failed(meter.flushErrors, error instanceof FlushError ? error.fault : 'mistake')
      throw error
    }
  }
  const { cluster } = store
  return {
    ...store,
    flush,
    perform: async (name, args) => {
      const result = await timed(meter, name, elapsedMs, () => store.perform(name, args))
      if (isAppend(name, args)) meter.tell(args.rows)
      return result
    },
    read: meteredReads(store.read, meter, elapsedMs),
    ...(cluster ? { cluster: meteredCluster(cluster, meter) } : {}),
  }
}

function isAppend(
  name: keyof Operations,
  args: Operations[keyof Operations]['args'],
): args is Operations['appendLogs']['args'] {
  return name === 'appendLogs' && 'rows' in args
}

async function timed<Result>(
  meter: StoreMeter,
  name: string,
  elapsedMs: () => number,
  run: () => Promise<Result>,
): Promise<Result> {
  const fromMs = elapsedMs()
  try {
    return await run()
  } catch (error) {
    meter.failed(meter.operationErrors, name)
    throw error
  } finally {
    madeOnce(meter.operations, name, () => new Timer()).add((elapsedMs() - fromMs) / 1_000)
  }
}

type AnyRead = (...args: readonly unknown[]) => Promise<unknown>

function meteredReads(reads: Reads, meter: StoreMeter, elapsedMs: () => number): Reads {
  const wrapped: Record<string, AnyRead> = {}
  for (const [name, read] of Object.entries<unknown>({ ...reads })) {
    const ask = trust<AnyRead>(read)
    wrapped[name] = (...args) => timed(meter, name, elapsedMs, () => ask(...args))
  }
  return trust<Reads>(wrapped)
}

function meteredCluster(cluster: Cluster, meter: StoreMeter): Cluster {
  return overCluster(cluster, {
    renew: async (member, leaseMs) => {
      const dbNowMs = await cluster.renew(member, leaseMs)
      if (dbNowMs === undefined) meter.leasesLost += 1
      else meter.leasesRenewed += 1
      return dbNowMs
    },
    tend: async member => {
      const tended = await cluster.tend(member)
      meter.takeovers += tended.fenced.length
      return tended
    },
  })
}
