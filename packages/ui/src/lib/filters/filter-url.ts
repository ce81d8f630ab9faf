// Filters in the address, in the form that Kestra 1.x writes: `filters[state][IN]=FAILED,WARNING`, `filters[labels][EQUALS][team]=data`. The flat
// parameters of 0.20 are read as well and never written. What stays relative in the text stays relative in the address.
import { fieldOf, judgeFilter, OPERATORS, type Filter, type FilterField, type Operator } from './filter.ts'
import { isoLengthOf, parseLengthMs, parseMomentMs, shortLengthOf } from './moments.ts'

export type Pairs = readonly (readonly [name: string, value: string])[]

const PARAMETER = /^filters\[([^\]]+)\]\[([A-Z_]+)\](?:\[(.+)\])?$/
const LISTS: readonly Operator[] = ['IN', 'NOT_IN']
const MANY: Readonly<Partial<Record<Operator, Operator>>> = { EQUALS: 'IN', NOT_EQUALS: 'NOT_IN' }
const FLAT = ['state', 'namespace', 'flowId', 'q', 'scope', 'childFilter', 'level', 'triggerExecutionId', 'labels']
const FLAT_DATES = { startDate: 'GREATER_THAN_OR_EQUAL_TO', endDate: 'LESS_THAN_OR_EQUAL_TO' } as const

export function readFilterPairs(pairs: Pairs, fields: readonly FilterField[]): readonly Filter[] {
  return joinFlat(pairs).flatMap(([name, value]): readonly Filter[] => {
    if (value === '') return []
    const match = PARAMETER.exec(name)
    if (match) return readPair({ param: match[1] ?? '', op: match[2] ?? '', key: match[3], value }, fields)
    return isFlat(name) ? readFlat(name, value, fields) : []
  })
}

/** A list of 0.20 is a parameter that comes several times: each is one filter with all its values. Labels are several filters. */
function joinFlat(pairs: Pairs): Pairs {
  const isList = ([name]: Pairs[number]): boolean => FLAT.includes(name) && name !== 'labels'
  const values = Map.groupBy(pairs.filter(isList), ([name]) => name)
  return pairs.flatMap((pair, index): Pairs => {
    if (!isList(pair)) return [pair]
    if (pairs.findIndex(([name]) => name === pair[0]) !== index) return []
    return [[pair[0], (values.get(pair[0]) ?? []).map(([, value]) => value).join(',')]]
  })
}

/** Whether a parameter is a filter of an old address, to be written anew. */
export function isFlat(name: string): boolean {
  return FLAT.includes(name) || name in FLAT_DATES || name === 'timeRange'
}

export function isFilterPair(name: string): boolean {
  return name.startsWith('filters[') || isFlat(name)
}

export function writeFilterPairs(filters: readonly Filter[], fields: readonly FilterField[]): Pairs {
  return filters.map(filter => writePair(filter, fields))
}

/** What the server is asked: without filters that it would refuse, and with moments instead of words. */
export function filterQuery(
  filters: readonly Filter[],
  fields: readonly FilterField[],
  nowMs: number,
): Readonly<Record<`filters[${string}`, string>> {
  const valid = filters.filter(filter => judgeFilter(filter, fields) === undefined)
  const query: Record<`filters[${string}`, string> = {}
  for (const filter of valid) {
    const [name, value] = writePair(filter, fields)
    const isMoment = fieldOf(filter.field, fields)?.type === 'date' && !name.includes('[timeRange]')
    query[`filters[${name.slice('filters['.length)}`] = isMoment ? isoMoment(value, nowMs) : value
  }
  return query
}

function isoMoment(text: string, nowMs: number): string {
  const ms = parseMomentMs(text, nowMs)
  return ms === undefined ? text : new Date(ms).toISOString()
}

interface Pair {
  readonly param: string
  readonly op: string
  readonly key: string | undefined
  readonly value: string
}

function readPair({ param, op, key, value }: Pair, fields: readonly FilterField[]): readonly Filter[] {
  if (param === 'timeRange') return readRange(value)
  const known = fieldOf(param, fields)
  const operator = OPERATORS.find(name => name === op) ?? 'EQUALS'
  const values = LISTS.includes(operator) ? value.split(',').filter(item => item !== '') : [value]
  const [first = '', ...more] = values
  const single = operator === 'IN' ? 'EQUALS' : operator === 'NOT_IN' ? 'NOT_EQUALS' : operator
  const isLength = known?.type === 'duration'
  return [
    {
      field: known?.name ?? param,
      ...(key === undefined ? {} : { key }),
      op: more.length === 0 ? single : operator,
      values: isLength ? values.map(shortLength) : more.length === 0 ? [first] : values,
    },
  ]
}

function readRange(value: string): readonly Filter[] {
  const ms = parseLengthMs(value)
  return ms === undefined ? [] : [{ field: 'start', op: 'GREATER_THAN_OR_EQUAL_TO', values: [`-${shortLengthOf(ms)}`] }]
}

function readFlat(name: string, value: string, fields: readonly FilterField[]): readonly Filter[] {
  if (name === 'timeRange') return readRange(value)
  if (name === 'startDate' || name === 'endDate') return [{ field: 'start', op: FLAT_DATES[name], values: [value] }]
  if (name === 'labels') {
    const [key = '', ...rest] = value.split(':')
    return [{ field: 'label', key, op: 'EQUALS', values: [rest.join(':')] }]
  }
  const op = name === 'namespace' ? 'PREFIX' : value.includes(',') ? 'IN' : 'EQUALS'
  return readPair({ param: name, op, key: undefined, value }, fields)
}

function writePair({ field, key, op, values }: Filter, fields: readonly FilterField[]): readonly [string, string] {
  const known = fieldOf(field, fields)
  const [first = ''] = values
  const back = known?.type === 'date' && op === 'GREATER_THAN_OR_EQUAL_TO' && known.param === 'startDate'
  const length = back && first.startsWith('-') ? parseLengthMs(first.slice(1)) : undefined
  if (length !== undefined) return ['filters[timeRange][EQUALS]', isoLengthOf(length)]
  const operator = values.length > 1 ? (MANY[op] ?? op) : op
  const written = known?.type === 'duration' ? values.map(isoLength) : values
  return [`filters[${known?.param ?? field}][${operator}]${key === undefined ? '' : `[${key}]`}`, written.join(',')]
}

function isoLength(text: string): string {
  const ms = parseLengthMs(text)
  return ms === undefined ? text : isoLengthOf(ms)
}

function shortLength(text: string): string {
  const ms = parseLengthMs(text)
  return ms === undefined ? text : shortLengthOf(ms)
}
