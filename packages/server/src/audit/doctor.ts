// `batuta doctor` as one call: finds the installation by its configuration, looks at it, and with `invariants` judges all that is stored.
import { setTimeout as pause } from 'node:timers/promises'
import type { BatutaError } from '@batuta/core'
import { openLocalFileStore } from '@batuta/plugin-sdk'
import { readConfig, type Config, type ServerOptions } from '../config/config.ts'
import { VERSION } from '../platform/version.ts'
import { realPlatform } from '../platform/platform.ts'
import { knownChecksums as sqliteChecksums } from '../storage/sqlite/migrate.ts'
import { audit, type AuditReport } from './audit.ts'
import { examine, isUnreachable, type Check } from './examine.ts'
import { listHeld, type HeldExecution } from './list-held.ts'
import type { Secret } from './judge-contents.ts'
import { openReadOnly } from './open-read-only.ts'
import type { ReadOnlyDatabase } from './read-only-database.ts'
import { isFolderServed } from './server-lock.ts'

export interface DoctorOptions {
  readonly configFile?: string
  readonly dataDir?: string
  /** `postgres://…`, whatever the configuration says. */
  readonly databaseUrl?: string
  readonly invariants?: boolean
  readonly onProgress?: (executions: number) => void
}

export interface Diagnosis {
  readonly isSound: boolean
  readonly checks: readonly Check[]
  readonly audit: AuditReport | undefined
}

/** @throws {BatutaError} `config-invalid` when there is nothing to look at. */
export async function runDoctor(options: DoctorOptions): Promise<Diagnosis> {
  const config = configOf(options)
  const platform = realPlatform()
  const nowMs = (): number => platform.nowMs()
  const database = await openReadOnly(config, nowMs).catch((error: unknown) => {
    if (isUnreachable(error)) return error
    throw error
  })
  if (!('query' in database)) return unreachable(database)
  try {
    const checks = await examine(config, database, { version: VERSION, migrations: await checksumsOf(database), nowMs })
    const report = options.invariants === true ? await audit(database, auditOptionsOf(config, options)) : undefined
    const isSound = checks.every(({ judgement }) => judgement !== 'bad') && report?.isSound !== false
    return { isSound, checks, audit: report }
  } finally {
    await database.close()
  }
}

export async function findHeld(options: DoctorOptions, limit: number): Promise<readonly HeldExecution[]> {
  const platform = realPlatform()
  const database = await openReadOnly(configOf(options), () => platform.nowMs())
  try {
    return await listHeld(database, limit)
  } finally {
    await database.close()
  }
}

/** The configuration as a server would read it, with what the command line says over it. */
export function configOf({ configFile, dataDir, databaseUrl }: DoctorOptions): Config {
  const options: ServerOptions = {
    ...(configFile === undefined ? {} : { configFile }),
    ...(dataDir === undefined ? {} : { dataDir }),
  }
  const environment = databaseUrl === undefined ? process.env : { ...process.env, BATUTA_DATABASE_URL: databaseUrl }
  return readConfig(options, environment, process.cwd())
}

function unreachable(error: BatutaError): Diagnosis {
  return { isSound: false, checks: [{ name: 'database', judgement: 'bad', text: error.message }], audit: undefined }
}

async function checksumsOf({ kind }: ReadOnlyDatabase): Promise<readonly string[]> {
  if (kind === 'sqlite') return sqliteChecksums()
  const { knownChecksums } = await import('../storage/postgres/migrate.ts')
  return knownChecksums()
}

function auditOptionsOf(config: Config, { onProgress }: DoctorOptions): Parameters<typeof audit>[1] {
  const files = openLocalFileStore(config.storageDir)
  return {
    zone: config.zone,
    hasFile: async uri => (await files.find(uri)) !== undefined,
    secrets: secretsOf(process.env),
    isServed: config.database.type === 'sqlite' && isFolderServed(config.dataDir),
    pause: ms => pause(ms),
    ...(onProgress ? { onProgress } : {}),
  }
}

/** A short secret stands in many texts by chance. */
const SECRET_LENGTH_MIN = 8

function secretsOf(environment: Readonly<Record<string, string | undefined>>): readonly Secret[] {
  return Object.entries(environment).flatMap(([name, encoded]) => {
    if (!name.startsWith('SECRET_') || encoded === undefined) return []
    const text = Buffer.from(encoded, 'base64').toString('utf8').trim()
    return text.length < SECRET_LENGTH_MIN ? [] : [{ name, text }]
  })
}
