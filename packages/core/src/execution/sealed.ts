// Encrypted values: SECRET inputs and outputs are kept as `{type, value}` with cipher text. Journal and engine hold nothing else; a template that reaches
// one is not rendered inside a turn, and whoever renders it outside opens what it reaches.
import type { Scope } from '../expression/scope.ts'
import { isEncrypted } from '../flow/input-value.ts'
import type { Input } from '../flow/flow.ts'
import { isList, isMap, mapEntries, mapFrom, mapGet, type Value, type ValueMap } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'

/** Roots that an encrypted value can stand in. */
const ROOTS: readonly string[] = ['inputs', 'outputs', 'trigger', 'parent', 'parents', 'execution']

export function holdsSealed(value: Value): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (isList(value)) return value.some(holdsSealed)
  if (!isMap(value)) return false
  if (isEncrypted(value)) return true
  for (const [, item] of mapEntries(value)) if (holdsSealed(item)) return true
  return false
}

/** Is any of its inputs kept encrypted? */
export function hasSecretInput(inputs: readonly Input[]): boolean {
  return inputs.some(({ type, inputs: inner = [] }) => type === 'SECRET' || hasSecretInput(inner))
}

/** Whether one of these paths of the context leads to an encrypted value, or to what holds one; the empty path leads everywhere. */
export function reachesSealed(paths: readonly (readonly string[])[], scope: Scope): boolean {
  return paths.some(path => {
    if (path.length === 0) return ROOTS.some(root => holdsSealed(scope.lookup(root) ?? null))
    const [root = '', ...keys] = path
    return ROOTS.includes(root) && isSealedAt(scope.lookup(root), keys)
  })
}

function isSealedAt(value: Value | undefined, keys: readonly string[]): boolean {
  if (value === undefined || value === null) return false
  const [key, ...rest] = keys
  if (key === undefined || !isMap(value) || isEncrypted(value)) return holdsSealed(value)
  const inner = mapGet(value, key)
  return inner === undefined ? false : isSealedAt(inner, rest)
}

/** The value with every encrypted text opened; what holds none is the same value. */
export function openSealed(value: Value, open: (cipher: string) => Value): Value {
  if (!holdsSealed(value)) return value
  if (isList(value)) return value.map(item => openSealed(item, open))
  if (!isMap(value)) return value
  if (isEncrypted(value)) return open(cipherOf(value))
  return mapFrom(Array.from(mapEntries(value), ([key, item]) => [key, openSealed(item, open)] as const))
}

/** Every cipher text in a value, once. */
export function sealedIn(value: Value): readonly string[] {
  const found = new Set<string>()
  openSealed(value, cipher => {
    found.add(cipher)
    return null
  })
  return [...found]
}

function cipherOf(value: ValueMap): string {
  return printValue(mapGet(value, 'value') ?? null)
}
