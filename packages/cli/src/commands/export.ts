// batuta export DIR: all of an installation as YAML and lines of JSON, to be taken in by another one.
import { EXIT, type ExitCode } from '../exit-code.ts'
import { placeOf, type PlaceOptions } from '../place-options.ts'
import { printJson, printLine } from '../print.ts'

export interface ExportCommandOptions extends PlaceOptions {
  readonly json?: boolean
}

export async function exportInstallation(folder: string, options: ExportCommandOptions): Promise<ExitCode> {
  const place = placeOf(options)
  const { runExport } = await import('@batuta/server')
  const { folder: written, header } = await runExport(folder, place)
  const { kind, version, exportedMs, counts, files } = header
  const stored = files.filter(({ path }) => path.startsWith('storage/')).length
  if (options.json) printJson({ folder: written, kind, version, exportedMs, ...counts, files: stored })
  else {
    printLine(`✓ ${written}`)
    printLine(
      `  ${kind === 'sqlite' ? 'SQLite' : 'PostgreSQL'} as of ${new Date(exportedMs).toISOString()}: ${counts.flows} revisions of flows, ` +
        `${counts.executions} executions, ${counts.keys} keys, ${counts.triggers} triggers, ${stored} stored files`,
    )
  }
  return EXIT.ok
}
