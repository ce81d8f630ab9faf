// Encrypted values: SECRET inputs and outputs are kept as `{type, value}` with cipher text. Journal and engine hold nothing else; a template that reaches
// one is not rendered inside a turn, and whoever renders it outside opens what it reaches. Where only a text can stand – the value of an iteration, a
// key – it is the cipher text with a word before it.
import type { Scope } from '../expression/scope.ts'
import { ENCRYPTED_TYPE, isEncrypted } from '../flow/input-value.ts'
import type { Input } from '../flow/flow.ts'
import { isList, isMap, isNumber, mapEntries, mapFrom, mapGet, type Value, type ValueMap } from '../std/value.ts'
import { decodeValue, encodeValue } from '../std/value-json.ts'
import { printValue } from '../std/value-text.ts'

/** Roots that an encrypted value can stand in. */
const ROOTS: readonly string[] = [
  'inputs',
  'outputs',
  'trigger',
  'parent',
  'parents',
  'execution',
  'vars',
  'taskrun',
  'item',
]

/** What an encrypted value begins with that is a text. */
export const SEALED_TEXT: string = `${ENCRYPTED_TYPE}:`

export function holdsSealed(value: Value): boolean {
  if (typeof value === 'string') return value.startsWith(SEALED_TEXT)
  if (typeof value !== 'object' || value === null) return false
  if (isList(value)) return value.some(holdsSealed)
  if (!isMap(value)) return false
  if (isEncrypted(value)) return true
  for (const [key, item] of mapEntries(value)) if (key.startsWith(SEALED_TEXT) || holdsSealed(item)) return true
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
  // Its key may be one of the encrypted ones.
  return inner === undefined ? holdsSealed(value) : isSealedAt(inner, rest)
}

/** The value with every encrypted text opened; what holds none is the same value. */
export function openSealed(value: Value, open: (cipher: string) => Value): Value {
  if (!holdsSealed(value)) return value
  if (typeof value === 'string') return open(value.slice(SEALED_TEXT.length))
  if (isList(value)) return value.map(item => openSealed(item, open))
  if (!isMap(value)) return value
  if (isEncrypted(value)) return open(cipherOf(value))
  return mapFrom(Array.from(mapEntries(value), ([key, item]) => [openKey(key, open), openSealed(item, open)] as const))
}

/** Of a number that is encrypted: no text of people begins so. */
const NUMBER_FORM = '\u0000number:'

/** What is encrypted of a value, so that it is opened as what it was. */
export function sealedForm(value: Value): string {
  return isNumber(value) ? `${NUMBER_FORM}${encodeValue(value)}` : printValue(value)
}

/** What was encrypted: a number, or the text itself. */
export function openedForm(text: string): Value {
  if (!text.startsWith(NUMBER_FORM)) return text
  const value = decodeValue(text.slice(NUMBER_FORM.length))
  return isNumber(value) ? value : text
}

function openKey(key: string, open: (cipher: string) => Value): string {
  return key.startsWith(SEALED_TEXT) ? printValue(open(key.slice(SEALED_TEXT.length))) : key
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
