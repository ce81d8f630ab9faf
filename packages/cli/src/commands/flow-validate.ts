// batuta flow validate PATH…: what the server would say to these flows, without saving them; with --local what the language says to them here.
import type { ViolationDocument } from '@batuta/api'
import { trust } from '@batuta/core'
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { readFlowSources, type FlowSource } from '../flow-sources.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine } from '../print.ts'
import { openProgress } from '../progress.ts'

interface Finding extends FlowSource {
  readonly violation: ViolationDocument
}

export interface FlowValidateOptions extends GlobalOptions {
  readonly local?: boolean
  readonly failFast?: boolean
}

export async function flowValidate(paths: readonly string[], options: FlowValidateOptions): Promise<ExitCode> {
  const documents = await readFlowSources(paths)
  const findings = options.local ? await judgeHere(documents) : await judgeThere(documents, options)
  if (options.json) printJson(findings.map(documentOf))
  else for (const finding of findings) for (const line of linesOf(finding)) printLine(line)
  return findings.some(({ violation }) => violation.constraints !== undefined) ? EXIT.failed : EXIT.ok
}

async function judgeHere(documents: readonly FlowSource[]): Promise<readonly Finding[]> {
  const { judgeSources } = await import('@batuta/server')
  const reports = await judgeSources(documents.map(({ source }) => source))
  // The very function that answers the route made them.
  return documents.map((document, at) => ({ ...document, violation: trust<ViolationDocument>(reports[at]) }))
}

async function judgeThere(documents: readonly FlowSource[], options: FlowValidateOptions): Promise<readonly Finding[]> {
  const client = connect(options)
  const findings: Finding[] = []
  const progress = openProgress('validating', documents.length)
  for (const document of documents) {
    const [violation] = await client.flows.validate({ body: document.source })
    progress.step(document.file)
    if (violation === undefined) continue
    findings.push({ ...document, violation })
    if (options.failFast && violation.constraints !== undefined) break
  }
  progress.end()
  return findings
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
