// How somebody has arranged the columns of a table: their order, and the widths of those that were changed.

export interface ColumnLayout {
  /** Ids; columns that it does not name keep their place behind those. */
  readonly order: readonly string[]
  readonly widths: Readonly<Record<string, number>>
}

export const NO_LAYOUT: ColumnLayout = { order: [], widths: {} }
export const WIDTH_MIN_PX = 56
export const WIDTH_MAX_PX = 960
/** Of a column that says nothing, where others are fixed. */
const FREE_PX = 160

/** What was kept; what cannot be read is no choice. */
export function readLayout(text: string | undefined): ColumnLayout {
  if (text === undefined) return NO_LAYOUT
  try {
    const kept: unknown = JSON.parse(text)
    if (typeof kept !== 'object' || kept === null) return NO_LAYOUT
    const order: unknown = 'order' in kept ? kept.order : undefined
    const widths: unknown = 'widths' in kept ? kept.widths : undefined
    return {
      order: Array.isArray(order) ? order.map(String) : [],
      widths: Object.fromEntries(
        Object.entries(typeof widths === 'object' && widths !== null ? widths : {}).flatMap(([id, px]) =>
          Number.isFinite(px) ? [[id, clampWidth(Number(px))]] : [],
        ),
      ),
    }
  } catch {
    return NO_LAYOUT
  }
}

/** Undefined for what nobody has changed. */
export function writeLayout({ order, widths }: ColumnLayout): string | undefined {
  return order.length === 0 && Object.keys(widths).length === 0 ? undefined : JSON.stringify({ order, widths })
}

export interface Arranged {
  readonly id: string
  /** Without a title a column stays at the end: it has the buttons of a row. */
  readonly title: string
  readonly width?: string
}

export function arrangeColumns<C extends Arranged>(
  columns: readonly C[],
  { order, widths }: ColumnLayout,
): readonly C[] {
  const place = (column: C): number => {
    if (column.title === '') return columns.length * 2
    const at = order.indexOf(column.id)
    return at < 0 ? columns.length : at
  }
  const sorted = order.length === 0 ? columns : columns.toSorted((one, other) => place(one) - place(other))
  if (Object.keys(widths).length === 0) return sorted
  return sorted.map(column => {
    const px = widths[column.id]
    return px === undefined ? column : { ...column, width: `${px}px` }
  })
}

/** Below this the table scrolls sideways, once somebody has set a width: no column becomes nothing. */
export function tableWidth(columns: readonly Arranged[], { widths }: ColumnLayout): number | undefined {
  if (Object.keys(widths).length === 0) return undefined
  return columns.reduce(
    (sum, { width }) => sum + (/^\d+px$/.test(width ?? '') ? Number.parseInt(width ?? '', 10) : FREE_PX),
    0,
  )
}

export function clampWidth(px: number): number {
  return Math.round(Math.min(WIDTH_MAX_PX, Math.max(WIDTH_MIN_PX, px)))
}

/** One place forward or back among the columns that have a title. */
export function moveColumn(ids: readonly string[], id: string, by: -1 | 1): readonly string[] {
  const at = ids.indexOf(id)
  const to = at + by
  if (at < 0 || to < 0 || to >= ids.length) return ids
  const next = ids.filter(other => other !== id)
  next.splice(to, 0, id)
  return next
}
