// A text rendered as far as it can be known before anything has run: what speaks of inputs and of the flow gets its value, what speaks of
// outputs, of keys or of the hour stays as it is written.
import { findReferences } from '../expression/references.ts'
import type { Reference } from '../expression/references.ts'
import { expressionCatalogue } from '../expression/catalogue.ts'
import type { Scope } from '../expression/scope.ts'
import { compileTemplate } from '../expression/template.ts'
import type { Dialect } from '../flow/flow.ts'
import { ExpressionError } from '../std/errors.ts'
import { Asked } from '../expression/asked.ts'
import { mapHas, type Value, type ValueMap } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'

export interface Partial {
  readonly value: Value
  /** What it depends on that nobody knows yet, as written: `outputs.fetch.body`, `secret('TOKEN')`. Empty when the value is certain. */
  readonly unknown: readonly string[]
  /** It cannot be rendered whatever happens. */
  readonly problem?: string
}

export interface PartialWorld {
  readonly scope: Scope
  readonly dialect: Dialect
  /** Roots whose values are known. */
  readonly known: ReadonlySet<string>
  /** Roots of which only these names are known. */
  readonly partly?: ReadonlyMap<string, ValueMap>
}

const PRINTED = /\{\{[\s\S]*?\}\}/g

export function renderPartly(text: string, world: PartialWorld): Partial {
  const whole = renderWhole(text, world)
  if (whole.unknown.length === 0 || text.includes('{%')) return whole
  const value = text.replaceAll(PRINTED, piece => {
    const part = renderWhole(piece, world)
    return part.unknown.length === 0 && part.problem === undefined ? printValue(part.value) : piece
  })
  return { ...whole, value }
}

function renderWhole(text: string, world: PartialWorld): Partial {
  const { scope, dialect } = world
  const unknown = unknownIn(findReferences(text, dialect), world)
  if (unknown.length > 0) return { value: text, unknown }
  try {
    return { value: compileTemplate(text, { dialect }).renderTyped(scope), unknown }
  } catch (error) {
    if (error instanceof Asked) return { value: text, unknown: [`${error.request.name}(…)`] }
    if (error instanceof ExpressionError) return { value: text, unknown: [], problem: error.message }
    throw error
  }
}

function unknownIn(references: readonly Reference[], world: PartialWorld): readonly string[] {
  const changing = changingFunctions(world.dialect)
  const found = new Set<string>()
  for (const reference of references) {
    if (reference.type === 'path') {
      if (!isKnown(reference, world)) found.add(pathText(reference.root, reference.steps))
    } else if (changing.has(reference.name)) found.add(callText(reference.name, reference.positional))
  }
  return [...found]
}

function isKnown({ root, steps }: Extract<Reference, { type: 'path' }>, { known, partly }: PartialWorld): boolean {
  if (known.has(root)) return true
  const values = partly?.get(root)
  const name = steps[0]?.name
  return values !== undefined && name !== undefined && mapHas(values, name)
}

const CHANGING = new Map<Dialect, ReadonlySet<string>>()

/** Functions whose value depends on the moment, on chance, or on what the world answers. */
function changingFunctions(dialect: Dialect): ReadonlySet<string> {
  const known = CHANGING.get(dialect)
  if (known !== undefined) return known
  const names = new Set(
    expressionCatalogue(dialect)
      .filter(({ kind, needs }) => kind === 'function' && needs.length > 0)
      .map(({ name }) => name),
  )
  CHANGING.set(dialect, names)
  return names
}

function pathText(root: string, steps: readonly { readonly name: string | undefined }[]): string {
  return [root, ...steps.map(({ name }) => name ?? '…')].join('.')
}

function callText(name: string, args: readonly (Value | undefined)[]): string {
  const [first] = args
  return `${name}(${typeof first === 'string' ? `'${first}'` : args.length === 0 ? '' : '…'})`
}
