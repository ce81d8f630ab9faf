// Values too large for the journal: they lie in internal storage, and `{type, uri, size, format}` stands for them among the outputs. No turn reads one:
// a template that reaches one is rendered outside, by whoever loads what it reaches.
import type { Scope } from '../expression/scope.ts'
import { storedOf, type StoredValue } from '../std/stored-mark.ts'
import { isList, isMap, mapEntries, mapFrom, mapGet, someValue, type Value } from '../std/value.ts'

/** Roots that a stored value can stand in. */
const ROOTS: readonly string[] = ['outputs', 'inputs', 'trigger', 'parent', 'parents', 'execution']

export function holdsStored(value: Value): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (isList(value)) return value.some(holdsStored)
  return isMap(value) && (storedOf(value) !== undefined || someValue(value, holdsStored))
}

/** What these paths of the context lead to, by URI; the empty path leads everywhere. */
export function storedAt(
  paths: readonly (readonly string[])[],
  lookup: Scope['lookup'],
): ReadonlyMap<string, StoredValue> {
  const found = new Map<string, StoredValue>()
  for (const path of paths) {
    const [root, ...keys] = path
    if (root === undefined) for (const each of ROOTS) collect(lookup(each) ?? null, found)
    else if (ROOTS.includes(root)) collectAt(lookup(root) ?? null, keys, found)
  }
  return found
}

export function reachesStored(paths: readonly (readonly string[])[], scope: Scope): boolean {
  return storedAt(paths, root => scope.lookup(root)).size > 0
}

/** Up to the first mark: what lies inside of it is known when it is loaded. */
function collectAt(value: Value, keys: readonly string[], found: Map<string, StoredValue>): void {
  const [key, ...rest] = keys
  if (typeof value !== 'object' || value === null) return
  if (key === undefined || !isMap(value) || storedOf(value)) return void collect(value, found)
  const inner = mapGet(value, key)
  if (inner !== undefined) collectAt(inner, rest, found)
}

/** True when there was one. */
function collect(value: Value, found: Map<string, StoredValue>): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (isList(value)) return value.map(item => collect(item, found)).includes(true)
  if (!isMap(value)) return false
  const stored = storedOf(value)
  if (stored) found.set(stored.uri, stored)
  if (stored) return true
  let holds = false
  for (const [, item] of mapEntries(value)) if (collect(item, found)) holds = true
  return holds
}

/** The value with what was loaded in the place of its marks. */
export function withStored(value: Value, loaded: ReadonlyMap<string, Value>): Value {
  if (typeof value !== 'object' || value === null || loaded.size === 0) return value
  if (isList(value)) return value.map(item => withStored(item, loaded))
  if (!isMap(value)) return value
  const stored = storedOf(value)
  if (stored) return loaded.get(stored.uri) ?? value
  return mapFrom(Array.from(mapEntries(value), ([key, item]) => [key, withStored(item, loaded)] as const))
}

/** A scope that shows what was loaded. */
export function scopeWithStored(scope: Scope, loaded: ReadonlyMap<string, Value>): Scope {
  if (loaded.size === 0) return scope
  const roots = new Map<string, Value | undefined>()
  return {
    ...scope,
    lookup: root => {
      if (!roots.has(root)) {
        const value = scope.lookup(root)
        roots.set(root, value === undefined ? undefined : withStored(value, loaded))
      }
      return roots.get(root)
    },
  }
}
