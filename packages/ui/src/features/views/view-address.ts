// A view is an address of its page: the filter, the order, the chart. `view` names it, so that the page can say which one is shown and whether it has been
// changed since.
import type { Pairs } from '../../lib/filters/filter-url.ts'
import { withQuery } from '../../lib/paths.ts'

export const VIEW = 'view'
/** Of the moment, and no part of a view. */
const PASSING = [VIEW, 'run', 'open', 'page', 'size']

export function keptPairs(pairs: Pairs): Pairs {
  return pairs.filter(([name, value]) => !PASSING.includes(name) && value !== '')
}

export function queryOf(pairs: Pairs): string {
  return withQuery('', keptPairs(pairs)).slice(1)
}

export function addressOf(path: string, query: string, id?: string): string {
  const pairs = [...new URLSearchParams(query)]
  return withQuery(path, id === undefined ? pairs : [...pairs, [VIEW, id]])
}

/** The order of parameters says nothing. */
export function isSameQuery(left: string, right: string): boolean {
  const sorted = (query: string): string =>
    JSON.stringify([...new URLSearchParams(query)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
  return sorted(left) === sorted(right)
}

/** Letters, digits and dashes, and a part that makes it unlike others. */
export function viewIdOf(name: string, unique: string): string {
  const words = name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
  return `${words === '' ? 'view' : words}-${unique}`
}
