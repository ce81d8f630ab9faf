// What a list is narrowed by. One state, three faces: the text that one types, the chips, and the address of the page.

import { t } from './messages.ts'
export const OPERATORS = [
  'EQUALS',
  'NOT_EQUALS',
  'IN',
  'NOT_IN',
  'GREATER_THAN',
  'GREATER_THAN_OR_EQUAL_TO',
  'LESS_THAN',
  'LESS_THAN_OR_EQUAL_TO',
  'STARTS_WITH',
  'NOT_STARTS_WITH',
  'ENDS_WITH',
  'NOT_ENDS_WITH',
  'CONTAINS',
  'NOT_CONTAINS',
  'REGEX',
  'NOT_REGEX',
  'PREFIX',
] as const

export type Operator = (typeof OPERATORS)[number]

export interface Filter {
  /** The short name, such as `ns`; whatever was written when nobody knows it. */
  readonly field: string
  /** Of a map: `label.team` has the key `team`. */
  readonly key?: string
  readonly op: Operator
  readonly values: readonly string[]
}

export type FieldType = 'word' | 'text' | 'number' | 'date' | 'duration' | 'map'

/** What a page can be narrowed by. */
export interface FilterField {
  /** As it is typed: `ns`. */
  readonly name: string
  /** As it stands in the address and as the server knows it: `namespace`. */
  readonly param: string
  /** Other names that mean the same. */
  readonly aliases?: readonly string[]
  readonly label: string
  readonly type: FieldType
  /** What the server can do; others turn the chip red. */
  readonly ops: readonly Operator[]
  /** All values that there are. They are written in capitals in the address. */
  readonly values?: readonly string[]
}

/** Full text. */
export const TEXT_FIELD: FilterField = {
  name: 'q',
  param: 'q',
  label: t('text'),
  type: 'text',
  ops: ['EQUALS'],
}

export interface FilterProblem {
  readonly message: string
  /** The text of a filter that was probably meant. */
  readonly suggestion?: string
}

export function fieldOf(name: string, fields: readonly FilterField[]): FilterField | undefined {
  const wanted = name.toLowerCase()
  return [...fields, TEXT_FIELD].find(
    ({ name, param, aliases = [] }) =>
      name.toLowerCase() === wanted ||
      param.toLowerCase() === wanted ||
      aliases.some(alias => alias.toLowerCase() === wanted),
  )
}

/** Why a filter cannot be sent, or undefined. The others filter all the same. */
export function judgeFilter(filter: Filter, fields: readonly FilterField[]): FilterProblem | undefined {
  const field = fieldOf(filter.field, fields)
  if (!field) {
    const near = nearest(
      filter.field,
      fields.map(({ name }) => name),
    )
    return {
      message: t('noField', { field: filter.field }),
      ...(near === undefined ? {} : { suggestion: near }),
    }
  }
  if (field.type === 'map' && filter.key === undefined)
    return { message: t('sayWhich', { field: field.name }), suggestion: field.name }
  if (!field.ops.includes(filter.op)) return { message: t('notThatWay', { field: field.name }), suggestion: field.name }
  const { values } = field
  const wrong = values && filter.values.find(value => !values.includes(value))
  if (values && wrong !== undefined) {
    const near = nearest(wrong, values)
    return {
      message: t('noValue', { value: wrong.toLowerCase(), label: field.label.toLowerCase() }),
      ...(near === undefined ? {} : { suggestion: near.toLowerCase() }),
    }
  }
  return undefined
}

const NEAR_MAX = 3

/** The one that takes the fewest changes of letters, if it is near at all. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const scored = candidates
    .map(candidate => ({ candidate, steps: stepsBetween(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ steps }) => steps <= Math.min(NEAR_MAX, Math.ceil(word.length / 2)))
    .sort((a, b) => a.steps - b.steps)
  return scored[0]?.candidate
}

function stepsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, change))
    }
    row = next
  }
  return row[b.length] ?? 0
}
