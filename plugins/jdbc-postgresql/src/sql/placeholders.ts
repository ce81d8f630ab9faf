// `?` in a statement becomes `$1`, `$2`, …; `??` stands for the operator `?`.
import { codeSpans } from './scan-sql.ts'

export interface NumberedStatement {
  readonly text: string
  /** How many parameters it takes. */
  readonly count: number
}

export function numberPlaceholders(statement: string): NumberedStatement {
  let text = ''
  let copied = 0
  let count = 0
  for (const { start, end } of codeSpans(statement)) {
    for (const match of statement.slice(start, end).matchAll(/\?\??/g)) {
      const at = start + match.index
      text += statement.slice(copied, at) + (match[0] === '??' ? '?' : `$${++count}`)
      copied = at + match[0].length
    }
  }
  return { text: text + statement.slice(copied), count }
}
