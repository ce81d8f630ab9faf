// How filters, functions and tests are written down. The catalogue for editors is made of the same definitions.
import type { Value } from '../std/value.ts'
import type { Frame } from './frame.ts'
import type { Dialect, Expression } from './syntax.ts'

/** What an expression needs besides its context: the time, a random number, or an answer from the world. */
export type Need = 'time' | 'random' | 'ask'

/** By position in `parameters`; undefined where an argument was not given. */
export type Args = readonly (Value | undefined)[]

export interface FilterDefinition {
  readonly name: string
  /** Without parameters, any number of arguments is taken and ignored by whoever does not use them. */
  readonly parameters: readonly string[]
  readonly apply: (input: Value, args: Args, frame: Frame) => Value
  /** `default`: a missing input counts as null. */
  readonly absorbsUndefined?: boolean
  /** Gone in the other dialect. */
  readonly onlyDialect?: Dialect
  /** Looks at the constant arguments (undefined where they are not) before anything runs; what is wrong with them is thrown as a fault. */
  readonly checkArguments?: (args: Args) => void
  /** An extra argument that follows from how the input is written; it comes after the parameters. */
  readonly fromForm?: (input: Expression) => Value
}

export interface FunctionDefinition {
  readonly name: string
  readonly parameters: readonly string[]
  readonly needs?: readonly Need[]
  /** Gone in the other dialect. */
  readonly onlyDialect?: Dialect
  /** The context it reads without being given it: root names, or everything. */
  readonly reads?: readonly string[] | 'everything'
  readonly call: (args: Args, frame: Frame) => Value
  readonly checkArguments?: (args: Args) => void
}

export interface TestDefinition {
  readonly name: string
  readonly parameters: readonly string[]
  readonly absorbsUndefined?: boolean
  readonly holds: (input: Value, frame: Frame) => boolean
}

export function byName<T extends { readonly name: string }>(
  ...families: readonly (readonly T[])[]
): ReadonlyMap<string, T> {
  return new Map(families.flat().map(definition => [definition.name, definition]))
}

/** The definition of a name, unless the dialect has dropped it. */
export function findDefinition<T extends { readonly onlyDialect?: Dialect }>(
  definitions: ReadonlyMap<string, T>,
  name: string,
  dialect: Dialect,
): T | undefined {
  const definition = definitions.get(name)
  return definition?.onlyDialect === undefined || definition.onlyDialect === dialect ? definition : undefined
}
