// Search over the keys of all namespaces that the filters leave. There are few keys beside executions: they are read namespace by namespace.
import { isAlive, type KeyWorld } from '../../keys/key-store.ts'
import { isAtOrAbove } from '../../namespaces/ancestors.ts'
import type { KeyRow } from '../../storage/store.ts'
import { parseMoment } from '../parse-moment.ts'
import { applyFilters, listOf, type Filter, type FilterTable } from '../read-filters.ts'

type Test = (row: KeyRow) => boolean

interface KeySearch {
  readonly tests: readonly Test[]
  /** Told apart from the rest, so that other namespaces are not read at all. */
  readonly namespaces: readonly ((namespace: string) => boolean)[]
}

export interface KeySearchOptions {
  readonly tenant: string
  readonly filters: readonly Filter[]
  readonly sort: readonly string[]
}

export async function searchKeys(
  world: KeyWorld,
  { tenant, filters, sort }: KeySearchOptions,
): Promise<readonly KeyRow[]> {
  const search = applyFilters<KeySearch>({ tests: [], namespaces: [] }, filters, FILTERS)
  const found: KeyRow[] = []
  for (const namespace of await world.store.read.listKeyNamespaces(tenant)) {
    if (!search.namespaces.every(isWanted => isWanted(namespace))) continue
    for (const row of await world.store.read.listKeys(tenant, namespace))
      if (isAlive(row, world) && search.tests.every(test => test(row))) found.push(row)
  }
  return sorted(found, sort)
}

const ofText =
  (test: (text: string, value: string) => boolean) =>
  (search: KeySearch, value: string): KeySearch => ({
    ...search,
    tests: [...search.tests, row => test(row.key.toLowerCase(), value.toLowerCase())],
  })
const ofNamespace =
  (test: (namespace: string, value: string) => boolean) =>
  (search: KeySearch, value: string): KeySearch => ({
    ...search,
    namespaces: [...search.namespaces, namespace => test(namespace, value)],
  })
const ofMoment =
  (name: string, momentOf: (row: KeyRow) => number | null, test: (a: number, b: number) => boolean) =>
  (search: KeySearch, value: string): KeySearch => {
    const atMs = parseMoment(value, name)
    const isWithin = (row: KeyRow): boolean => {
      const moment = momentOf(row)
      return moment !== null && test(moment, atMs)
    }
    return { ...search, tests: [...search.tests, isWithin] }
  }

const moments = (name: string, momentOf: (row: KeyRow) => number | null): FilterTable<KeySearch>[string] => ({
  EQUALS: ofMoment(name, momentOf, (a, b) => a === b),
  NOT_EQUALS: ofMoment(name, momentOf, (a, b) => a !== b),
  GREATER_THAN: ofMoment(name, momentOf, (a, b) => a > b),
  GREATER_THAN_OR_EQUAL_TO: ofMoment(name, momentOf, (a, b) => a >= b),
  LESS_THAN: ofMoment(name, momentOf, (a, b) => a < b),
  LESS_THAN_OR_EQUAL_TO: ofMoment(name, momentOf, (a, b) => a <= b),
})

const CONTAINS = ofText((text, value) => text.includes(value))

const FILTERS: FilterTable<KeySearch> = {
  q: { EQUALS: CONTAINS, CONTAINS, NOT_EQUALS: ofText((text, value) => !text.includes(value)) },
  namespace: {
    EQUALS: ofNamespace((namespace, value) => namespace === value),
    NOT_EQUALS: ofNamespace((namespace, value) => namespace !== value),
    IN: ofNamespace((namespace, value) => listOf(value).includes(namespace)),
    NOT_IN: ofNamespace((namespace, value) => !listOf(value).includes(namespace)),
    PREFIX: ofNamespace((namespace, value) => isAtOrAbove(value, namespace)),
    STARTS_WITH: ofNamespace((namespace, value) => namespace.startsWith(value)),
    ENDS_WITH: ofNamespace((namespace, value) => namespace.endsWith(value)),
    CONTAINS: ofNamespace((namespace, value) => namespace.includes(value)),
  },
  updated: moments('updated', row => row.updatedMs),
  expirationDate: moments('expirationDate', row => row.expiresMs),
}

const COLUMNS: Readonly<Record<string, (row: KeyRow) => string | number>> = {
  key: row => row.key,
  namespace: row => row.namespace,
  version: row => row.version,
  updated: row => row.updatedMs,
  updateDate: row => row.updatedMs,
  creationDate: row => row.createdMs,
  expirationDate: row => row.expiresMs ?? Infinity,
}

/** By namespace and key unless told otherwise; an unknown column changes nothing. */
function sorted(rows: KeyRow[], sort: readonly string[]): readonly KeyRow[] {
  const orders = sort.flatMap(item => {
    const [column = '', direction] = item.split(':')
    const valueOf = Object.hasOwn(COLUMNS, column) ? COLUMNS[column] : undefined
    return valueOf ? [{ valueOf, sign: direction === 'desc' ? -1 : 1 }] : []
  })
  return rows.sort((a, b) => {
    for (const { valueOf, sign } of orders) {
      const [left, right] = [valueOf(a), valueOf(b)]
      if (left !== right) return left < right ? -sign : sign
    }
    if (a.namespace !== b.namespace) return a.namespace < b.namespace ? -1 : 1
    return a.key < b.key ? -1 : 1
  })
}
