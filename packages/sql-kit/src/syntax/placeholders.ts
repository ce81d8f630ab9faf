// `?` in a statement becomes the place of a value; `??` stands for the operator `?`.
import { codeSpans } from './scan-sql.ts'
import { POSTGRESQL, type SqlSyntax } from './sql-syntax.ts'

export interface NumberedStatement {
  readonly text: string
  /** How many parameters it takes. */
  readonly count: number
}

export function numberPlaceholders(
  statement: string,
  syntax: SqlSyntax = POSTGRESQL,
  place: (number: number) => string = number => `$${number}`,
): NumberedStatement {
  const parts = splitAtPlaceholders(statement, syntax)
  const text = parts.map((part, at) => (at === 0 ? part : place(at) + part)).join('')
  return { text, count: parts.length - 1 }
}

/** The texts between the placeholders, one more than there are of these. */
export function splitAtPlaceholders(statement: string, syntax: SqlSyntax): readonly string[] {
  const parts: string[] = []
  let part = ''
  let copied = 0
  for (const { start, end } of codeSpans(statement, syntax)) {
    for (const match of statement.slice(start, end).matchAll(/\?\??/g)) {
      const at = start + match.index
      part += statement.slice(copied, at)
      copied = at + match[0].length
      if (match[0] === '??') part += '?'
      else {
        parts.push(part)
        part = ''
      }
    }
  }
  return [...parts, part + statement.slice(copied)]
}
