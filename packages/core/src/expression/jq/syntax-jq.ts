import type { Value } from '../../std/value.ts'

export type JqNode =
  | { readonly type: 'identity' }
  | { readonly type: 'recurse' }
  | { readonly type: 'literal'; readonly value: Value }
  | { readonly type: 'text'; readonly parts: readonly (string | JqNode)[]; readonly format: string | undefined }
  | { readonly type: 'format'; readonly name: string }
  | JqIndex
  | JqSlice
  | { readonly type: 'iterate'; readonly target: JqNode; readonly isOptional: boolean }
  | { readonly type: 'try'; readonly body: JqNode; readonly handler: JqNode | undefined }
  | { readonly type: 'negate'; readonly operand: JqNode }
  | { readonly type: 'pipe'; readonly left: JqNode; readonly right: JqNode }
  | { readonly type: 'comma'; readonly left: JqNode; readonly right: JqNode }
  | { readonly type: 'binary'; readonly operator: JqOperator; readonly left: JqNode; readonly right: JqNode }
  | { readonly type: 'logic'; readonly operator: 'and' | 'or' | '//'; readonly left: JqNode; readonly right: JqNode }
  | { readonly type: 'assign'; readonly operator: JqAssignment; readonly left: JqNode; readonly right: JqNode }
  | { readonly type: 'if'; readonly condition: JqNode; readonly yes: JqNode; readonly no: JqNode }
  | { readonly type: 'list'; readonly body: JqNode | undefined }
  | { readonly type: 'map'; readonly entries: readonly (readonly [JqNode, JqNode])[] }
  | { readonly type: 'variable'; readonly name: string }
  | { readonly type: 'bind'; readonly source: JqNode; readonly pattern: JqPattern; readonly body: JqNode }
  | {
      readonly type: 'reduce'
      readonly source: JqNode
      readonly pattern: JqPattern
      readonly start: JqNode
      readonly update: JqNode
    }
  | JqForeach
  | { readonly type: 'def'; readonly definition: JqDefinition; readonly body: JqNode }
  | { readonly type: 'call'; readonly name: string; readonly args: readonly JqNode[] }
  | { readonly type: 'label'; readonly name: string; readonly body: JqNode }
  | { readonly type: 'break'; readonly name: string }

/** `isOptional`: a `?` behind it, which silences the step itself and not what it is applied to. */
export interface JqIndex {
  readonly type: 'index'
  readonly target: JqNode
  readonly key: JqNode
  readonly isOptional: boolean
}

export interface JqSlice {
  readonly type: 'slice'
  readonly target: JqNode
  readonly from: JqNode | undefined
  readonly to: JqNode | undefined
  readonly isOptional: boolean
}

export interface JqForeach {
  readonly type: 'foreach'
  readonly source: JqNode
  readonly pattern: JqPattern
  readonly start: JqNode
  readonly update: JqNode
  readonly extract: JqNode | undefined
}

export type JqOperator = '+' | '-' | '*' | '/' | '%' | '==' | '!=' | '<' | '<=' | '>' | '>='
export type JqAssignment = '=' | '|=' | '+=' | '-=' | '*=' | '/=' | '%=' | '//='

export interface JqDefinition {
  readonly name: string
  /** With the `$` of those that are values. */
  readonly parameters: readonly string[]
  readonly body: JqNode
}

export type JqPattern =
  | { readonly type: 'variable'; readonly name: string }
  | { readonly type: 'list'; readonly items: readonly JqPattern[] }
  | { readonly type: 'map'; readonly entries: readonly JqPatternEntry[] }

export interface JqPatternEntry {
  readonly key: JqNode
  /** `{$name}` and `{$name: pattern}` bind the value under the key of that name, too. */
  readonly variable: string | undefined
  readonly pattern: JqPattern | undefined
}

export type JqNodeOf<T extends JqNode['type']> = Extract<JqNode, { readonly type: T }>
