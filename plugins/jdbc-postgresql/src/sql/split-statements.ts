import { codeSpans } from './scan-sql.ts'

export interface Statement {
  readonly text: string
  /** Where it begins in the whole text. */
  readonly start: number
}

const TOKEN = /[;()]|[A-Za-z_][\w$]*/g

/** The statements of a text, parted by `;`. Empty ones, and those that are comments only, are left out. */
export function splitStatements(sql: string): readonly Statement[] {
  const statements: Statement[] = []
  let body = new BodyWatch()
  let start = 0
  let hasCode = false
  const cut = (end: number): void => {
    const text = sql.slice(start, end)
    if (hasCode) statements.push({ text: text.trim(), start: start + text.length - text.trimStart().length })
    hasCode = false
    body = new BodyWatch()
    start = end + 1
  }
  for (const span of codeSpans(sql)) {
    const code = sql.slice(span.start, span.end)
    let seen = 0
    for (const { 0: token, index } of code.matchAll(TOKEN)) {
      body.see(token)
      if (token !== ';' || body.isInside) continue
      hasCode ||= code.slice(seen, index).trim() !== ''
      cut(span.start + index)
      seen = index + 1
    }
    hasCode ||= code.slice(seen).trim() !== ''
    // A string, a name or a body in quotes belongs to a statement too; a comment does not.
    hasCode ||= /['"$]/.test(sql.charAt(span.end))
  }
  hasCode ||= start === 0 && /^\s*['"$]/.test(sql)
  cut(sql.length)
  return statements
}

/** Semicolons in brackets, and in the body of `create function … begin atomic … end`, part nothing. */
class BodyWatch {
  #words: string[] = []
  #brackets = 0
  #blocks = 0

  get isInside(): boolean {
    return this.#brackets > 0 || this.#blocks > 0
  }

  see(token: string): void {
    if (token === '(') this.#brackets++
    else if (token === ')') this.#brackets = Math.max(0, this.#brackets - 1)
    else if (token !== ';') this.#seeWord(token.toLowerCase())
  }

  #seeWord(word: string): void {
    if (this.#words.length < 4) this.#words.push(word)
    if (!this.#isRoutine()) return
    if (word === 'begin' || (word === 'case' && this.#blocks > 0)) this.#blocks++
    else if (word === 'end' && this.#blocks > 0) this.#blocks--
  }

  #isRoutine(): boolean {
    const [first, second, third, fourth] = this.#words
    if (first !== 'create') return false
    const kind = second === 'or' && third === 'replace' ? fourth : second
    return kind === 'function' || kind === 'procedure'
  }
}
