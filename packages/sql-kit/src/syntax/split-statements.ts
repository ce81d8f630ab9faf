import { codeSpans } from './scan-sql.ts'
import { POSTGRESQL, type SqlSyntax } from './sql-syntax.ts'

export interface Statement {
  readonly text: string
  /** Where it begins in the whole text. */
  readonly start: number
}

const TOKEN = /[;()]|[A-Za-z_][\w$]*/g

/** The statements of a text, parted by `;`. Empty ones, and those that are comments only, are left out. */
export function splitStatements(sql: string, syntax: SqlSyntax = POSTGRESQL): readonly Statement[] {
  const statements: Statement[] = []
  let body = new BodyWatch(syntax)
  let start = 0
  let hasCode = false
  const cut = (end: number): void => {
    // The semicolon behind a block is a part of it.
    const whole = sql.slice(start, end + (body.keepsSemicolon ? 1 : 0))
    const text = syntax.hasBlocks ? whole.replace(LONE_SLASHES, blanks => ' '.repeat(blanks.length)) : whole
    if (hasCode) statements.push({ text: text.trim(), start: start + text.length - text.trimStart().length })
    hasCode = false
    body = new BodyWatch(syntax)
    start = end + 1
  }
  for (const span of codeSpans(sql, syntax)) {
    const code = sql.slice(span.start, span.end)
    let seen = 0
    for (const { 0: token, index } of code.matchAll(TOKEN)) {
      body.see(token)
      if (token !== ';' || body.isInside) continue
      hasCode ||= isCode(code.slice(seen, index))
      cut(span.start + index)
      seen = index + 1
    }
    hasCode ||= isCode(code.slice(seen))
    // A string, a name or a body in quotes belongs to a statement too; a comment does not.
    hasCode ||= /['"$`[]/.test(sql.charAt(span.end))
  }
  hasCode ||= start === 0 && /^\s*['"$`[]/.test(sql)
  cut(sql.length)
  return statements
}

/** At the beginning of a statement. */
const LONE_SLASHES = /^(?:\s*\/[ \t]*(?:\n|$))+/

/** A line with a slash alone ends a block in the tools of one vendor, and says nothing to the database. */
function isCode(text: string): boolean {
  return !/^\s*(?:\/\s*)?$/.test(text)
}

/** What `end` may end without closing a block: `end if`, `end loop`, … */
const ENDED: ReadonlySet<string> = new Set(['if', 'loop', 'while', 'repeat', 'for'])
const ROUTINES: ReadonlySet<string> = new Set(['function', 'procedure', 'trigger', 'event', 'package'])
const WORDS_MAX = 8
/** `begin` and one of these is the beginning of a transaction. */
const NOT_BLOCKS: ReadonlySet<string> = new Set(['transaction', 'tran', 'work'])

/** Semicolons in brackets, and in the bodies of routines and blocks, part nothing. */
class BodyWatch {
  readonly #hasBlocks: boolean
  readonly #words: string[] = []
  #last = ''
  #brackets = 0
  #blocks = 0
  #hadBlock = false

  constructor({ hasBlocks }: SqlSyntax) {
    this.#hasBlocks = hasBlocks
  }

  get isInside(): boolean {
    return this.#brackets > 0 || this.#blocks > 0 || this.#isDeclaring()
  }

  get keepsSemicolon(): boolean {
    return this.#hasBlocks && this.#hadBlock
  }

  see(token: string): void {
    if (token === '(') this.#brackets++
    else if (token === ')') this.#brackets = Math.max(0, this.#brackets - 1)
    else if (token !== ';') this.#seeWord(token.toLowerCase())
    else this.#last = ''
  }

  #seeWord(word: string): void {
    const before = this.#last
    this.#last = word
    if (this.#words.length < WORDS_MAX) this.#words.push(word)
    if (before === 'begin' && NOT_BLOCKS.has(word) && this.#hasBlocks && this.#blocks > 0) this.#blocks--
    if (!this.#hasBody()) return
    if (word === 'begin' || (word === 'case' && this.#blocks > 0 && before !== 'end')) {
      this.#blocks++
      this.#hadBlock = true
    } else if (word === 'end' && this.#blocks > 0) this.#blocks--
    // What was ended is not the block but something in it.
    else if (before === 'end' && ENDED.has(word) && this.#hadBlock) this.#blocks++
  }

  #hasBody(): boolean {
    if (this.#isRoutine()) return true
    return this.#hasBlocks && (this.#words[0] === 'begin' || this.#words[0] === 'declare')
  }

  /** Between `declare` and `begin`. */
  #isDeclaring(): boolean {
    return this.#hasBlocks && this.#words[0] === 'declare' && !this.#hadBlock
  }

  /** `create or replace definer = … function`. */
  #isRoutine(): boolean {
    return this.#words[0] === 'create' && this.#words.some(word => ROUTINES.has(word))
  }
}
