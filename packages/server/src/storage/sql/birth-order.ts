// Births in the words of either database. An id begins with the moment of birth, so that SQLite orders and bounds by the id alone; PostgreSQL
// finds the partition by the moment, and orders by both.
import { createdMsOf, idFloorOf } from '@batuta/core'
import type { Condition } from './walk.sql.ts'

/** What an arm walks: rows as they are, or those that carry a label. */
type Source = 'executions' | 'labels'

export interface BirthOrder {
  /** What a walk selects: enough to order by and to find the row with. */
  columns(source: Source): string
  /** `text` for the columns as they are selected, `of` for those of a table. */
  order(isAscending: boolean): { readonly text: string; of(table: string): string }
  /** Every row, along the births. */
  all(): readonly Condition[]
  /** The row of `one` is that of `other`. */
  same(one: string, other: string): string
  labelOf(label: string, execution: string): string
  from(ms: number, source: Source): Condition
  to(ms: number, source: Source): Condition
  beyond(id: string, how: { readonly source: Source; readonly isAscending: boolean }): Condition
  /** The row of this id, where the column of the id has this name. */
  is(id: string, column: 'id' | 'execution_id'): Condition
  /** The rows of these ids, at least one. */
  among(ids: readonly string[], column: 'id' | 'execution_id'): Condition
}

const idOf = (source: Source): string => (source === 'labels' ? 'l.execution_id' : 'e.id')
const bornOf = (source: Source): string => (source === 'labels' ? 'l.born_ms' : 'e.born_ms')
const marks = (ids: readonly string[]): string => ids.map(() => '?').join(', ')
const direction = (isAscending: boolean): string => (isAscending ? 'asc' : 'desc')

export const BY_ID: BirthOrder = {
  columns: source => `${idOf(source)} as id`,
  order: isAscending => ({
    text: `id ${direction(isAscending)}`,
    of: table => `${table}.id ${direction(isAscending)}`,
  }),
  // Without a bound SQLite reads some other index from end to end, because that has the column, too, and is smaller.
  all: () => [{ text: "e.id > ''", values: [] }],
  same: (one, other) => `${one}.id = ${other}.id`,
  labelOf: (label, execution) => `${label}.execution_id = ${execution}.id`,
  from: (ms, source) => ({ text: `${idOf(source)} >= ?`, values: [idFloorOf(ms)] }),
  to: (ms, source) => ({ text: `${idOf(source)} < ?`, values: [idFloorOf(ms + 1)] }),
  beyond: (id, { source, isAscending }) => ({ text: `${idOf(source)} ${isAscending ? '>' : '<'} ?`, values: [id] }),
  is: (id, column) => ({ text: `${column} = ?`, values: [id] }),
  among: (ids, column) => ({ text: `${column} in (${marks(ids)})`, values: ids }),
}

export const BY_MOMENT_AND_ID: BirthOrder = {
  columns: source => `${bornOf(source)} as born_ms, ${idOf(source)} as id`,
  order: isAscending => {
    const of = (prefix: string): string =>
      `${prefix}born_ms ${direction(isAscending)}, ${prefix}id ${direction(isAscending)}`
    return { text: of(''), of: table => of(`${table}.`) }
  },
  all: () => [],
  same: (one, other) => `${one}.born_ms = ${other}.born_ms and ${one}.id = ${other}.id`,
  labelOf: (label, execution) => `${label}.born_ms = ${execution}.born_ms and ${label}.execution_id = ${execution}.id`,
  from: (ms, source) => ({ text: `${bornOf(source)} >= ?`, values: [ms] }),
  to: (ms, source) => ({ text: `${bornOf(source)} <= ?`, values: [ms] }),
  beyond: (id, { source, isAscending }) => {
    const [born, column, sign] = [bornOf(source), idOf(source), isAscending ? '>' : '<']
    // The first part is for the partitions, which the comparison of rows does not choose.
    return {
      text: `(${born} ${sign}= ? and (${born}, ${column}) ${sign} (?, ?))`,
      values: [createdMsOf(id), createdMsOf(id), id],
    }
  },
  among: (ids, column) => ({
    text: `born_ms in (${marks(ids)}) and ${column} in (${marks(ids)})`,
    values: [...ids.map(createdMsOf), ...ids],
  }),
  is: (id, column) => ({ text: `born_ms = ? and ${column} = ?`, values: [createdMsOf(id), id] }),
}
