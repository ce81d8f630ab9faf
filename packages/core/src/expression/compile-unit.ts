import type { ExpressionErrorKind } from '../std/errors.ts'
import type { Need } from './definition.ts'
import type { Body, Dialect, Expression } from './syntax.ts'

export interface Problem {
  readonly kind: ExpressionErrorKind
  readonly message: string
  readonly at: number
  readonly suggestion?: string | undefined
}

/** What the compiler learns about a template while it goes through the tree. */
export class CompileUnit {
  readonly dialect: Dialect
  readonly macroNames: ReadonlySet<string>
  readonly needs = new Set<Need>()
  readonly problems: Problem[] = []
  rendersText = false
  readonly #paths = new Map<string, readonly string[]>()
  /** Names that the template itself has certainly set at the place being compiled, innermost scope last. */
  readonly #known: Set<string>[] = [new Set()]

  constructor(dialect: Dialect, macroNames: ReadonlySet<string>) {
    this.dialect = dialect
    this.macroNames = macroNames
  }

  get paths(): readonly (readonly string[])[] {
    return [...this.#paths.values()]
  }

  addPath(path: readonly string[]): void {
    const [root] = path
    if (root !== undefined && this.#known.some(names => names.has(root))) return
    this.#paths.set(path.join('\0'), path)
  }

  know(name: string): void {
    this.#known.at(-1)?.add(name)
  }

  /** Compiles something whose variables are gone afterwards. */
  inScope<T>(names: readonly string[], compile: () => T): T {
    this.#known.push(new Set(names))
    const result = compile()
    this.#known.pop()
    return result
  }
}

/** The number of nodes that one run through a body may evaluate, without the bodies that repeat. */
export function costOf(body: Body): number {
  let cost = 0
  for (const statement of body) {
    cost++
    if (statement.type === 'print' || statement.type === 'set') cost += expressionCost(statement.value)
    else if (statement.type === 'for') cost += expressionCost(statement.items)
    else if (statement.type === 'if') {
      for (const branch of statement.branches) cost += expressionCost(branch.condition) + costOf(branch.body)
      cost += costOf(statement.otherwise ?? [])
    } else if (statement.type === 'block' || statement.type === 'filter-body') cost += costOf(statement.body)
  }
  return cost
}

function expressionCost(expression: Expression): number {
  let cost = 1
  for (const child of childrenOf(expression)) cost += expressionCost(child)
  return cost
}

export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.type) {
    case 'literal':
    case 'name':
      return []
    case 'attribute':
      return [expression.node, expression.name, ...(expression.args ?? [])]
    case 'call':
      return [...expression.positional, ...expression.named.map(argument => argument.value)]
    case 'filter':
      return [expression.input, ...childrenOf(expression.filter)]
    case 'test':
      return [expression.input, ...childrenOf(expression.test)]
    case 'unary':
      return [expression.operand]
    case 'binary':
      return [expression.left, expression.right]
    case 'ternary':
      return [expression.condition, expression.yes, expression.no]
    case 'list':
      return expression.items
    case 'map':
      return expression.entries.flat()
    case 'interpolation':
      return expression.parts
  }
}
