// What a server must be like so that "acknowledged" means durable. It is asked once, before anything is written; what it answers is judged here,
// all of it at once, and each refusal says the way out.
import { BatutaError } from '@batuta/core'
import type { Client } from 'pg'
import { ASK_CLOCK, ASK_FACTS } from './expect-server.sql.ts'
import type { Durability } from './session.ts'

export interface ServerFacts {
  readonly versionNumber: number
  readonly version: string
  readonly fsync: string
  readonly fullPageWrites: string
  /** Of this session, after it was set. */
  readonly synchronousCommit: string
  readonly encoding: string
  readonly isStandby: boolean
  readonly isSuperuser: boolean
  /** What it may do on the machine of the database. */
  readonly machineRoles: readonly string[]
  /** By how much the clock of the database is ahead of this machine's. */
  readonly skewMs: number
}

export interface ServerDemands {
  readonly durability: Durability
  /** Engines decide by the clock: one that is far off must not. */
  readonly isEngine: boolean
}

export interface Judgement {
  readonly refusals: readonly string[]
  readonly warnings: readonly string[]
}

const VERSION_MIN = 13
const VERSION_TESTED = 18
const SKEW_WARN_MS = 2_000
const SKEW_MAX_MS = 60_000
const CLOCK_SAMPLES = 3

export async function expectServer(
  client: Client,
  demands: ServerDemands,
  { nowMs, onNotice }: { nowMs(): number; onNotice(message: string): void },
): Promise<void> {
  const { refusals, warnings } = judgeServer(await readFacts(client, nowMs), demands)
  for (const warning of warnings) onNotice(warning)
  if (refusals.length > 0) throw new BatutaError('config-invalid', refusals.join('\n'))
}

export function judgeServer(facts: ServerFacts, { durability, isEngine }: ServerDemands): Judgement {
  const refusals: string[] = []
  const warnings: string[] = []
  const major = Math.floor(facts.versionNumber / 10_000)
  if (major < VERSION_MIN)
    refusals.push(`PostgreSQL ${facts.version} is too old: Batuta needs ${VERSION_MIN} to ${VERSION_TESTED}.`)
  if (major > VERSION_TESTED)
    warnings.push(`PostgreSQL ${facts.version} is newer than any that Batuta was tested with (${VERSION_TESTED}).`)
  if (facts.encoding !== 'UTF8')
    refusals.push(
      `The database has the encoding ${facts.encoding}: it must be UTF8. Create one with "create database batuta encoding 'UTF8' template template0".`,
    )
  if (facts.isStandby)
    refusals.push('This PostgreSQL is a standby, which takes no writes: set database.url to the primary.')
  if (facts.isSuperuser)
    warnings.push(
      'Batuta is connected as a superuser of PostgreSQL, which it has no need for: give it a role of its own that owns its database.',
    )
  else if (facts.machineRoles.length > 0)
    warnings.push(
      `The role of the database reaches the machine that PostgreSQL runs on (${facts.machineRoles.join(', ')}), which Batuta has no need for: revoke it.`,
    )
  judgeDurability(facts, durability, durability === 'full' ? refusals : warnings)
  judgeClock(facts.skewMs, isEngine ? refusals : warnings, warnings)
  return { refusals, warnings }
}

function judgeDurability(facts: ServerFacts, durability: Durability, told: string[]): void {
  const off = [
    ['fsync', facts.fsync],
    ['full_page_writes', facts.fullPageWrites],
    ['synchronous_commit', facts.synchronousCommit],
  ].flatMap(([name, setting]) => (setting === 'off' ? [`${name}=off`] : []))
  if (durability === 'relaxed') {
    const what =
      off.length === 0 ? 'nothing is switched off in PostgreSQL, though' : `PostgreSQL runs with ${off.join(', ')}`
    told.push(`DURABILITY IS RELAXED (database.durability): a crash may lose what was acknowledged; ${what}.`)
  } else if (off.length > 0) {
    told.push(
      `PostgreSQL runs with ${off.join(', ')}: what Batuta acknowledges would not survive a crash. Switch it on, or set database.durability to "relaxed" to take that risk.`,
    )
  }
}

function judgeClock(skewMs: number, tooFar: string[], far: string[]): void {
  const seconds = `${Math.round(Math.abs(skewMs) / 100) / 10} s ${skewMs > 0 ? 'behind' : 'ahead of'}`
  if (Math.abs(skewMs) > SKEW_MAX_MS)
    tooFar.push(`The clock of this machine is ${seconds} the clock of the database: set both by NTP.`)
  else if (Math.abs(skewMs) > SKEW_WARN_MS)
    far.push(`The clock of this machine is ${seconds} the clock of the database: schedules fire early or late by that.`)
}

async function readFacts(client: Client, nowMs: () => number): Promise<ServerFacts> {
  const { rows } = await client.query<Omit<ServerFacts, 'skewMs'>>(ASK_FACTS)
  const [facts] = rows
  if (!facts) throw new Error('PostgreSQL does not tell its settings')
  return { ...facts, skewMs: await readSkew(client, nowMs) }
}

/** Of several answers the quickest is the least wrong. */
async function readSkew(client: Client, nowMs: () => number): Promise<number> {
  let best = { tookMs: Infinity, skewMs: 0 }
  for (let sample = 0; sample < CLOCK_SAMPLES; sample++) {
    const askedMs = nowMs()
    const { rows } = await client.query<{ ms: number }>(ASK_CLOCK)
    const tookMs = nowMs() - askedMs
    if (tookMs < best.tookMs) best = { tookMs, skewMs: (rows[0]?.ms ?? askedMs) - (askedMs + tookMs / 2) }
  }
  return best.skewMs
}
