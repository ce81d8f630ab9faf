// Reading and changing values along paths. Values are never changed in place: every change copies the containers on its way.
import { isList, isMap, isNumber, mapEntries, mapFrom, mapGet, mapHas } from '../../std/value.ts'
import type { Value, ValueMap } from '../../std/value.ts'
import { toNumber } from '../arithmetic.ts'
import type { Fuel } from '../fuel.ts'
import { describe, jqType, raise } from './jq-error.ts'
import { compareJq } from './order-jq.ts'

/** A path grows at its end and shares its beginning. */
export interface JqPath {
  readonly parent: JqPath | undefined
  readonly key: Value
}

export const ROOT: JqPath = { parent: undefined, key: null }
/** Of a value that was computed rather than reached. */
export const NO_PATH: JqPath = { parent: undefined, key: null }

export function pathToValue(path: JqPath): readonly Value[] {
  const keys: Value[] = []
  for (let step: JqPath = path; step.parent !== undefined; step = step.parent) keys.push(step.key)
  return keys.reverse()
}

export function childOf(value: Value, key: Value, fuel: Fuel): Value {
  if (typeof key === 'string') {
    if (value === null) return null
    return isMap(value) ? (mapGet(value, key) ?? null) : raise(`Cannot index ${jqType(value)} with "${key}"`)
  }
  if (isNumber(key)) {
    if (value === null) return null
    return isList(value) ? itemAt(value, toNumber(key)) : raise(`Cannot index ${jqType(value)} with number`)
  }
  if (isList(key) && isList(value)) return indicesOf(value, key, fuel)
  if (isMap(key) && (isList(value) || value === null)) {
    return sliceOf(value, mapGet(key, 'start') ?? null, mapGet(key, 'end') ?? null)
  }
  return raise(`Cannot index ${jqType(value)} with ${jqType(key)}`)
}

function itemAt(list: readonly Value[], index: number): Value {
  const whole = Math.floor(index)
  return list[whole < 0 ? whole + list.length : whole] ?? null
}

export function sliceOf(value: Value, from: Value, to: Value): Value {
  if (value === null) return null
  if (!isList(value) && typeof value !== 'string') return raise(`Cannot index ${jqType(value)} with object`)
  const characters = typeof value === 'string' ? Array.from(value) : undefined
  const { start, end } = sliceBounds(from, to, characters?.length ?? value.length)
  return characters === undefined ? value.slice(start, end) : characters.slice(start, end).join('')
}

function sliceBounds(from: Value, to: Value, length: number): { readonly start: number; readonly end: number } {
  const bound = (value: Value, fallback: number, round: (value: number) => number): number => {
    if (value === null) return fallback
    if (!isNumber(value)) return raise('Start and end indices of an array slice must be numbers')
    const number = round(toNumber(value))
    return Math.max(0, Math.min(length, number < 0 ? number + length : number))
  }
  const start = bound(from, 0, Math.floor)
  return { start, end: Math.max(start, bound(to, length, Math.ceil)) }
}

/** Where a list occurs inside of a list. */
export function indicesOf(list: readonly Value[], wanted: readonly Value[], fuel: Fuel): readonly number[] {
  const found: number[] = []
  if (wanted.length === 0) return found
  for (let at = 0; at + wanted.length <= list.length; at++) {
    if (wanted.every((item, offset) => compareJq(list[at + offset] ?? null, item, fuel) === 0)) found.push(at)
  }
  return found
}

export function getPath(value: Value, keys: readonly Value[], fuel: Fuel): Value {
  let current = value
  for (const key of keys) {
    if (current === null) return null
    current = childOf(current, key, fuel)
  }
  return current
}

const INDEX_MAX = 1_000_000

export function setPath(value: Value, keys: readonly Value[], change: (old: Value) => Value, fuel: Fuel): Value {
  const [key, ...rest] = keys
  if (key === undefined) return change(value)
  fuel.spend(1)
  const inner = (old: Value): Value => setPath(old, rest, change, fuel)
  if (typeof key === 'string') return setKey(value, key, inner)
  if (isNumber(key)) return setIndex(value, toNumber(key), inner, fuel)
  if (isMap(key)) return setSlice(value, key, inner)
  return raise(`Invalid path component ${describe(key)}`)
}

function setKey(value: Value, key: string, change: (old: Value) => Value): Value {
  if (value !== null && !isMap(value)) return raise(`Cannot index ${jqType(value)} with "${key}"`)
  const map: ValueMap = value ?? {}
  return mapFrom([...mapEntries(map), [key, change(mapGet(map, key) ?? null)]])
}

function setIndex(value: Value, index: number, change: (old: Value) => Value, fuel: Fuel): Value {
  if (value !== null && !isList(value)) return raise(`Cannot index ${jqType(value)} with number`)
  const list = [...(value ?? [])]
  const at = Math.trunc(index) < 0 ? Math.trunc(index) + list.length : Math.trunc(index)
  if (at < 0) return raise('Out of bounds negative array index')
  if (at > INDEX_MAX + list.length) return raise('Array index too large')
  fuel.spend(1 + (Math.max(at, list.length) >> 3))
  while (list.length < at) list.push(null)
  list[at] = change(list[at] ?? null)
  return list
}

function setSlice(value: Value, key: ValueMap, change: (old: Value) => Value): Value {
  if (value !== null && !isList(value)) return raise(`Cannot update field at object index of ${jqType(value)}`)
  const list = value ?? []
  const { start, end } = sliceBounds(mapGet(key, 'start') ?? null, mapGet(key, 'end') ?? null, list.length)
  const replacement = change(list.slice(start, end))
  if (!isList(replacement)) return raise('A slice of an array can only be assigned another array')
  return [...list.slice(0, start), ...replacement, ...list.slice(end)]
}

/** From the last to the first, so that earlier deletions do not move later ones. */
export function deletePaths(value: Value, paths: readonly (readonly Value[])[], fuel: Fuel): Value {
  const ordered = paths.toSorted((left, right) => compareJq(right, left, fuel))
  return ordered.reduce((current: Value, path) => deletePath(current, path, fuel), value)
}

function deletePath(value: Value, keys: readonly Value[], fuel: Fuel): Value {
  const [key, ...rest] = keys
  if (key === undefined || value === null) return null
  fuel.spend(1)
  if (rest.length === 0) return deleteKey(value, key)
  if (childOf(value, key, fuel) === null) return value
  return setPath(value, [key], old => deletePath(old, rest, fuel), fuel)
}

function deleteKey(value: Value, key: Value): Value {
  if (typeof key === 'string' && isMap(value)) {
    return mapHas(value, key) ? mapFrom(Array.from(mapEntries(value)).filter(([name]) => name !== key)) : value
  }
  if (isNumber(key) && isList(value)) {
    const index = Math.trunc(toNumber(key))
    const at = index < 0 ? index + value.length : index
    return at >= 0 && at < value.length ? value.toSpliced(at, 1) : value
  }
  if (isMap(key) && isList(value)) {
    const { start, end } = sliceBounds(mapGet(key, 'start') ?? null, mapGet(key, 'end') ?? null, value.length)
    return value.toSpliced(start, end - start)
  }
  return raise(`Cannot delete field at ${isNumber(key) ? 'array' : 'object'} index of ${jqType(value)}`)
}
