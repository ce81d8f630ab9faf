// batuta flow validate PATH…: asks the server what it would say to these flows, without saving them.
import type { ViolationDocument } from '@batuta/api'
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { readFlowSources, type FlowSource } from '../flow-sources.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine } from '../print.ts'

interface Finding extends FlowSource {
  readonly violation: ViolationDocument
}

export async function flowValidate(paths: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const client = connect(options)
  const findings: Finding[] = []
  for (const document of await readFlowSources(paths)) {
    const [violation] = await client.flows.validate({ body: document.source })
    if (violation !== undefined) findings.push({ ...document, violation })
  }
  if (options.json) printJson(findings.map(documentOf))
  else for (const finding of findings) for (const line of linesOf(finding)) printLine(line)
  return findings.some(({ violation }) => violation.constraints !== undefined) ? EXIT.failed : EXIT.ok
}

/** What the server said, with lines that count from the top of the file. */
function documentOf({ file, index, linesBefore, violation }: Finding): unknown {
  const diagnostics = violation.diagnostics?.map(({ line, ...rest }) =>
    line === undefined ? rest : { ...rest, line: line + linesBefore },
  )
  return { file, ...violation, index, ...(diagnostics && { diagnostics }) }
}

function linesOf({ file, index, linesBefore, violation }: Finding): readonly string[] {
  const { flow, namespace, constraints, warnings, deprecationPaths, diagnostics } = violation
  const name = flow === undefined ? '' : `  ${namespace}.${flow}`
  const head = `${constraints === undefined ? '✓' : '✗'} ${index === 0 ? file : `${file}#${index + 1}`}${name}`
  if (diagnostics === undefined) {
    return [
      head,
      ...(constraints?.split('\n').map(line => `  ${line}`) ?? []),
      ...warnings.map(warning => `  warning: ${warning}`),
      ...deprecationPaths.map(path => `  deprecated: ${path}`),
    ]
  }
  // With their places, in the form that editors turn into links.
  const placed = diagnostics.map(
    ({ severity, message, line = 1, column = 1 }) =>
      `  ${file}:${line + linesBefore}:${column}: ${severity}: ${message}`,
  )
  return [head, ...placed]
}
