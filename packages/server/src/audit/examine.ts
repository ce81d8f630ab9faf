// `batuta doctor` without its invariants: what an operator asks first. Every line is a fact with a judgement; nothing is changed.
import { constants } from 'node:fs'
import { access, readFile, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { BatutaError } from '@batuta/core'
import { RESTORED } from '../backup/take-place.ts'
import type { Config } from '../config/config.ts'
import { number, text } from '../storage/sql/rows.ts'
import * as sql from './doctor.sql.ts'
import { examineNodes } from './examine-nodes.ts'
import { listHeld } from './list-held.ts'
import type { ReadOnlyDatabase } from './read-only-database.ts'
import { isFolderServed } from './server-lock.ts'

/** bad: what is acknowledged, or what is started, is in danger. worth: an operator should look at it. */
export type Judgement = 'ok' | 'worth' | 'bad'

export interface Check {
  readonly name: string
  readonly judgement: Judgement
  readonly text: string
}

export interface ExamineWorld {
  readonly version: string
  /** Checksums of the migrations that this program knows, in their order. */
  readonly migrations: readonly string[]
  nowMs(): number
}

const NODE_MIN = 24
const FREE_MIN_BYTES = 2 ** 30
const FREE_MIN_SHARE = 0.05
const FREE_BAD_BYTES = 256 * 2 ** 20
const HELD_SHOWN_MAX = 20

export async function examine(
  config: Config,
  database: ReadOnlyDatabase,
  world: ExamineWorld,
): Promise<readonly Check[]> {
  const isServed = config.database.type === 'sqlite' ? isFolderServed(config.dataDir) : undefined
  return [
    examineConfig(config, database),
    await examineVersions(database, world),
    ...(await examineFolders(config)),
    await examineDurability(database, config.storage.durability),
    await examineMigrations(database, world),
    ...(await examineNodes(database, { isServed, nowMs: () => world.nowMs() })),
    ...(await examineWork(database)),
    ...(await examineHeld(database)),
    ...(await examineRestore(config)),
  ]
}

function ok(name: string, message: string): Check {
  return { name, judgement: 'ok', text: message }
}

function examineConfig(config: Config, database: ReadOnlyDatabase): Check {
  const user = config.user ? `user ${config.user.name}` : 'no user'
  return ok('configuration', `data ${config.dataDir}, storage ${config.storageDir}, ${database.name}, ${user}`)
}

async function examineVersions({ kind, query }: ReadOnlyDatabase, { version }: ExamineWorld): Promise<Check> {
  const rows = await query(kind === 'sqlite' ? sql.SQLITE_VERSION : sql.POSTGRES_VERSION)
  const database = `${kind === 'sqlite' ? 'SQLite' : 'PostgreSQL'} ${text(rows[0] ?? {}, 'version')}`
  const message = `Batuta ${version}, Node ${process.versions.node}, ${database}`
  if (Number(process.versions.node.split('.')[0]) >= NODE_MIN) return ok('versions', message)
  return { name: 'versions', judgement: 'bad', text: `${message}: Batuta wants Node ${NODE_MIN} or newer` }
}

async function examineFolders({ dataDir, storageDir }: Config): Promise<readonly Check[]> {
  const folders = new Map([
    ['data folder', dataDir],
    ['storage folder', storageDir],
  ])
  const checks: Check[] = []
  for (const [name, folder] of folders) {
    checks.push(await examineFolder(name, folder))
    if (!folder.startsWith(dataDir) || folder === dataDir) checks.push(...(await examineSpace(folder)))
  }
  return checks
}

async function examineFolder(name: string, folder: string): Promise<Check> {
  try {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    const { mode } = await stat(folder)
    const isOpen = (mode & WRITABLE_BY_ALL) !== 0
    if (!isOpen) return ok(name, `${folder} can be read and written`)
    return { name, judgement: 'worth', text: `${folder} can be written by everybody on this machine: chmod o-w` }
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (isMissing) return { name, judgement: 'worth', text: `${folder} is not there; a server makes it when it starts` }
    return { name, judgement: 'bad', text: `${folder} cannot be read and written by this user: ${messageOf(error)}` }
  }
}

const WRITABLE_BY_ALL = 0o002

async function examineSpace(folder: string): Promise<readonly Check[]> {
  const name = 'disk space'
  try {
    const { bavail, blocks, bsize } = await statfs(folder)
    const free = bavail * bsize
    const share = blocks === 0 ? 1 : bavail / blocks
    const message = `${gib(free)} GiB free at ${folder} (${Math.round(share * 100)} %)`
    if (free < FREE_BAD_BYTES)
      return [{ name, judgement: 'bad', text: `${message}: commits will be refused when it is used up` }]
    const isLow = free < FREE_MIN_BYTES || share < FREE_MIN_SHARE
    return [{ name, judgement: isLow ? 'worth' : 'ok', text: message }]
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

function gib(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1)
}

async function examineDurability(
  { kind, query }: ReadOnlyDatabase,
  durability: Config['storage']['durability'],
): Promise<Check> {
  const name = 'durability'
  const isRelaxed = durability === 'relaxed'
  const relaxed = isRelaxed ? ' (database.durability is "relaxed": a crash may lose what was acknowledged)' : ''
  if (kind === 'sqlite') {
    const mode = Object.values((await query(sql.JOURNAL_MODE))[0] ?? {})[0]
    const synchronous = isRelaxed ? 'normal' : 'full'
    const message = `journal_mode=${String(mode)}; the server sets synchronous=${synchronous} for itself and reads it back${relaxed}`
    return { name, judgement: mode === 'wal' && !isRelaxed ? 'ok' : 'worth', text: message }
  }
  const settings = (await query(sql.DURABILITY)).map(row => [text(row, 'name'), text(row, 'setting')] as const)
  const off = settings.filter(([, setting]) => setting === 'off').map(([setting]) => setting)
  const message = `${settings.map(([setting, value]) => `${setting}=${value}`).join(', ')}${relaxed}`
  if (off.length === 0) return { name, judgement: isRelaxed ? 'worth' : 'ok', text: message }
  return {
    name,
    judgement: isRelaxed ? 'worth' : 'bad',
    text: `${message}: what is acknowledged would not survive a crash; switch ${off.join(' and ')} on`,
  }
}

async function examineMigrations({ query }: ReadOnlyDatabase, { migrations }: ExamineWorld): Promise<Check> {
  const name = 'migrations'
  const applied = await query(sql.MIGRATIONS)
  const newest = Math.max(0, ...applied.map(row => number(row, 'number')))
  const differing = applied.filter(row => {
    const known = migrations[number(row, 'number') - 1]
    return known !== undefined && known !== text(row, 'checksum')
  })
  const floor = Math.max(0, ...applied.map(row => Number(row['floor'] ?? 1)))
  if (floor > migrations.length)
    return {
      name,
      judgement: 'bad',
      text: `the database needs migration ${floor}, and this program knows ${migrations.length}: upgrade the program`,
    }
  if (differing.length > 0)
    return {
      name,
      judgement: 'bad',
      text: `migration ${number(differing[0] ?? {}, 'number')} differs from the one of this program: use the version that made the database`,
    }
  if (newest < migrations.length)
    return {
      name,
      judgement: 'worth',
      text: `${newest} of ${migrations.length}: the next start, or "batuta migrate", applies the rest`,
    }
  if (newest > migrations.length)
    return {
      name,
      judgement: 'worth',
      text: `${newest}, which is ahead of this program (${migrations.length}): it can work on it`,
    }
  return ok(name, `${newest} of ${migrations.length}`)
}

async function examineWork(database: ReadOnlyDatabase): Promise<readonly Check[]> {
  const { query } = database
  const nowMs = await database.nowMs()
  const open = (await query(sql.OPEN_EXECUTIONS)).map(row => `${number(row, 'n')} for ${text(row, 'waits_for')}`)
  const jobs = (await query(sql.JOBS))[0] ?? {}
  const timers = (await query(sql.TIMERS, nowMs))[0] ?? {}
  const signals = (await query(sql.SIGNALS))[0] ?? {}
  const triggers = (await query(sql.TRIGGERS, nowMs))[0] ?? {}
  return [
    ok('executions', open.length === 0 ? 'none is open' : `open: ${open.join(', ')}`),
    ok(
      'waiting work',
      `${number(jobs, 'n')} jobs (${number(jobs, 'free')} free), ${number(timers, 'n')} timers (${number(timers, 'overdue')} due), ` +
        `${number(signals, 'n')} signals, ${number(triggers, 'n')} triggers (${number(triggers, 'overdue')} due)`,
    ),
  ]
}

async function examineHeld(database: ReadOnlyDatabase): Promise<readonly Check[]> {
  const held = await listHeld(database, HELD_SHOWN_MAX)
  if (held.length === 0) return [ok('held', 'none')]
  return held.map(({ id, namespace, flowId, reason }) => ({
    name: 'held',
    judgement: 'worth',
    text: `${id} of ${namespace}.${flowId}: ${reason}`,
  }))
}

/** Of the note that a restore left. */
async function examineRestore({ dataDir }: Config): Promise<readonly Check[]> {
  const note = await readFile(join(dataDir, RESTORED), 'utf8').catch(() => undefined)
  if (note === undefined) return []
  const [restored, backup] = ['restoredMs', 'backupMs'].map(name => new RegExp(`"${name}": (\\d+)`).exec(note)?.[1])
  const moment = (ms: string | undefined): string =>
    ms === undefined ? 'some time' : new Date(Number(ms)).toISOString()
  return [ok('restored', `at ${moment(restored)}, from a backup of ${moment(backup)}`)]
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

export function isUnreachable(error: unknown): error is BatutaError {
  return error instanceof BatutaError && error.code === 'database-unreachable'
}
