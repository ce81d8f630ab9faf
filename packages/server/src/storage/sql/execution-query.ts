// Lists of executions. A store holds many millions, so that no list may read more than its page: every query is made of arms, each of which walks
// one index from the newest row on and stops, and the database merges the arms. A prefix of namespaces becomes its namespaces, several states become
// their states. What no index is ordered by is filtered while an arm walks; the arm is then the one where few rows are passed over.
import type { ExecutionQuery } from '../store.ts'
import type { Param, SqlDialect, Statement } from './perform.ts'

/** A part of a statement; each `?` is the next of its values. */
export interface Condition {
  readonly text: string
  readonly values: readonly Param[]
}

/** What is looked up before the statement can be written. */
export interface Found {
  /** The namespaces of the query; undefined when there are too many of them, or all are meant. */
  readonly namespaces?: readonly string[] | undefined
  /** The list walks the first label: few executions have it, or nothing else narrows the list. */
  readonly isByLabel: boolean
}

/** More arms than these cost more to plan than they spare. */
export const ARMS_MAX = 64

type Dialect = Pick<SqlDialect, 'born' | 'aside'>

export function listStatement(query: ExecutionQuery, found: Found, dialect: Dialect): Statement {
  const { born } = dialect
  const arms = armsOf(query, found, dialect)
  const page = arms.map(({ source, conditions }) => select(born.columns(source), source, conditions))
  const order = born.order(query.isAscending === true)
  return write([
    { text: 'select x.* from (', values: [] },
    ...joined(page, ' union all '),
    {
      text: ` order by ${order.text} limit ? offset ?) as page join executions x on ${born.same('x', 'page')} order by ${order.of('x')}`,
      values: [query.limit, query.offset ?? 0],
    },
  ])
}

/** Counts up to the limit. */
export function countStatement(query: ExecutionQuery, found: Found, dialect: Dialect): Statement {
  const arms = armsOf(query, found, dialect).map(({ source, conditions }) => select('1', source, conditions))
  return write([
    { text: 'select count(*) as n from (', values: [] },
    ...joined(arms, ' union all '),
    { text: ' limit ?) as found', values: [query.limit] },
  ])
}

/** Counts what has the label, up to the limit: index entries alone. */
export function countLabelStatement(label: Label, limit: number): Statement {
  return write([
    { text: 'select count(*) as n from (select 1 from execution_labels l where ', values: [] },
    labelIs('l', label),
    { text: ' limit ?) as found', values: [limit] },
  ])
}

type Label = NonNullable<ExecutionQuery['labels']>[number]

/** executions: rows as they are. labels: the rows that carry the first label. */
type Source = 'executions' | 'labels'

interface Arm {
  readonly source: Source
  readonly conditions: readonly Condition[]
}

function armsOf(query: ExecutionQuery, found: Found, dialect: Dialect): readonly Arm[] {
  if (query.states?.length === 0) return [{ source: 'executions', conditions: [{ text: '1 = 0', values: [] }] }]
  const [label, ...others] = query.labels ?? []
  const isByLabel = label !== undefined && found.isByLabel
  const source = isByLabel ? 'labels' : 'executions'
  const everywhere = [
    ...(isByLabel ? [labelIs('l', label), { text: dialect.born.labelOf('l', 'e'), values: [] }] : []),
    ...(isByLabel || label === undefined ? others : [label, ...others]).map(other => hasLabel(other, dialect)),
    ...boundsOf(query, source, dialect),
  ]
  const keys = isByLabel || query.parentId !== undefined ? [filtersOnly(query, dialect)] : keysOf(query, found, dialect)
  return keys.map(conditions => ({ source, conditions: [...conditions, ...everywhere] }))
}

