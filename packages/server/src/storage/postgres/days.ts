// History lives in a partition per day and table. Days are made before they are needed; what comes for a day without a place, because a clock is
// wrong or a round did not come through, goes to the default partition and moves when the day is made. An old day is detached together with moving
// what is to be kept, in one transaction that holds the tables for a moment only: everything that takes long is done before or after it.
import type { Client } from 'pg'
import type { DroppedDay, History } from '../history.ts'
import { number, text } from '../sql/rows.ts'
import * as sql from './days.sql.ts'
import { isPassing, isSpoilt } from './fault-of.ts'
import { PARTITIONED } from './schema.sql.ts'

const DAY_MS = 86_400_000
const DAYS_BEFORE = 1
const DAYS_AHEAD = 3
/** More than this is not moved: the default partition must stay small, because it is looked through for every new day. */
const KEPT_MAX = 500

/** Opens a connection that may take its time, and closes it afterwards. */
export type WithClient = <T>(run: (client: Client) => Promise<T>) => Promise<T>

export function newHistory(withClient: WithClient): History {
  /** Days of which too much is to be kept, each with the moment up to which that was so. */
  const heavy = new Map<string, number>()
  return {
    prepareDays: async nowMs => await withClient(async client => await prepareDays(client, nowMs)),
    dropDay: async endedBeforeMs =>
      await withClient(async client => {
        const isHeavy = (day: string): boolean => (heavy.get(day) ?? -Infinity) > endedBeforeMs
        const result = await dropDay(client, { endedBeforeMs, isHeavy })
        if (result.type === 'too-much-alive') heavy.set(result.day, endedBeforeMs + DAY_MS)
        return result
      }),
  }
}

export async function prepareDays(client: Client, nowMs: number): Promise<boolean> {
  const existing = new Set((await listDays(client)).map(day => day.name))
  const today = Math.floor(nowMs / DAY_MS)
  let isWhole = true
  for (let number = today - DAYS_BEFORE; number <= today + DAYS_AHEAD; number++) {
    const day = dayOf(number)
    for (const table of PARTITIONED) {
      if (existing.has(`${table}_${day.name}`)) continue
      if (!(await unlessBusy(client, async () => await makeDay(client, table, day)))) isWhole = false
    }
  }
  return isWhole
}

async function makeDay(client: Client, table: string, day: sql.DayBounds): Promise<void> {
  await client.query(sql.LOCK_DAYS)
  const { rowCount } = await client.query(sql.hasStrays(table, day))
  const hasStrays = rowCount !== null && rowCount > 0
  if (hasStrays) for (const statement of sql.takeStrays(table, day)) await client.query(statement)
  await client.query(sql.createDay(table, day))
  if (hasStrays) for (const statement of sql.putStrays(table)) await client.query(statement)
}

interface DropDay {
  readonly endedBeforeMs: number
  /** It was looked through not long ago. */
  isHeavy(day: string): boolean
}

async function dropDay(client: Client, { endedBeforeMs, isHeavy }: DropDay): Promise<DroppedDay> {
  const tables = await listDays(client)
  // What a crash left between detaching and dropping.
  for (const { name, isAttached } of tables) if (!isAttached) await client.query(`drop table if exists ${name}`)
  await dropRests(client, tables, endedBeforeMs)
  const day = daysOf(tables).find(day => endOf(day) <= endedBeforeMs && !isHeavy(day))
  if (day === undefined) return { type: 'none' }
  const { rows } = await client.query<Record<string, unknown>>(sql.countKept(day), [endedBeforeMs])
  const { total, kept } = { total: number(rows[0] ?? {}, 'total'), kept: number(rows[0] ?? {}, 'kept') }
  if (kept > KEPT_MAX) return { type: 'too-much-alive', day }
  const ids = (await client.query<{ born_ms: number; id: string }>(sql.listKept(day), [endedBeforeMs])).rows
  if (!(await completeDay(client, day, tables))) return { type: 'busy', day }
  const isDetached = await unlessBusy(client, async () => await detachDay(client, day, ids))
  if (!isDetached) return { type: 'busy', day }
  for (const table of PARTITIONED) await client.query(`drop table ${table}_${day}`)
  return { type: 'dropped', day, executions: total - kept, kept }
}

/** A program of before knows fewer tables: the days that it made have no place in the others. */
async function completeDay(client: Client, day: string, tables: readonly DayTable[]): Promise<boolean> {
  const existing = new Set(tables.map(table => table.name))
  for (const table of PARTITIONED) {
    if (existing.has(`${table}_${day}`)) continue
    const bounds = dayOf((endOf(day) - DAY_MS) / DAY_MS)
    if (!(await unlessBusy(client, async () => await makeDay(client, table, bounds)))) return false
  }
  return true
}

/** What it dropped a day without. When others are in the way it goes with the next day. */
async function dropRests(client: Client, tables: readonly DayTable[], endedBeforeMs: number): Promise<void> {
  const days = new Set(daysOf(tables))
  for (const { name, isAttached } of tables) {
    const day = name.slice(-8)
    if (!isAttached || name !== `snapshots_${day}` || days.has(day) || endOf(day) > endedBeforeMs) continue
    const isDetached = await unlessBusy(client, async () => void (await client.query(sql.detach('snapshots', day))))
    if (isDetached) await client.query(`drop table if exists ${name}`)
  }
}

class RestartedMeanwhile extends Error {}

async function detachDay(
  client: Client,
  day: string,
  kept: readonly { readonly born_ms: number; readonly id: string }[],
): Promise<void> {
  await client.query(sql.LOCK_DAYS)
  // The tables in the order in which a flush writes them.
  for (const table of PARTITIONED) await client.query(sql.detach(table, day))
  const ids = kept.map(row => row.id)
  const { rows } = await client.query<Record<string, unknown>>(sql.countAwake(day), [ids])
  if (number(rows[0] ?? {}, 'awake') > 0) throw new RestartedMeanwhile()
  if (kept.length === 0) return
  const values = [kept.map(row => row.born_ms), ids]
  for (const table of PARTITIONED) await client.query(sql.moveKept(table, day), values)
}

/** One transaction that waits for others only briefly; false when they were in the way. */
async function unlessBusy(client: Client, run: () => Promise<void>): Promise<boolean> {
  await client.query('begin')
  try {
    await client.query(sql.WAIT_BRIEFLY)
    await run()
    await client.query('commit')
    return true
  } catch (error) {
    if (!isSpoilt(error) || error instanceof RestartedMeanwhile) await client.query('rollback')
    if (isPassing(error) || error instanceof RestartedMeanwhile) return false
    throw error
  }
}

interface DayTable {
  readonly name: string
  readonly isAttached: boolean
}

async function listDays(client: Client): Promise<readonly DayTable[]> {
  const { rows } = await client.query<Record<string, unknown>>(sql.LIST_DAYS)
  return rows.map(row => ({ name: text(row, 'name'), isAttached: row['is_attached'] === true }))
}

/** Oldest first. */
function daysOf(tables: readonly DayTable[]): readonly string[] {
  return tables
    .flatMap(({ name, isAttached }) => (isAttached && /^executions_\d/.test(name) ? [name.slice(-8)] : []))
    .sort()
}

function dayOf(number: number): sql.DayBounds {
  const fromMs = number * DAY_MS
  return { name: new Date(fromMs).toISOString().slice(0, 10).replaceAll('-', ''), fromMs, toMs: fromMs + DAY_MS }
}

function endOf(day: string): number {
  return Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00Z`) + DAY_MS
}
