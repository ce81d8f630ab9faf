// A chart from its YAML: what can be shown is known, and anything else is said at once.
import { isList, isMap, mapEntries, mapGet, toPlain, type Value, type ValueMap } from '@batuta/core'
import { FIELDS_OF, SOURCES, sourceOf, type Field, type SourceName } from './fields.ts'
import { textOf, wheresOf, type Where } from './parse-where.ts'

export interface Chart {
  readonly id: string
  /** The end of its type. */
  readonly kind: ChartKind
  readonly source: SourceName
  readonly columns: readonly Column[]
  readonly where: readonly Where[]
  readonly numerator?: readonly Where[]
  readonly isPercentage: boolean
  readonly orderBy: readonly { readonly column: string; readonly isAscending: boolean }[]
  /** As it was written. */
  readonly plain: unknown
}

export type ChartKind = 'TimeSeries' | 'Bar' | 'Pie' | 'Table' | 'KPI' | 'Markdown'
export type Aggregation = 'COUNT' | 'SUM' | 'AVG' | 'MIN' | 'MAX'

export interface Column {
  readonly name: string
  readonly field: Field
  readonly agg?: Aggregation
}

const KINDS: readonly ChartKind[] = ['TimeSeries', 'Bar', 'Pie', 'Table', 'KPI', 'Markdown']
const AGGREGATIONS: readonly Aggregation[] = ['COUNT', 'SUM', 'AVG', 'MIN', 'MAX']

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
  const plain = toPlain(given)
  if (kind === 'Markdown')
    return id === undefined
      ? undefined
      : { id, kind, plain, source: 'Executions', columns: [], where: [], isPercentage: false, orderBy: [] }
  const data = dataOf(mapGet(given, 'data') ?? null, { kind, path: `${path}.data`, problems })
  if (problems.length > before || id === undefined || !kind || !data) return undefined
  const options = mapGet(given, 'chartOptions') ?? null
  const numberType = isMap(options) ? textOf(options, 'numberType') : undefined
  const isPercentage = numberType === undefined ? data.numerator !== undefined : numberType === 'PERCENTAGE'
  return { id, kind, plain, isPercentage, ...data }
}

interface DataPlace {
  readonly kind: ChartKind | undefined
  readonly path: string
  readonly problems: string[]
}

type ChartSource = Pick<Chart, 'source' | 'columns' | 'where' | 'numerator' | 'orderBy'>

function dataOf(data: Value, { kind, path, problems }: DataPlace): ChartSource | undefined {
  const type = isMap(data) ? (textOf(data, 'type') ?? '') : ''
  const source = sourceOf(type)
  if (!isMap(data) || !source) {
    problems.push(
      `${path}.type: "${type}" is no source: there are ${SOURCES.join(', ')}, each with KPI behind it, too.`,
    )
    return undefined
  }
  const columns =
    kind === 'KPI' ? kpiColumns(data, source, { path, problems }) : columnsOf(data, source, { path, problems })
  const place = (name: string): { source: SourceName; path: string; problems: string[] } => ({
    source,
    path: `${path}.${name}`,
    problems,
  })
  const where = wheresOf(mapGet(data, 'where'), place('where'))
  const over = mapGet(data, 'numerator')
  const numerator = over === undefined ? {} : { numerator: wheresOf(over, place('numerator')) }
  if (columns.length === 0 && kind !== 'KPI') problems.push(`${path}.columns: there are none.`)
  return {
    source,
    columns,
    where,
    ...numerator,
    orderBy: ordersOf(mapGet(data, 'orderBy'), columns, { path, problems }),
  }
}

interface Place {
  readonly path: string
  readonly problems: string[]
}

/** The one column of a KPI is written as `columns: { field, agg }`. */
function kpiColumns(data: ValueMap, source: SourceName, { path, problems }: Place): readonly Column[] {
  const columns = mapGet(data, 'columns') ?? null
  if (!isMap(columns) || (textOf(columns, 'field') === undefined && textOf(columns, 'agg') === undefined))
    return isMap(columns) ? columnsOf(data, source, { path, problems }).slice(0, 1) : []
  return columnOf('value', columns, source, { path: `${path}.columns`, problems })
}

function columnsOf(data: ValueMap, source: SourceName, { path, problems }: Place): readonly Column[] {
  const columns = mapGet(data, 'columns') ?? null
  if (!isMap(columns)) return []
  return [...mapEntries(columns)].flatMap(([name, column]) => {
    if (isMap(column)) return columnOf(name, column, source, { path: `${path}.columns.${name}`, problems })
    problems.push(`${path}.columns.${name}: a column is a map with a field, an agg, or both.`)
    return []
  })
}

function columnOf(name: string, column: ValueMap, source: SourceName, { path, problems }: Place): readonly Column[] {
  const fields = FIELDS_OF[source].filter(field => field !== 'LABELS')
  const [fallback = 'ID'] = fields
  const [fieldName, aggregation] = [textOf(column, 'field') ?? fallback, textOf(column, 'agg')]
  const field = fields.find(one => one === fieldName.toUpperCase())
  const agg = AGGREGATIONS.find(one => one === aggregation?.toUpperCase())
  if (!field) problems.push(`${path}.field: "${fieldName}" is none of ${fields.join(', ')}.`)
  if (aggregation !== undefined && !agg)
    problems.push(`${path}.agg: "${aggregation}" is none of ${AGGREGATIONS.join(', ')}.`)
  return field ? [{ name, field, ...(agg ? { agg } : {}) }] : []
}

function ordersOf(given: Value | undefined, columns: readonly Column[], { path, problems }: Place): Chart['orderBy'] {
  if (given === undefined || !isList(given)) return []
  return given.flatMap((one, at) => {
    const column = isMap(one) ? (textOf(one, 'column') ?? '') : ''
    const isKnown = columns.some(({ name }) => name === column)
    if (!isKnown) problems.push(`${path}.orderBy[${at}].column: there is no column "${column}".`)
    const isAscending = !isMap(one) || textOf(one, 'order')?.toUpperCase() !== 'DESC'
    return isKnown ? [{ column, isAscending }] : []
  })
}
