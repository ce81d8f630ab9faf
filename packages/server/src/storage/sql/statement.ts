export type Param = string | number | boolean | null

export interface Statement {
  readonly text: string
  readonly values: readonly Param[]
}

/** A statement with its parameters, `$1` first. */
export function run(statement: string, ...values: readonly Param[]): Statement {
  return { text: statement, values }
}
