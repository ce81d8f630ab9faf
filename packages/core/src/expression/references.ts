// What a template refers to, each with its place: paths of the context and calls of functions. Read from the tree, for checks before anything
// is rendered; the compiler collects its own paths without places.
import type { Value } from '../std/value.ts'
import { plainText } from '../std/value-text.ts'
import { childrenOf } from './compile-unit.ts'
import { Fault } from './fault.ts'
import { parseTemplate } from './parse-template.ts'
import type { Attribute, Body, Call, Dialect, Expression, Statement } from './syntax.ts'

export interface PathStep {
  /** Undefined where the name is itself calculated. */
  readonly name: string | undefined
  readonly at: number
}

export interface PathReference {
  readonly type: 'path'
  readonly root: string
  /** Offset into the template. */
  readonly at: number
  readonly steps: readonly PathStep[]
  /** A default stands ready, or somebody has asked whether it is there. */
  readonly isGuarded: boolean
}

export interface CallReference {
  readonly type: 'call'
  readonly name: string
  readonly at: number
  /** Undefined where an argument is calculated. */
  readonly positional: readonly (Value | undefined)[]
  readonly named: ReadonlyMap<string, Value | undefined>
  readonly isGuarded: boolean
}

export type Reference = PathReference | CallReference

/** In the order of the text, more or less; none of a template that cannot be read. */
export function findReferences(source: string, dialect: Dialect): readonly Reference[] {
  if (!source.includes('{')) return []
  try {
    const body = parseTemplate(source, dialect)
    const walk = new ReferenceWalk(localsIn(body))
    walk.body(body)
    return walk.found
  } catch (error) {
    if (error instanceof Fault) return []
    throw error
  }
}

/** Names that the template sets itself, anywhere: they hide what the context has. */
function localsIn(body: Body, names = new Set<string>()): ReadonlySet<string> {
  for (const statement of body) {
    if (statement.type === 'set') names.add(statement.name)
    if (statement.type === 'for') names.add(statement.variable).add('loop')
    if (statement.type === 'macro') for (const { name } of statement.parameters) names.add(name)
    for (const inner of bodiesOf(statement)) localsIn(inner, names)
  }
  return names
}

function bodiesOf(statement: Statement): readonly Body[] {
  switch (statement.type) {
    case 'if':
      return [...statement.branches.map(({ body }) => body), statement.otherwise ?? []]
    case 'for':
      return [statement.body, statement.otherwise ?? []]
    case 'macro':
    case 'filter-body':
    case 'block':
      return [statement.body]
    case 'text':
    case 'raw':
    case 'print':
    case 'set':
      return []
  }
}

const GUARDS: ReadonlySet<string> = new Set(['??', '???'])
const GUARD_TESTS: ReadonlySet<string> = new Set(['defined', 'null', 'empty'])

class ReferenceWalk {
  readonly found: Reference[] = []
  readonly #locals: ReadonlySet<string>
  /** `root.first` of what has been asked for around the place. */
  readonly #asked: string[] = []
  #guards = 0

  constructor(locals: ReadonlySet<string>) {
    this.#locals = locals
  }

  body(body: Body): void {
    for (const statement of body) this.#statement(statement)
  }

  #statement(statement: Statement): void {
    switch (statement.type) {
      case 'text':
      case 'raw':
        return
      case 'print':
      case 'set':
        return this.#expression(statement.value)
      case 'if': {
        const before = this.#asked.length
        for (const { condition, body } of statement.branches) {
          this.#ask(condition)
          this.body(body)
        }
        if (statement.otherwise !== undefined) this.body(statement.otherwise)
        this.#asked.length = before
        return
      }
      case 'for':
        this.#expression(statement.items)
        this.body(statement.body)
        return this.body(statement.otherwise ?? [])
      case 'macro':
        for (const { fallback } of statement.parameters) if (fallback !== undefined) this.#expression(fallback)
        return this.body(statement.body)
      case 'filter-body':
        for (const filter of statement.filters) for (const argument of childrenOf(filter)) this.#expression(argument)
        return this.body(statement.body)
      case 'block':
        return this.body(statement.body)
    }
  }

  /** A condition, and from then on what it speaks of counts as asked for. */
  #ask(condition: Expression): void {
    const before = this.found.length
    this.#expression(condition)
    for (const reference of this.found.slice(before)) {
      if (reference.type === 'path') this.#asked.push(askedName(reference.root, reference.steps))
    }
  }

  #expression(expression: Expression): void {
    switch (expression.type) {
      case 'name':
        return this.#path(expression.name, expression.at, [])
      case 'attribute':
        return this.#attribute(expression)
      case 'call':
        this.#call(expression)
        break
      case 'filter':
        if (expression.filter.name === 'default') return this.#filterDefault(expression.input, expression.filter)
        break
      case 'test':
        if (GUARD_TESTS.has(expression.test.name)) return this.#guarded(expression.input)
        break
      case 'binary':
        if (GUARDS.has(expression.operator)) {
          this.#guarded(expression.left)
          return this.#expression(expression.right)
        }
        if (expression.operator === 'and' || expression.operator === 'or')
          return this.#after(expression.left, [expression.right])
        break
      case 'ternary':
        return this.#after(expression.condition, [expression.yes, expression.no])
      case 'literal':
      case 'unary':
      case 'list':
      case 'map':
      case 'interpolation':
        break
    }
    for (const child of childrenOf(expression)) this.#expression(child)
  }

  #guarded(expression: Expression): void {
    this.#guards++
    this.#expression(expression)
    this.#guards--
  }

  #after(condition: Expression, rest: readonly Expression[]): void {
    const before = this.#asked.length
    this.#ask(condition)
    for (const expression of rest) this.#expression(expression)
    this.#asked.length = before
  }

  #filterDefault(input: Expression, filter: Call): void {
    this.#guarded(input)
    for (const argument of childrenOf(filter)) this.#expression(argument)
  }

  /** A chain of steps down to the name it begins with; what is calculated on the way is walked for itself. */
  #attribute(expression: Attribute): void {
    const steps: PathStep[] = []
    let node: Expression = expression
    while (node.type === 'attribute') {
      if (node.args !== undefined) {
        for (const argument of node.args) this.#expression(argument)
        steps.length = 0
      } else steps.unshift(this.#step(node.name))
      node = node.node
    }
    if (node.type === 'name') this.#path(node.name, node.at, steps)
    else this.#expression(node)
  }

  #step(name: Expression): PathStep {
    if (name.type === 'literal') return { name: plainText(name.value), at: name.at }
    this.#expression(name)
    return { name: undefined, at: name.at }
  }

  #path(root: string, at: number, steps: readonly PathStep[]): void {
    if (this.#locals.has(root)) return
    const isGuarded = this.#guards > 0 || this.#asked.includes(askedName(root, steps))
    this.found.push({ type: 'path', root, at, steps, isGuarded })
  }

  #call({ name, at, positional, named }: Call): void {
    this.found.push({
      type: 'call',
      name,
      at,
      positional: positional.map(constantOf),
      named: new Map(named.map(argument => [argument.name, constantOf(argument.value)])),
      isGuarded: this.#guards > 0,
    })
  }
}

function askedName(root: string, steps: readonly PathStep[]): string {
  return `${root}.${steps[0]?.name ?? ''}`
}

function constantOf(expression: Expression): Value | undefined {
  return expression.type === 'literal' ? expression.value : undefined
}
