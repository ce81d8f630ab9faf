// What the page asks the worker that knows the language of flows, and what that answers. Questions carry numbers; of texts only the newest counts.
import type { Diagnostic } from '@batuta/core'

export interface KnownTypeName {
  readonly type: string
  readonly kind: string
  readonly isDeprecated: boolean
}

export interface TypeDescription {
  readonly type: string
  readonly kind: string
  readonly isDeprecated: boolean
  readonly properties: readonly {
    readonly name: string
    readonly type: string
    readonly isRequired: boolean
    readonly isDeprecated: boolean
  }[]
  readonly outputs: readonly { readonly name: string; readonly type: string }[]
}

export interface ExpressionName {
  readonly kind: 'filter' | 'function' | 'test' | 'tag'
  readonly name: string
  readonly parameters: readonly string[]
}

export interface CheckedText {
  readonly diagnostics: readonly Diagnostic[]
  /** What expressions may name, of the newest text that could be read. */
  readonly names?: unknown
}

export type Question =
  | { readonly type: 'check'; readonly source: string; readonly taskId?: string | undefined }
  | { readonly type: 'types' }
  | { readonly type: 'expressions' }
  | { readonly type: 'describe'; readonly name: string }

export interface Answers {
  readonly check: CheckedText
  readonly types: readonly KnownTypeName[]
  readonly expressions: readonly ExpressionName[]
  readonly describe: TypeDescription | undefined
}
