// What a chart wants to look like, read from its YAML as far as it is understood: what is half written still has a card.

import { parseDuration } from '@batuta/core'

export type ChartKind = 'TimeSeries' | 'Bar' | 'Pie' | 'Table' | 'KPI' | 'Markdown'

export const CHART_KINDS: readonly ChartKind[] = ['TimeSeries', 'Bar', 'Pie', 'Table', 'KPI', 'Markdown']

export interface ColumnLook {
  readonly name: string
  readonly title: string
  readonly field: string
  readonly agg: string | undefined
  readonly style: 'BARS' | 'LINES' | 'POINTS'
  readonly isEnd: boolean
}

export interface ChartLook {
  readonly id: string
  readonly kind: ChartKind | undefined
  readonly title: string
  readonly description: string | undefined
  /** Of twelve. */
  readonly width: number
  /** `Executions`, `Logs`, … */
  readonly source: string
  readonly columns: readonly ColumnLook[]
  /** What runs along the axis. */
  readonly category: string | undefined
  readonly colorBy: string | undefined
  readonly hasLegend: boolean
  readonly isPercentage: boolean
  readonly content: string
}

const USUAL_WIDTH = 6
const WEEK_MS = 604_800_000

/** How much of the time a board shows unless one chooses. */
export function windowMsOf(text: unknown): number {
  const ms = typeof text === 'string' ? parseDuration(text) : undefined
  return ms === undefined || ms <= 0 ? WEEK_MS : ms
}

export function lookOf(given: unknown): ChartLook {
  const chart = mapOf(given)
  const [options, data] = [mapOf(chart['chartOptions']), mapOf(chart['data'])]
  const id = textOf(chart['id']) ?? ''
  const type = textOf(chart['type']) ?? ''
  const kind = CHART_KINDS.find(name => type === name || type.endsWith(`.${name}`))
  const columns = columnsOf(data['columns'], kind)
  const isGrouped = ({ agg }: ColumnLook): boolean => agg === undefined
  const category = textOf(options['column']) ?? columns.find(isGrouped)?.name
  const colorBy = textOf(options['colorByColumn']) ?? columns.find(one => isGrouped(one) && one.name !== category)?.name
  const numberType = textOf(options['numberType'])
  const width = Number(options['width'])
  return {
    id,
    kind,
    title: textOf(options['displayName']) ?? id,
    description: textOf(options['description']),
    width: Number.isInteger(width) && width >= 1 && width <= 12 ? width : usualWidth(kind),
    source: (textOf(data['type']) ?? '').split('.').at(-1)?.replace(/KPI$/, '') ?? '',
    columns,
    category,
    colorBy: kind === 'Pie' ? category : colorBy,
    hasLegend: mapOf(options['legend'])['enabled'] !== false,
    isPercentage: numberType === undefined ? data['numerator'] !== undefined : numberType === 'PERCENTAGE',
    content: textOf(chart['content']) ?? textOf(mapOf(chart['source'])['content']) ?? '',
  }
}

function usualWidth(kind: ChartKind | undefined): number {
  return kind === 'KPI' ? 3 : kind === 'TimeSeries' ? 12 : USUAL_WIDTH
}

function columnsOf(given: unknown, kind: ChartKind | undefined): readonly ColumnLook[] {
  const columns = mapOf(given)
  if (kind === 'KPI') return [columnOf('value', columns)]
  return Object.entries(columns).map(([name, column]) => columnOf(name, mapOf(column)))
}

function columnOf(name: string, column: Readonly<Record<string, unknown>>): ColumnLook {
  const style = textOf(column['graphStyle'])
  const agg = textOf(column['agg'])?.toUpperCase()
  return {
    name,
    title: textOf(column['displayName']) ?? name,
    field: (textOf(column['field']) ?? 'ID').toUpperCase(),
    agg,
    style: style === 'LINES' || style === 'POINTS' ? style : 'BARS',
    isEnd: textOf(column['columnAlignment']) === 'RIGHT' || agg !== undefined,
  }
}

export function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {}
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}
