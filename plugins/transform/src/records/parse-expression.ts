// The small language of `expr` and `where`: paths such as `customer.name` and `items[].price`, arithmetic, comparisons, `&&`, `||`, `!`,
// `??`, `? :`, and functions. Nothing in it can leave the row.
import { TaskError } from '@batuta/plugin-sdk'
import { Decimal } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import { simplest } from './numbers.ts'

export type Expression =
  | { readonly type: 'literal'; readonly value: Value }
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'field'; readonly of: Expression; readonly name: string }
  | { readonly type: 'at'; readonly of: Expression; readonly index: Expression }
  | { readonly type: 'all'; readonly of: Expression }
  | { readonly type: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly type: 'not' | 'minus'; readonly of: Expression }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'choice'; readonly test: Expression; readonly then: Expression; readonly otherwise: Expression }

const CHARS_MAX = 10_000
const DEPTH_MAX = 100
const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([A-Za-z_$][\w$]*)|`([^`]+)`|(==|!=|<=|>=|&&|\|\||\?\?|[-+*/%()[\]{}.,<>!?:]))/y

interface Token {
  readonly type: 'number' | 'text' | 'name' | 'sign' | 'end'
  readonly text: string
}

export function parseExpression(source: string): Expression {
  if (source.length > CHARS_MAX) throw new TaskError(`an expression has at most ${CHARS_MAX} characters`)
  return new Parser(source, tokensOf(source)).parse()
}

function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  while (source.slice(TOKEN.lastIndex).trim() !== '') {
    const from = TOKEN.lastIndex
    const match = TOKEN.exec(source)
    if (match === null)
      throw new TaskError(`the expression \`${source}\` cannot be read at "${source.slice(from).trim().slice(0, 20)}"`)
    const [, number, text, name, quoted, sign] = match
    if (number !== undefined) tokens.push({ type: 'number', text: number })
    else if (text !== undefined) tokens.push({ type: 'text', text: unquoted(text) })
    else if (quoted !== undefined) tokens.push({ type: 'name', text: quoted })
    else if (name === 'and' || name === 'or' || name === 'not') tokens.push({ type: 'sign', text: WORDS[name] })
    else if (name !== undefined) tokens.push({ type: 'name', text: name })
    else tokens.push({ type: 'sign', text: sign ?? '' })
  }
  return [...tokens, { type: 'end', text: '' }]
}

const WORDS = { and: '&&', or: '||', not: '!' } as const

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, (_, letter: string) => ({ n: '\n', t: '\t', r: '\r' })[letter] ?? letter)
}

const LEVELS: readonly (readonly string[])[] = [
  ['??'],
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
]

class Parser {
  readonly #source: string
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(source: string, tokens: readonly Token[]) {
    this.#source = source
    this.#tokens = tokens
  }

  parse(): Expression {
    const expression = this.#choice()
    if (this.#token.type !== 'end') throw this.#refuse()
    return expression
  }

  get #token(): Token {
    return this.#tokens[this.#at] ?? { type: 'end', text: '' }
  }

  #refuse(): TaskError {
    const { type, text } = this.#token
    return new TaskError(
      `the expression \`${this.#source}\` ${type === 'end' ? 'ends too early' : `has "${text}" where it does not belong`}`,
    )
  }

  #accept(sign: string): boolean {
    if (this.#token.type !== 'sign' || this.#token.text !== sign) return false
    this.#at++
    return true
  }

  #expect(sign: string): void {
    if (!this.#accept(sign)) throw this.#refuse()
  }

  #choice(): Expression {
    if (++this.#depth > DEPTH_MAX) throw new TaskError(`an expression is nested deeper than ${DEPTH_MAX} levels`)
    const test = this.#binary(0)
    if (this.#accept('?')) {
      const then = this.#choice()
      this.#expect(':')
      const otherwise = this.#choice()
      this.#depth--
      return { type: 'choice', test, then, otherwise }
    }
    this.#depth--
    return test
  }

  #binary(level: number): Expression {
    const operators = LEVELS[level]
    if (operators === undefined) return this.#unary()
    let left = this.#binary(level + 1)
    for (;;) {
      const operator = operators.find(sign => this.#accept(sign))
      if (operator === undefined) return left
      left = { type: 'binary', operator, left, right: this.#binary(level + 1) }
    }
  }

  #unary(): Expression {
    if (++this.#depth > DEPTH_MAX) throw new TaskError(`an expression is nested deeper than ${DEPTH_MAX} levels`)
    const type = this.#accept('!') ? 'not' : this.#accept('-') ? 'minus' : undefined
    const expression: Expression = type === undefined ? this.#path() : { type, of: this.#unary() }
    this.#depth--
    return expression
  }

  #path(): Expression {
    let of = this.#primary()
    for (;;) {
      if (this.#accept('.')) {
        const { type, text } = this.#token
        if (type !== 'name' && type !== 'text') throw this.#refuse()
        this.#at++
        of = { type: 'field', of, name: text }
      } else if (this.#accept('[')) {
        if (this.#accept(']')) of = { type: 'all', of }
        else {
          of = { type: 'at', of, index: this.#choice() }
          this.#expect(']')
        }
      } else return of
    }
  }

  #primary(): Expression {
    const { type, text } = this.#token
    this.#at++
    if (type === 'number') return { type: 'literal', value: numberOf(text) }
    if (type === 'text') return { type: 'literal', value: text }
    if (type === 'name') {
      if (this.#accept('(')) return { type: 'call', name: text, args: this.#args() }
      if (text === 'true' || text === 'false') return { type: 'literal', value: text === 'true' }
      return text === 'null' ? { type: 'literal', value: null } : { type: 'name', name: text }
    }
    if (type === 'sign' && text === '(') {
      const inner = this.#choice()
      this.#expect(')')
      return inner
    }
    this.#at--
    throw this.#refuse()
  }

  #args(): readonly Expression[] {
    if (this.#accept(')')) return []
    const args = [this.#choice()]
    while (this.#accept(',')) args.push(this.#choice())
    this.#expect(')')
    return args
  }
}

function numberOf(text: string): Value {
  const [whole = '0', fraction = ''] = text.split('.')
  return simplest(new Decimal(BigInt(whole + fraction), fraction.length))
}
