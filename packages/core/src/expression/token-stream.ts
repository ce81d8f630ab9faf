import { Fault } from './fault.ts'
import type { Token, TokenType } from './tokenize.ts'

export type { Token } from './tokenize.ts'

export class TokenStream {
  readonly #tokens: readonly Token[]
  #index = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get current(): Token {
    return this.#tokenAt(this.#index)
  }

  get peek(): Token {
    return this.#tokenAt(this.#index + 1)
  }

  #tokenAt(index: number): Token {
    const token = this.#tokens[Math.min(index, this.#tokens.length - 1)]
    return token ?? { type: 'end', text: '', at: 0 }
  }

  next(): Token {
    const token = this.current
    this.#index++
    return token
  }

  sees(type: TokenType, text?: string): boolean {
    const token = this.current
    return token.type === type && (text === undefined || token.text === text)
  }

  takes(type: TokenType, text?: string): boolean {
    if (!this.sees(type, text)) return false
    this.#index++
    return true
  }

  expect(type: TokenType, text?: string): Token {
    const token = this.current
    if (!this.sees(type, text)) throw this.unexpected(token, text === undefined ? NAMES[type] : `\`${text}\``)
    this.#index++
    return token
  }

  unexpected(token: Token, expected?: string): Fault {
    const found = token.text === '' || token.type === 'text' ? NAMES[token.type] : `\`${token.text}\``
    const wish = expected === undefined ? '' : `; expected ${expected}`
    return new Fault('SYNTAX', `Unexpected ${found}${wish}${hintFor(token)}`, { at: token.at })
  }
}

function hintFor(token: Token): string {
  if (token.type === 'operator' && /^[a-z]/i.test(token.text)) {
    return ` (\`${token.text}\` is an operator; as a key write \`['${token.text}']\`)`
  }
  return ''
}

const NAMES: Readonly<Record<TokenType, string>> = {
  text: 'text',
  raw: 'raw block',
  'print-start': '`{{`',
  'print-end': '`}}`',
  'tag-start': '`{%`',
  'tag-end': '`%}`',
  operator: 'operator',
  name: 'a name',
  long: 'number',
  number: 'number',
  punctuation: 'punctuation',
  string: 'text in quotes',
  'string-start': '`"`',
  'string-end': '`"`',
  'interpolation-start': '`#{`',
  'interpolation-end': '`}`',
  end: 'end of the template',
}
