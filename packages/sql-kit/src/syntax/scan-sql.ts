// What in a text of SQL is code, and what is a string, a quoted name, a dollar-quoted body or a comment, by the rules of its database. All
// that looks into statements (parts, parameters, keywords) looks at code only.
import { POSTGRESQL, type SqlSyntax } from './sql-syntax.ts'

export interface Span {
  readonly start: number
  /** The first position behind it. */
  readonly end: number
}

/** The stretches of code, in order. */
export function* codeSpans(sql: string, syntax: SqlSyntax = POSTGRESQL): Generator<Span> {
  let start = 0
  let at = 0
  while (at < sql.length) {
    const end = endOfOpaque(sql, at, syntax)
    if (end === undefined) {
      at++
      continue
    }
    if (at > start) yield { start, end: at }
    start = end
    at = end
  }
  if (at > start) yield { start, end: at }
}

/** Undefined when code begins here. */
function endOfOpaque(sql: string, at: number, syntax: SqlSyntax): number | undefined {
  switch (sql[at]) {
    case "'":
      return endOfString(sql, at, syntax)
    case '"':
      return syntax.hasBackslashes ? endOfEscaped(sql, at, '"') : endOfQuoted(sql, at, '"')
    case '`':
      return syntax.hasBackticks ? endOfQuoted(sql, at, '`') : undefined
    case '[':
      return syntax.hasBrackets ? endOfQuoted(sql, at, ']') : undefined
    case '$':
      return endOfDollarQuoted(sql, at, syntax)
    default:
      return endOfComment(sql, at, syntax)
  }
}

/** In `E'…'` a backslash keeps the next character from closing the string. */
function endOfString(sql: string, at: number, syntax: SqlSyntax): number {
  if (syntax.hasBackslashes || (syntax.hasEscapeStrings && hasPrefix(sql, at, 'e'))) return endOfEscaped(sql, at, "'")
  if (syntax.hasQuoteOperator && hasPrefix(sql, at, 'q')) return endOfQuoteOperator(sql, at)
  return endOfQuoted(sql, at, "'")
}

function hasPrefix(sql: string, at: number, letter: string): boolean {
  return sql.charAt(at - 1).toLowerCase() === letter && !/[\w$"]/.test(sql.charAt(at - 2))
}

function endOfEscaped(sql: string, at: number, quote: string): number {
  for (let end = at + 1; end < sql.length; end++) {
    if (sql[end] === '\\') end++
    else if (sql[end] === quote) {
      if (sql[end + 1] !== quote) return end + 1
      end++
    }
  }
  return sql.length
}

const CLOSING: Readonly<Record<string, string>> = { '[': ']', '{': '}', '(': ')', '<': '>' }

function endOfQuoteOperator(sql: string, at: number): number {
  const open = sql.charAt(at + 1)
  const end = sql.indexOf(`${CLOSING[open] ?? open}'`, at + 2)
  return end < 0 ? sql.length : end + 2
}

function endOfQuoted(sql: string, at: number, quote: string): number {
  let end = at + 1
  for (;;) {
    end = sql.indexOf(quote, end)
    if (end < 0) return sql.length
    if (sql[end + 1] !== quote) return end + 1
    end += 2
  }
}

function endOfComment(sql: string, at: number, { lineComments, nestsComments }: SqlSyntax): number | undefined {
  if (sql.startsWith('/*', at)) return endOfBlockComment(sql, at, nestsComments)
  if (!lineComments.some(opening => sql.startsWith(opening, at))) return undefined
  const end = sql.indexOf('\n', at)
  return end < 0 ? sql.length : end + 1
}

function endOfBlockComment(sql: string, at: number, nests: boolean): number {
  let depth = 0
  for (let end = at; end < sql.length; end++) {
    if (sql.startsWith('/*', end) && (nests || depth === 0)) {
      depth++
      end++
    } else if (sql.startsWith('*/', end)) {
      depth--
      end++
      if (depth === 0) return end + 1
    }
  }
  return sql.length
}

const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y

function endOfDollarQuoted(sql: string, at: number, { dollarQuotes }: SqlSyntax): number | undefined {
  if (dollarQuotes === 'none' || /[\w$\u0080-\uffff]/.test(sql.charAt(at - 1))) return undefined
  DOLLAR_TAG.lastIndex = at
  const tag = DOLLAR_TAG.exec(sql)?.[0]
  if (tag === undefined || (dollarQuotes === 'plain' && tag !== '$$')) return undefined
  const end = sql.indexOf(tag, at + tag.length)
  return end < 0 ? sql.length : end + tag.length
}
