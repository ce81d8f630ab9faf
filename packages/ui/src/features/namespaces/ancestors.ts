/** A namespace and those above it, the nearest first. */
export function withAncestors(namespace: string): readonly string[] {
  const parts = namespace.split('.')
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('.'))
}
