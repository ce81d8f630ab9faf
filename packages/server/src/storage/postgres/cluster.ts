// Leases, shards and signals between nodes. Leases and shards have a connection of their own, so that they are renewed while the pool is busy.
import type { Client, QueryResult, QueryResultRow } from 'pg'
import { SHARDS, trust } from '@batuta/core'
import type { JobKey, JobRow, SignalRow } from '../batch.ts'
import type {
  Announcement,
  Cluster,
  HintListener,
  Member,
  NodeRow,
  Role,
  SentJobRow,
  SettledJob,
  Tended,
} from '../cluster.ts'
import { flowOf, jobOf, number, text, type SqlRow } from '../sql/rows.ts'
import * as sql from './cluster.sql.ts'
import { isSpoilt } from './fault-of.ts'
import type { Listener } from './listener.ts'
import type { ConnectionPool } from './pool.ts'
import { packArray, type ElementType } from './pack-array.ts'
import type { ReservedConnection } from './reserved-connection.ts'

const ROLES: readonly Role[] = ['engine', 'web', 'worker']

type Facts = Omit<Announcement, 'roles'>

/** Of a node that was there before nodes told anything of themselves. */
const NO_FACTS: Facts = {
  worker: { group: undefined, tags: [] },
  slots: 0,
  host: '',
  processId: 0,
  version: '',
  startedMs: 0,
}

export interface ClusterOptions {
  readonly lease: ReservedConnection
  readonly listener: Listener
  readonly pool: ConnectionPool
  readonly queue: ConnectionPool
}

export class PostgresCluster implements Cluster {
  readonly #options: ClusterOptions

  constructor(options: ClusterOptions) {
    this.#options = options
  }

  async announce({ node, incarnation }: Member, announcement: Announcement, leaseMs: number): Promise<void> {
    const { roles, ...facts } = announcement
    await this.#query(sql.ANNOUNCE, [node, incarnation, [...roles], leaseMs, JSON.stringify(facts)])
  }

