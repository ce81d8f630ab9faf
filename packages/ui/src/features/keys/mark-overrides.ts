// In the tab of a namespace its own keys stand beside those it has from above: which of them counts?

export interface PlacedKey {
  readonly namespace: string
  readonly key: string
}

export type Standing =
  | { readonly type: 'own' }
  | { readonly type: 'overrides'; readonly namespace: string }
  | { readonly type: 'inherited' }
  | { readonly type: 'overridden' }

/** By `namespace/key`. The nearest namespace wins; of those that it hides it names the next one. */
export function markOverrides(rows: readonly PlacedKey[], here: string): ReadonlyMap<string, Standing> {
  const marks = new Map<string, Standing>()
  for (const [, same] of Map.groupBy(rows, ({ key }) => key)) {
    const nearest = same.toSorted((a, b) => b.namespace.length - a.namespace.length)
    nearest.forEach((row, index) => marks.set(idOf(row), standingOf(row, index, { here, next: nearest[1] })))
  }
  return marks
}

export function idOf({ namespace, key }: PlacedKey): string {
  return `${namespace}/${key}`
}

/** The other way round; undefined for what is none. */
export function refOf(id: string): PlacedKey | undefined {
  const slash = id.indexOf('/')
  return slash <= 0 ? undefined : { namespace: id.slice(0, slash), key: id.slice(slash + 1) }
}

interface Place {
  readonly here: string
  readonly next: PlacedKey | undefined
}

function standingOf({ namespace }: PlacedKey, index: number, { here, next }: Place): Standing {
  if (index > 0) return { type: 'overridden' }
  if (namespace !== here) return { type: 'inherited' }
  return next === undefined ? { type: 'own' } : { type: 'overrides', namespace: next.namespace }
}
