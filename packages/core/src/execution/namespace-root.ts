// What namespaces say for their flows: `namespace.<key>`, with the words of the namespaces above where the closer ones are silent.
import { isMap, mapEntries, mapFrom, mapGet, type Value, type ValueMap } from '../std/value.ts'

/** Among the configured roots; no expression can name it. Holds a map from namespace to variables. */
export const NAMESPACE_VARIABLES = '#namespaces'

export function namespaceRoot(configured: ReadonlyMap<string, Value>, namespace: string): ValueMap | undefined {
  const all = configured.get(NAMESPACE_VARIABLES)
  if (all === undefined || all === null || typeof all !== 'object' || !isMap(all)) return undefined
  const merged = new Map<string, Value>()
  for (let at = namespace.length; at > 0; at = namespace.lastIndexOf('.', at - 1)) {
    const variables = mapGet(all, namespace.slice(0, at))
    if (variables === undefined || variables === null || typeof variables !== 'object' || !isMap(variables)) continue
    for (const [key, value] of mapEntries(variables)) if (!merged.has(key)) merged.set(key, value)
  }
  return merged.size === 0 ? undefined : mapFrom(merged)
}
