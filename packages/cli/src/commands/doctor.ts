// batuta doctor [--invariants]: looks at an installation, running or not, and changes nothing.
import type { Check, Diagnosis, InvariantReport } from '@batuta/server'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { placeOf, type PlaceOptions } from '../place-options.ts'
import { printJson, printLine, remark } from '../print.ts'

export interface DoctorCommandOptions extends PlaceOptions {
  readonly invariants?: boolean
  readonly json?: boolean
}

const PROGRESS_EVERY = 10_000
const MARKS: Readonly<Record<Check['judgement'] | InvariantReport['status'], string>> = {
  ok: '✓',
  worth: '!',
  bad: '✗',
  broken: '✗',
  skipped: '–',
}

export async function doctor(options: DoctorCommandOptions): Promise<ExitCode> {
  const place = placeOf(options)
  const { runDoctor } = await import('@batuta/server')
  const diagnosis = await runDoctor({
    ...place,
    ...(options.invariants === true && { invariants: true, onProgress: tellProgress }),
  })
  if (options.json) printJson(diagnosis)
  else print(diagnosis)
  return diagnosis.isSound ? EXIT.ok : EXIT.failed
}

function tellProgress(executions: number): void {
  if (executions > 0 && executions % PROGRESS_EVERY === 0) remark(`${executions} executions are judged`)
}

function print({ isSound, checks, audit }: Diagnosis): void {
  const width = Math.max(...checks.map(({ name }) => name.length))
  for (const { name, judgement, text } of checks) printLine(`${MARKS[judgement]} ${name.padEnd(width)}  ${text}`)
  if (audit) {
    printLine()
    for (const invariant of audit.invariants) printInvariant(invariant)
    printLine()
    printLine(`${audit.executions} executions, ${audit.turns} turns`)
  }
  printLine()
  printLine(isSound ? conclusion(checks) : 'Something is wrong: see the lines with ✗.')
}

function conclusion(checks: readonly Check[]): string {
  const isClean = checks.every(({ judgement }) => judgement === 'ok')
  return isClean ? 'All is well.' : 'Nothing is broken; the lines with ! are worth a look.'
}

function printInvariant({ id, title, status, note, checked, brokenCount, findings }: InvariantReport): void {
  const count = status === 'ok' ? ` (${checked} checked)` : ''
  const remarkText = note === undefined ? '' : ` – ${note}`
  printLine(`${MARKS[status]} ${id.padEnd(3)}  ${title}${count}${remarkText}`)
  for (const { id: name, what } of findings) printLine(`       ${name}: ${what}`)
  if (brokenCount > findings.length) printLine(`       and ${brokenCount - findings.length} more`)
}
