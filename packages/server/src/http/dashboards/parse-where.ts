// The conditions of a chart: read from YAML once, then asked of every fact.
import {
  CHART_COMPARISONS,
  isList,
  isMap,
  mapGet,
  printValue,
  type ChartComparison,
  type Value,
  type ValueMap,
} from '@batuta/core'
import { FIELDS_OF, isDateField, type Cell, type Field, type SourceName } from './fields.ts'

export interface Where {
  readonly field: Field
  readonly type: ChartComparison
  readonly values: readonly string[]
  /** Of a label. */
  readonly labelKey?: string
}

const WITHOUT_VALUE: readonly ChartComparison[] = ['IS_NULL', 'IS_NOT_NULL', 'IS_TRUE', 'IS_FALSE']

export interface WherePlace {
  readonly source: SourceName
  readonly path: string
  readonly problems: string[]
}

export function wheresOf(given: Value | undefined, place: WherePlace): readonly Where[] {
  if (given === undefined || given === null) return []
  if (!isList(given)) {
    place.problems.push(`${place.path}: it is a list of conditions.`)
    return []
  }
  return given.flatMap((one, at) => whereOf(one, { ...place, path: `${place.path}[${at}]` }) ?? [])
}

function whereOf(given: Value, { source, path, problems }: WherePlace): Where | undefined {
  if (!isMap(given)) {
    problems.push(`${path}: a condition is a map with a field, a type and a value.`)
    return undefined
  }
  const fields = FIELDS_OF[source]
  const [named, typed] = [textOf(given, 'field') ?? '', textOf(given, 'type') ?? 'EQUAL_TO']
  const field = fields.find(name => name === named.toUpperCase())
  const type = CHART_COMPARISONS.find(name => name === typed.toUpperCase())
  if (!field) problems.push(`${path}.field: "${named}" is none of ${fields.join(', ')}.`)
  if (!type) problems.push(`${path}.type: "${typed}" is none of ${CHART_COMPARISONS.join(', ')}.`)
  if (!field || !type) return undefined
  const labelKey = textOf(given, 'labelKey')
  if (field === 'LABELS' && (labelKey === undefined || type !== 'EQUAL_TO')) {
    problems.push(`${path}: labels are compared by EQUAL_TO, with a labelKey.`)
    return undefined
  }
  const list = mapGet(given, 'values') ?? mapGet(given, 'value')
  if (list === undefined && !WITHOUT_VALUE.includes(type)) {
    problems.push(`${path}: ${type} needs a value.`)
    return undefined
  }
  const values = list === undefined ? [] : (isList(list) ? list : [list]).map(printValue)
  return { field, type, values, ...(labelKey === undefined ? {} : { labelKey }) }
}

/** Labels are asked of the store. */
export function fitsWhere(cell: Cell | undefined, { field, type, values }: Where): boolean {
  if (field === 'LABELS') return true
  const known = cell ?? null
  const [first = ''] = values
  switch (type) {
    case 'EQUAL_TO':
    case 'IN':
      return values.includes(String(known))
    case 'NOT_EQUAL_TO':
    case 'NOT_IN':
      return !values.includes(String(known))
    case 'CONTAINS':
      return String(known ?? '').includes(first)
    case 'STARTS_WITH':
      return String(known ?? '').startsWith(first)
    case 'ENDS_WITH':
      return String(known ?? '').endsWith(first)
    case 'GREATER_THAN':
      return known !== null && orderOf(known, first, field) > 0
    case 'GREATER_THAN_OR_EQUAL_TO':
      return known !== null && orderOf(known, first, field) >= 0
    case 'LESS_THAN':
      return known !== null && orderOf(known, first, field) < 0
    case 'LESS_THAN_OR_EQUAL_TO':
      return known !== null && orderOf(known, first, field) <= 0
    case 'IS_NULL':
      return known === null
    case 'IS_NOT_NULL':
      return known !== null
    case 'IS_TRUE':
      return known === true
    case 'IS_FALSE':
      return known === false
  }
}

/** NaN, which is in no order, when they cannot be compared. */
function orderOf(cell: Exclude<Cell, null>, value: string, field: Field): number {
  if (typeof cell === 'number') return cell - (isDateField(field) ? Date.parse(value) : Number(value))
  const text = String(cell)
  return text === value ? 0 : text < value ? -1 : 1
}

export function textOf(map: ValueMap, name: string): string | undefined {
  const value = mapGet(map, name)
  return value === undefined || value === null ? undefined : printValue(value)
}
