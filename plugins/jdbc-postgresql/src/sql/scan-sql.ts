// What in a text of SQL is code, and what is a string, a quoted name, a dollar-quoted body or a comment, by PostgreSQL's rules. All that
// looks into statements (parts, parameters, keywords) looks at code only.

export interface Span {
  readonly start: number
  /** The first position behind it. */
  readonly end: number
}

/** The stretches of code, in order. */
export function* codeSpans(sql: string): Generator<Span> {
  let start = 0
  let at = 0
  while (at < sql.length) {
    const end = endOfOpaque(sql, at)
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
function endOfOpaque(sql: string, at: number): number | undefined {
  switch (sql[at]) {
    case "'":
      return endOfString(sql, at)
    case '"':
      return endOfQuoted(sql, at, '"')
    case '-':
      return sql[at + 1] === '-' ? endOfLine(sql, at) : undefined
    case '/':
      return sql[at + 1] === '*' ? endOfComment(sql, at) : undefined
    case '$':
      return endOfDollarQuoted(sql, at)
    default:
      return undefined
  }
}

/** In `E'…'` a backslash keeps the next character from closing the string. */
function endOfString(sql: string, at: number): number {
  const isEscaped = /[eE]/.test(sql.charAt(at - 1)) && !/[\w$"]/.test(sql.charAt(at - 2))
  if (!isEscaped) return endOfQuoted(sql, at, "'")
  for (let end = at + 1; end < sql.length; end++) {
    if (sql[end] === '\\') end++
    else if (sql[end] === "'") {
      if (sql[end + 1] !== "'") return end + 1
      end++
    }
  }
  return sql.length
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

function endOfLine(sql: string, at: number): number {
  const end = sql.indexOf('\n', at)
  return end < 0 ? sql.length : end + 1
}

/** Comments nest. */
function endOfComment(sql: string, at: number): number {
  let depth = 0
  for (let end = at; end < sql.length; end++) {
    if (sql.startsWith('/*', end)) {
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

function endOfDollarQuoted(sql: string, at: number): number | undefined {
  if (/[\w$\u0080-\uffff]/.test(sql.charAt(at - 1))) return undefined
  DOLLAR_TAG.lastIndex = at
  const tag = DOLLAR_TAG.exec(sql)?.[0]
  if (tag === undefined) return undefined
  const end = sql.indexOf(tag, at + tag.length)
  return end < 0 ? sql.length : end + tag.length
}
