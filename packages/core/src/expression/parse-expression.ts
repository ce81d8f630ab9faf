// Precedence climbing over the tokens of one expression. The ternary binds loosest and exists only where a whole expression may stand.
import { toDouble, toInteger } from '../std/value.ts'
import type { Value } from '../std/value.ts'
import { Fault } from './fault.ts'
import type { BinaryOperator, Call, Dialect, Expression, NamedArgument } from './syntax.ts'
import type { Token, TokenStream } from './token-stream.ts'

const FILTER_PRECEDENCE = 100
const TEST_PRECEDENCE = 20
const UNARY_PRECEDENCE = 500
const DEPTH_MAX = 200
const CHAIN_MAX = 1000
const INTEGER_MAX = 2n ** 63n - 1n

const PRECEDENCES: Readonly<Record<BinaryOperator, number>> = {
  '..': 120,
  '??': 120,
  '???': 120,
  isIn: 120,
  '~': 110,
  '*': 60,
  '/': 60,
  '%': 60,
  '+': 40,
  '-': 40,
  '==': 30,
  '!=': 30,
  '>': 30,
  '<': 30,
  '>=': 30,
  '<=': 30,
  contains: 20,
  and: 15,
  or: 10,
}
const COALESCE_PRECEDENCE_2 = 30

export class ExpressionParser {
  readonly #tokens: TokenStream
  readonly #dialect: Dialect
  #depth = 0

  constructor(tokens: TokenStream, dialect: Dialect) {
    this.#tokens = tokens
    this.#dialect = dialect
  }

