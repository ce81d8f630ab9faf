// The filter language of dialects b and c: `filters[<field>][<OP>]=<value>`, for maps with a key after the operation.
import { unprocessable } from './request-error.ts'

export interface Filter {
  readonly field: string
  readonly operation: string
  readonly key?: string
  readonly value: string
}

const FILTER = /^filters\[([^\]]*)\]\[([^\]]*)\](?:\[(.+)\])?$/
const FILTERS_MAX = 100
const NO_FILTERS: readonly Filter[] = []

export function readFilters(given: URLSearchParams): readonly Filter[] {
  if (given.size === 0) return NO_FILTERS
  const filters: Filter[] = []
  for (const [name, value] of given) {
    if (!name.startsWith('filters[')) continue
    const match = FILTER.exec(name)
    if (match === null)
      throw unprocessable('filter-invalid', `"${name}" is no filter: write filters[field][OPERATION]=value.`)
    const [, field = '', operation = '', key] = match
    filters.push({ field, operation, value, ...(key === undefined ? {} : { key }) })
  }
  if (filters.length > FILTERS_MAX)
    throw unprocessable('filter-invalid', `A search has at most ${FILTERS_MAX} filters.`)
  return filters
}

/** A map of what a resource can be searched by; any other field or operation is refused with the list. */
export type FilterTable<Query> = Readonly<
  Record<string, Readonly<Record<string, (query: Query, value: string, key: string | undefined) => Query>>>
>

export function applyFilters<Query>(query: Query, filters: readonly Filter[], table: FilterTable<Query>): Query {
  return filters.reduce((narrowed, { field, operation, value, key }) => {
    const operations = Object.hasOwn(table, field) ? table[field] : undefined
    if (!operations) {
      throw unprocessable(
        'filter-invalid',
        `There is no filter "${field}" here; there are ${Object.keys(table).join(', ')}.`,
      )
    }
    const narrow = Object.hasOwn(operations, operation) ? operations[operation] : undefined
    if (!narrow) {
      const known = Object.keys(operations).join(', ')
      throw unprocessable('filter-invalid', `The filter "${field}" does not know ${operation}; it knows ${known}.`)
    }
    return narrow(narrowed, value, key)
  }, query)
}

export function listOf(value: string): readonly string[] {
  return value
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')
}
