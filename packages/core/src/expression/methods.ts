// The methods that values have, by the names Java gives them. A property reads as the method without arguments of that name, with or
// without `get`, `is`, `has`, in any case.
import {
  isInteger,
  isList,
  isMap,
  isNumber,
  mapEntries,
  mapFrom,
  mapGet,
  mapHas,
  mapKeys,
  mapSize,
  toDouble,
  toInteger,
} from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import { MapEntry } from '../std/map-entry.ts'
import { plainText } from '../std/value-text.ts'
import { toNumber } from './arithmetic.ts'
import { equalsDeep, isBlank } from './compare.ts'
import { fail } from './fault.ts'
import type { Frame } from './frame.ts'
import { javaReplaceAll, javaSplit, matchesWhole } from './text/java-regex.ts'
import { stripText, trimText } from './text/java-text.ts'

type Bound = (args: readonly Value[], frame: Frame) => Value | undefined
interface Method<T> {
  readonly min: number
  readonly max: number
  readonly call: (self: T, args: readonly Value[], frame: Frame) => Value | undefined
}
type Methods<T> = Readonly<Record<string, Method<T>>>

export function findMethod(node: Value, name: string, argCount: number): Bound | undefined {
  const bound = <T extends Value>(methods: Methods<T>, self: T): Bound | undefined => {
    const method = select(methods, name, argCount) ?? select(ANY, name, argCount)
    return method && ((args, frame) => method.call(self, args, frame))
  }
  if (typeof node === 'string') return bound(TEXT, node)
  if (isList(node)) return bound(LIST, node)
  if (isMap(node)) return bound(MAP, node)
  return isNumber(node) ? bound(NUMBER, node) : bound(ANY, node)
}

function select<T>(methods: Methods<T>, name: string, argCount: number): Method<T> | undefined {
  const lower = name.toLowerCase()
  for (const key of [lower, `get${lower}`, `is${lower}`, `has${lower}`]) {
    const method = Object.hasOwn(methods, key) ? methods[key] : undefined
    if (method !== undefined && argCount >= method.min && argCount <= method.max) return method
  }
  return undefined
}

function method<T>(
  argCount: number | readonly [number, number],
  call: (self: T, args: readonly Value[], frame: Frame) => Value | undefined,
): Method<T> {
  const [min, max] = typeof argCount === 'number' ? [argCount, argCount] : argCount
  return { min, max, call }
}

const ANY: Methods<Value> = {
  tostring: method(0, self => plainText(self)),
}

const NUMBER: Methods<Value> = {
  intvalue: method(0, truncate),
  longvalue: method(0, truncate),
  doublevalue: method(0, self => (isNumber(self) ? toDouble(toNumber(self)) : undefined)),
}

function truncate(self: Value): Value {
  if (isInteger(self)) return self
  const number = isNumber(self) ? Math.trunc(toNumber(self)) : Number.NaN
  return Number.isFinite(number) ? toInteger(BigInt(number)) : 0
}

