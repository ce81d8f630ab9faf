// `batuta backup` and `batuta restore` as calls: they find the installation by its configuration, as doctor does.
import { resolve } from 'node:path'
import type { RecoverPolicy } from '@batuta/core'
import { configOf, type DoctorOptions } from '../audit/doctor.ts'
import { realPlatform } from '../platform/platform.ts'
import { VERSION } from '../platform/version.ts'
import { backUp, type BackupReport } from './backup.ts'
import { restore, type RestoreReport } from './restore.ts'

export type PlaceOptions = Pick<DoctorOptions, 'configFile' | 'dataDir' | 'databaseUrl'>

export async function runBackup(target: string, options: PlaceOptions): Promise<BackupReport> {
  const platform = realPlatform()
  return await backUp(configOf(options), resolve(target), { version: VERSION, nowMs: () => platform.nowMs() })
}

export interface RestoreCommand extends PlaceOptions {
  readonly isForced?: boolean
  readonly missed?: RecoverPolicy
}

export async function runRestore(folder: string, options: RestoreCommand): Promise<RestoreReport> {
  const platform = realPlatform()
  return await restore(configOf(options), resolve(folder), {
    options: { isForced: options.isForced === true, missed: options.missed },
    world: { version: VERSION, knownChecksums, nowMs: () => platform.nowMs() },
  })
}

async function knownChecksums(kind: 'sqlite' | 'postgres'): Promise<readonly string[]> {
  const driver =
    kind === 'sqlite' ? await import('../storage/sqlite/migrate.ts') : await import('../storage/postgres/migrate.ts')
  return driver.knownChecksums()
}
