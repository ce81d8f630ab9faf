// What a namespace says and what those above it say, as one list: the nearest counts.

export interface Layer {
  readonly namespace: string
  readonly entries: readonly (readonly [name: string, value: unknown])[]
}

export interface LayeredEntry {
  readonly name: string
  readonly value: unknown
  readonly namespace: string
  /** The next one above that it goes before. */
  readonly hides: string | undefined
  readonly isHidden: boolean
}

/** `layers`: the nearest first. By name, of one name the nearest first. */
export function layerEntries(layers: readonly Layer[]): readonly LayeredEntry[] {
  const all = layers.flatMap(({ namespace, entries }) => entries.map(([name, value]) => ({ name, value, namespace })))
  return [...Map.groupBy(all, ({ name }) => name)]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .flatMap(([, same]) =>
      same.map((entry, index) => ({
        ...entry,
        hides: index === 0 ? same[1]?.namespace : undefined,
        isHidden: index > 0,
      })),
    )
}
