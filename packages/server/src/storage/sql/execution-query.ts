// Lists of executions. A store holds many millions, so that no list may read more than its page: a query becomes walks, each of which goes along one
// index from the newest row on and stops, and the database merges them. A prefix of namespaces becomes its namespaces, several states become
// their states. What no index is ordered by is looked at on the way; the walk is then the one where few rows are passed over.
import type { ExecutionQuery, TallyQuery } from '../store.ts'
import type { Param, SqlDialect, Statement } from './perform.ts'
import {
  labelIs,
  writeCount,
  writeLabelCount,
  writeList,
  writeTally,
  type Condition,
  type Each,
  type Walk,
} from './walk.sql.ts'
import { scopeCondition, within } from './scope-condition.ts'

/** What is looked up before the statement can be written. */
export interface Found {
  /** The namespaces of the query; undefined when there are too many of them, or all are meant. */
  readonly namespaces?: readonly string[] | undefined
  /** The list walks the first label: few executions have it, or nothing else narrows the list. */
  readonly isByLabel: boolean
}

/** More walks than these cost more to plan than they spare. */
export const WALKS_MAX = 64

type Dialect = Pick<SqlDialect, 'born' | 'aside' | 'merge'>

export function listStatement(query: ExecutionQuery, found: Found, dialect: Dialect): Statement {
  const { limit, offset = 0, isAscending = false } = query
  return writeList(walkOf(query, found, dialect), { limit, offset, isAscending }, dialect)
}

/** Counts up to the limit. */
export function countStatement(query: ExecutionQuery, found: Found, dialect: Dialect): Statement {
  return writeCount(walkOf(query, found, dialect), query.limit, dialect)
}

/** Rows up to the limit, tallied by their birth and state. */
export function tallyStatement(query: TallyQuery, found: Found, dialect: Dialect): Statement {
  const by = query.by === 'flow' ? ['namespace', 'flow_id'] : query.by === 'namespace' ? ['namespace'] : []
  return writeTally(walkOf(query, found, dialect), { slotMs: query.slotMs, by, limit: query.limit }, dialect)
}

/** Counts what has the label, up to the limit: index entries alone. */
export function countLabelStatement(label: Label, limit: number): Statement {
  return writeLabelCount(labelIs('l', label), limit)
}

type Label = NonNullable<ExecutionQuery['labels']>[number]
type Ways = Pick<Walk, 'each' | 'conditions'>

function walkOf(query: ExecutionQuery, found: Found, dialect: Dialect): Walk {
  if (query.states?.length === 0 || found.namespaces?.length === 0)
    return { each: [], conditions: [{ text: '1 = 0', values: [] }] }
  const [first, ...rest] = query.labels ?? []
  const byLabel = found.isByLabel ? first : undefined
  const labels = byLabel || !first ? rest : [first, ...rest]
  const isAlone = byLabel !== undefined || query.parentId !== undefined
  const ways = isAlone ? { each: [], conditions: asides(query, dialect) } : waysOf(query, found, dialect)
  const bounds = boundsOf(query, byLabel ? 'labels' : 'executions', dialect)
  const more = [
    ...scopeCondition(dialect.aside('e.namespace'), query.scope),
    ...labels.map(label => hasLabel(label, dialect)),
  ]
  if (!byLabel) return { each: ways.each, conditions: [...ways.conditions, ...more, ...bounds] }
  return { each: [], conditions: [...ways.conditions, ...more], ofLabel: [labelIs('l', byLabel), ...bounds] }
}

/** The walks along one index each: by namespace or flow, by a state that few are in, or by birth alone. */
function waysOf(query: ExecutionQuery, { namespaces }: Found, dialect: Dialect): Ways {
  const { tenant, flowId } = query
  const states = query.states?.includes('SUCCESS') === false ? query.states : undefined
  const own = equals('e.tenant', tenant)
  if (states && namespaces && states.length * namespaces.length <= WALKS_MAX) {
    // Index: executions_unusual_by_namespace.
    const each: Each[] = [eachOf('e.namespace', namespaces), eachOf('e.state', states)]
    return { each, conditions: [own, UNUSUAL, ...flowAside(flowId, dialect)] }
  }
  if (states) {
    // Index: executions_unusual.
    const conditions = [own, UNUSUAL, ...namespaceAside(query, dialect), ...flowAside(flowId, dialect)]
    return { each: [eachOf('e.state', states)], conditions }
  }
  if (namespaces) {
    // Index: executions_by_flow or executions_by_namespace.
    const flow = flowId === undefined ? [] : [equals('e.flow_id', flowId)]
    return { each: [eachOf('e.namespace', namespaces)], conditions: [own, ...flow, ...stateAside(query, dialect)] }
  }
  return { each: [], conditions: asides(query, dialect) }
}

/** The index is partial: a database must see that its rows are meant. */
const UNUSUAL: Condition = { text: "e.state <> 'SUCCESS'", values: [] }

/** Everything is looked at on the way along the births, a label or the children of an execution. */
function asides(query: ExecutionQuery, dialect: Dialect): readonly Condition[] {
  return [
    equals(dialect.aside('e.tenant'), query.tenant),
    ...(query.parentId === undefined ? [] : [equals('e.parent_id', query.parentId)]),
    ...namespaceAside(query, dialect),
    ...flowAside(query.flowId, dialect),
    ...stateAside(query, dialect),
  ]
}

function namespaceAside({ namespace, isPrefix }: ExecutionQuery, { aside }: Dialect): readonly Condition[] {
  if (namespace === undefined) return []
  const column = aside('e.namespace')
  if (!isPrefix) return [equals(column, namespace)]
  return [within(column, namespace)]
}

function flowAside(flowId: string | undefined, { aside }: Dialect): readonly Condition[] {
  return flowId === undefined ? [] : [equals(aside('e.flow_id'), flowId)]
}

function stateAside({ states }: ExecutionQuery, { aside }: Dialect): readonly Condition[] {
  if (!states) return []
  return [{ text: `${aside('e.state')} in (${states.map(() => '?').join(', ')})`, values: states }]
}

function boundsOf(query: ExecutionQuery, source: 'executions' | 'labels', { born }: Dialect): readonly Condition[] {
  const { startFromMs, startToMs, afterId, isAscending } = query
  const isUnbounded = startFromMs === undefined && startToMs === undefined && afterId === undefined
  return [
    ...(isUnbounded && source === 'executions' ? born.all() : []),
    ...(startFromMs === undefined ? [] : [born.from(startFromMs, source)]),
    ...(startToMs === undefined ? [] : [born.to(startToMs, source)]),
    ...(afterId === undefined ? [] : [born.beyond(afterId, { source, isAscending: isAscending === true })]),
  ]
}

function hasLabel(label: Label, { born }: Dialect): Condition {
  // A value and not an "exists": PostgreSQL would join all that have the label before it looks for a page.
  const { text, values } = labelIs('o', label)
  return {
    text: `(select 1 from execution_labels o where ${text} and ${born.labelOf('o', 'e')} limit 1) is not null`,
    values,
  }
}

function equals(column: string, value: Param): Condition {
  return { text: `${column} = ?`, values: [value] }
}

function eachOf(column: string, values: readonly string[]): Each {
  return { column, values }
}
