// batuta import DIR: takes in what an export wrote, whichever database it came from.
import { EXIT, type ExitCode } from '../exit-code.ts'
import { parseMissed } from '../missed-policy.ts'
import { placeOf, type PlaceOptions } from '../place-options.ts'
import { printJson, printLine, remark } from '../print.ts'

export interface ImportCommandOptions extends PlaceOptions {
  readonly missed?: string
  readonly json?: boolean
}

export async function importInstallation(folder: string, options: ImportCommandOptions): Promise<ExitCode> {
  const place = placeOf(options)
  const missed = parseMissed(options.missed)
  const { runImport } = await import('@batuta/server')
  const report = await runImport(folder, { ...place, ...(missed !== undefined && { missed }), onNotice: remark })
  const { header, executions, passedOver, files, cursorsMoved } = report
  if (options.json) {
    printJson({ exportedMs: header.exportedMs, counts: header.counts, executions, passedOver, files, cursorsMoved })
    return EXIT.ok
  }
  printLine(`✓ imported as of ${new Date(header.exportedMs).toISOString()}`)
  printLine(
    `  ${executions} executions (${passedOver} were here already), ${header.counts.flows} revisions of flows, ${header.counts.keys} keys, ${files} stored files`,
  )
  if (cursorsMoved > 0) printLine(`  ${cursorsMoved} schedules were moved over dates that they missed since then`)
  printLine('  Look at it with "batuta doctor --invariants" before you start the server.')
  return EXIT.ok
}
