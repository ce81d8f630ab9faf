// `batuta backup` and `batuta restore` as calls: they find the installation by its configuration, as doctor does.
import { resolve } from 'node:path'
import type { RecoverPolicy } from '@batuta/core'
import { configOf, type DoctorOptions } from '../audit/doctor.ts'
import { realPlatform } from '../platform/platform.ts'
import { VERSION } from '../platform/version.ts'
import { backUp, type BackupReport } from './backup.ts'
import { growPacked, isPacked, withUnpacked } from './pack-folder.ts'
import { restore, type RestoreReport } from './restore.ts'

export type PlaceOptions = Pick<DoctorOptions, 'configFile' | 'dataDir' | 'databaseUrl'>

/** Into a folder, or into one file when its name ends with .tar.gz or .tgz. */
export async function runBackup(target: string, options: PlaceOptions): Promise<BackupReport> {
  const platform = realPlatform()
  const config = configOf(options)
  const world = { version: VERSION, nowMs: () => platform.nowMs() }
  const path = resolve(target)
  if (!isPacked(path)) return await backUp(config, path, world)
  const { manifest } = await growPacked(path, folder => backUp(config, folder, world))
  return { folder: path, manifest }
}

export interface RestoreCommand extends PlaceOptions {
  readonly isForced?: boolean
  readonly missed?: RecoverPolicy
}

export async function runRestore(path: string, options: RestoreCommand): Promise<RestoreReport> {
  const platform = realPlatform()
  const config = configOf(options)
  return await withUnpacked(resolve(path), config.dataDir, folder =>
    restore(config, folder, {
      options: { isForced: options.isForced === true, missed: options.missed },
      world: { version: VERSION, knownChecksums, nowMs: () => platform.nowMs() },
    }),
  )
}

async function knownChecksums(kind: 'sqlite' | 'postgres'): Promise<readonly string[]> {
  const driver =
    kind === 'sqlite' ? await import('../storage/sqlite/migrate.ts') : await import('../storage/postgres/migrate.ts')
  return driver.knownChecksums()
}
