// Lists that are whole in memory – users, groups, roles, bindings – by the filters of all dialects: flat ones are a `q` and a few words, those of
// 1.3 and 2.0 name a field and an operation.
import { applyFilters, listOf, type Filter, type FilterTable } from '../read-filters.ts'
import { json, type Reply } from '../reply.ts'
import { sortDocuments } from '../sort-documents.ts'

export type Cell = string | boolean | number | readonly string[] | undefined

/** What a list can be searched by: the field's name on the wire, and what a row says there. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => Cell>>

export interface Asked {
  readonly page?: number
  readonly size?: number
  readonly sort?: readonly string[]
  readonly q?: string
}

type Test = (cell: Cell) => boolean

const SIZE = 10

const OPERATIONS: Readonly<Record<string, (value: string) => Test>> = {
  EQUALS: value => cell => textsOf(cell).some(text => isSame(text, value)),
  NOT_EQUALS: value => cell => !textsOf(cell).some(text => isSame(text, value)),
  IN: value => cell => listOf(value).some(item => textsOf(cell).some(text => isSame(text, item))),
  NOT_IN: value => cell => !listOf(value).some(item => textsOf(cell).some(text => isSame(text, item))),
  CONTAINS: value => cell => textsOf(cell).some(text => text.toLowerCase().includes(value.toLowerCase())),
  STARTS_WITH: value => cell => textsOf(cell).some(text => text.toLowerCase().startsWith(value.toLowerCase())),
  ENDS_WITH: value => cell => textsOf(cell).some(text => text.toLowerCase().endsWith(value.toLowerCase())),
  PREFIX: value => cell => textsOf(cell).some(text => text === value || text.startsWith(`${value}.`)),
  GREATER_THAN: value => cell => textsOf(cell).some(text => text > value),
  GREATER_THAN_OR_EQUAL_TO: value => cell => textsOf(cell).some(text => text >= value),
  LESS_THAN: value => cell => textsOf(cell).some(text => text < value),
  LESS_THAN_OR_EQUAL_TO: value => cell => textsOf(cell).some(text => text <= value),
}

/** The rows that are asked for, in the order that is asked for, and how many there are of them. */
export function narrowList<Row>(
  rows: readonly Row[],
  asked: Asked & { readonly filters?: readonly Filter[] },
  columns: Columns<Row>,
): { readonly rows: readonly Row[]; readonly total: number } {
  const tests = applyFilters<readonly ((row: Row) => boolean)[]>([], asked.filters ?? [], tableOf(columns))
  const { q } = asked
  const wanted = rows.filter(
    row => (q === undefined || q === '' || holds(row, q, columns)) && tests.every(test => test(row)),
  )
  const sorted = sortDocuments(wanted, asked.sort, (row, column) => columns[column]?.(row))
  const { page = 1, size = SIZE } = asked
  return { rows: sorted.slice((page - 1) * size, page * size), total: wanted.length }
}

export function pageOfList<Row>(
  rows: readonly Row[],
  asked: Asked & { readonly filters?: readonly Filter[] },
  { columns, present }: { readonly columns: Columns<Row>; readonly present: (row: Row) => unknown },
): Reply {
  const found = narrowList(rows, asked, columns)
  return json({ results: found.rows.map(present), total: found.total })
}

/** What a field that completes is offered: those that were chosen already, then those that fit what was typed. */
export const OFFERED_MAX = 100

export function completionsOf<Row extends { readonly id: string }>(
  rows: readonly Row[],
  {
    q,
    ids,
    existingOnly,
  }: { readonly q?: string | null; readonly ids?: readonly string[] | null; readonly existingOnly?: boolean | null },
  columns: Columns<Row>,
): readonly Row[] {
  const chosen = rows.filter(({ id }) => ids?.includes(id))
  if (existingOnly === true) return chosen
  const fitting = rows.filter(row => !chosen.includes(row) && (q === undefined || q === null || holds(row, q, columns)))
  return [...chosen, ...fitting].slice(0, OFFERED_MAX)
}

function tableOf<Row>(columns: Columns<Row>): FilterTable<readonly ((row: Row) => boolean)[]> {
  const ofColumn = (read: (row: Row) => Cell): FilterTable<readonly ((row: Row) => boolean)[]>[string] =>
    Object.fromEntries(
      Object.entries(OPERATIONS).map(([name, make]) => [
        name,
        (tests, value) => {
          const test = make(value)
          return [...tests, (row: Row) => test(read(row))]
        },
      ]),
    )
  const anywhere: FilterTable<readonly ((row: Row) => boolean)[]>[string][string] = (tests, value) => [
    ...tests,
    row => holds(row, value, columns),
  ]
  return {
    ...Object.fromEntries(Object.entries(columns).map(([name, read]) => [name, ofColumn(read)])),
    q: { EQUALS: anywhere, CONTAINS: anywhere },
  }
}

function holds<Row>(row: Row, q: string, columns: Columns<Row>): boolean {
  const wanted = q.toLowerCase()
  return Object.values(columns).some(read => textsOf(read(row)).some(text => text.toLowerCase().includes(wanted)))
}

function textsOf(cell: Cell): readonly string[] {
  if (cell === undefined) return []
  return Array.isArray(cell) ? cell : [String(cell)]
}

function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}
