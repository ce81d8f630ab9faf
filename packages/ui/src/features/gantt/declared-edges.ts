const DEPTH_MAX = 60

/** By the id of a task in a Dag: those that it waits for. */
export function declaredEdges(document: unknown): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>()
  collect(document, found, 0)
  return found
}

function collect(value: unknown, found: Map<string, readonly string[]>, depth: number): void {
  if (typeof value !== 'object' || value === null || depth > DEPTH_MAX) return
  if ('task' in value && isTask(value.task)) {
    const names: readonly unknown[] = 'dependsOn' in value && Array.isArray(value.dependsOn) ? value.dependsOn : []
    found.set(
      value.task.id,
      names.filter(name => typeof name === 'string'),
    )
  }
  for (const inner of Object.values(value)) collect(inner, found, depth + 1)
}

function isTask(value: unknown): value is { readonly id: string } {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string'
}
