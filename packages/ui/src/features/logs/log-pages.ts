// A log of any length is read in pages of places among the lines that the filter keeps. What the server answers may begin a little before the place
// that was asked for (at the beginning of what it stores together), so more is asked for than a page holds.

export const PAGE_LINES = 200
/** As many lines as the server stores together. */
const SLACK_LINES = 64
const AHEAD_LINES = 60

export interface LogPageWish {
  readonly position: number
  readonly count: number
}

export function wishOf(page: number): LogPageWish {
  return { position: page * PAGE_LINES, count: PAGE_LINES + SLACK_LINES }
}

/** The pages that rows `first` to `last` stand in, and those that come next when one scrolls on. */
export function pagesAround(first: number, last: number, total: number): readonly number[] {
  if (total === 0) return []
  const from = Math.floor(Math.max(0, first - AHEAD_LINES) / PAGE_LINES)
  const to = Math.floor(Math.min(total - 1, last + AHEAD_LINES) / PAGE_LINES)
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)
}

export interface LogPage<Line> {
  readonly position: number
  readonly lines: readonly Line[]
}

/** The line at a place, when its page is there. */
export function lineAt<Line>(pages: ReadonlyMap<number, LogPage<Line>>, position: number): Line | undefined {
  const page = pages.get(Math.floor(position / PAGE_LINES))
  return page?.lines[position - page.position]
}

/** Where the first line stands that is not before `line`. */
export function placeOfLine(page: LogPage<{ readonly line: number }>, line: number): number {
  const offset = page.lines.findIndex(item => item.line >= line)
  return page.position + (offset < 0 ? page.lines.length : offset)
}
