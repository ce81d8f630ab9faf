// The database file and the storage folder, into a data folder that no server has.
import { rm } from 'node:fs/promises'
import { isAbsolute, join, relative } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { BatutaError } from '@batuta/core'
import { isFolderServed } from '../audit/server-lock.ts'
import { databaseFile, type Config } from '../config/config.ts'
import { prepareStatements } from '../storage/sqlite/perform.ts'
import { expectWhole } from './backup.ts'
import { invalid } from './manifest.ts'
import type { RestorePlace, RestoreReport } from './restore.ts'
import { settleTriggers } from './settle-triggers.ts'
import { RESTORED, expectFree, fetchFile, fetchStorage, leaveNote, makeGrowing, takePlace } from './take-place.ts'

export async function restoreSqlite(place: RestorePlace): Promise<RestoreReport> {
  const { config, options } = place
  if (isFolderServed(config.dataDir))
    throw new BatutaError(
      'backup-failed',
      `A server runs on the data folder "${config.dataDir}": stop it first, or restore into another folder with --data.`,
    )
  const storage = storageOf(config)
  await expectFree(config.dataDir, options.isForced)
  if (storage.isApart) await expectFree(config.storageDir, options.isForced)
  const growing: string[] = []
  try {
    growing.push(await makeGrowing(config.dataDir))
    if (storage.isApart) growing.push(await makeGrowing(config.storageDir))
    const [data = '', apart] = growing
    const cursorsMoved = await fill(place, { data, storage: apart ?? join(data, storage.below) })
    const replaced: (string | undefined)[] = []
    // Files that no row names harm nobody: the database comes last.
    if (apart !== undefined) replaced.push(await takePlace(apart, config.storageDir, place.nowMs))
    replaced.push(await takePlace(data, config.dataDir, place.nowMs))
    return { manifest: place.manifest, cursorsMoved, replaced: replaced.filter(path => path !== undefined) }
  } finally {
    for (const folder of growing) await rm(folder, { recursive: true, force: true })
  }
}

interface StoragePlace {
  readonly isApart: boolean
  /** Below the data folder. */
  readonly below: string
}

function storageOf({ dataDir, storageDir }: Config): StoragePlace {
  const below = relative(dataDir, storageDir)
  return { isApart: below === '' || below.startsWith('..') || isAbsolute(below), below }
}

interface Folders {
  readonly data: string
  readonly storage: string
}

/** Returns how many cursors were moved. */
async function fill({ config, folder, manifest, options, nowMs }: RestorePlace, to: Folders): Promise<number> {
  await fetchStorage(folder, manifest.files, to.storage)
  const database = manifest.files.find(({ path }) => path === manifest.database)
  if (!database) throw invalid(`The backup in "${folder}" names no database.`)
  const file = databaseFile({ dataDir: to.data })
  await fetchFile(folder, database, file)
  expectWhole(file)
  const cursorsMoved = await settle(file, { nowMs, zone: config.zone, missed: options.missed })
  const note = { restoredMs: nowMs, backupMs: manifest.atMs, backupVersion: manifest.version, cursorsMoved }
  await leaveNote(join(to.data, RESTORED), note)
  return cursorsMoved
}

async function settle(file: string, options: Parameters<typeof settleTriggers>[1]): Promise<number> {
  const db = new DatabaseSync(file)
  try {
    db.exec('pragma journal_mode = wal; pragma synchronous = full; begin immediate')
    const run = prepareStatements(db)
    const moved = await settleTriggers(async (text, ...values) => run({ text, values }), options)
    db.exec('commit')
    return moved
  } finally {
    db.close()
  }
}
