/** A pure function of a text that keeps its latest results. The oldest go first; faults are not kept. */
export function remember<T>(sizeMax: number, compute: (text: string) => T): (text: string) => T {
  const kept = new Map<string, T>()
  return text => {
    const known = kept.get(text)
    if (known !== undefined) return known
    const result = compute(text)
    if (kept.size >= sizeMax) {
      const oldest = kept.keys().next()
      if (oldest.done !== true) kept.delete(oldest.value)
    }
    kept.set(text, result)
    return result
  }
}
