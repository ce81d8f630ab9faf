// batuta restore DIR: a backup back into its place, or into a new one.
import { EXIT, type ExitCode } from '../exit-code.ts'
import { parseMissed } from '../missed-policy.ts'
import { placeOf, type PlaceOptions } from '../place-options.ts'
import { printJson, printLine } from '../print.ts'

export interface RestoreCommandOptions extends PlaceOptions {
  readonly force?: boolean
  readonly missed?: string
  readonly json?: boolean
}

export async function restore(folder: string, options: RestoreCommandOptions): Promise<ExitCode> {
  const place = placeOf(options)
  const missed = parseMissed(options.missed)
  const { runRestore } = await import('@batuta/server')
  const { manifest, cursorsMoved, replaced } = await runRestore(folder, {
    ...place,
    isForced: options.force === true,
    ...(missed !== undefined && { missed }),
  })
  if (options.json) {
    printJson({ kind: manifest.kind, atMs: manifest.atMs, files: manifest.files.length, cursorsMoved, replaced })
    return EXIT.ok
  }
  printLine(`✓ restored as of ${new Date(manifest.atMs).toISOString()}, ${manifest.files.length - 1} stored files`)
  printLine(
    cursorsMoved === 0
      ? '  no schedule missed more than its policy makes up for'
      : `  ${cursorsMoved} schedules were moved over dates that they missed since then`,
  )
  for (const path of replaced) printLine(`  what was there is kept in ${path}`)
  printLine('  Look at it with "batuta doctor --invariants" before you start the server.')
  return EXIT.ok
}
