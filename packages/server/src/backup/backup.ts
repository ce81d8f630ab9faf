// A backup while the server runs. The order is what keeps a row from referring to a file that the backup lacks:
//   1. the files of the storage folder,
//   2. the database, as it is at one moment,
//   3. the files again, those that are new since 1, and those that were deleted since: they are put aside while a backup runs.
// A file is written before the row that names it and deleted after it, so all that the database of step 2 names existed at that moment: it was there at
// step 1 already, or step 3 finds it. All grows in a folder beside the target and gets its name when it is whole and checked.
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { holdFiles, type FileHold } from '@batuta/plugin-sdk'
import { openReadOnly } from '../audit/open-read-only.ts'
import type { Query, ReadOnlyDatabase } from '../audit/read-only-database.ts'
import type { Config } from '../config/config.ts'
import { text } from '../storage/sql/rows.ts'
import * as sql from './backup.sql.ts'
import { FolderCopy, syncFile } from './copy-folder.ts'
import { growFolder } from './grow-folder.ts'
import {
  BACKUP_FORMAT,
  MANIFEST,
  hashFile,
  invalid,
  verifyFiles,
  type BackedUpFile,
  type Manifest,
} from './manifest.ts'
import { PUT_ASIDE, runTool } from './postgres-tools.ts'

export interface BackupWorld {
  readonly version: string
  nowMs(): number
}

export interface BackupReport {
  readonly folder: string
  readonly manifest: Manifest
}

/** Folder of the storage's files inside a backup. */
export const STORAGE = 'storage'

/** @throws {BatutaError} when there is nothing to back up, the target is taken, or the copy is not as it should be. */
export async function backUp(config: Config, target: string, world: BackupWorld): Promise<BackupReport> {
  const database = await openReadOnly(config, () => world.nowMs())
  try {
    return await growFolder(target, async growing => {
      const manifest = await write(config, database, { growing, world })
      await verifyFiles(growing, manifest.files)
      return { folder: target, manifest }
    })
  } finally {
    await database.close()
  }
}

interface Growing {
  readonly growing: string
  readonly world: BackupWorld
}

async function write(config: Config, database: ReadOnlyDatabase, { growing, world }: Growing): Promise<Manifest> {
  const hold = await holdFiles(config.storageDir, () => world.nowMs())
  try {
    return await writeHeld(config, database, { growing, world, hold })
  } finally {
    await hold.release()
  }
}

async function writeHeld(
  config: Config,
  database: ReadOnlyDatabase,
  { growing, world, hold }: Growing & { readonly hold: FileHold },
): Promise<Manifest> {
  const copy = new FolderCopy({ from: config.storageDir, to: join(growing, STORAGE), prefix: STORAGE })
  await copy.pass()
  const atMs = await database.nowMs()
  const file = await copyDatabase(config, database, growing)
  await copy.pass()
  await copy.passAside(hold.aside)
  const manifest: Manifest = {
    format: BACKUP_FORMAT,
    kind: database.kind,
    version: world.version,
    ...(await migrationsOf(database.query)),
    atMs,
    database: file.path,
    files: [file, ...copy.files],
  }
  const path = join(growing, MANIFEST)
  await writeFile(path, `${JSON.stringify(manifest, undefined, 2)}\n`, { mode: 0o600 })
  await syncFile(path)
  return manifest
}

async function migrationsOf(query: Query): Promise<Pick<Manifest, 'migrations' | 'floor'>> {
  const rows = await query(sql.MIGRATIONS)
  return {
    migrations: rows.map(row => text(row, 'checksum')),
    floor: Math.max(1, ...rows.map(row => Number(row['floor'] ?? 1))),
  }
}

async function copyDatabase(config: Config, { kind, query }: ReadOnlyDatabase, folder: string): Promise<BackedUpFile> {
  const name = kind === 'sqlite' ? 'batuta.db' : 'batuta.dump'
  const path = join(folder, name)
  if (config.database.type === 'sqlite') {
    await query(sql.COPY_DATABASE, path)
    expectWhole(path)
  } else await dump(path, config.database.url)
  await syncFile(path)
  const { size } = await stat(path)
  return { path: name, sizeBytes: size, sha256: await hashFile(path) }
}

/** Without what earlier restores have put aside. */
async function dump(path: string, url: string): Promise<void> {
  const plain = ['--format=custom', '--no-owner', '--no-privileges', `--exclude-schema=${PUT_ASIDE}*`]
  await runTool('pg_dump', [...plain, `--file=${path}`], url)
}

/** @throws {BatutaError} `backup-invalid` with what SQLite says of its file. */
export function expectWhole(path: string): void {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    const answers = db
      .prepare(sql.INTEGRITY)
      .all()
      .map(row => String(Object.values(row)[0]))
    if (answers.length !== 1 || answers[0] !== 'ok')
      throw invalid(
        `The copy of the database is damaged: ${answers.join('; ')}. Check the original with "batuta doctor".`,
      )
  } finally {
    db.close()
  }
}
