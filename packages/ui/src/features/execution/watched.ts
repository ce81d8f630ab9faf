// What watched expressions came to, put together from the pages in which it is told.
export interface Change {
  /** From this event on. */
  readonly seq: number
  readonly value?: unknown
  readonly error?: string
}

export interface Watched {
  readonly expression: string
  readonly changes: readonly Change[]
}

/** A page begins with what there was before it: that is no change. */
export function joinChanges(pages: readonly (readonly Watched[])[]): readonly Watched[] {
  const [first = []] = pages
  return first.map(({ expression }, index) => {
    const changes: Change[] = []
    for (const change of pages.flatMap(page => page[index]?.changes ?? [])) {
      const last = changes.at(-1)
      if (!last || last.error !== change.error || JSON.stringify(last.value) !== JSON.stringify(change.value))
        changes.push(change)
    }
    return { expression, changes }
  })
}

export function changeAt(changes: readonly Change[], seq: number): Change | undefined {
  return changes.findLast(change => change.seq <= seq)
}

/** The change before the moment and the one after it. */
export function neighbours(
  changes: readonly Change[],
  seq: number,
): { readonly before: Change | undefined; readonly after: Change | undefined } {
  return { before: changes.findLast(change => change.seq < seq), after: changes.find(change => change.seq > seq) }
}

export function textOfValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null)
}
