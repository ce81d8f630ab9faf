// How somebody has arranged the columns of a table: their order, the widths of those that were changed, and those that stay while others scroll.

export interface ColumnLayout {
  /** Ids; columns that it does not name keep their place behind those. */
  readonly order: readonly string[]
  readonly widths: Readonly<Record<string, number>>
  /** They stand first and stay when the table scrolls sideways; each has a width. */
  readonly pinned: readonly string[]
}

export const NO_LAYOUT: ColumnLayout = { order: [], widths: {}, pinned: [] }
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
    const pinned: unknown = 'pinned' in kept ? kept.pinned : undefined
    const pxOf = readWidths(widths)
    return {
      order: Array.isArray(order) ? order.map(String) : [],
      widths: pxOf,
      pinned: Array.isArray(pinned) ? pinned.map(String).filter(id => pxOf[id] !== undefined) : [],
    }
  } catch {
    return NO_LAYOUT
  }
}

function readWidths(kept: unknown): ColumnLayout['widths'] {
  return Object.fromEntries(
    Object.entries(typeof kept === 'object' && kept !== null ? kept : {}).flatMap(([id, px]) =>
      Number.isFinite(px) ? [[id, clampWidth(Number(px))]] : [],
    ),
  )
}

/** Undefined for what nobody has changed. */
export function writeLayout({ order, widths, pinned }: ColumnLayout): string | undefined {
  if (order.length === 0 && Object.keys(widths).length === 0) return undefined
  return JSON.stringify({ order, widths, ...(pinned.length > 0 ? { pinned } : {}) })
}

export interface Arranged {
  readonly id: string
  /** Without a title a column stays at the end: it has the buttons of a row. */
  readonly title: string
  readonly width?: string
  /** So far from the beginning it stays when the others scroll. */
  readonly pinPx?: number
}

export function arrangeColumns<C extends Arranged>(
  columns: readonly C[],
  { order, widths, pinned }: ColumnLayout,
): readonly C[] {
  const place = (column: C): number => {
    if (column.title === '') return columns.length * 2
    if (pinned.includes(column.id)) return pinned.indexOf(column.id) - pinned.length
    const at = order.indexOf(column.id)
    return at < 0 ? columns.length : at
  }
  const sorted =
    order.length === 0 && pinned.length === 0 ? columns : columns.toSorted((one, other) => place(one) - place(other))
  if (Object.keys(widths).length === 0) return sorted
  let pinPx = 0
  return sorted.map(column => {
    const px = widths[column.id]
    if (px === undefined) return column
    if (!pinned.includes(column.id)) return { ...column, width: `${px}px` }
    const placed = { ...column, width: `${px}px`, pinPx }
    pinPx += px
    return placed
  })
}

/** Beside those that stay already, with the width that it has; or one of the others again. */
export function turnPin(layout: ColumnLayout, id: string, px: number): ColumnLayout {
  const { widths, pinned } = layout
  if (pinned.includes(id)) return { ...layout, pinned: pinned.filter(other => other !== id) }
  return { ...layout, widths: { ...widths, [id]: clampWidth(widths[id] ?? px) }, pinned: [...pinned, id] }
}

/** Of the boxes to select with. */
const CHECK_PX = 36

/** Where a cell stays. */
export function pinStyle(pinPx: number | undefined, hasCheck: boolean): { readonly insetInlineStart?: number } {
  return pinPx === undefined ? {} : { insetInlineStart: pinPx + (hasCheck ? CHECK_PX : 0) }
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
