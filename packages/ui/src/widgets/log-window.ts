// Where a list of rows stands, as numbers. A place is a row with the part of it that is out of sight: 12.5 is the middle of the thirteenth.

/** Browsers stop counting somewhere above this. */
const HEIGHT_MAX = 8_000_000
const EXTRA_ROWS = 2

export interface WindowSize {
  readonly count: number
  /** As many rows as there is room for, if each is as high as usual. */
  readonly viewRows: number
}

/** How high the element is that scrolls. */
export function spacerPx(heightPx: number): number {
  return Math.min(HEIGHT_MAX, heightPx)
}

/** The place, not beyond the one at which the last row is at the end of the view. */
export function clampTop(top: number, { count, viewRows }: WindowSize): number {
  return Math.max(0, Math.min(top, count - viewRows))
}

/** At the end there are only as many rows as fit, and they stand at the end. */
export function rowsInSight(top: number, size: WindowSize): { readonly first: number; readonly last: number } {
  const first = Math.max(0, Math.min(Math.floor(top), size.count - 1))
  return { first, last: Math.min(size.count, first + Math.ceil(size.viewRows) + EXTRA_ROWS) }
}

interface Scale {
  /** The last place there is. */
  readonly end: number
  /** The last place of the element that scrolls. */
  readonly room: number
}

export function topOfScroll(scroll: number, { end, room }: Scale): number {
  return room <= 0 ? 0 : Math.min(end, (scroll / room) * end)
}

export function scrollOfTop(top: number, { end, room }: Scale): number {
  return end <= 0 ? 0 : (top / end) * room
}
