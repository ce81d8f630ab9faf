/** The namespace itself, then those above it, the nearest first: `a.b.c`, `a.b`, `a`. */
export function withAncestors(namespace: string): readonly string[] {
  const parts = namespace.split('.')
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('.'))
}

/** True for the namespace itself and those above it. */
export function isAtOrAbove(namespace: string, below: string): boolean {
  return below === namespace || below.startsWith(`${namespace}.`)
}
