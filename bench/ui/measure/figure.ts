// A figure beside its budget.
export interface Budget {
  readonly page: string
  readonly what: string
  readonly unit: 'ms' | 'kB' | 'MB' | 'rows' | 'files' | ''
  /** The most that is allowed; without one the figure is only told. */
  readonly most?: number
}

export interface Figure extends Budget {
  /** The median of the rounds. */
  readonly value: number
  readonly values: readonly number[]
  readonly isOver: boolean
  readonly note?: string
}

export type Sample = Budget & { readonly value: number; readonly note?: string }

/** One figure for what was measured several times. */
export function mergeSamples(samples: readonly Sample[]): readonly Figure[] {
  const groups = Map.groupBy(samples, ({ page, what }) => `${page}\n${what}`)
  return [...groups.values()].flatMap(group => {
    const [first] = group
    if (!first) return []
    const values = group.map(({ value }) => value)
    const value = medianOf(values)
    const note = group.findLast(sample => sample.note !== undefined)?.note
    const isOver = first.most !== undefined && !(value <= first.most)
    return [{ ...first, value, values, isOver, ...(note === undefined ? {} : { note }) }]
  })
}

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
}

export function shareOf(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0
}

/** As a table for people; what is above its budget says so. */
export function printSamples(figures: readonly Figure[]): string {
  const rows = figures.map(({ page, what, unit, most, value, values, isOver, note }) => [
    page,
    what,
    most === undefined ? '' : `≤ ${most} ${unit}`,
    `${round(value)} ${unit}`,
    values.length > 1 ? values.map(round).join(' ') : '',
    most === undefined ? '' : isOver ? 'OVER' : 'ok',
    note ?? '',
  ])
  const head = ['page', 'what', 'budget', 'median', 'rounds', '', '']
  const widths = head.map((_cell, column) => Math.max(...[head, ...rows].map(row => (row[column] ?? '').length)))
  return [head, ...rows]
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function round(value: number): string {
  return Number.isNaN(value)
    ? 'none'
    : String(Math.abs(value) < 1 ? Math.round(value * 1000) / 1000 : Math.round(value * 10) / 10)
}
