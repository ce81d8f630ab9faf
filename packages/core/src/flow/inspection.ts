// What goes along while a flow is judged: the flow, what is known about types, and where to put what was found.
import type { Diagnostic } from '../std/diagnostic.ts'
import type { Catalogue } from './catalogue.ts'
import type { Flow } from './flow.ts'
import type { Positions } from './positions.ts'

const DIAGNOSTICS_MAX = 200

export interface Inspection {
  readonly flow: Flow
  readonly catalogue: Catalogue
  readonly positions: Positions | undefined
  readonly diagnostics: Diagnostic[]
}

export interface Objection {
  readonly severity?: Diagnostic['severity']
  readonly code: string
  readonly message: string
  readonly path: string
  /** A character of the text at the path. */
  readonly character?: number
}

/** Notes an objection with its line and column; an error unless it says otherwise. */
export function object({ diagnostics, positions }: Inspection, objection: Objection): void {
  if (diagnostics.length >= DIAGNOSTICS_MAX) return
  const { severity = 'error', code, message, path, character } = objection
  const exact = character === undefined ? undefined : positions?.ofCharacter(path, character)
  diagnostics.push({ severity, code, message, path, ...(exact ?? positions?.ofPath(path)) })
}
