// A board of charts from its YAML: what can be shown is known, and anything else is said at once.
import {
  isList,
  isMap,
  mapEntries,
  mapGet,
  parseYaml,
  printValue,
  toPlain,
  trust,
  type Value,
  type ValueMap,
} from '@batuta/core'

export interface Dashboard {
  readonly id: string
  readonly title: string
  readonly description?: string
  readonly timeWindow: { readonly default: string; readonly max?: string }
  readonly charts: readonly Chart[]
}

export interface Chart {
  readonly id: string
  /** The end of its type. */
  readonly kind: 'TimeSeries' | 'Bar' | 'Pie' | 'Table' | 'KPI' | 'Markdown'
  readonly columns: readonly Column[]
  readonly where: readonly Where[]
  readonly numerator?: readonly Where[]
  readonly orderBy: readonly { readonly column: string; readonly isAscending: boolean }[]
  /** As it was written. */
  readonly plain: unknown
}

export type Field = 'START_DATE' | 'STATE' | 'NAMESPACE' | 'FLOW_ID' | 'DURATION' | 'ID'

export interface Column {
  readonly name: string
  readonly field: Field
  readonly agg?: 'COUNT' | 'SUM' | 'AVG'
}

export interface Where {
  readonly field: Field
  readonly values: readonly string[]
  readonly isNot: boolean
}

export type Parsed = { readonly dashboard: Dashboard } | { readonly problems: readonly string[] }

const KINDS: readonly Chart['kind'][] = ['TimeSeries', 'Bar', 'Pie', 'Table', 'KPI', 'Markdown']
const FIELDS: readonly Field[] = ['START_DATE', 'STATE', 'NAMESPACE', 'FLOW_ID', 'DURATION', 'ID']
const AGGREGATIONS = ['COUNT', 'SUM', 'AVG'] as const
const CHARTS_MAX = 50
const WINDOW = 'P7D'

export function parseDashboard(source: string): Parsed {
  const { value, problem } = parseYaml(source)
  if (value === undefined || !isMap(value))
    return { problems: [problem ?? 'A dashboard is a map with a title and charts.'] }
  const problems: string[] = []
  const title = textOf(value, 'title')
  if (title === undefined) problems.push('title: it is missing.')
  const id = textOf(value, 'id') ?? slugOf(title ?? '')
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(id)) problems.push(`id: "${id}" is no id: letters, digits, "_" and "-".`)
  const listed = mapGet(value, 'charts') ?? []
  const charts = isList(listed) ? listed.flatMap((chart, at) => parseChart(chart, `charts[${at}]`, problems) ?? []) : []
  if (!isList(listed) || charts.length > CHARTS_MAX) problems.push(`charts: it is a list of ${CHARTS_MAX} at most.`)
  if (new Set(charts.map(chart => chart.id)).size < charts.length) problems.push('charts: two have the same id.')
  if (problems.length > 0) return { problems }
  const window = mapGet(value, 'timeWindow')
  const max = isMap(window ?? null) ? textOf(trust<ValueMap>(window), 'max') : undefined
  const span = isMap(window ?? null) ? textOf(trust<ValueMap>(window), 'default') : undefined
  const description = textOf(value, 'description')
  return {
    dashboard: {
      id,
      title: title ?? id,
      ...(description === undefined ? {} : { description }),
      timeWindow: { default: span ?? WINDOW, ...(max === undefined ? {} : { max }) },
      charts,
    },
  }
}

