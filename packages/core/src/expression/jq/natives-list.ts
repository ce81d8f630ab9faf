// Lists and maps: order, groups, entries, membership.
import { isList, isMap, isNumber, mapEntries, mapFrom, mapGet, mapKeys, mapSize } from '../../std/value.ts'
import type { Value, ValueMap } from '../../std/value.ts'
import { encodeUtf8 } from '../../std/utf8.ts'
import { toNumber } from '../arithmetic.ts'
import type { Fuel } from '../fuel.ts'
import { add, narrow } from './arithmetic-jq.ts'
import { onArgument, onFilters, onInput, outputsOf } from './define-native.ts'
import type { NativeEntry } from './define-native.ts'
import { describe, jqType, raise } from './jq-error.ts'
import { computed } from './compile-jq.ts'
import { compareJq, sortedKeys } from './order-jq.ts'
import { indicesOf } from './paths-jq.ts'
import type { Env, Filter } from './run-time-jq.ts'
import { toJson } from './text-jq.ts'

export const LIST_NATIVES: readonly NativeEntry[] = [
  onInput('length', lengthOf),
  onInput('utf8bytelength', input =>
    typeof input === 'string'
      ? encodeUtf8(input).length
      : raise(`${describe(input)} only strings have UTF-8 byte length`),
  ),
  onInput('keys', input => (isMap(input) ? sortedKeys(input) : indexesOf(input))),
  onInput('keys_unsorted', input => (isMap(input) ? [...mapKeys(input)] : indexesOf(input))),
  onInput('add', (input, { run }) => sum(itemsOf(input), run.fuel)),
  onFilters(
    'add',
    1,
    body => (input, path, env, emit) => emit(sum(outputsOf(body, input, env), env.run.fuel), computed(path)),
  ),
  onInput('reverse', input =>
    input === null ? [] : typeof input === 'string' ? [...input].reverse().join('') : listOf(input).toReversed(),
  ),
  onInput('sort', (input, { run }) => listOf(input).toSorted((left, right) => compareJq(left, right, run.fuel))),
  onInput('unique', (input, env) => groups(listOf(input), [...listOf(input)], env).map(group => group[0] ?? null)),
  onInput('min', (input, { run }) => extreme(listOf(input), listOf(input), -1, run.fuel)),
  onInput('max', (input, { run }) => extreme(listOf(input), listOf(input), 1, run.fuel)),
  byFilter('sort_by', (list, keys, env) => sortWithKeys(list, keys, env).map(({ item }) => item)),
  byFilter('group_by', groups),
  byFilter('unique_by', (list, keys, env) => groups(list, keys, env).map(group => group[0] ?? null)),
  byFilter('min_by', (list, keys, { run }) => extreme(list, keys, -1, run.fuel)),
  byFilter('max_by', (list, keys, { run }) => extreme(list, keys, 1, run.fuel)),
  onInput('flatten', (input, { run }) => flatten(listOf(input), Infinity, run.fuel)),
  onArgument('flatten', (input, depth, { run }) => flatten(listOf(input), depthOf(depth), run.fuel)),
  onInput('to_entries', toEntries),
  onInput('from_entries', (input, { run }) => fromEntries(input, run.fuel)),
  onArgument('contains', (input, wanted, { run }) => contains(input, wanted, run.fuel)),
  onArgument('indices', (input, wanted, { run }) => indices(input, wanted, run.fuel)),
  onArgument('index', (input, wanted, { run }) => indices(input, wanted, run.fuel)?.[0] ?? null),
  onArgument('rindex', (input, wanted, { run }) => indices(input, wanted, run.fuel)?.at(-1) ?? null),
  onArgument('bsearch', (input, wanted, { run }) => binarySearch(listOf(input), wanted, run.fuel)),
  onInput('transpose', input => transpose(listOf(input))),
  onInput('toarray', input => (isList(input) ? input : [input])),
  onFilters('walk', 1, compileWalk),
]

function listOf(input: Value): readonly Value[] {
  return isList(input) ? input : raise(`${describe(input)} cannot be sorted, as it is not an array`)
}

function itemsOf(input: Value): readonly Value[] {
  if (isList(input)) return input
  if (isMap(input)) return Array.from(mapEntries(input), ([, value]) => value)
  return raise(`Cannot iterate over ${jqType(input)}`)
}

function indexesOf(input: Value): Value {
  return isList(input) ? Array.from(input.keys()) : raise(`${describe(input)} has no keys`)
}

function lengthOf(input: Value): Value {
  if (input === null) return 0
  if (typeof input === 'string') return Array.from(input).length
  if (isList(input)) return input.length
  if (isNumber(input))
    return typeof input === 'bigint' ? (input < 0n ? -input : input) : narrow(Math.abs(toNumber(input)))
  return isMap(input) ? mapSize(input) : raise(`${describe(input)} has no length`)
}

/** Long rows of texts or lists are joined at once instead of copied again for each item. */
function sum(items: readonly Value[], fuel: Fuel): Value {
  fuel.spend(items.length)
  if (items.length > 0 && items.every(item => typeof item === 'string')) {
    fuel.checkText(items.reduce((length, item) => length + item.length, 0))
    return items.join('')
  }
  if (items.length > 0 && items.every(isList)) return items.flatMap(item => [...item])
  return items.reduce((total: Value, item) => add(total, item, fuel), null)
}

function byFilter(
  name: string,
  combine: (list: readonly Value[], keys: readonly Value[], env: Env) => Value,
): NativeEntry {
  return onFilters(name, 1, key => (input, path, env, emit) => {
    const list = isList(input) ? input : raise(`Cannot index ${jqType(input)} with number`)
    emit(
      combine(
        list,
        list.map(item => outputsOf(key, item, env)),
        env,
      ),
      computed(path),
    )
  })
}

