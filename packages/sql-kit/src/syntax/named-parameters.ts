// `:name` in a statement becomes the place of a value. Casts (`::date`), slices (`a[1:n]`), strings and comments are left alone.
import { mapGet, mapHas, TaskError } from '@batuta/plugin-sdk'
import type { Value, ValueMap } from '@batuta/plugin-sdk'
import { codeSpans } from './scan-sql.ts'
import { POSTGRESQL, type SqlSyntax } from './sql-syntax.ts'

export interface BoundStatement {
  /** As the database takes it. */
  readonly text: string
  /** What belongs to the places, in their order; empty where values are written into the text. */
  readonly values: readonly Value[]
  /** As the author wrote it. */
  readonly written: string
  /** From a position in `text` to the one in what the author wrote. */
  readonly originalPosition: (position: number) => number
}

/**
 * How a value comes into a statement: `numbered` is `$1`, the same for the same name, `question` is `?`, `colon` is `:1`, `at` is `@p1`; and a
 * function writes the value itself, where a database takes no parameters.
 */
export type Placing = 'numbered' | 'question' | 'colon' | 'at' | ((value: Value) => string)

export interface Binding {
  readonly parameters: ValueMap | undefined
  readonly syntax?: SqlSyntax
  readonly placing?: Placing
}

const NAMED = /:([A-Za-z_]\w*)/g

export function bindNamedParameters(
  statement: string,
  { parameters, syntax = POSTGRESQL, placing = 'numbered' }: Binding,
): BoundStatement {
  if (parameters === undefined) {
    return { text: statement, values: [], written: statement, originalPosition: position => position }
  }
  const places = new Places(placing)
  const shifts: { readonly at: number; readonly by: number }[] = []
  let text = ''
  let copied = 0
  for (const { start, end } of codeSpans(statement, syntax)) {
    for (const match of statement.slice(start, end).matchAll(NAMED)) {
      const at = start + match.index
      const name = match[1] ?? ''
      const isKnown = mapHas(parameters, name)
      if (!isParameter(statement, at, isKnown)) continue
      if (!isKnown) throw new TaskError(`the statement uses :${name}, but \`parameters\` has no "${name}"`)
      text += statement.slice(copied, at) + places.next(name, mapGet(parameters, name) ?? null)
      copied = at + match[0].length
      shifts.push({ at: text.length, by: copied - text.length })
    }
  }
  text += statement.slice(copied)
  const originalPosition = (position: number): number =>
    position + (shifts.findLast(shift => shift.at <= position)?.by ?? 0)
  return { text, values: places.values, written: statement, originalPosition }
}

class Places {
  readonly values: Value[] = []
  readonly #names: string[] = []
  readonly #placing: Placing

  constructor(placing: Placing) {
    this.#placing = placing
  }

  next(name: string, value: Value): string {
    if (typeof this.#placing === 'function') return this.#placing(value)
    const known = this.#placing === 'numbered' ? this.#names.indexOf(name) : -1
    if (known >= 0) return placeText('numbered', known + 1)
    this.#names.push(name)
    this.values.push(value)
    return placeText(this.#placing, this.values.length)
  }
}

/** The place of the value with that number, from 1. */
export function placeText(placing: Exclude<Placing, (value: Value) => string>, number: number): string {
  switch (placing) {
    case 'numbered':
      return `$${number}`
    case 'question':
      return '?'
    case 'colon':
      return `:${number}`
    case 'at':
      return `@p${number}`
  }
}

function isParameter(statement: string, at: number, isKnown: boolean): boolean {
  const before = statement.charAt(at - 1)
  if (before === ':') return false
  // `a[lo:hi]`: what follows a word or a bracket is the other end of a slice, unless the author gave a parameter of that name.
  return isKnown || !/[\w\])"]/.test(before)
}