/** Undefined when something is wrong with it. */
export function parseChart(given: Value, path: string, problems: string[]): Chart | undefined {
  const before = problems.length
  if (!isMap(given)) {
    problems.push(`${path}: a chart is a map.`)
    return undefined
  }
  const id = textOf(given, 'id')
  const type = textOf(given, 'type') ?? ''
  const kind = KINDS.find(name => type === name || type.endsWith(`.${name}`))
  if (id === undefined) problems.push(`${path}.id: it is missing.`)
  if (!kind) problems.push(`${path}.type: "${type}" is no chart: there are ${KINDS.join(', ')}.`)
  const data = mapGet(given, 'data') ?? null
  const source = isMap(data) ? (textOf(data, 'type') ?? '') : ''
  if (kind !== 'Markdown' && !/\.Executions(KPI)?$/.test(source))
    problems.push(`${path}.data.type: "${source}" cannot be shown: there are Executions and ExecutionsKPI.`)
  const columns = isMap(data) ? columnsOf(data, kind, `${path}.data`, problems) : []
  const where = isMap(data) ? wheresOf(mapGet(data, 'where'), `${path}.data.where`, problems) : []
  const numerator =
    isMap(data) && mapGet(data, 'numerator') !== undefined
      ? wheresOf(mapGet(data, 'numerator'), `${path}.data.numerator`, problems)
      : undefined
  if (problems.length > before || id === undefined || !kind) return undefined
  const ordered = isMap(data) ? mapGet(data, 'orderBy') : undefined
  const orderBy =
    ordered !== undefined && isList(ordered) ? ordered.flatMap(one => (isMap(one) ? [orderOf(one)] : [])) : []
  return { id, kind, columns, where, orderBy, plain: toPlain(given), ...(numerator ? { numerator } : {}) }
}

function columnsOf(
  data: ValueMap,
  kind: Chart['kind'] | undefined,
  path: string,
  problems: string[],
): readonly Column[] {
  const columns = mapGet(data, 'columns') ?? null
  if (!isMap(columns)) return []
  if (kind === 'KPI') return [{ name: 'value', field: 'ID', agg: 'COUNT' }]
  return [...mapEntries(columns)].flatMap(([name, column]) => {
    if (!isMap(column)) return []
    const [fieldName, aggregation] = [textOf(column, 'field') ?? 'ID', textOf(column, 'agg')]
    const field = FIELDS.find(one => one === fieldName.toUpperCase())
    const agg = AGGREGATIONS.find(one => one === aggregation?.toUpperCase())
    if (!field) problems.push(`${path}.columns.${name}.field: "${fieldName}" is none of ${FIELDS.join(', ')}.`)
    if (aggregation !== undefined && !agg)
      problems.push(`${path}.columns.${name}.agg: "${aggregation}" is none of ${AGGREGATIONS.join(', ')}.`)
    return field ? [{ name, field, ...(agg ? { agg } : {}) }] : []
  })
}

function wheresOf(given: Value | undefined, path: string, problems: string[]): readonly Where[] {
  if (given === undefined || given === null) return []
  if (!isList(given)) {
    problems.push(`${path}: it is a list of conditions.`)
    return []
  }
  return given.flatMap((one, at) => {
    if (!isMap(one)) return []
    const type = textOf(one, 'type') ?? 'EQUAL_TO'
    const field = FIELDS.find(name => name === textOf(one, 'field')?.toUpperCase())
    const list = mapGet(one, 'values') ?? mapGet(one, 'value') ?? null
    const values = (isList(list) ? list : [list]).map(printValue)
    const isKnown = ['EQUAL_TO', 'IN', 'NOT_EQUAL_TO', 'NOT_IN'].includes(type)
    if (field && isKnown && (field === 'STATE' || field === 'NAMESPACE' || field === 'FLOW_ID'))
      return [{ field, values, isNot: type.startsWith('NOT') }]
    problems.push(
      `${path}[${at}]: charts are filtered by STATE, NAMESPACE or FLOW_ID, with EQUAL_TO, NOT_EQUAL_TO, IN or NOT_IN.`,
    )
    return []
  })
}

function orderOf(order: ValueMap): { readonly column: string; readonly isAscending: boolean } {
  return { column: textOf(order, 'column') ?? '', isAscending: textOf(order, 'order')?.toUpperCase() !== 'DESC' }
}

function textOf(map: ValueMap, name: string): string | undefined {
  const value = mapGet(map, name)
  return value === undefined || value === null ? undefined : printValue(value)
}

function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}