interface Keyed {
  readonly item: Value
  readonly key: Value
}

function sortWithKeys(list: readonly Value[], keys: readonly Value[], { run }: Env): readonly Keyed[] {
  const keyed = list.map((item, index) => ({ item, key: keys[index] ?? null }))
  return keyed.sort((left, right) => compareJq(left.key, right.key, run.fuel))
}

function groups(list: readonly Value[], keys: readonly Value[], env: Env): readonly (readonly Value[])[] {
  const result: Value[][] = []
  let last: Keyed | undefined
  for (const entry of sortWithKeys(list, keys, env)) {
    if (last !== undefined && compareJq(last.key, entry.key, env.run.fuel) === 0) result.at(-1)?.push(entry.item)
    else result.push([entry.item])
    last = entry
  }
  return result
}

/** Of equal ones, the first smallest and the last largest. */
function extreme(list: readonly Value[], keys: readonly Value[], sign: 1 | -1, fuel: Fuel): Value {
  let best = 0
  for (let at = 1; at < list.length; at++) {
    const order = compareJq(keys[at] ?? null, keys[best] ?? null, fuel) * sign
    if (order > 0 || (order === 0 && sign === 1)) best = at
  }
  return list[best] ?? null
}

function depthOf(depth: Value): number {
  const number = isNumber(depth) ? toNumber(depth) : raise('flatten depth must be a number')
  return number < 0 ? raise('flatten depth must not be negative') : number
}

function flatten(list: readonly Value[], depth: number, fuel: Fuel): readonly Value[] {
  fuel.spend(list.length)
  return list.flatMap(item => (isList(item) && depth > 0 ? flatten(item, depth - 1, fuel) : [item]))
}

function toEntries(input: Value): Value {
  if (isMap(input)) return Array.from(mapEntries(input), ([key, value]) => ({ key, value }))
  return isList(input) ? input.map((value, key) => ({ key, value })) : raise(`${describe(input)} has no keys`)
}

const KEY_NAMES = ['key', 'k', 'name', 'Name', 'Key', 'K']
const VALUE_NAMES = ['value', 'v', 'Value', 'V']

function fromEntries(input: Value, fuel: Fuel): Value {
  return mapFrom(
    itemsOf(input).map(entry => {
      if (!isMap(entry)) return raise(`Cannot index ${jqType(entry)} with string "key"`)
      const key = firstOf(entry, KEY_NAMES)
      const name =
        typeof key === 'string' ? key : typeof key === 'object' && key !== null ? undefined : toJson(key, fuel)
      return [name ?? raise(`Cannot use ${describe(key)} as object key`), firstOf(entry, VALUE_NAMES)] as const
    }),
  )
}

function firstOf(entry: ValueMap, names: readonly string[]): Value {
  for (const name of names) {
    const value = mapGet(entry, name)
    if (value !== undefined && value !== null) return value
  }
  return null
}

function contains(input: Value, wanted: Value, fuel: Fuel): boolean {
  fuel.spend(1)
  if (isMap(input) && isMap(wanted)) {
    return Array.from(mapEntries(wanted)).every(([key, value]) => {
      const own = mapGet(input, key)
      return own !== undefined && contains(own, value, fuel)
    })
  }
  if (isList(input) && isList(wanted)) {
    return wanted.every(item => input.some(own => jqType(own) === jqType(item) && contains(own, item, fuel)))
  }
  if (typeof input === 'string' && typeof wanted === 'string') return input.includes(wanted)
  if (jqType(input) === jqType(wanted)) return compareJq(input, wanted, fuel) === 0
  return raise(`${describe(input)} and ${describe(wanted)} cannot have their containment checked`)
}

function indices(input: Value, wanted: Value, fuel: Fuel): readonly number[] | null {
  if (input === null) return null
  if (typeof input === 'string' && typeof wanted === 'string') return textIndices(input, wanted, fuel)
  if (isList(input)) return indicesOf(input, isList(wanted) ? wanted : [wanted], fuel)
  return raise(`Cannot determine indices of ${describe(wanted)} in ${describe(input)}`)
}

function textIndices(text: string, wanted: string, fuel: Fuel): readonly number[] {
  const found: number[] = []
  if (wanted === '') return found
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    fuel.spend(1)
    found.push(at)
  }
  return found
}

/** The index of the element, or where it would have to be put, as −1 − index. */
function binarySearch(list: readonly Value[], wanted: Value, fuel: Fuel): number {
  let low = 0
  let high = list.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const order = compareJq(list[middle] ?? null, wanted, fuel)
    if (order === 0) return middle
    if (order < 0) low = middle + 1
    else high = middle - 1
  }
  return -1 - low
}

function transpose(rows: readonly Value[]): Value {
  const lists = rows.map(row => (isList(row) ? row : raise(`Cannot index ${jqType(row)} with number`)))
  const width = lists.reduce((max, list) => Math.max(max, list.length), 0)
  return Array.from({ length: width }, (_, column) => lists.map(list => list[column] ?? null))
}

/** From the leaves up. */
function compileWalk(step: Filter): Filter {
  const walk: Filter = (input, path, env, emit) => {
    env.run.enter()
    if (isList(input)) {
      const items = input.flatMap(item => outputsOf(walk, item, env))
      step(items, undefined, env, value => emit(value, computed(path)))
    } else if (isMap(input)) {
      const entries = Array.from(
        mapEntries(input),
        ([key, value]) => [key, outputsOf(walk, value, env).at(-1)] as const,
      )
      const kept = entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]))
      step(mapFrom(kept), undefined, env, value => emit(value, computed(path)))
    } else step(input, undefined, env, value => emit(value, computed(path)))
    env.run.leave()
  }
  return walk
}