/** The arms of one index each: by namespace or flow, by a state that few are in, or by birth alone. */
function keysOf(query: ExecutionQuery, found: Found, dialect: Dialect): readonly (readonly Condition[])[] {
  const { tenant, flowId } = query
  const { namespaces } = found
  const states = query.states !== undefined && !query.states.includes('SUCCESS') ? query.states : undefined
  const own = equals('e.tenant', tenant)
  if (states && namespaces && states.length * namespaces.length <= ARMS_MAX) {
    // Index: executions_unusual_by_namespace.
    return namespaces.flatMap(namespace =>
      states.map(state => [own, equals('e.namespace', namespace), ...isUnusual(state), ...flowAside(flowId, dialect)]),
    )
  }
  if (states) {
    // Index: executions_unusual.
    const rest = [...namespaceAside(query, dialect), ...flowAside(flowId, dialect)]
    return states.map(state => [own, ...isUnusual(state), ...rest])
  }
  const state = stateAside(query, dialect)
  if (namespaces) {
    // Index: executions_by_flow or executions_by_namespace.
    const flow = flowId === undefined ? [] : [equals('e.flow_id', flowId)]
    return namespaces.map(namespace => [own, equals('e.namespace', namespace), ...flow, ...state])
  }
  return [filtersOnly(query, dialect)]
}

/** Everything is looked at on the way along the births, a label or the children of an execution. */
function filtersOnly(query: ExecutionQuery, dialect: Dialect): readonly Condition[] {
  return [
    equals(dialect.aside('e.tenant'), query.tenant),
    ...(query.parentId === undefined ? [] : [equals('e.parent_id', query.parentId)]),
    ...namespaceAside(query, dialect),
    ...flowAside(query.flowId, dialect),
    ...stateAside(query, dialect),
  ]
}

function isUnusual(state: string): readonly Condition[] {
  // The index is partial: a database must see that its rows are meant.
  return [equals('e.state', state), { text: "e.state <> 'SUCCESS'", values: [] }]
}

function namespaceAside({ namespace, isPrefix }: ExecutionQuery, { aside }: Dialect): readonly Condition[] {
  if (namespace === undefined) return []
  const column = aside('e.namespace')
  if (!isPrefix) return [equals(column, namespace)]
  const [from, to] = below(namespace)
  return [{ text: `(${column} = ? or (${column} >= ? and ${column} < ?))`, values: [namespace, from, to] }]
}

/** The names below a namespace lie between these two. */
export function below(namespace: string): readonly [from: string, to: string] {
  return [`${namespace}.`, `${namespace}/`]
}

function flowAside(flowId: string | undefined, { aside }: Dialect): readonly Condition[] {
  return flowId === undefined ? [] : [equals(aside('e.flow_id'), flowId)]
}

function stateAside({ states }: ExecutionQuery, { aside }: Dialect): readonly Condition[] {
  if (!states) return []
  return [{ text: `${aside('e.state')} in (${states.map(() => '?').join(', ')})`, values: states }]
}

function boundsOf(query: ExecutionQuery, source: Source, { born }: Dialect): readonly Condition[] {
  const { startFromMs, startToMs, afterId, isAscending } = query
  const isUnbounded = startFromMs === undefined && startToMs === undefined && afterId === undefined
  return [
    ...(isUnbounded && source === 'executions' ? born.all() : []),
    ...(startFromMs === undefined ? [] : [born.from(startFromMs, source)]),
    ...(startToMs === undefined ? [] : [born.to(startToMs, source)]),
    ...(afterId === undefined ? [] : [born.beyond(afterId, { source, isAscending: isAscending === true })]),
  ]
}

function labelIs(table: string, { key, value }: Label): Condition {
  return { text: `${table}.key = ? and ${table}.value = ?`, values: [key, value] }
}

function hasLabel(label: Label, { born }: Dialect): Condition {
  const { text, values } = labelIs('o', label)
  return { text: `exists (select 1 from execution_labels o where ${text} and ${born.labelOf('o', 'e')})`, values }
}

function equals(column: string, value: Param): Condition {
  return { text: `${column} = ?`, values: [value] }
}

function select(columns: string, source: Source, conditions: readonly Condition[]): Condition {
  const from = source === 'labels' ? 'execution_labels l cross join executions e' : 'executions e'
  return {
    text: `select ${columns} from ${from} where ${conditions.map(({ text }) => text).join(' and ')}`,
    values: conditions.flatMap(({ values }) => values),
  }
}

function joined(parts: readonly Condition[], by: string): readonly Condition[] {
  return parts.flatMap((part, index) => (index === 0 ? [part] : [{ text: by, values: [] }, part]))
}

function write(parts: readonly Condition[]): Statement {
  let number = 0
  const text = parts.map(part => part.text.replaceAll('?', () => `$${++number}`)).join('')
  return { text, values: parts.flatMap(({ values }) => values) }
}
