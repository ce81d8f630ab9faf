import { isList, isMap, mapEntries, mapFrom, mapKeys, mapSize } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { MapEntry } from '../../std/map-entry.ts'
import { plainText } from '../../std/value-text.ts'
import { integerArgument, listInput, mapInput, optionalString } from '../arguments.ts'
import { compareNatural, equalsDeep } from '../compare.ts'
import type { Args, FilterDefinition } from '../definition.ts'
import { fail } from '../fault.ts'
import type { Frame } from '../frame.ts'
import type { Fuel } from '../fuel.ts'
import { givesLong, javaClassName } from '../java-class.ts'
import { typeName } from '../type-name.ts'

function onList(
  name: string,
  parameters: readonly string[],
  apply: (list: readonly Value[], args: Args, frame: Frame) => Value,
): FilterDefinition {
  return {
    name,
    parameters,
    apply: (input, args, frame) => {
      if (input === null) return null
      const list = listInput(input, name)
      frame.fuel.spend(list.length)
      return apply(list, args, frame)
    },
  }
}

export const COLLECTION_FILTERS: readonly FilterDefinition[] = [
  { name: 'length', parameters: [], apply: lengthOf },
  { name: 'first', parameters: [], apply: input => endOf(input, 'first', 0) },
  { name: 'last', parameters: [], apply: input => endOf(input, 'last', -1) },
  onList('join', ['separator'], (list, [separator], { fuel }) =>
    join(list, optionalString(separator, 'separator') ?? '', fuel),
  ),
  onList('sort', [], list => list.toSorted(compareNatural)),
  onList('rsort', [], list => list.toSorted((left, right) => compareNatural(right, left))),
  onList('reverse', [], list => list.toReversed()),
  onList('flatten', [], (list, _args, { fuel }) => {
    const flat = list.flatMap(item => (isList(item) ? [...item] : [item]))
    fuel.spend(flat.length)
    return flat
  }),
  onList('chunk', ['size'], (list, [size]) => chunk(list, integerArgument(size, 'size'))),
  {
    name: 'distinct',
    parameters: [],
    apply: (input, _args, { fuel }) => (input === null ? 'null' : distinct(listInput(input, 'distinct'), fuel)),
  },
  { name: 'slice', parameters: ['fromIndex', 'toIndex'], apply: slice },
  { name: 'merge', parameters: ['items'], apply: (input, [items]) => merge(input, items ?? null) },
  { name: 'keys', parameters: [], apply: keysOf },
  {
    name: 'values',
    parameters: [],
    apply: input => (input === null ? null : Array.from(mapEntries(mapInput(input, 'values')), ([, value]) => value)),
  },
  {
    name: 'className',
    parameters: [],
    fromForm: givesLong,
    apply: (input, args) => javaClassName(input, args.at(-1) === true),
  },
]

function lengthOf(input: Value): Value {
  if (typeof input === 'string' || isList(input)) return input.length
  return isMap(input) ? mapSize(input) : 0
}

function endOf(input: Value, filter: string, index: 0 | -1): Value {
  if (input === null) return null
  if (typeof input === 'string') return input.at(index) ?? fail('TYPE', `\`${filter}\` found an empty text`)
  return listInput(input, filter).at(index) ?? null
}

function join(list: readonly Value[], separator: string, fuel: Fuel): string {
  const parts = list.map(item => fuel.textOf(item))
  fuel.checkText(parts.reduce((length, part) => length + part.length + separator.length, 0))
  return parts.join(separator)
}

function chunk(list: readonly Value[], size: number): Value {
  if (size <= 0) return fail('ARGUMENT', 'The argument `size` has to be positive')
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  )
}

/** Scalars are found by a key; only lists and maps have to be compared with one another. */
function distinct(list: readonly Value[], fuel: Fuel): Value {
  fuel.spend(list.length)
  const seen = new Set<Value>()
  const seenStructures: Value[] = []
  return list.filter(item => {
    if (item === null || typeof item !== 'object') {
      if (seen.has(item)) return false
      seen.add(item)
      return true
    }
    if (seenStructures.some(other => equalsDeep(other, item, fuel))) return false
    seenStructures.push(item)
    return true
  })
}

function slice(input: Value, [fromIndex, toIndex]: Args): Value {
  if (input === null) return null
  const from = fromIndex === undefined || fromIndex === null ? 0 : integerArgument(fromIndex, 'fromIndex')
  if (from < 0) return fail('ARGUMENT', 'The argument `fromIndex` cannot be negative')
  const to = toIndex === undefined || toIndex === null ? undefined : integerArgument(toIndex, 'toIndex')
  if (typeof input !== 'string' && !isList(input)) {
    return fail('TYPE', `\`slice\` works on texts and lists, not on ${typeName(input)}`)
  }
  const { length } = input
  if ((to ?? 0) > length || from > length) return fail('ARGUMENT', `There are only ${length} elements to slice`)
  if (to !== undefined && from >= to) {
    return fail('ARGUMENT', 'The argument `toIndex` has to be greater than `fromIndex`')
  }
  return input.slice(from, to)
}

/** The left side decides what comes out; of equal keys the right one wins. */
function merge(left: Value, right: Value): Value {
  if (left === null) return right ?? fail('TYPE', 'There is nothing to merge: both sides are null')
  if (right === null) return left
  if (isMap(left)) return mapFrom([...mapEntries(left), ...entriesToMerge(right)])
  if (isList(left)) return [...left, ...elementsToMerge(right)]
  return fail('TYPE', `\`merge\` works on maps and lists, not on ${typeName(left)}`)
}

function entriesToMerge(right: Value): Iterable<readonly [string, Value]> {
  if (isMap(right)) return mapEntries(right)
  if (isList(right)) return right.map(item => [plainText(item), item] as const)
  return fail('TYPE', `A map can be merged with a map or a list, not with ${typeName(right)}`)
}

function elementsToMerge(right: Value): readonly Value[] {
  if (isList(right)) return right
  if (isMap(right)) return Array.from(mapEntries(right), ([key, value]) => new MapEntry(key, value))
  return fail('TYPE', `A list can be merged with a list or a map, not with ${typeName(right)}`)
}

function keysOf(input: Value): Value {
  if (input === null) return null
  if (isList(input)) return Array.from(input.keys())
  return [...mapKeys(mapInput(input, 'keys'))]
}
