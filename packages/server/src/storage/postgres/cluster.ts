// Leases, shards and signals between nodes. A connection of its own keeps them going while the pool is busy.
import { Client, type ClientConfig, type QueryResult, type QueryResultRow } from 'pg'
import { SHARDS } from '@batuta/core'
import type { JobKey, JobRow, SignalRow } from '../batch.ts'
import type { Cluster, Hint, Member, NodeRow, Role, Tended } from '../cluster.ts'
import { flowOf, jobOf, number, text, type SqlRow } from '../sql/rows.ts'
import * as sql from './cluster.sql.ts'

const CHANNEL = 'batuta'
const HINTS: readonly Hint[] = ['signals', 'jobs', 'flows']
const ROLES: readonly Role[] = ['engine', 'web', 'worker']

export interface ClusterOptions {
  readonly config: ClientConfig
  onNotice(message: string, error?: unknown): void
}

export class PostgresCluster implements Cluster {
  readonly #options: ClusterOptions
  readonly #listeners: ((hint: Hint) => void)[] = []
  #client: Client | undefined
  #opening: Promise<Client> | undefined
  #isClosed = false
  /** One connection does one thing at a time: a transaction must not mix with what others ask meanwhile. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: ClusterOptions) {
    this.#options = options
  }

  async announce({ node, incarnation }: Member, roles: readonly Role[], leaseMs: number): Promise<void> {
    await this.#query(sql.ANNOUNCE, [node, incarnation, [...roles], leaseMs])
  }

  async renew({ node, incarnation }: Member, leaseMs: number): Promise<boolean> {
    const { rowCount } = await this.#query(sql.RENEW, [node, incarnation, leaseMs])
    return rowCount === 1
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

  async leave({ node, incarnation }: Member): Promise<void> {
    await this.#transaction(async client => {
      const { rowCount } = await client.query(sql.LEAVE, [node, incarnation])
      if (rowCount === 1) await client.query(sql.FREE_SHARDS_OF, [node])
    })
  }

  async sendSignals(rows: readonly SignalRow[]): Promise<void> {
    const columns = [
      rows.map(row => row.id),
      rows.map(row => row.shard),
      rows.map(row => row.executionId),
      rows.map(row => row.body),
    ]
    await this.#query(sql.SEND_SIGNALS, columns)
  }

  async settleJob(
    { executionId, run, epoch }: JobKey,
    { node, incarnation }: Member,
    signal: SignalRow,
  ): Promise<boolean> {
    const values = [
      executionId,
      run,
      epoch,
      node,
      incarnation,
      signal.id,
      signal.shard,
      signal.executionId,
      signal.body,
    ]
    return (await this.#query(sql.SETTLE_JOB, values)).rowCount === 1
  }

  async listAbandonedJobs(limit: number): Promise<readonly JobRow[]> {
    return (await this.#query(sql.ABANDONED_JOBS, [limit])).rows.map(jobOf)
  }

  async listKilledJobs({ node, incarnation }: Member): Promise<readonly JobKey[]> {
    const { rows } = await this.#query<SqlRow>(sql.KILLED_JOBS, [node, incarnation])
    return rows.map(row => ({
      executionId: text(row, 'execution_id'),
      run: number(row, 'run'),
      epoch: number(row, 'epoch'),
    }))
  }

  async listFlowsSince(seq: number): ReturnType<Cluster['listFlowsSince']> {
    const { rows } = await this.#query<SqlRow>(sql.FLOWS_SINCE, [seq])
    return rows.map(row => ({ seq: number(row, 'seq'), row: flowOf(row) }))
  }

  async listNodes(): Promise<readonly NodeRow[]> {
    const { rows } = await this.#query<{
      id: string
      incarnation: number
      roles: string[]
      fenced: boolean
      lease_until_ms: number | null
    }>(sql.LIST_NODES, [])
    return rows.map(row => ({
      node: row.id,
      incarnation: row.incarnation,
      roles: ROLES.filter(role => row.roles.includes(role)),
      leaseUntilMs: row.lease_until_ms ?? 0,
      isFenced: row.fenced,
    }))
  }

  onHint(listener: (hint: Hint) => void): void {
    this.#listeners.push(listener)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#client?.end()
  }

  async #query<Row extends QueryResultRow>(statement: string, values: readonly unknown[]): Promise<QueryResult<Row>> {
    return await this.#exclusive(async client => await client.query<Row>(statement, [...values]))
  }

  async #transaction<T>(run: (client: Client) => Promise<T>): Promise<T> {
    return await this.#exclusive(async client => {
      await client.query('begin')
      try {
        const result = await run(client)
        await client.query('commit')
        return result
      } catch (error) {
        await client.query('rollback')
        throw error
      }
    })
  }

  async #exclusive<T>(run: (client: Client) => Promise<T>): Promise<T> {
    const mine = this.#last.then(async () => await run(await this.#open()))
    this.#last = mine.catch(() => undefined)
    return await mine
  }

  /** One connection, opened again when it broke; who waits for it meanwhile waits for the same one. */
  async #open(): Promise<Client> {
    if (this.#client) return this.#client
    this.#opening ??= this.#connect().finally(() => (this.#opening = undefined))
    return await this.#opening
  }

  async #connect(): Promise<Client> {
    const client = new Client(this.#options.config)
    client.on('error', error => {
      if (!this.#isClosed) this.#options.onNotice('the connection of the leases broke', error)
      if (this.#client === client) this.#client = undefined
    })
    client.on('notification', ({ payload }) => {
      const hint = HINTS.find(name => name === payload)
      if (hint) for (const listener of this.#listeners) listener(hint)
    })
    await client.connect()
    await client.query(`listen ${CHANNEL}`)
    this.#client = client
    return client
  }
}

/** Every engine gets the same number of shards; the first ones in the order of their names get one more where it does not come out even. */
function partOf(node: string, engines: readonly string[]): number {
  const at = engines.indexOf(node)
  if (at < 0) return 0
  const share = Math.floor(SHARDS / engines.length)
  return share + (at < SHARDS % engines.length ? 1 : 0)
}
