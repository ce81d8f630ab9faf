// Restores a backup into an installation that does not run. All of it is checked before anything is touched, then it grows beside its place and
// takes it by renames: whoever pulls the plug meanwhile finds the old state or the new one. What a restore replaces is kept beside it.
import type { RecoverPolicy } from '@batuta/core'
import type { Config } from '../config/config.ts'
import { invalid, readManifest, verifyFiles, type Manifest } from './manifest.ts'
import { restoreSqlite } from './restore-sqlite.ts'

export interface RestoreOptions {
  /** Takes the place of what is there. */
  readonly isForced: boolean
  /** What becomes of dates that schedules missed since the backup; else each trigger's own policy decides. */
  readonly missed: RecoverPolicy | undefined
}

export interface RestoreWorld {
  readonly version: string
  /** Checksums of the migrations that this program knows, by kind of database. */
  knownChecksums(kind: Manifest['kind']): Promise<readonly string[]>
  nowMs(): number
}

export interface RestoreReport {
  readonly manifest: Manifest
  /** Cursors of schedules that were moved over missed dates. */
  readonly cursorsMoved: number
  /** Where what was there before is kept. */
  readonly replaced: readonly string[]
}

/** @throws {BatutaError} when the backup is not whole or of another version, or the target is in use or not empty. */
export async function restore(
  config: Config,
  folder: string,
  { options, world }: { readonly options: RestoreOptions; readonly world: RestoreWorld },
): Promise<RestoreReport> {
  const manifest = await readManifest(folder)
  if (manifest.kind !== config.database.type)
    throw invalid(
      `The backup in "${folder}" is of ${nameOf(manifest.kind)}, and the configuration names ${nameOf(config.database.type)}: move from one to the other with "batuta export" and "batuta import".`,
    )
  expectVersion(manifest, folder, await world.knownChecksums(manifest.kind))
  await verifyFiles(folder, manifest.files)
  const place = { config, folder, manifest, options, nowMs: world.nowMs() }
  if (config.database.type === 'sqlite') return await restoreSqlite(place)
  const { restorePostgres } = await import('./restore-postgres.ts')
  return await restorePostgres(place, config.database.url)
}

export interface RestorePlace {
  readonly config: Config
  readonly folder: string
  readonly manifest: Manifest
  readonly options: RestoreOptions
  readonly nowMs: number
}

function nameOf(kind: Manifest['kind']): string {
  return kind === 'sqlite' ? 'SQLite' : 'PostgreSQL'
}

/** An older database is brought up to date when the server starts; a newer one may need a newer program. */
function expectVersion({ version, migrations, floor }: Manifest, folder: string, known: readonly string[]): void {
  if (floor > known.length)
    throw invalid(
      `The backup in "${folder}" was written by Batuta ${version} and needs migration ${floor}, and this program knows ${known.length}: restore it with that version or a newer one.`,
    )
  const differing = migrations.slice(0, known.length).findIndex((checksum, index) => checksum !== known[index])
  if (differing >= 0)
    throw invalid(
      `The backup in "${folder}" was written by Batuta ${version}, whose migration ${differing + 1} differs from the one of this program: restore it with that version.`,
    )
}
