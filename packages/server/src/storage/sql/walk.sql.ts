// A walk over executions as a statement. Its page is found in index entries, then the rows of the page are read; PostgreSQL reads them on the walk where
// few are read in vain. SQLite merges the walks of several keys row by row (`union all … order by`); PostgreSQL would plan each of them for every
// partition, so that it is told to walk once for each key.
import type { ExecutionQuery } from '../store.ts'
import type { BirthOrder } from './birth-order.ts'
import type { Param, Statement } from './perform.ts'

/** A part of a statement; each `?` is the next of its values. */
export interface Condition {
  readonly text: string
  readonly values: readonly Param[]
}

/** A column that is walked once for each of its values. */
export interface Each {
  readonly column: string
  readonly values: readonly string[]
}

export interface Walk {
  readonly each: readonly Each[]
  /** Of the execution, `e`. */
  readonly conditions: readonly Condition[]
  /** Of a label, `l`, whose rows are walked instead of the executions themselves. */
  readonly ofLabel?: readonly Condition[]
}

export interface PageOf {
  readonly limit: number
  readonly offset: number
  readonly isAscending: boolean
}

interface Dialect {
  readonly born: BirthOrder
  /** How the walks of several keys become one. */
  readonly merge: 'union' | 'lateral'
}

export function writeList(walk: Walk, page: PageOf, { born, merge }: Dialect): Statement {
  const order = born.order(page.isAscending)
  if (merge === 'lateral' && isCheapWhole(walk, page)) {
    const last = { text: ` order by ${order.text} limit ?`, values: [page.limit] }
    return write([...forEachKey(walk, page, { born, columns: 'e.*' }), last])
  }
  const found =
    merge === 'union'
      ? unionOf(walk, born)
      : walk.ofLabel
        ? alongLabel(walk, born)
        : forEachKey(walk, page, { born, columns: born.columns('executions') })
  return write([
    text('select x.* from ('),
    ...found,
    { text: ` order by ${order.text} limit ? offset ?`, values: [page.limit, page.offset] },
    text(`) as page join executions x on ${born.same('x', 'page')} order by ${order.of('x')}`),
  ])
}

/** Rows that are read to be left out again. */
const LEFT_OUT_MAX = 1_000

/**
 * Whether rows are better read on the way than found first: PostgreSQL takes a tenth of a millisecond to find the partition of each row of a page. What is
 * merged of several walks, or skipped, is read in vain.
 */
function isCheapWhole({ each, ofLabel }: Walk, { limit, offset }: PageOf): boolean {
  const walks = each.reduce((product, { values }) => product * values.length, 1)
  return !ofLabel && offset === 0 && (walks - 1) * limit <= LEFT_OUT_MAX
}

export function writeCount(walk: Walk, limit: number, dialect: Dialect): Statement {
  return write([
    text('select count(*) as n from ('),
    ...rowsOf(walk, '1', dialect),
    { text: ' limit ?) as found', values: [limit] },
  ])
}

/** The rows within each span of so many milliseconds, by what they are. */
export function writeTally(
  walk: Walk,
  { slotMs, by, limit }: { readonly slotMs: number; readonly by: readonly string[]; readonly limit: number },
  dialect: Dialect,
): Statement {
  const keys = ['slot', 'state', ...by].join(', ')
  const own = ['e.state', ...by.map(column => `e.${column}`)].join(', ')
  return write([
    text(`select ${keys}, count(*) as n, count(took) as ended, sum(took) as took from (`),
    ...rowsOf(
      walk,
      // A number of our own and not a value: PostgreSQL would have to be told its type.
      `e.created_ms / ${Math.floor(slotMs)} as slot, ${own}, e.end_ms - e.created_ms as took`,
      dialect,
    ),
    { text: ` limit ?) as found group by ${keys}`, values: [limit] },
  ])
}