const TEXT: Methods<string> = {
  length: method(0, self => self.length),
  isempty: method(0, self => self === ''),
  isblank: method(0, self => isBlank(self)),
  trim: method(0, self => trimText(self)),
  strip: method(0, self => stripText(self)),
  stripleading: method(0, self => stripText(self, 'start')),
  striptrailing: method(0, self => stripText(self, 'end')),
  touppercase: method(0, self => self.toUpperCase()),
  tolowercase: method(0, self => self.toLowerCase()),
  startswith: method([1, 2], (self, [text, at]) => self.startsWith(textOf(text), at === undefined ? 0 : indexOf(at))),
  endswith: method(1, (self, [text]) => self.endsWith(textOf(text))),
  indexof: method([1, 2], (self, [text, from]) => self.indexOf(textOf(text), from === undefined ? 0 : indexOf(from))),
  lastindexof: method(1, (self, [text]) => self.lastIndexOf(textOf(text))),
  concat: method(1, (self, [text]) => self + textOf(text)),
  replace: method(2, (self, [from, to], { fuel }) => {
    const result = self.replaceAll(textOf(from), () => textOf(to))
    fuel.checkText(result.length)
    return result
  }),
  replaceall: method(2, (self, [regex, to], { fuel }) => javaReplaceAll(self, textOf(regex), textOf(to), fuel)),
  matches: method(1, (self, [regex], { fuel }) => matchesWhole(self, textOf(regex), fuel)),
  split: method([1, 2], (self, [regex, limit], { fuel }) =>
    javaSplit(self, textOf(regex), limit === undefined ? 0 : indexOf(limit), fuel),
  ),
  substring: method([1, 2], (self, [from, to]) =>
    substring(self, indexOf(from), to === undefined ? self.length : indexOf(to)),
  ),
  charat: method(1, (self, [at]) => substring(self, indexOf(at), indexOf(at) + 1)),
  equalsignorecase: method(1, (self, [text]) => self.toLowerCase() === textOf(text).toLowerCase()),
  compareto: method(1, (self, [text]) => (self < textOf(text) ? -1 : self > textOf(text) ? 1 : 0)),
  repeat: method(1, (self, [count], { fuel }) => {
    const times = indexOf(count)
    if (times < 0) return fail('ARGUMENT', 'A text cannot be repeated a negative number of times')
    fuel.checkText(self.length * times)
    return self.repeat(times)
  }),
}

function substring(self: string, from: number, to: number): string {
  if (from < 0 || to > self.length || from > to) {
    return fail('ARGUMENT', `The range from ${from} to ${to} lies outside of a text of ${self.length} characters`)
  }
  return self.slice(from, to)
}

const LIST: Methods<readonly Value[]> = {
  size: method(0, self => self.length),
  length: method(0, self => self.length),
  isempty: method(0, self => self.length === 0),
  get: method(1, (self, [at]) => itemAt(self, indexOf(at))),
  getfirst: method(0, self => itemAt(self, 0)),
  getlast: method(0, self => itemAt(self, self.length - 1)),
  indexof: method(1, (self, [item], { fuel }) => self.findIndex(other => equalsDeep(other, item ?? null, fuel))),
  lastindexof: method(1, (self, [item], { fuel }) =>
    self.findLastIndex(other => equalsDeep(other, item ?? null, fuel)),
  ),
  sublist: method(2, (self, [from, to]) => self.slice(indexOf(from), indexOf(to))),
}

function itemAt(list: readonly Value[], at: number): Value {
  const item = list[at]
  return item ?? (at >= 0 && at < list.length ? null : fail('UNDEFINED', `The list has no element ${at}`))
}

const MAP: Methods<ValueMap> = {
  size: method(0, self => mapSize(self)),
  isempty: method(0, self => mapSize(self) === 0),
  keyset: method(0, self => [...mapKeys(self)]),
  values: method(0, self => Array.from(mapEntries(self), ([, item]) => item)),
  entryset: method(0, self => Array.from(mapEntries(self), ([key, item]) => new MapEntry(key, item))),
  get: method(1, (self, [key]) => mapGet(self, textOf(key)) ?? null),
  getordefault: method(2, (self, [key, fallback]) => mapGet(self, textOf(key)) ?? fallback),
  containskey: method(1, (self, [key]) => mapHas(self, textOf(key))),
  containsvalue: method(1, (self, [wanted], { fuel }) =>
    Array.from(mapEntries(self)).some(([, item]) => equalsDeep(item, wanted ?? null, fuel)),
  ),
  getkey: method(0, self => (self instanceof MapEntry ? self.key : undefined)),
  getvalue: method(0, self => (self instanceof MapEntry ? self.value : undefined)),
  tostring: method(0, self => plainText(mapFrom(mapEntries(self)))),
}

function textOf(value: Value | undefined): string {
  return typeof value === 'string' ? value : fail('TYPE', 'The method needs a text')
}

function indexOf(value: Value | undefined): number {
  return typeof value === 'number' && Number.isInteger(value) ? value : fail('TYPE', 'The method needs an integer')
}
