// Which servers are there, whether they live, and whether their clocks agree with the database's.
import { number, text, type SqlRow } from '../storage/sql/rows.ts'
import * as sql from './doctor.sql.ts'
import type { Check } from './examine.ts'
import type { ReadOnlyDatabase } from './read-only-database.ts'

const SKEW_WORTH_MS = 2_000
const SKEW_BAD_MS = 60_000
const SHARDS_OF_ALL = 256

export interface NodesOptions {
  /** SQLite: whether a server has the data folder. */
  readonly isServed: boolean | undefined
  nowMs(): number
}

export async function examineNodes(
  database: ReadOnlyDatabase,
  { isServed, nowMs }: NodesOptions,
): Promise<readonly Check[]> {
  if (database.kind === 'sqlite') return await examineAlone(database, isServed === true, nowMs())
  const rows = await database.query(sql.POSTGRES_NODES)
  const beforeMs = nowMs()
  const databaseMs = await database.nowMs()
  const skewMs = databaseMs - (beforeMs + nowMs()) / 2
  return [...judgeNodes(rows, number((await database.query(sql.FREE_SHARDS))[0] ?? {}, 'n')), judgeSkew(skewMs)]
}

async function examineAlone({ query }: ReadOnlyDatabase, isServed: boolean, nowMs: number): Promise<readonly Check[]> {
  const row = (await query(sql.SQLITE_NODES))[0]
  const start = row ? `, start ${number(row, 'incarnation')}` : ''
  const server: Check = {
    name: 'server',
    judgement: 'ok',
    text: isServed ? `runs on this data folder${start}` : `none runs on this data folder${start}`,
  }
  const aheadMs = row ? number(row, 'high_water_ms') - nowMs : 0
  if (aheadMs < SKEW_WORTH_MS) return [server, { name: 'clock', judgement: 'ok', text: 'has not gone back' }]
  const message = `this machine's clock is ${seconds(aheadMs)} s behind what the database has seen: it was set back`
  return [server, { name: 'clock', judgement: aheadMs > SKEW_BAD_MS ? 'bad' : 'worth', text: message }]
}

function judgeNodes(rows: readonly SqlRow[], freeShards: number): readonly Check[] {
  const live = rows.filter(row => row['fenced'] !== true && number(row, 'left_ms') > 0)
  const checks = rows.map((row): Check => {
    const isLive = live.includes(row)
    const roles = Array.isArray(row['roles']) ? row['roles'].join(', ') : ''
    const lease = isLive ? `lease for ${seconds(number(row, 'left_ms'))} s` : 'gone'
    const message = `${text(row, 'id')} (${roles}), start ${number(row, 'incarnation')}, ${lease}, ${number(row, 'shards')} shards`
    const isLate = !isLive && row['fenced'] !== true && live.length > 0
    return { name: 'node', judgement: isLate || (!isLive && number(row, 'shards') > 0) ? 'worth' : 'ok', text: message }
  })
  if (live.length === 0) return [...checks, { name: 'nodes', judgement: 'ok', text: 'no server runs' }]
  if (freeShards === 0)
    return [...checks, { name: 'shards', judgement: 'ok', text: `all ${SHARDS_OF_ALL} have an owner` }]
  const message = `${freeShards} of ${SHARDS_OF_ALL} have no owner: their executions stand still until an engine takes them`
  return [...checks, { name: 'shards', judgement: 'worth', text: message }]
}

function judgeSkew(skewMs: number): Check {
  const size = Math.abs(skewMs)
  const message = `${seconds(size)} s ${skewMs < 0 ? 'ahead of' : 'behind'} the database's`
  return { name: 'clock', judgement: size > SKEW_BAD_MS ? 'bad' : size > SKEW_WORTH_MS ? 'worth' : 'ok', text: message }
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1)
}
