// batuta backup DIR: the database and the stored files in one folder, whether a server runs or not.
import { EXIT, type ExitCode } from '../exit-code.ts'
import { placeOf, type PlaceOptions } from '../place-options.ts'
import { printJson, printLine } from '../print.ts'

export interface BackupCommandOptions extends PlaceOptions {
  readonly json?: boolean
}

const MEGABYTE = 2 ** 20

export async function backup(folder: string, options: BackupCommandOptions): Promise<ExitCode> {
  const place = placeOf(options)
  const { runBackup } = await import('@batuta/server')
  const { folder: written, manifest } = await runBackup(folder, place)
  const { kind, version, atMs, files } = manifest
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0)
  if (options.json) printJson({ folder: written, kind, version, atMs, files: files.length, sizeBytes })
  else {
    printLine(`✓ ${written}`)
    printLine(
      `  ${kind === 'sqlite' ? 'SQLite' : 'PostgreSQL'} as of ${new Date(atMs).toISOString()}, ${files.length - 1} stored files, ` +
        `${(sizeBytes / MEGABYTE).toFixed(1)} MiB, written by Batuta ${version}; every file was read back`,
    )
    printLine('  Keep the encryption key and the configuration apart: they are not in it.')
  }
  return EXIT.ok
}
