import { Fault } from './fault.ts'
import { ExpressionParser } from './parse-expression.ts'
import type { Body, Call, Dialect, Expression, Macro, Statement } from './syntax.ts'
import { tokenize } from './tokenize.ts'
import { TokenStream } from './token-stream.ts'

let last: { readonly source: string; readonly dialect: Dialect; readonly body: Body } | undefined

/** Reads a template; throws a `Fault` of kind SYNTAX, UNKNOWN (a tag) or LIMIT. The last one is known: who checks a template asks several times. */
export function parseTemplate(source: string, dialect: Dialect): Body {
  if (last?.source === source && last.dialect === dialect) return last.body
  const body = new TemplateParser(source, dialect).run()
  last = { source, dialect, body }
  return body
}

const DEPTH_MAX = 100

class TemplateParser {
  readonly #tokens: TokenStream
  readonly #expressions: ExpressionParser
  readonly #macros = new Set<string>()
  #depth = 0

  constructor(source: string, dialect: Dialect) {
    this.#tokens = new TokenStream(tokenize(source))
    this.#expressions = new ExpressionParser(this.#tokens, dialect)
  }

  run(): Body {
    return this.#parseBody([], this.#tokens.current.at)
  }

  /** Statements up to one of the tags that may end them, whose name is left as the current token. */
  #parseBody(ends: readonly string[], openedAt: number): Body {
    if (++this.#depth > DEPTH_MAX) throw new Fault('LIMIT', 'Tags are nested too deep', { at: openedAt })
    const statements: Statement[] = []
    for (;;) {
      const token = this.#tokens.next()
      if (token.type === 'end') {
        if (ends.length > 0) throw neverClosed(ends, openedAt)
        break
      }
      if (token.type === 'text') statements.push({ type: 'text', text: token.text })
      else if (token.type === 'raw') statements.push({ type: 'raw', text: token.text, whole: token.whole ?? '' })
      else if (token.type === 'print-start') statements.push(this.#parsePrint())
      else if (ends.includes(this.#tagName())) break
      else statements.push(this.#parseTag())
    }
    this.#depth--
    return statements
  }

  #tagName(): string {
    const token = this.#tokens.current
    if (token.type !== 'name') throw this.#tokens.unexpected(token, 'the name of a tag')
    return token.text
  }

  #parsePrint(): Statement {
    const value = this.#expressions.parse()
    this.#tokens.expect('print-end')
    return { type: 'print', value }
  }

  #parseTag(): Statement {
    const { text: tag, at } = this.#tokens.next()
    switch (tag) {
      case 'if':
        return this.#parseIf(at)
      case 'for':
        return this.#parseFor(at)
      case 'set':
        return this.#parseSet()
      case 'macro':
        return this.#parseMacro(at)
      case 'filter':
        return this.#parseFilter(at)
      case 'block':
        return this.#parseBlock(at)
      default:
        throw new Fault('UNKNOWN', unknownTag(tag), { at, name: tag, candidates: () => TAGS })
    }
  }

  #parseIf(at: number): Statement {
    const branches: { condition: Expression; body: Body }[] = []
    let otherwise: Body | undefined
    let keyword = 'if'
    while (keyword === 'if' || keyword === 'elseif') {
      const condition = this.#expressions.parse()
      this.#tokens.expect('tag-end')
      branches.push({ condition, body: this.#parseBody(['elseif', 'else', 'endif'], at) })
      keyword = this.#tokens.next().text
    }
    if (keyword === 'else') {
      this.#tokens.expect('tag-end')
      otherwise = this.#parseBody(['endif'], at)
      this.#tokens.next()
    }
    this.#tokens.expect('tag-end')
    return { type: 'if', branches, otherwise }
  }

  #parseFor(at: number): Statement {
    const variable = this.#expressions.parseNewName()
    this.#tokens.expect('name', 'in')
    const items = this.#expressions.parse()
    this.#tokens.expect('tag-end')
    const body = this.#parseBody(['else', 'endfor'], at)
    let otherwise: Body | undefined
    if (this.#tokens.next().text === 'else') {
      this.#tokens.expect('tag-end')
      otherwise = this.#parseBody(['endfor'], at)
      this.#tokens.next()
    }
    this.#tokens.expect('tag-end')
    return { type: 'for', variable, items, body, otherwise, at }
  }

  #parseSet(): Statement {
    const name = this.#expressions.parseNewName()
    this.#tokens.expect('punctuation', '=')
    const value = this.#expressions.parse()
    this.#tokens.expect('tag-end')
    return { type: 'set', name, value }
  }

  #parseMacro(at: number): Statement {
    const { text: name } = this.#tokens.expect('name')
    if (this.#macros.has(name)) throw new Fault('SYNTAX', `There are two macros named \`${name}\``, { at })
    this.#macros.add(name)
    const parameters = this.#parseParameters()
    this.#tokens.expect('tag-end')
    const body = this.#parseBody(['endmacro'], at)
    this.#tokens.next()
    this.#tokens.expect('tag-end')
    return { type: 'macro', name, parameters, body, at }
  }

  #parseParameters(): Macro['parameters'] {
    const parameters: { name: string; fallback: Expression | undefined }[] = []
    this.#tokens.expect('punctuation', '(')
    while (!this.#tokens.takes('punctuation', ')')) {
      if (parameters.length > 0) this.#tokens.expect('punctuation', ',')
      const name = this.#expressions.parseNewName()
      const fallback = this.#tokens.takes('punctuation', '=') ? this.#expressions.parse() : undefined
      parameters.push({ name, fallback })
    }
    return parameters
  }

  #parseFilter(at: number): Statement {
    const filters: Call[] = []
    do filters.push(this.#expressions.parseInvocation())
    while (this.#tokens.takes('operator', '|'))
    this.#tokens.expect('tag-end')
    const body = this.#parseBody(['endfilter'], at)
    this.#tokens.next()
    this.#tokens.expect('tag-end')
    return { type: 'filter-body', filters, body, at }
  }

  #parseBlock(at: number): Statement {
    const token = this.#tokens.next()
    if (token.type !== 'name' && token.type !== 'string') throw this.#tokens.unexpected(token, 'the name of the block')
    this.#tokens.expect('tag-end')
    const body = this.#parseBody(['endblock'], at)
    this.#tokens.next()
    if (!this.#tokens.takes('name', token.text)) this.#tokens.takes('string', token.text)
    this.#tokens.expect('tag-end')
    return { type: 'block', name: token.text, body }
  }
}

export const TAGS: readonly string[] = ['if', 'for', 'set', 'macro', 'filter', 'block', 'verbatim', 'raw']

function neverClosed(ends: readonly string[], at: number): Fault {
  const wanted = ends.map(end => `\`${end}\``).join(' or ')
  return new Fault('SYNTAX', `The tag is never closed; expected ${wanted}`, { at })
}

function unknownTag(tag: string): string {
  if (tag === 'raw') return 'The tag `raw` is never closed with `endraw`'
  if (tag.startsWith('end') || tag.startsWith('else')) return `The tag \`${tag}\` closes nothing here`
  return `There is no tag \`${tag}\``
}
