// `node.name`, `node[expression]`, `node.method(…)`: data first, then a closed list of methods. Nothing else of an object can be
// reached, whatever its name is.
import { isList, isMap, mapGet, mapKeys } from '../std/value.ts'
import type { Value } from '../std/value.ts'
import { plainText } from '../std/value-text.ts'
import { fail } from './fault.ts'
import type { Frame } from './frame.ts'
import { findMethod } from './methods.ts'

const REFUSED: ReadonlySet<string> = new Set(['getclass', 'class', 'wait', 'notify', 'notifyall'])
const INDEX = /^\+?\d+$/

/** The attribute of a value; undefined when it has none of that name. */
export function findAttribute(node: Value, name: Value, frame: Frame): Value | undefined {
  return findNamed(node, typeof name === 'string' ? name : plainText(name), frame)
}

export function findNamed(node: Value, name: string, frame: Frame): Value | undefined {
  if (node === null) return undefined
  if (isMap(node)) return mapGet(node, name)
  if (isList(node) && INDEX.test(name)) return node[Number(name)]
  if (REFUSED.has(name.toLowerCase())) return refuse(name)
  return findMethod(node, name, 0)?.([], frame)
}

export function callMethod(node: Value, name: string, args: readonly Value[], frame: Frame): Value | undefined {
  if (node === null) return undefined
  if (REFUSED.has(name.toLowerCase())) return refuse(name)
  frame.fuel.spend(1)
  return findMethod(node, name, args.length)?.(args, frame)
}

function refuse(name: string): never {
  return fail('TYPE', `\`${name}\` cannot be reached from an expression`)
}

/** What could have been meant instead of a missing attribute. Lazy maps are not enumerated. */
export function namesIn(node: Value): Iterable<string> {
  const isEager = isMap(node) && (node instanceof Map || Object.getPrototypeOf(node) === Object.prototype)
  return isEager && isMap(node) ? mapKeys(node) : []
}
