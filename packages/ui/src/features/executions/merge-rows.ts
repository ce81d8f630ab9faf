// Puts what the stream tells into the pages that are shown: known rows change where they stand, others come to the beginning or are handed back.

export interface Row {
  readonly id: string
}

export interface Page<R extends Row> {
  readonly results: R[]
  readonly total: number
}

export interface News<R extends Row> {
  readonly rows: readonly R[]
  readonly gone: readonly string[]
  /** Whether rows that are not shown yet are taken in. */
  readonly isNewTaken: boolean
}

export interface Merged<R extends Row, P extends Page<R>> {
  readonly pages: readonly P[]
  /** New rows that were not taken in. */
  readonly left: readonly R[]
}

/** Ids begin with the moment of birth: what is newer than the first row is new, what is older lies on a page that was not read yet. */
export function mergeRows<R extends Row, P extends Page<R>>(
  pages: readonly P[],
  { rows, gone, isNewTaken }: News<R>,
): Merged<R, P> {
  const [first] = pages
  if (!first || rows.length + gone.length === 0) return { pages, left: [] }
  const changed = new Map(rows.map(row => [row.id, row]))
  const shown = new Set(pages.flatMap(page => page.results.map(({ id }) => id)))
  const newest = first.results[0]?.id ?? ''
  const fresh = rows.filter(({ id }) => !shown.has(id) && id > newest).sort((a, b) => (a.id < b.id ? 1 : -1))
  const added = isNewTaken ? fresh : []
  const next = pages.map((page, index): P => {
    const kept = page.results.filter(({ id }) => !gone.includes(id)).map(row => changed.get(row.id) ?? row)
    const results = index === 0 ? [...added, ...kept] : kept
    return { ...page, results, total: page.total + (index === 0 ? added.length - goneOf(shown, gone) : 0) }
  })
  return { pages: next, left: isNewTaken ? [] : fresh }
}

function goneOf(shown: ReadonlySet<string>, gone: readonly string[]): number {
  return gone.filter(id => shown.has(id)).length
}
