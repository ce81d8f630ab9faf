// What is wrong with a flow, in the two shapes that clients know: a refusal with one violation for each mistake, and a report per document.
import { isMap, mapGet, parseYaml, printValue, type Diagnostic, type Flow } from '@batuta/core'
import { unprocessable, type ErrorDetail, type RequestError } from '../request-error.ts'

export function invalidFlow(diagnostics: readonly Diagnostic[]): RequestError {
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  const details = errors.flatMap(detailsOf)
  return unprocessable('flow-invalid', `Invalid entity: ${errors.map(placed).join('; ')}`, details)
}

/** Without its id or type nobody knows what a part is: Kestra counts the property and the part. */
const HIDING: ReadonlySet<string> = new Set(['missing-id', 'missing-type', 'unknown-type', 'removed-type'])

function detailsOf(diagnostic: Diagnostic): readonly ErrorDetail[] {
  const { code, path } = diagnostic
  const own = { message: placed(diagnostic), path }
  if (!HIDING.has(code)) return [own]
  const dot = path.lastIndexOf('.')
  const part = dot < 0 ? 'flow' : path.slice(0, dot)
  return [own, { message: `${part}: The rest of it was not judged.`, path: part }]
}

export interface Judgement {
  /** Absent when there is an error. */
  readonly flow?: Flow
  readonly diagnostics: readonly Diagnostic[]
}

/** One document of `flows/validate`. `constraints` is absent when the flow is valid. */
export function reportFlow(
  source: string,
  index: number,
  { flow, diagnostics }: Judgement,
): Readonly<Record<string, unknown>> {
  const of = (severity: Diagnostic['severity']): readonly Diagnostic[] =>
    diagnostics.filter(item => item.severity === severity)
  const errors = of('error')
  return {
    index,
    ...(flow ? { flow: flow.id, namespace: flow.namespace } : namesOf(source)),
    ...(errors.length === 0 ? {} : { constraints: errors.map(placed).join('\n') }),
    outdated: false,
    deprecationPaths: of('deprecation').map(({ path }) => path),
    warnings: of('warning').map(({ message }) => message),
    infos: of('info').map(({ message }) => message),
    diagnostics,
  }
}

function placed({ path, message, line }: Diagnostic): string {
  if (path !== '') return `${path}: ${message}`
  return line === undefined ? message : `line ${line}: ${message}`
}

/** Whom the report is about, as far as it can be read. */
export function namesOf(source: string): { readonly flow?: string; readonly namespace?: string } {
  const { value } = parseYaml(source)
  if (value === undefined || !isMap(value)) return {}
  const id = mapGet(value, 'id')
  const namespace = mapGet(value, 'namespace')
  return {
    ...(id === undefined || id === null ? {} : { flow: printValue(id) }),
    ...(namespace === undefined || namespace === null ? {} : { namespace: printValue(namespace) }),
  }
}
