import { fail } from '../fault.ts'

export type JqTokenType = 'field' | 'name' | 'keyword' | 'variable' | 'format' | 'number' | 'operator' | 'quote' | 'end'

export interface JqToken {
  readonly type: JqTokenType
  readonly text: string
}

const BLANK = /(?:[ \t\r\n]|#[^\r\n]*)*/y
const TOKEN =
  /(?<field>\.[A-Za-z_][A-Za-z0-9_]*)|(?<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>(?:[A-Za-z_][A-Za-z0-9_]*::)*[A-Za-z_][A-Za-z0-9_]*)|(?<variable>\$(?:[A-Za-z_][A-Za-z0-9_]*::)*[A-Za-z_][A-Za-z0-9_]*)|(?<format>@[A-Za-z0-9_]+)|(?<operator>\/\/=|\|=|\+=|-=|\*=|\/=|%=|==|!=|<=|>=|\/\/|\.\.|[-+*/%<>=|,.;:?()[\]{}])|(?<quote>")/y

const KEYWORDS: ReadonlySet<string> = new Set(
  'def if then elif else end as reduce foreach try catch label import include and or __loc__'.split(' '),
)

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/** Reads tokens on demand: what is inside of a string depends on the parser. */
export class JqLexer {
  readonly #source: string
  #at = 0
  #peeked: { readonly token: JqToken; readonly end: number } | undefined

  constructor(source: string) {
    this.#source = source
  }

  get peek(): JqToken {
    this.#peeked ??= this.#read()
    return this.#peeked.token
  }

  next(): JqToken {
    const { token, end } = (this.#peeked ??= this.#read())
    this.#at = end
    this.#peeked = undefined
    return token
  }

  malformed(reason: string): never {
    const near = this.#source.slice(this.#at, this.#at + 30).trim()
    return fail('VALUE', `The jq program cannot be read: ${reason} ${near === '' ? 'at its end' : `near \`${near}\``}`)
  }

  #read(): { readonly token: JqToken; readonly end: number } {
    BLANK.lastIndex = this.#at
    BLANK.test(this.#source)
    this.#at = BLANK.lastIndex
    if (this.#at >= this.#source.length) return { token: { type: 'end', text: '' }, end: this.#at }
    TOKEN.lastIndex = this.#at
    const groups = TOKEN.exec(this.#source)?.groups
    if (groups === undefined) return this.malformed('unexpected character')
    return { token: toToken(groups), end: TOKEN.lastIndex }
  }

  /** Behind an opening quote or an interpolation: text up to the next `\(` or the closing quote. */
  readStringPart(): { readonly text: string; readonly isLast: boolean } {
    let text = ''
    for (;;) {
      const character = this.#source[this.#at++]
      if (character === undefined) return this.malformed('a string is never closed')
      if (character === '"') return { text, isLast: true }
      if (character !== '\\') {
        text += character
        continue
      }
      const letter = this.#source.charAt(this.#at++)
      if (letter === '(') return { text, isLast: false }
      text += letter === 'u' ? this.#readUnicode() : this.#unescape(letter)
    }
  }

  #readUnicode(): string {
    const digits = this.#source.slice(this.#at, this.#at + 4)
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) return this.malformed('malformed \\u escape')
    this.#at += 4
    return String.fromCharCode(Number.parseInt(digits, 16))
  }

  #unescape(letter: string): string {
    const character = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined
    return character ?? this.malformed('unknown escape in a string')
  }
}

function toToken(groups: Readonly<Record<string, string | undefined>>): JqToken {
  const { field, number, name, variable, format, operator } = groups
  if (field !== undefined) return { type: 'field', text: field.slice(1) }
  if (number !== undefined) return { type: 'number', text: number }
  if (name !== undefined) return { type: KEYWORDS.has(name) ? 'keyword' : 'name', text: name }
  if (variable !== undefined) return { type: 'variable', text: variable.slice(1) }
  if (format !== undefined) return { type: 'format', text: format }
  return operator !== undefined ? { type: 'operator', text: operator } : { type: 'quote', text: '"' }
}