  async renew({ node, incarnation }: Member, leaseMs: number): Promise<number | undefined> {
    const [held] = (await this.#query<{ now_ms: string }>(sql.RENEW, [node, incarnation, leaseMs])).rows
    return held && Number(held.now_ms)
  }

  async tend({ node }: Member): Promise<Tended> {
    return await this.#transaction(async client => {
      await client.query(sql.LOCK_SHARDS)
      const fenced = (await client.query<{ id: string }>(sql.FENCE_DEAD, [node])).rows.map(row => row.id)
      await client.query(sql.FREE_OF_FENCED)
      const engines = (await client.query<{ id: string }>(sql.LIVE_ENGINES)).rows.map(row => row.id)
      const owned = (await client.query<{ id: number }>(sql.OWNED, [node])).rows.map(row => row.id)
      const part = partOf(node, engines)
      if (owned.length < part) {
        const claimed = await client.query<{ id: number }>(sql.CLAIM_SHARDS, [node, part - owned.length])
        owned.push(...claimed.rows.map(row => row.id))
      }
      return { owned, surplus: owned.slice(part), fenced }
    })
  }

  async releaseShards({ node, incarnation }: Member, shards: readonly number[]): Promise<void> {
    await this.#query(sql.RELEASE_SHARDS, [node, [...shards], incarnation])
  }

  async withdraw({ node, incarnation }: Member): Promise<void> {
    await this.#transaction(async client => {
      const { rowCount } = await client.query(sql.WITHDRAW, [node, incarnation])
      if (rowCount === 1) await client.query(sql.FREE_SHARDS_OF, [node])
    })
  }

  async leave({ node, incarnation }: Member): Promise<void> {
    await this.#transaction(async client => {
      const { rowCount } = await client.query(sql.LEAVE, [node, incarnation])
      if (rowCount === 1) await client.query(sql.FREE_SHARDS_OF, [node])
    })
  }

  async sendSignals(rows: readonly SignalRow[]): Promise<void> {
    const column = (type: ElementType, valueOf: (row: SignalRow) => string | number): Buffer =>
      packArray(type, rows.map(valueOf))
    const columns = [
      column('text', row => row.id),
      column('smallint', row => row.shard),
      column('text', row => row.executionId),
      column('text', row => row.body),
    ]
    await this.#options.queue.write(sql.SEND_SIGNALS, columns)
  }

  async settleJobs(...[jobs, { node, incarnation }]: Parameters<Cluster['settleJobs']>): Promise<void> {
    const column = (type: ElementType, valueOf: (job: SettledJob) => string | number): Buffer =>
      packArray(type, jobs.map(valueOf))
    const columns = [
      column('text', ({ key }) => key.executionId),
      column('integer', ({ key }) => key.run),
      column('integer', ({ key }) => key.epoch),
      column('text', ({ signal }) => signal.id),
      column('smallint', ({ signal }) => signal.shard),
      column('text', ({ signal }) => signal.body),
    ]
    await this.#options.queue.write(sql.SETTLE_JOBS, [node, incarnation, ...columns])
  }

  async moveJobs(from: string, to: string): Promise<void> {
    await this.#options.pool.write(sql.MOVE_JOBS, [from, to])
  }

  async listAbandonedJobs(limit: number): Promise<readonly JobRow[]> {
    return (await this.#options.pool.read<SqlRow>(sql.ABANDONED_JOBS, [limit])).map(jobOf)
  }

  async listKilledJobs({ node, incarnation }: Member): Promise<readonly JobKey[]> {
    const rows = await this.#options.queue.read<SqlRow>(sql.KILLED_JOBS, [node, incarnation])
    return rows.map(row => ({
      executionId: text(row, 'execution_id'),
      run: number(row, 'run'),
      epoch: number(row, 'epoch'),
    }))
  }

  async listSentJobs(
    { node, incarnation }: Member,
    after: ReadonlyMap<string, number>,
  ): Promise<readonly SentJobRow[]> {
    const rows = await this.#options.queue.read<SqlRow>(sql.SENT_JOBS, [
      node,
      incarnation,
      [...after.keys()],
      [...after.values()],
    ])
    return rows.map(row => ({
      row: jobOf(row),
      sender: text(row, 'sender'),
      seq: number(row, 'sent_seq'),
      isKilled: row['is_killed'] === true,
    }))
  }

  async returnJobs({ node, incarnation }: Member, jobs: readonly JobKey[]): Promise<void> {
    const columns = [jobs.map(key => key.executionId), jobs.map(key => key.run), jobs.map(key => key.epoch)]
    await this.#options.queue.write(sql.RETURN_JOBS, [node, incarnation, ...columns])
  }

  async listFlowsSince(seq: number): ReturnType<Cluster['listFlowsSince']> {
    const rows = await this.#options.pool.read<SqlRow>(sql.FLOWS_SINCE, [seq])
    return rows.map(row => ({ seq: number(row, 'seq'), row: flowOf(row) }))
  }

  async listNodes(): Promise<readonly NodeRow[]> {
    const rows = await this.#options.pool.read<{
      id: string
      incarnation: number
      roles: string[]
      facts: string
      is_live: boolean
      shards: number
      jobs: number
    }>(sql.LIST_NODES, [])
    return rows.map(row => ({
      ...NO_FACTS,
      ...trust<Facts>(JSON.parse(row.facts)),
      node: row.id,
      incarnation: row.incarnation,
      roles: ROLES.filter(role => row.roles.includes(role)),
      isLive: row.is_live,
      shards: row.shards,
      jobs: row.jobs,
    }))
  }

  async listWorkers(): Promise<readonly Facts['worker'][]> {
    const rows = await this.#options.pool.read<{ facts: string }>(sql.LIST_WORKERS, [])
    return rows.map(({ facts }) => ({ ...NO_FACTS, ...trust<Facts>(JSON.parse(facts)) }).worker)
  }

  async tidyQueues(deadMin: number): Promise<void> {
    const [row] = await this.#options.pool.read<{ dead: number }>(sql.COUNT_DEAD, [])
    if (row && row.dead >= deadMin) await this.#options.pool.write(sql.TIDY_QUEUES, [])
  }

  async forgetNodes(goneMs: number): Promise<number> {
    return (await this.#options.pool.write(sql.FORGET_NODES, [goneMs])).rowCount ?? 0
  }

  onHint(listener: HintListener): () => void {
    return this.#options.listener.onHint(listener)
  }

  async close(): Promise<void> {
    await this.#options.listener.close()
    await this.#options.lease.close()
  }

  async #query<Row extends QueryResultRow>(statement: string, values: readonly unknown[]): Promise<QueryResult<Row>> {
    return await this.#options.lease.use(async client => await client.query<Row>(statement, [...values]))
  }

  async #transaction<T>(run: (client: Client) => Promise<T>): Promise<T> {
    return await this.#options.lease.use(async client => {
      await client.query('begin')
      try {
        const result = await run(client)
        await client.query('commit')
        return result
      } catch (error) {
        if (!isSpoilt(error)) await client.query('rollback')
        throw error
      }
    })
  }
}

/** Every engine gets the same number of shards; the first ones in the order of their names get one more where it does not come out even. */
function partOf(node: string, engines: readonly string[]): number {
  const at = engines.indexOf(node)
  if (at < 0) return 0
  const share = Math.floor(SHARDS / engines.length)
  return share + (at < SHARDS % engines.length ? 1 : 0)
}