/** The rows of a walk in any order. */
function rowsOf({ each, conditions, ofLabel }: Walk, columns: string, { born, merge }: Dialect): readonly Condition[] {
  const keys = each.map(({ column, values }) => ({
    text: `${column} in (${values.map(() => '?').join(', ')})`,
    values,
  }))
  if (!ofLabel) return [text(`select ${columns} from executions e where `), all([...keys, ...conditions])]
  if (merge === 'lateral') return alongLabel({ each, conditions, ofLabel }, born, columns === '1' ? undefined : columns)
  return [
    text(`select ${columns} from execution_labels l cross join executions e where `),
    all([...ofLabel, text(born.labelOf('l', 'e')), ...conditions]),
  ]
}

export function writeLabelCount(label: Condition, limit: number): Statement {
  return write([
    text('select count(*) as n from (select 1 from execution_labels l where '),
    label,
    { text: ' limit ?) as found', values: [limit] },
  ])
}

export function labelIs(table: string, { key, value }: NonNullable<ExecutionQuery['labels']>[number]): Condition {
  return { text: `${table}.key = ? and ${table}.value = ?`, values: [key, value] }
}

/** One arm for each combination of keys; the database merges them in order, and reads of each no more than it needs. */
function unionOf({ each, conditions, ofLabel }: Walk, born: BirthOrder): readonly Condition[] {
  const from = ofLabel ? 'execution_labels l cross join executions e' : 'executions e'
  const label = ofLabel ? [...ofLabel, text(born.labelOf('l', 'e'))] : []
  const arms = combinationsOf(each).map(keys => [
    text(`select ${born.columns(ofLabel ? 'labels' : 'executions')} from ${from} where `),
    all([...keys, ...label, ...conditions]),
  ])
  return arms.flatMap((arm, index) => (index === 0 ? arm : [text(' union all '), ...arm]))
}

function combinationsOf(each: readonly Each[]): readonly (readonly Condition[])[] {
  let found: readonly (readonly Condition[])[] = [[]]
  for (const { column, values } of each)
    found = found.flatMap(keys => values.map(value => [...keys, { text: `${column} = ?`, values: [value] }]))
  return found
}

function forEachKey(
  { each, conditions }: Walk,
  page: PageOf,
  { born, columns }: { readonly born: BirthOrder; readonly columns: string },
): readonly Condition[] {
  const many = each.filter(({ values }) => values.length > 1)
  const keys = each.map(({ column, values }) => {
    const at = many.findIndex(one => one.column === column)
    return at < 0 ? { text: `${column} = ?`, values } : text(`${column} = k${at}.v`)
  })
  const walk = [text(`select ${columns} from executions e where `), all([...keys, ...conditions])]
  if (many.length === 0) return walk
  const order = born.order(page.isAscending).text
  return [
    text(`select w.* from `),
    ...many.map(({ values }, at) => ({
      text: `${at === 0 ? '' : ' cross join '}(values ${values.map(() => '(?)').join(', ')}) as k${at} (v)`,
      values,
    })),
    text(' cross join lateral ('),
    ...walk,
    { text: ` order by ${order} limit ?) as w`, values: [page.limit + page.offset] },
  ]
}

/** The limit within keeps the planner from joining the tables whole. */
function alongLabel({ conditions, ofLabel = [] }: Walk, born: BirthOrder, columns?: string): readonly Condition[] {
  return [
    text(
      columns === undefined
        ? `select ${born.columns('labels')} from execution_labels l cross join lateral (select 1 from executions e where `
        : `select own.* from execution_labels l cross join lateral (select ${columns} from executions e where `,
    ),
    all([text(born.labelOf('l', 'e')), ...conditions]),
    text(' limit 1) as own where '),
    all(ofLabel),
  ]
}

function text(words: string): Condition {
  return { text: words, values: [] }
}

function all(conditions: readonly Condition[]): Condition {
  return { text: conditions.map(one => one.text).join(' and '), values: conditions.flatMap(one => one.values) }
}

function write(parts: readonly Condition[]): Statement {
  let number = 0
  const words = parts.map(part => part.text.replaceAll('?', () => `$${++number}`)).join('')
  return { text: words, values: parts.flatMap(({ values }) => values) }
}
