// The store of the distributed engine. One connection writes flushes, one keeps the lease, one listens, two carry jobs and signals between nodes, and
// a bounded pool reads and does the rare writes. What acknowledges must be durable, so a server that would forget is refused.
import { Client, types } from 'pg'
import { trust } from '@batuta/core'
import { FlushError, type FlushReceipt, type Operations, type Store } from '../store.ts'
import type { Batch } from '../batch.ts'
import { expectUpToDate } from '../sql/migrations.ts'
import { readsOf } from '../sql/reads.ts'
import { LIST_SIGNALS } from '../sql/reads.sql.ts'
import { PostgresCluster } from './cluster.ts'
import { connectClient, type ClientClass, type ConnectOptions } from './connect-client.ts'
import { newHistory, prepareDays, type WithClient } from './days.ts'
import { expectServer } from './expect-server.ts'
import { expectSessions } from './expect-sessions.ts'
import { isSpoilt } from './fault-of.ts'
import { awaitDatabase } from './first-contact.ts'
import { writeBatch } from './flush.ts'
import { Listener } from './listener.ts'
import { LossDetector } from './loss-detector.ts'
import { migrate, planFor } from './migrate.ts'
import { POSTGRES, perform, type Performer } from './perform.ts'
import { ConnectionPool } from './pool.ts'
import { ReservedConnection, endQuietly } from './reserved-connection.ts'
import type { Durability, SessionKind } from './session.ts'

export interface PostgresOptions {
  readonly url: string
  /** Connections for reads and rare writes; three more are reserved, and two for what nodes hand to one another. */
  readonly poolMax: number
  readonly durability: Durability
  /** False leaves it to `batuta migrate` to bring the tables up to date. */
  readonly isMigrating?: boolean
  /** This node decides by the clock. */
  readonly isEngine: boolean
  nowMs(): number
  random(): number
  onNotice(message: string, error?: unknown): void
  /** Tests put a connection in that fails. */
  readonly Client?: ClientClass
}

const QUEUE_MAX = 2
const INT8 = 20

/** Milliseconds and counters fit a number; nothing here exceeds 2^53. */
types.setTypeParser(INT8, Number)

export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  const { random, onNotice, poolMax } = options
  const how: ConnectOptions = { url: options.url, durability: options.durability, Client: options.Client ?? Client }
  const withClient = clientFor(how)
  await awaitDatabase(async () => await prepareDatabase(withClient, options), options)
  const pool = new ConnectionPool({ ...how, kind: 'pool', max: poolMax, onNotice })
  const queue = new ConnectionPool({ ...how, kind: 'queue', max: QUEUE_MAX, onNotice })
  const reserved = (name: string, kind: SessionKind): ConstructorParameters<typeof ReservedConnection>[0] => ({
    name,
    connect: async () => await connectClient(how, kind),
    onDropped: () => {
      pool.renew()
      queue.renew()
    },
    random,
    onNotice,
  })
  const writer = new ReservedConnection(reserved('flushes', 'flush'))
  const lease = new ReservedConnection(reserved('the lease', 'lease'))
  const listener = new Listener(reserved('hints', 'listen'))
  const cluster = new PostgresCluster({ lease, listener, pool, queue })
  return {
    kind: 'postgres',
    cluster,
    history: newHistory(withClient),
    ...writesOf({ writer, pool, queue, random, onNotice }),
    read: readsOf(
      async (text, values) => await (text === LIST_SIGNALS ? queue.read(text, values) : pool.read(text, values)),
      POSTGRES,
    ),
    close: async () => {
      await cluster.close()
      await writer.close()
      await queue.close()
      await pool.close()
    },
  }
}

/** What takes its time has a connection for as long as it takes. */
function clientFor(how: ConnectOptions): WithClient {
  return async run => {
    const client = await connectClient(how, 'migration')
    try {
      return await run(client)
    } finally {
      endQuietly(client)
    }
  }
}

/** Before anything else is opened: a server that will do, with the tables of this program. */
async function prepareDatabase(withClient: WithClient, options: PostgresOptions): Promise<void> {
  const { isMigrating = true, onNotice, nowMs } = options
  await withClient(async client => {
    await withClient(async other => await expectSessions(client, other))
    await expectServer(client, options, options)
    const plan = isMigrating ? await migrate(client, options) : await planFor(client)
    if (!isMigrating) expectUpToDate(plan)
    if (plan.current > plan.target)
      onNotice(`The database is of a newer version (migration ${plan.current}) than this program (${plan.target}).`)
    if (!(await prepareDays(client, nowMs()))) onNotice('the partitions of the next days could not be made yet')
  })
}

interface Writing extends Performer {
  readonly writer: ReservedConnection
  onNotice(message: string): void
}

function writesOf({ writer, onNotice, ...performer }: Writing): Pick<Store, 'flush' | 'perform'> {
  const losses = new LossDetector()
  return {
    flush: async batch => {
      const receipt = await flushOn(writer, batch)
      losses.acknowledge(batch.node, receipt.seq)
      return receipt
    },
    perform: async (name, args) => {
      const result = await perform(performer, { name, args })
      if (name !== 'joinNode') return result
      const { node } = trust<Operations['joinNode']['args']>(args)
      const loss = losses.compare(node, trust<Operations['joinNode']['result']>(result).flushSeq)
      if (loss !== undefined) onNotice(loss)
      return result
    },
  }
}

/** When the connection breaks the next flush opens another; what the broken one did is looked up by the pipeline. */
async function flushOn(writer: ReservedConnection, batch: Batch): Promise<FlushReceipt> {
  const client = await writer.open().catch((error: unknown) => {
    throw new FlushError('unknown', 'PostgreSQL cannot be reached', { cause: error })
  })
  try {
    return await writeBatch(client, batch)
  } catch (error) {
    if (error instanceof FlushError && error.cause !== undefined && isSpoilt(error.cause)) writer.drop(client)
    throw error
  }
}
