// What a flow means, once its form is known: everything that can be judged before it runs, all at once. Each part of the grammar has
// a file of its own; this one is the list of them.
import type { Diagnostic } from '../std/diagnostic.ts'
import type { Catalogue } from './catalogue.ts'
import { inspectExpressions } from './check-expressions.ts'
import { inspectSchemas } from './check-schema.ts'
import type { Flow } from './flow.ts'
import type { Inspection } from './inspection.ts'
import { readFlow } from './parse.ts'
import type { ParsedFlow, ParseOptions } from './parse.ts'
import type { Positions } from './positions.ts'
import { inspectIdentifiers } from './validate-identifiers.ts'
import { inspectInputs, inspectOutputs } from './validate-inputs.ts'
import { inspectPolicies } from './validate-policies.ts'
import { inspectStoredRows } from './validate-stored-rows.ts'
import { inspectTasks } from './validate-tasks.ts'
import { inspectTriggers } from './validate-triggers.ts'

export interface ValidateOptions {
  /** From parsing; without them diagnostics have no line and column. */
  readonly positions?: Positions
}

export function validateFlow(flow: Flow, catalogue: Catalogue, options: ValidateOptions = {}): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  const inspection: Inspection = { flow, catalogue, positions: options.positions, diagnostics }
  inspectIdentifiers(inspection)
  inspectInputs(inspection)
  inspectOutputs(inspection)
  inspectTasks(inspection)
  inspectTriggers(inspection)
  inspectPolicies(inspection)
  inspectSchemas(inspection)
  inspectExpressions(inspection)
  inspectStoredRows(inspection)
  return diagnostics
}

/** Parses and validates in one go, with all mistakes of form and meaning together; the flow only when there is no error. */
export function checkFlow(source: string, options: ParseOptions): ParsedFlow {
  const { draft, positions, diagnostics: ofForm } = readFlow(source, options)
  if (draft === undefined) return { diagnostics: ofForm, positions }
  const errorPaths = new Set(ofForm.filter(({ severity }) => severity === 'error').map(({ path }) => path))
  // A property that could not be read is not judged a second time.
  const ofMeaning = validateFlow(draft, options.catalogue, { positions }).filter(
    found => !isFollowUp(found, errorPaths),
  )
  const diagnostics = [...ofForm, ...ofMeaning].sort(byPosition)
  const isBroken = diagnostics.some(({ severity }) => severity === 'error')
  return isBroken ? { diagnostics, positions } : { flow: draft, diagnostics, positions }
}

/** A property that could not be read, or a list whose items could not, is not missing. */
function isFollowUp({ code, path }: Diagnostic, errorPaths: ReadonlySet<string>): boolean {
  if (errorPaths.has(path)) return true
  if (code === 'missing-property') return errorPaths.has(`${path}.type`)
  return code === 'empty-list' && [...errorPaths].some(other => other.startsWith(`${path}[`))
}

function byPosition(a: Diagnostic, b: Diagnostic): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
}
