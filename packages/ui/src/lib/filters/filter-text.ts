// The grammar of the filter bar: `field[.key]:[op]value[,value…]`, `-` in front negates, quotes hold spaces and commas, free words search the
// text. `print` writes what `parse` reads.
import { fieldOf, type Filter, type FilterField, type Operator } from './filter.ts'

interface Piece {
  readonly text: string
  readonly isQuoted: boolean
}

interface Condition {
  readonly op: Operator
  readonly values: readonly string[]
}

const FIELD = /^(-?)([A-Za-z][A-Za-z0-9_-]*)(?:\.([^:\s"]+))?:(.*)$/s
const RANGE = /^(.+?)\.\.(.+)$/

const NEGATED: Readonly<Partial<Record<Operator, Operator>>> = {
  EQUALS: 'NOT_EQUALS',
  IN: 'NOT_IN',
  STARTS_WITH: 'NOT_STARTS_WITH',
  ENDS_WITH: 'NOT_ENDS_WITH',
  CONTAINS: 'NOT_CONTAINS',
  REGEX: 'NOT_REGEX',
  GREATER_THAN: 'LESS_THAN_OR_EQUAL_TO',
  GREATER_THAN_OR_EQUAL_TO: 'LESS_THAN',
  LESS_THAN: 'GREATER_THAN_OR_EQUAL_TO',
  LESS_THAN_OR_EQUAL_TO: 'GREATER_THAN',
}

export function parseFilterText(text: string, fields: readonly FilterField[]): readonly Filter[] {
  const words: string[] = []
  const filters: Filter[] = []
  for (const token of splitTokens(text)) {
    const match = FIELD.exec(token)
    if (match === null || token.startsWith('"')) {
      words.push(unquote(token))
      continue
    }
    const [, minus = '', name = '', key, rest = ''] = match
    if (rest === '') continue // Still being typed.
    filters.push(...filtersOf({ name, key, rest, isNegated: minus === '-' }, fields))
  }
  const q = words.filter(word => word !== '').join(' ')
  return q === '' ? filters : [...filters, { field: 'q', op: 'EQUALS', values: [q] }]
}

export function printFilterText(filters: readonly Filter[], fields: readonly FilterField[]): string {
  return filters.map(filter => printFilter(filter, fields)).join(' ')
}

export function printFilter({ field, key, op, values }: Filter, fields: readonly FilterField[]): string {
  const known = fieldOf(field, fields)
  const write = (value: string): string => quote(known?.values === undefined ? value : value.toLowerCase())
  if (known?.name === 'q')
    return values.map(value => (FIELD.test(value) || value.startsWith('-') ? `"${value}"` : value)).join(' ')
  const name = `${known?.name ?? field}${key === undefined ? '' : `.${key}`}:`
  const list = values.map(write).join(',')
  const first = values[0] ?? ''
  switch (op) {
    case 'EQUALS':
    case 'IN':
      return `${name}${list}`
    case 'NOT_EQUALS':
    case 'NOT_IN':
      return `-${name}${list}`
    case 'GREATER_THAN':
      return `${name}>${list}`
    case 'GREATER_THAN_OR_EQUAL_TO':
      return `${name}${known?.type === 'date' ? '' : '>='}${list}`
    case 'LESS_THAN':
      return `${name}<${list}`
    case 'LESS_THAN_OR_EQUAL_TO':
      return `${name}<=${list}`
    case 'STARTS_WITH':
      return `${name}${quote(`${first}*`)}`
    case 'NOT_STARTS_WITH':
      return `-${name}${quote(`${first}*`)}`
    case 'ENDS_WITH':
      return `${name}${quote(`*${first}`)}`
    case 'NOT_ENDS_WITH':
      return `-${name}${quote(`*${first}`)}`
    case 'CONTAINS':
      return `${name}${quote(`*${first}*`)}`
    case 'NOT_CONTAINS':
      return `-${name}${quote(`*${first}*`)}`
    case 'REGEX':
      return `${name}~${quote(first)}`
    case 'NOT_REGEX':
      return `-${name}~${quote(first)}`
    case 'PREFIX':
      return `${name}${quote(`${first}.*`)}`
  }
}

interface Written {
  readonly name: string
  readonly key: string | undefined
  readonly rest: string
  readonly isNegated: boolean
}

function filtersOf({ name, key, rest, isNegated }: Written, fields: readonly FilterField[]): readonly Filter[] {
  const known = fieldOf(name, fields)
  const head = { field: known?.name ?? name, ...(key === undefined ? {} : { key }) }
  return conditionsOf(rest, known).map(({ op, values }) => ({
    ...head,
    op: isNegated ? (NEGATED[op] ?? op) : op,
    values,
  }))
}

function conditionsOf(rest: string, field: FilterField | undefined): readonly Condition[] {
  const range = field?.type === 'date' || field?.type === 'duration' ? RANGE.exec(rest) : null
  if (range)
    return [
      { op: 'GREATER_THAN_OR_EQUAL_TO', values: [unquote(range[1] ?? '')] },
      { op: 'LESS_THAN_OR_EQUAL_TO', values: [unquote(range[2] ?? '')] },
    ]
  const compared = comparison(rest)
  if (compared) return [compared]
  const pieces = splitValues(rest)
  const values = pieces.map(({ text }) => (field?.values === undefined ? text : text.toUpperCase()))
  const [first = ''] = values
  if (field?.type === 'date') return [{ op: 'GREATER_THAN_OR_EQUAL_TO', values: [first] }]
  if (values.length > 1) return [{ op: 'IN', values }]
  return [field?.values === undefined ? wildcard(first, field) : { op: 'EQUALS', values }]
}

const SIGNS: readonly (readonly [string, Operator])[] = [
  ['>=', 'GREATER_THAN_OR_EQUAL_TO'],
  ['<=', 'LESS_THAN_OR_EQUAL_TO'],
  ['!=', 'NOT_EQUALS'],
  ['>', 'GREATER_THAN'],
  ['<', 'LESS_THAN'],
  ['~', 'REGEX'],
  ['^', 'STARTS_WITH'],
]

function comparison(rest: string): Condition | undefined {
  const sign = SIGNS.find(([text]) => rest.startsWith(text) && rest.length > text.length)
  return sign && { op: sign[1], values: [unquote(rest.slice(sign[0].length))] }
}

/** `company.*` is a namespace with all below it, where there are such. */
function wildcard(value: string, field: FilterField | undefined): Condition {
  const [isOpenLeft, isOpenRight] = [value.startsWith('*'), value.endsWith('*')]
  const bare = value.slice(isOpenLeft ? 1 : 0, isOpenRight ? -1 : undefined)
  if (bare === '' || bare.includes('*')) return { op: 'EQUALS', values: [value] }
  if (isOpenLeft && isOpenRight) return { op: 'CONTAINS', values: [bare] }
  if (isOpenLeft) return { op: 'ENDS_WITH', values: [bare] }
  if (!isOpenRight) return { op: 'EQUALS', values: [value] }
  if (bare.endsWith('.') && bare.length > 1 && field?.ops.includes('PREFIX') === true)
    return { op: 'PREFIX', values: [bare.slice(0, -1)] }
  return { op: 'STARTS_WITH', values: [bare] }
}

/** At spaces outside of quotes. */
function splitTokens(text: string): readonly string[] {
  return [...text.matchAll(/(?:"(?:\\.|[^"\\])*"?|[^\s"])+/g)].map(([token]) => token)
}

/** At commas outside of quotes. */
function splitValues(text: string): readonly Piece[] {
  return [...text.matchAll(/(?:"(?:\\.|[^"\\])*"?|[^,"])+/g)].map(([piece]) => ({
    text: unquote(piece),
    isQuoted: piece.startsWith('"'),
  }))
}

function quote(value: string): string {
  return value === '' || /[\s",]/.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : value
}

function unquote(text: string): string {
  return text.replace(/"((?:\\.|[^"\\])*)"?/g, (_, inner: string) => inner.replace(/\\(.)/g, '$1'))
}
