// batuta test PATH…: runs the suites of flow tests in files and folders, in memory and without a server.
import { writeFile } from 'node:fs/promises'
import type { CaseResult, SuiteResult } from '@batuta/server'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import { explainAssertion } from '../explain-assertion.ts'
import { readFlowSources } from '../flow-sources.ts'
import { junitOf } from '../junit.ts'
import { printJson, printLine } from '../print.ts'

export interface FlowTestOptions {
  /** Where flows lie that the suites are about. */
  readonly flows?: readonly string[]
  readonly junit?: string
  readonly filter?: string
  readonly isolated?: boolean
  readonly json?: boolean
}

export async function flowTest(paths: readonly string[], options: FlowTestOptions): Promise<ExitCode> {
  const documents = await readFlowSources([...paths, ...(options.flows ?? [])])
  const { rehearse } = await import('@batuta/server')
  const results = await rehearse({
    documents,
    isIsolated: options.isolated === true,
    ...(options.filter !== undefined && { filter: options.filter }),
    ...(options.json !== true && { onSuite: printSuite }),
  })
  const counts = countOf(results)
  if (results.length === 0)
    throw new CommandError(
      EXIT.usage,
      `no test suite was found in ${paths.join(', ')}: it is a YAML file with \`testCases\``,
    )
  if (options.json) printJson(results)
  else printLine(summaryOf(counts))
  if (options.junit !== undefined) await writeFile(options.junit, junitOf(results))
  return counts.failed + counts.broken > 0 ? EXIT.failed : EXIT.ok
}

interface Counts {
  readonly passed: number
  readonly failed: number
  readonly broken: number
  readonly skipped: number
  readonly durationMs: number
}

function countOf(results: readonly SuiteResult[]): Counts {
  const cases = results.flatMap(result => result.cases)
  const of = (state: CaseResult['state']): number => cases.filter(result => result.state === state).length
  return {
    passed: of('SUCCESS'),
    failed: of('FAILED'),
    broken: of('ERROR') + results.filter(({ problems }) => problems.length > 0).length,
    skipped: of('SKIPPED'),
    durationMs: cases.reduce((sum, { durationMs }) => sum + durationMs, 0),
  }
}

function summaryOf({ passed, failed, broken, skipped, durationMs }: Counts): string {
  const parts = [`${passed} passed`]
  if (failed > 0) parts.push(`${failed} failed`)
  if (broken > 0) parts.push(`${broken} could not be judged`)
  if (skipped > 0) parts.push(`${skipped} skipped`)
  return `${parts.join(', ')} (${durationMs} ms)`
}

const MARKS: Readonly<Record<CaseResult['state'], string>> = { SUCCESS: '✓', FAILED: '✗', ERROR: '✗', SKIPPED: '–' }

function printSuite({ file, id, namespace, flowId, problems, cases }: SuiteResult): void {
  printLine(`${id === '' ? file : id}  ${namespace}.${flowId}`)
  for (const problem of problems) printLine(`  ✗ ${problem}`)
  for (const result of cases) {
    printLine(`  ${MARKS[result.state]} ${result.id}${result.state === 'SKIPPED' ? '' : ` (${result.durationMs} ms)`}`)
    for (const line of linesOf(result)) printLine(`      ${line}`)
  }
  printLine()
}

function linesOf({ state, assertions, errors, logs, executionState }: CaseResult): readonly string[] {
  if (state === 'SUCCESS' || state === 'SKIPPED') return []
  return [
    ...errors,
    ...assertions.filter(({ isSuccess }) => !isSuccess).map(explainAssertion),
    ...(executionState === undefined ? [] : [`the execution ended ${executionState}`]),
    ...logs.map(line => `log: ${line}`),
  ]
}
