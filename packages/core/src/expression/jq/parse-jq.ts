import { toDouble, toInteger } from '../../std/value.ts'
import { fail } from '../fault.ts'
import type { JqAssignment, JqDefinition, JqNode, JqOperator, JqPattern, JqPatternEntry } from './syntax-jq.ts'
import { JqLexer } from './tokenize-jq.ts'
import type { JqToken } from './tokenize-jq.ts'

/** Reads a whole program; a malformed one is a fault of kind VALUE. */
export function parseJq(source: string): JqNode {
  return new JqParser(source).parseProgram()
}

/** Reads definitions only, the way the prelude is written. */
export function parseJqDefinitions(source: string): readonly JqDefinition[] {
  return new JqParser(source).parseDefinitions()
}

const DEPTH_MAX = 200
const IDENTITY: JqNode = { type: 'identity' }

const OPERATORS: Readonly<Record<string, readonly [precedence: number, JqOperator]>> = {
  '==': [5, '=='],
  '!=': [5, '!='],
  '<': [5, '<'],
  '<=': [5, '<='],
  '>': [5, '>'],
  '>=': [5, '>='],
  '+': [6, '+'],
  '-': [6, '-'],
  '*': [7, '*'],
  '/': [7, '/'],
  '%': [7, '%'],
}
const ASSIGNMENTS: Readonly<Record<string, JqAssignment>> = {
  '=': '=',
  '|=': '|=',
  '+=': '+=',
  '-=': '-=',
  '*=': '*=',
  '/=': '/=',
  '%=': '%=',
  '//=': '//=',
}

class JqParser {
  readonly #lexer: JqLexer
  #depth = 0

  constructor(source: string) {
    this.#lexer = new JqLexer(source)
  }

  parseProgram(): JqNode {
    const node = this.#sees('end') ? IDENTITY : this.#parsePipe(true)
    if (!this.#sees('end')) return this.#unexpected()
    return node
  }

  parseDefinitions(): readonly JqDefinition[] {
    const definitions: JqDefinition[] = []
    while (this.#takes('def')) definitions.push(this.#parseDefinition())
    return definitions
  }

  #sees(text: string): boolean {
    const { type, text: found } = this.#lexer.peek
    if (text === 'end' && type === 'end') return true
    return (type === 'operator' || type === 'keyword') && found === text
  }

  #takes(text: string): boolean {
    if (!this.#sees(text)) return false
    this.#lexer.next()
    return true
  }

  #expect(text: string): void {
    if (!this.#takes(text)) this.#lexer.malformed(`expected \`${text}\``)
  }

  #unexpected(): never {
    const { text } = this.#lexer.peek
    return this.#lexer.malformed(text === '' ? 'it ends too early' : `unexpected \`${text}\``)
  }

  #parsePipe(allowsComma: boolean): JqNode {
    if (++this.#depth > DEPTH_MAX) return fail('LIMIT', 'The jq program is nested too deep')
    const node = this.#parsePipeInner(allowsComma)
    this.#depth--
    return node
  }