  parse(): Expression {
    const expression = this.#parseBinary(0)
    const mark = this.#tokens.current
    if (!this.#tokens.takes('punctuation', '?')) return expression
    const yes = this.parse()
    this.#tokens.expect('punctuation', ':')
    const no = this.parse()
    return { type: 'ternary', condition: expression, yes, no, at: mark.at }
  }

  #parseBinary(precedenceMin: number): Expression {
    if (++this.#depth > DEPTH_MAX) {
      throw new Fault('LIMIT', 'The expression is nested too deep', { at: this.#tokens.current.at })
    }
    let left = this.#parseOperand()
    for (let length = 0; ; length++) {
      this.#checkChain(length)
      const token = this.#tokens.current
      const precedence = token.type === 'operator' ? this.#precedenceOf(token.text) : undefined
      if (precedence === undefined || precedence < precedenceMin) break
      this.#tokens.next()
      left = this.#parseRight(left, token, precedence)
    }
    this.#depth--
    return left
  }

  /** A chain is as deep a tree as it is long. */
  #checkChain(length: number): void {
    if (length > CHAIN_MAX) throw new Fault('LIMIT', 'The expression is too long', { at: this.#tokens.current.at })
  }

  #precedenceOf(operator: string): number | undefined {
    if (operator === '|') return FILTER_PRECEDENCE
    if (operator === 'is' || operator === 'is not') return TEST_PRECEDENCE
    if (operator === 'equals') return PRECEDENCES['==']
    if (!isBinaryOperator(operator)) return undefined
    const coalesces = operator === '??' || operator === '???' || operator === 'isIn'
    return coalesces && this.#dialect === 2 ? COALESCE_PRECEDENCE_2 : PRECEDENCES[operator]
  }

  #parseRight(left: Expression, operator: Token, precedence: number): Expression {
    const at = operator.at
    if (operator.text === '|') {
      const filter = this.parseInvocation()
      return { type: 'filter', input: left, filter, at: filter.at }
    }
    if (operator.text === 'is' || operator.text === 'is not') {
      const test = this.parseInvocation()
      return { type: 'test', input: left, test, negated: operator.text === 'is not', at: test.at }
    }
    const right = this.#parseBinary(precedence + 1)
    if (operator.text === 'equals') return { type: 'binary', operator: '==', left, right, at }
    if (!isBinaryOperator(operator.text)) throw this.#tokens.unexpected(operator)
    return { type: 'binary', operator: operator.text, left, right, at }
  }

  #parseOperand(): Expression {
    const token = this.#tokens.current
    if (token.type === 'operator' && (token.text === 'not' || token.text === '-' || token.text === '+')) {
      this.#tokens.next()
      return { type: 'unary', operator: token.text, operand: this.#parseBinary(UNARY_PRECEDENCE), at: token.at }
    }
    if (this.#tokens.takes('punctuation', '(')) {
      const inner = this.parse()
      this.#tokens.expect('punctuation', ')')
      return this.#parsePostfix(inner)
    }
    if (this.#tokens.takes('punctuation', '[')) return this.#parseList(token.at)
    if (this.#tokens.takes('punctuation', '{')) return this.#parseMap(token.at)
    return this.#parsePostfix(this.#parsePrimary(token))
  }

  #parsePrimary(token: Token): Expression {
    switch (token.type) {
      case 'name':
        this.#tokens.next()
        return this.#parseName(token)
      case 'long':
      case 'number':
        this.#tokens.next()
        return { type: 'literal', value: readNumber(token), at: token.at }
      case 'string':
        this.#tokens.next()
        return { type: 'literal', value: token.text, at: token.at }
      case 'string-start':
        this.#tokens.next()
        return this.#parseInterpolated(token.at)
      default:
        throw this.#tokens.unexpected(token, 'a value before it')
    }
  }

  #parseName(token: Token): Expression {
    const { text: name, at } = token
    if (Object.hasOwn(CONSTANTS, name)) return { type: 'literal', value: CONSTANTS[name] ?? null, at }
    if (!this.#tokens.sees('punctuation', '(')) return { type: 'name', name, at }
    return { type: 'call', name, ...this.#parseArguments(), at }
  }

  #parseInterpolated(at: number): Expression {
    const parts: Expression[] = []
    while (!this.#tokens.takes('string-end')) {
      const token = this.#tokens.next()
      if (token.type === 'string') {
        parts.push({ type: 'literal', value: token.text, at: token.at })
        continue
      }
      parts.push(this.parse())
      this.#tokens.expect('interpolation-end')
    }
    const only = parts.length === 1 ? parts[0] : undefined
    return only ?? { type: 'interpolation', parts, at }
  }

  #parsePostfix(node: Expression): Expression {
    let result = node
    for (let length = 0; ; length++) {
      this.#checkChain(length)
      const token = this.#tokens.current
      if (this.#tokens.takes('punctuation', '.')) result = this.#parseMember(result)
      else if (this.#tokens.takes('punctuation', '[')) {
        const name = this.parse()
        this.#tokens.expect('punctuation', ']')
        result = { type: 'attribute', node: result, name, args: undefined, at: name.at }
      } else if (this.#tokens.sees('punctuation', '(')) throw this.#tokens.unexpected(token)
      else return result
    }
  }

  #parseMember(node: Expression): Expression {
    const { text, at } = this.#tokens.expect('name')
    const name: Expression = { type: 'literal', value: text, at }
    if (!this.#tokens.sees('punctuation', '(')) return { type: 'attribute', node, name, args: undefined, at }
    const { positional, named } = this.#parseArguments()
    if (named.length > 0) throw new Fault('SYNTAX', 'A method takes no named arguments', { at })
    return { type: 'attribute', node, name, args: positional, at }
  }

  /** A filter or test with or without arguments. */
  parseInvocation(): Call {
    const { text: name, at } = this.#tokens.expect('name')
    if (!this.#tokens.sees('punctuation', '(')) return { type: 'call', name, positional: [], named: [], at }
    return { type: 'call', name, ...this.#parseArguments(), at }
  }

  #parseArguments(): { readonly positional: readonly Expression[]; readonly named: readonly NamedArgument[] } {
    const positional: Expression[] = []
    const named: NamedArgument[] = []
    this.#tokens.expect('punctuation', '(')
    while (!this.#tokens.sees('punctuation', ')')) {
      if (positional.length + named.length > 0) this.#tokens.expect('punctuation', ',')
      if (this.#tokens.peek.type === 'punctuation' && this.#tokens.peek.text === '=') {
        const name = this.parseNewName()
        this.#tokens.expect('punctuation', '=')
        named.push({ name, value: this.parse() })
        continue
      }
      if (named.length > 0) {
        throw new Fault('SYNTAX', 'Arguments without a name must come before those with a name', {
          at: this.#tokens.current.at,
        })
      }
      positional.push(this.parse())
    }
    this.#tokens.expect('punctuation', ')')
    return { positional, named }
  }

  /** The name of a variable or parameter that a tag introduces. */
  parseNewName(): string {
    const { text, at } = this.#tokens.expect('name')
    if (RESERVED.has(text)) throw new Fault('SYNTAX', `\`${text}\` is a constant, not a name`, { at })
    return text
  }

  #parseList(at: number): Expression {
    const items: Expression[] = []
    if (this.#tokens.takes('punctuation', ']')) return { type: 'list', items, at }
    do items.push(this.parse())
    while (this.#tokens.takes('punctuation', ','))
    this.#tokens.expect('punctuation', ']')
    return { type: 'list', items, at }
  }

  #parseMap(at: number): Expression {
    const entries: [Expression, Expression][] = []
    if (this.#tokens.takes('punctuation', '}')) return { type: 'map', entries, at }
    do {
      const key = this.parse()
      this.#tokens.expect('punctuation', ':')
      entries.push([key, this.parse()])
    } while (this.#tokens.takes('punctuation', ','))
    this.#tokens.expect('punctuation', '}')
    return { type: 'map', entries, at }
  }
}

const CONSTANTS: Readonly<Record<string, Value>> = {
  true: true,
  TRUE: true,
  false: false,
  FALSE: false,
  null: null,
  NULL: null,
  none: null,
  NONE: null,
}

const RESERVED: ReadonlySet<string> = new Set(['true', 'false', 'null', 'none'])

function isBinaryOperator(text: string): text is BinaryOperator {
  return Object.hasOwn(PRECEDENCES, text)
}

function readNumber(token: Token): Value {
  if (token.text.includes('.')) return toDouble(Number(token.text))
  const value = BigInt(token.text)
  if (value > INTEGER_MAX) throw new Fault('SYNTAX', `The number ${token.text} is too large`, { at: token.at })
  return toInteger(value)
}
