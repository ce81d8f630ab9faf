// Rows as what is drawn: series over time, bars of parts, slices. Pure, and bounded: what is too small to be seen is put together.
import { stateGroupOf, stateWord } from '../../lib/states.ts'
import type { ChartLook, ColumnLook } from './chart-look.ts'

export type Row = Readonly<Record<string, unknown>>

export interface Series {
  readonly name: string
  readonly style: ColumnLook['style']
  /** A length of time: it has an axis of its own. */
  readonly isDuration: boolean
  /** A variable of the style sheet. */
  readonly color: string
  readonly values: readonly (number | null)[]
}

export interface TimeSeries {
  /** Milliseconds. */
  readonly times: readonly number[]
  readonly series: readonly Series[]
}

const SERIES_MAX = 12
const PARTS_MAX = 12
const PALETTE = 6
const LEVELS: Readonly<Record<string, string>> = {
  ERROR: 'var(--failed-solid)',
  WARN: 'var(--warning-solid)',
  INFO: 'var(--running-solid)',
  DEBUG: 'var(--waiting-solid)',
  TRACE: 'var(--skipped-solid)',
}

export function timeSeriesOf(look: ChartLook, rows: readonly Row[]): TimeSeries {
  const { category = '', colorBy, columns } = look
  const measures = columns.filter(({ agg }) => agg !== undefined)
  const times = [...new Set(rows.map(row => Date.parse(String(row[category]))))]
    .filter(Number.isFinite)
    .sort((a, b) => a - b)
  const place = new Map(times.map((at, index) => [at, index]))
  const series = new Map<string, { readonly look: Omit<Series, 'values'>; readonly values: (number | null)[] }>()
  for (const row of rows) {
    const at = place.get(Date.parse(String(row[category])))
    if (at === undefined) continue
    const value = colorBy === undefined ? undefined : textOf(row[colorBy])
    const told = value !== undefined && fieldOf(look, colorBy) === 'STATE' ? stateWord(value) : value
    for (const measure of measures) {
      // Only what is counted falls into colours: a mean over all is one line.
      const part = measure.style === 'BARS' ? value : undefined
      const name =
        part === undefined
          ? measure.title
          : measures.filter(one => one.style === 'BARS').length > 1
            ? `${told} · ${measure.title}`
            : (told ?? part)
      const isDuration = measure.field === 'DURATION' && measure.agg !== 'COUNT'
      const color =
        part === undefined
          ? `var(--chart-${(measures.indexOf(measure) % PALETTE) + 1})`
          : colorOf(look, part, series.size)
      const known = series.get(name) ?? {
        look: { name, style: measure.style, isDuration, color },
        values: times.map(() => null),
      }
      known.values[at] = together(known.values[at] ?? null, numberOf(row[measure.name]), measure)
      series.set(name, known)
    }
  }
  const shown = [...series.values()].map(({ look: own, values }) => ({ ...own, values })).sort(byWeight)
  return { times, series: shown.slice(0, SERIES_MAX) }
}

/** Parts of one moment are added; of their means the largest is shown. */
function together(before: number | null, value: number | null, { agg }: ColumnLook): number | null {
  if (before === null || value === null) return before ?? value
  if (agg === 'COUNT' || agg === 'SUM') return before + value
  return agg === 'MIN' ? Math.min(before, value) : Math.max(before, value)
}

function byWeight(left: Series, right: Series): number {
  return weightOf(right) - weightOf(left)
}

function weightOf({ values, style }: Series): number {
  return style === 'BARS' ? values.reduce<number>((sum, value) => sum + (value ?? 0), 0) : -1
}

export interface Part {
  readonly name: string
  readonly value: number
  readonly color: string
}

export interface Bar {
  readonly name: string
  readonly value: number
  readonly parts: readonly Part[]
}

/** What has the most comes first, unless the rows have an order of their own. */
export function barsOf(
  look: ChartLook,
  rows: readonly Row[],
  hasOrder: boolean,
): { readonly bars: readonly Bar[]; readonly more: number } {
  const { category = '', colorBy, columns } = look
  const measure = columns.find(({ agg }) => agg !== undefined)
  const bars = new Map<string, { value: number; readonly parts: Map<string, number> }>()
  for (const row of rows) {
    const name = textOf(row[category]) ?? ''
    const part = colorBy === undefined ? '' : (textOf(row[colorBy]) ?? '')
    const value = measure ? (numberOf(row[measure.name]) ?? 0) : 1
    const bar = bars.get(name) ?? { value: 0, parts: new Map<string, number>() }
    bar.value += value
    bar.parts.set(part, (bar.parts.get(part) ?? 0) + value)
    bars.set(name, bar)
  }
  const kinds = [...new Set([...bars.values()].flatMap(({ parts }) => [...parts.keys()]))].sort()
  const all = [...bars].map(([name, { value, parts }]) => ({
    name,
    value,
    parts: kinds.flatMap((kind, index) => {
      const own = parts.get(kind)
      const color = colorBy === undefined ? colorOf(look, name, 0) : colorOf(look, kind, index)
      return own === undefined ? [] : [{ name: kind, value: own, color }]
    }),
  }))
  const ordered = hasOrder ? all : all.toSorted((one, other) => other.value - one.value)
  return { bars: ordered.slice(0, PARTS_MAX), more: Math.max(0, ordered.length - PARTS_MAX) }
}

export function slicesOf(look: ChartLook, rows: readonly Row[], rest: string): readonly Part[] {
  const { bars } = barsOf({ ...look, colorBy: undefined }, rows, false)
  const all = bars.map(({ name, value }, index) => ({ name, value, color: colorOf(look, name, index) }))
  const sum = rows.reduce((total, row) => total + (numberOf(row[measureOf(look)]) ?? 0), 0)
  const left = sum - all.reduce((total, { value }) => total + value, 0)
  return left > sum / 1_000 ? [...all, { name: rest, value: left, color: 'var(--skipped-solid)' }] : all
}

function measureOf({ columns }: ChartLook): string {
  return columns.find(({ agg }) => agg !== undefined)?.name ?? ''
}

/** States and levels have their own colours, the others take turns. */
function colorOf({ columns, colorBy, category }: ChartLook, value: string, index: number): string {
  const field = columns.find(({ name }) => name === (colorBy ?? category))?.field
  if (field === 'STATE') return `var(--${stateGroupOf(value)}-solid)`
  if (field === 'LEVEL') return LEVELS[value] ?? 'var(--skipped-solid)'
  return `var(--chart-${(index % PALETTE) + 1})`
}

export function fieldOf({ columns }: ChartLook, name: string | undefined): string {
  return columns.find(column => column.name === name)?.field ?? ''
}

export function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}
