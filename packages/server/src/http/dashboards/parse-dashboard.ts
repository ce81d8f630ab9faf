// A board of charts from its YAML. A board that is saved is right as a whole; in one that is being written a chart may be wrong, and the others are shown.
import { isList, isMap, mapGet, parseDuration, parseYaml, type Value, type ValueMap } from '@batuta/core'
import { parseChart, type Chart } from './parse-chart.ts'
import { textOf } from './parse-where.ts'

export interface Dashboard {
  readonly id: string
  readonly title: string
  readonly description?: string
  readonly timeWindow: { readonly default: string; readonly max?: string }
  readonly charts: readonly Chart[]
}

export type Parsed = { readonly dashboard: Dashboard } | { readonly problems: readonly string[] }

export interface Draft {
  readonly dashboard?: Dashboard
  /** By the id of their chart. */
  readonly broken: ReadonlyMap<string, string>
  readonly problems: readonly string[]
}

const CHARTS_MAX = 50
const WINDOW = 'P7D'

export function parseDashboard(source: string): Parsed {
  const { dashboard, problems } = readDashboard(source)
  return dashboard && problems.length === 0 ? { dashboard } : { problems }
}

export function readDashboard(source: string): Draft {
  const broken = new Map<string, string>()
  const { value, problem } = parseYaml(source)
  if (value === undefined || !isMap(value))
    return { broken, problems: [problem ?? 'A dashboard is a map with a title and charts.'] }
  const problems: string[] = []
  const title = textOf(value, 'title')
  if (title === undefined) problems.push('title: it is missing.')
  const id = textOf(value, 'id') ?? slugOf(title ?? '')
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(id)) problems.push(`id: "${id}" is no id: letters, digits, "_" and "-".`)
  const timeWindow = windowOf(mapGet(value, 'timeWindow'), problems)
  const listed = mapGet(value, 'charts') ?? []
  if (!isList(listed) || listed.length > CHARTS_MAX) {
    problems.push(`charts: it is a list of ${CHARTS_MAX} at most.`)
    return { broken, problems }
  }
  const charts = chartsOf(listed, { broken, problems })
  const description = textOf(value, 'description')
  const dashboard = {
    id,
    title: title ?? id,
    ...(description === undefined ? {} : { description }),
    timeWindow,
    charts,
  }
  return { dashboard, broken, problems }
}

interface Found {
  readonly broken: Map<string, string>
  readonly problems: string[]
}

function chartsOf(listed: readonly Value[], { broken, problems }: Found): readonly Chart[] {
  const ids = new Set<string>()
  return listed.flatMap((given, at) => {
    const own: string[] = []
    const chart = parseChart(given, `charts[${at}]`, own)
    const id = chart?.id ?? (isMap(given) ? textOf(given, 'id') : undefined)
    if (id !== undefined && ids.has(id)) own.push(`charts[${at}].id: there is another chart "${id}".`)
    problems.push(...own)
    if (own.length > 0 && id !== undefined && !ids.has(id)) broken.set(id, own.join('\n'))
    if (id !== undefined) ids.add(id)
    return chart && own.length === 0 ? [chart] : []
  })
}

function windowOf(given: Value | undefined, problems: string[]): Dashboard['timeWindow'] {
  if (given === undefined || !isMap(given)) return { default: WINDOW }
  const spanOf = (name: 'default' | 'max'): string | undefined => durationIn(given, name, problems)
  const max = spanOf('max')
  return { default: spanOf('default') ?? WINDOW, ...(max === undefined ? {} : { max }) }
}

function durationIn(window: ValueMap, name: string, problems: string[]): string | undefined {
  const text = textOf(window, name)
  if (text === undefined) return undefined
  const ms = parseDuration(text)
  if (ms !== undefined && ms > 0) return text
  problems.push(`timeWindow.${name}: "${text}" is no duration: write one such as P7D or PT12H.`)
  return undefined
}

function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}
