// batuta flow validate PATH…: asks the server what it would say to these flows, without saving them.
import type { ViolationDocument } from '@batuta/api'
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { readFlowSources, type FlowSource } from '../flow-sources.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine } from '../print.ts'

interface Finding {
  readonly file: string
  readonly index: number
  readonly violation: ViolationDocument
}

export async function flowValidate(paths: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const client = connect(options)
  const findings: Finding[] = []
  for (const { file, index, source } of await readFlowSources(paths)) {
    const [violation] = await client.flows.validate({ body: source })
    if (violation !== undefined) findings.push({ file, index, violation })
  }
  if (options.json) printJson(findings.map(({ file, index, violation }) => ({ file, ...violation, index })))
  else for (const finding of findings) for (const line of linesOf(finding)) printLine(line)
  return findings.some(({ violation }) => violation.constraints !== undefined) ? EXIT.failed : EXIT.ok
}

function linesOf({ file, index, violation }: Finding): readonly string[] {
  const { flow, namespace, constraints, warnings, deprecationPaths } = violation
  const place = nameOf({ file, index })
  const name = flow === undefined ? '' : `  ${namespace}.${flow}`
  return [
    `${constraints === undefined ? '✓' : '✗'} ${place}${name}`,
    ...problemsOf(place, violation),
    ...warnings.map(warning => `  warning: ${warning}`),
    ...deprecationPaths.map(path => `  deprecated: ${path}`),
  ]
}

/** With their places, in the form that editors turn into links, where the server tells them. */
function problemsOf(place: string, { constraints, diagnostics = [] }: ViolationDocument): readonly string[] {
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return constraints?.split('\n').map(line => `  ${line}`) ?? []
  return errors.map(({ line, column, message }) => `  ${place}:${line ?? 1}:${column ?? 1}: ${message}`)
}

function nameOf({ file, index }: Pick<FlowSource, 'file' | 'index'>): string {
  return index === 0 ? file : `${file}#${index + 1}`
}
