// The tree that the parser makes of a template. `at` is the offset in the source that an error about the node points to.
import type { Value } from '../std/value.ts'

export type Dialect = 1 | 2

export type BinaryOperator =
  | '..'
  | '??'
  | '???'
  | 'isIn'
  | '~'
  | '*'
  | '/'
  | '%'
  | '+'
  | '-'
  | '=='
  | '!='
  | '>'
  | '<'
  | '>='
  | '<='
  | 'contains'
  | 'and'
  | 'or'

export type Expression =
  | { readonly type: 'literal'; readonly value: Value; readonly at: number }
  | { readonly type: 'name'; readonly name: string; readonly at: number }
  | Attribute
  | Call
  | { readonly type: 'filter'; readonly input: Expression; readonly filter: Call; readonly at: number }
  | Test
  | { readonly type: 'unary'; readonly operator: 'not' | '-' | '+'; readonly operand: Expression; readonly at: number }
  | Binary
  | Ternary
  | { readonly type: 'list'; readonly items: readonly Expression[]; readonly at: number }
  | { readonly type: 'map'; readonly entries: readonly (readonly [Expression, Expression])[]; readonly at: number }
  | { readonly type: 'interpolation'; readonly parts: readonly Expression[]; readonly at: number }

export interface Attribute {
  readonly type: 'attribute'
  readonly node: Expression
  readonly name: Expression
  /** Present for a method call. */
  readonly args: readonly Expression[] | undefined
  readonly at: number
}

/** A function, filter, test or macro with its arguments. */
export interface Call {
  readonly type: 'call'
  readonly name: string
  readonly positional: readonly Expression[]
  readonly named: readonly NamedArgument[]
  readonly at: number
}

export interface NamedArgument {
  readonly name: string
  readonly value: Expression
}

export interface Test {
  readonly type: 'test'
  readonly input: Expression
  readonly test: Call
  readonly negated: boolean
  readonly at: number
}

export interface Binary {
  readonly type: 'binary'
  readonly operator: BinaryOperator
  readonly left: Expression
  readonly right: Expression
  readonly at: number
}

export interface Ternary {
  readonly type: 'ternary'
  readonly condition: Expression
  readonly yes: Expression
  readonly no: Expression
  readonly at: number
}

export type Statement =
  | { readonly type: 'text'; readonly text: string }
  /** `{% raw %}`: the content, and the whole with its tags, which must survive recursive rendering. */
  | { readonly type: 'raw'; readonly text: string; readonly whole: string }
  | { readonly type: 'print'; readonly value: Expression }
  | If
  | For
  | { readonly type: 'set'; readonly name: string; readonly value: Expression }
  | Macro
  | { readonly type: 'filter-body'; readonly filters: readonly Call[]; readonly body: Body; readonly at: number }
  | { readonly type: 'block'; readonly name: string; readonly body: Body }

export type Body = readonly Statement[]

export interface If {
  readonly type: 'if'
  readonly branches: readonly { readonly condition: Expression; readonly body: Body }[]
  readonly otherwise: Body | undefined
}

export interface For {
  readonly type: 'for'
  readonly variable: string
  readonly items: Expression
  readonly body: Body
  readonly otherwise: Body | undefined
  readonly at: number
}

export interface Macro {
  readonly type: 'macro'
  readonly name: string
  readonly parameters: readonly { readonly name: string; readonly fallback: Expression | undefined }[]
  readonly body: Body
  readonly at: number
}
