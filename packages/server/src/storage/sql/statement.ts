import type { Condition } from './walk.sql.ts'

export type Param = string | number | boolean | Uint8Array | null

export interface Statement {
  readonly text: string
  readonly values: readonly Param[]
}

/** A statement with its parameters, `$1` first. */
export function run(statement: string, ...values: readonly Param[]): Statement {
  return { text: statement, values }
}

/** The condition stands where the statement has its `?`. */
export function of(statement: string, { text, values }: Condition): Statement {
  let number = 0
  return { text: statement.replace('?', text).replaceAll('?', () => `$${++number}`), values }
}