  #parsePipeInner(allowsComma: boolean): JqNode {
    if (this.#takes('def')) {
      const definition = this.#parseDefinition()
      return { type: 'def', definition, body: this.#parsePipe(allowsComma) }
    }
    if (this.#takes('label')) {
      const name = this.#expectVariable()
      this.#expect('|')
      return { type: 'label', name, body: this.#parsePipe(allowsComma) }
    }
    const left = allowsComma ? this.#parseComma() : this.#parseAlternative()
    if (this.#takes('as')) {
      const pattern = this.#parsePattern()
      this.#expect('|')
      return { type: 'bind', source: left, pattern, body: this.#parsePipe(allowsComma) }
    }
    return this.#takes('|') ? { type: 'pipe', left, right: this.#parsePipe(allowsComma) } : left
  }

  #parseDefinition(): JqDefinition {
    const name = this.#expectName()
    const parameters: string[] = []
    if (this.#takes('(')) {
      do parameters.push(this.#lexer.peek.type === 'variable' ? `$${this.#lexer.next().text}` : this.#expectName())
      while (this.#takes(';'))
      this.#expect(')')
    }
    this.#expect(':')
    const body = this.#parsePipe(true)
    this.#expect(';')
    return { name, parameters, body }
  }

  #expectName(): string {
    if (this.#lexer.peek.type !== 'name') return this.#unexpected()
    return this.#lexer.next().text
  }

  #expectVariable(): string {
    if (this.#lexer.peek.type !== 'variable') return this.#unexpected()
    return this.#lexer.next().text
  }

  #parseComma(): JqNode {
    let left = this.#parseAlternative()
    while (this.#takes(',')) left = { type: 'comma', left, right: this.#parseAlternative() }
    return left
  }

  #parseAlternative(): JqNode {
    const left = this.#parseAssignment()
    return this.#takes('//') ? { type: 'logic', operator: '//', left, right: this.#parseAlternative() } : left
  }

  #parseAssignment(): JqNode {
    const left = this.#parseOr()
    const { type, text } = this.#lexer.peek
    const operator = type === 'operator' && Object.hasOwn(ASSIGNMENTS, text) ? ASSIGNMENTS[text] : undefined
    if (operator === undefined) return left
    this.#lexer.next()
    return { type: 'assign', operator, left, right: this.#parseAlternative() }
  }

  #parseOr(): JqNode {
    let left = this.#parseAnd()
    while (this.#takes('or')) left = { type: 'logic', operator: 'or', left, right: this.#parseAnd() }
    return left
  }

  #parseAnd(): JqNode {
    let left = this.#parseBinary(0)
    while (this.#takes('and')) left = { type: 'logic', operator: 'and', left, right: this.#parseBinary(0) }
    return left
  }

  #parseBinary(precedenceMin: number): JqNode {
    let left = this.#parseUnary()
    for (;;) {
      const { type, text } = this.#lexer.peek
      const entry = type === 'operator' && Object.hasOwn(OPERATORS, text) ? OPERATORS[text] : undefined
      if (entry === undefined || entry[0] < precedenceMin) return left
      this.#lexer.next()
      left = { type: 'binary', operator: entry[1], left, right: this.#parseBinary(entry[0] + 1) }
    }
  }

  #parseUnary(): JqNode {
    if (this.#takes('-')) return { type: 'negate', operand: this.#parseUnary() }
    return this.#parsePostfix()
  }

  #parsePostfix(): JqNode {
    let node = this.#parseTerm()
    for (;;) {
      const next = this.#parseSuffix(node)
      if (next === undefined) return node
      node = next
    }
  }

  #parseSuffix(node: JqNode): JqNode | undefined {
    if (this.#takes('?')) return optional(node)
    if (this.#lexer.peek.type === 'field') return index(node, this.#lexer.next().text)
    if (this.#sees('[')) return this.#parseBrackets(node)
    if (!this.#takes('.')) return undefined
    if (this.#lexer.peek.type === 'quote')
      return { type: 'index', target: node, key: this.#parseString(undefined), isOptional: false }
    return this.#sees('[') ? this.#parseBrackets(node) : this.#unexpected()
  }

  #parseBrackets(target: JqNode): JqNode {
    this.#expect('[')
    if (this.#takes(']')) return { type: 'iterate', target, isOptional: false }
    if (this.#takes(':')) return this.#parseSliceEnd(target, undefined)
    const key = this.#parsePipe(true)
    if (this.#takes(':')) return this.#parseSliceEnd(target, key)
    this.#expect(']')
    return { type: 'index', target, key, isOptional: false }
  }

  #parseSliceEnd(target: JqNode, from: JqNode | undefined): JqNode {
    const to = this.#sees(']') ? undefined : this.#parsePipe(true)
    this.#expect(']')
    return { type: 'slice', target, from, to, isOptional: false }
  }

  #parseTerm(): JqNode {
    const token = this.#lexer.peek
    switch (token.type) {
      case 'field':
        this.#lexer.next()
        return index(IDENTITY, token.text)
      case 'number':
        this.#lexer.next()
        return { type: 'literal', value: readNumber(token.text) }
      case 'quote':
        return this.#parseString(undefined)
      case 'format':
        this.#lexer.next()
        return this.#lexer.peek.type === 'quote' ? this.#parseString(token.text) : { type: 'format', name: token.text }
      case 'variable':
        this.#lexer.next()
        return token.text === '__loc__' ? this.#location() : { type: 'variable', name: token.text }
      case 'name':
        this.#lexer.next()
        return this.#parseCall(token.text)
      case 'keyword':
        return this.#parseKeyword(token)
      case 'operator':
        return this.#parseOperatorTerm(token)
      case 'end':
        return this.#unexpected()
    }
  }

  #location(): JqNode {
    return { type: 'literal', value: { file: '<top-level>', line: 1 } }
  }

  #parseOperatorTerm({ text }: JqToken): JqNode {
    if (this.#takes('..')) return { type: 'recurse' }
    if (this.#takes('(')) {
      const node = this.#parsePipe(true)
      this.#expect(')')
      return node
    }
    if (this.#takes('[')) {
      if (this.#takes(']')) return { type: 'list', body: undefined }
      const body = this.#parsePipe(true)
      this.#expect(']')
      return { type: 'list', body }
    }
    if (this.#takes('{')) return this.#parseMap()
    if (text !== '.') return this.#unexpected()
    this.#lexer.next()
    if (this.#lexer.peek.type === 'quote')
      return { type: 'index', target: IDENTITY, key: this.#parseString(undefined), isOptional: false }
    return IDENTITY
  }

  #parseString(format: string | undefined): JqNode {
    this.#lexer.next()
    const parts: (string | JqNode)[] = []
    for (;;) {
      const { text, isLast } = this.#lexer.readStringPart()
      if (text !== '') parts.push(text)
      if (isLast) break
      parts.push(this.#parsePipe(true))
      this.#expect(')')
    }
    const [only = ''] = parts
    return parts.length <= 1 && typeof only === 'string'
      ? { type: 'literal', value: only }
      : { type: 'text', parts, format }
  }

  #parseCall(name: string): JqNode {
    if (name === 'true' || name === 'false') return { type: 'literal', value: name === 'true' }
    if (name === 'null') return { type: 'literal', value: null }
    if (name === 'break') return { type: 'break', name: this.#expectVariable() }
    const args: JqNode[] = []
    if (this.#takes('(')) {
      do args.push(this.#parsePipe(true))
      while (this.#takes(';'))
      this.#expect(')')
    }
    return { type: 'call', name, args }
  }

  #parseKeyword({ text }: JqToken): JqNode {
    if (this.#takes('if')) return this.#parseIf()
    if (this.#takes('try')) {
      const body = this.#parsePostfix()
      return { type: 'try', body, handler: this.#takes('catch') ? this.#parsePostfix() : undefined }
    }
    if (this.#takes('reduce')) return this.#parseReduce()
    if (this.#takes('foreach')) return this.#parseForeach()
    if (text === 'import' || text === 'include') return this.#lexer.malformed('there are no modules to load')
    return this.#unexpected()
  }

  #parseIf(): JqNode {
    const condition = this.#parsePipe(true)
    this.#expect('then')
    const yes = this.#parsePipe(true)
    if (this.#takes('elif')) return { type: 'if', condition, yes, no: this.#parseIf() }
    const no = this.#takes('else') ? this.#parsePipe(true) : IDENTITY
    this.#expect('end')
    return { type: 'if', condition, yes, no }
  }

  #parseReduce(): JqNode {
    const source = this.#parsePostfix()
    this.#expect('as')
    const pattern = this.#parsePattern()
    this.#expect('(')
    const start = this.#parsePipe(true)
    this.#expect(';')
    const update = this.#parsePipe(true)
    this.#expect(')')
    return { type: 'reduce', source, pattern, start, update }
  }

  #parseForeach(): JqNode {
    const source = this.#parsePostfix()
    this.#expect('as')
    const pattern = this.#parsePattern()
    this.#expect('(')
    const start = this.#parsePipe(true)
    this.#expect(';')
    const update = this.#parsePipe(true)
    const extract = this.#takes(';') ? this.#parsePipe(true) : undefined
    this.#expect(')')
    return { type: 'foreach', source, pattern, start, update, extract }
  }

  #parseMap(): JqNode {
    const entries: (readonly [JqNode, JqNode])[] = []
    while (!this.#takes('}')) {
      if (entries.length > 0) this.#expect(',')
      entries.push(this.#parseEntry())
    }
    return { type: 'map', entries }
  }

  #parseEntry(): readonly [JqNode, JqNode] {
    const token = this.#lexer.peek
    if (token.type === 'variable') {
      this.#lexer.next()
      const value: JqNode = token.text === '__loc__' ? this.#location() : { type: 'variable', name: token.text }
      return [{ type: 'literal', value: token.text }, value]
    }
    const key = this.#parseKey()
    if (this.#takes(':')) return [key, this.#parsePipe(false)]
    return [key, { type: 'index', target: IDENTITY, key, isOptional: false }]
  }

  #parseKey(): JqNode {
    const token = this.#lexer.peek
    if (token.type === 'quote') return this.#parseString(undefined)
    if (token.type === 'format') {
      this.#lexer.next()
      return this.#lexer.peek.type === 'quote' ? this.#parseString(token.text) : this.#unexpected()
    }
    if (this.#takes('(')) {
      const key = this.#parsePipe(true)
      this.#expect(')')
      return key
    }
    if (token.type !== 'name' && token.type !== 'keyword') return this.#unexpected()
    this.#lexer.next()
    return { type: 'literal', value: token.text }
  }

  #parsePattern(): JqPattern {
    if (this.#lexer.peek.type === 'variable') return { type: 'variable', name: this.#lexer.next().text }
    if (this.#takes('[')) {
      const items: JqPattern[] = []
      do items.push(this.#parsePattern())
      while (this.#takes(','))
      this.#expect(']')
      return { type: 'list', items }
    }
    this.#expect('{')
    const entries: JqPatternEntry[] = []
    do entries.push(this.#parsePatternEntry())
    while (this.#takes(','))
    this.#expect('}')
    return { type: 'map', entries }
  }

  #parsePatternEntry(): JqPatternEntry {
    const token = this.#lexer.peek
    if (token.type === 'variable') {
      this.#lexer.next()
      const pattern = this.#takes(':') ? this.#parsePattern() : undefined
      return { key: { type: 'literal', value: token.text }, variable: token.text, pattern }
    }
    const key = this.#parseKey()
    this.#expect(':')
    return { key, variable: undefined, pattern: this.#parsePattern() }
  }
}

function index(target: JqNode, name: string): JqNode {
  return { type: 'index', target, key: { type: 'literal', value: name }, isOptional: false }
}

function optional(node: JqNode): JqNode {
  const isStep = node.type === 'index' || node.type === 'slice' || node.type === 'iterate'
  return isStep ? { ...node, isOptional: true } : { type: 'try', body: node, handler: undefined }
}

/** A whole number is an integer, however it is written. */
function readNumber(text: string): ReturnType<typeof toDouble> | bigint {
  if (/^\d+$/.test(text)) return toInteger(BigInt(text))
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : toDouble(value)
}
