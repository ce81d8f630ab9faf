// From what a property holds after rendering to what the task's code gets. Authors write literals or templates, and a template always
// renders to text, so every type is read from text as well: lists and maps from JSON, durations from ISO 8601, booleans in any case.
import {
  decodeValue,
  isInteger,
  isList,
  isMap,
  isNumber,
  jsonText,
  mapEntries,
  parseDuration,
  printValue,
  toPlain,
} from '@batuta/core'
import type { Value } from '@batuta/core'
import type { PropertyKind } from './property.ts'
import { TaskError } from './task-error.ts'

/** Undefined for null and, but for texts, for blank text. `path` names the property in the complaint. */
export function convertValue(kind: PropertyKind, value: Value, path: string): unknown {
  if (value === null) return undefined
  if (kind.type === 'any') return value
  if (kind.type === 'string') return toText(value)
  if (typeof value === 'string' && value.trim() === '') return undefined
  switch (kind.type) {
    case 'boolean':
      return toBoolean(value) ?? refuse(path, value, 'true or false')
    case 'integer':
      return toSafeInteger(value) ?? refuse(path, value, 'an integer')
    case 'number':
      return toFinite(value) ?? refuse(path, value, 'a number')
    case 'duration':
      return toDurationMs(value) ?? refuse(path, value, 'an ISO 8601 duration such as PT30S, or a number of seconds')
    case 'bytes':
      return toBytes(value) ?? refuse(path, value, 'a size such as 10MB')
    case 'enum':
      return toMember(value, kind.values) ?? refuse(path, value, `one of ${kind.values.join(', ')}`)
    case 'list':
      return toList(kind.item, value, path)
    case 'map':
      return toMap(kind.item, value, path)
    case 'object':
      return toStructure(value, isMap) ?? refuse(path, value, 'a map, or text that is a JSON object')
  }
}

const SHOWN_MAX = 200

function refuse(path: string, value: Value, expected: string): never {
  const text = typeof value === 'string' ? JSON.stringify(value) : jsonText(value)
  const shown = text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text
  throw new TaskError(`property "${path}" must be ${expected}, not ${shown}`)
}

function toText(value: Value): string {
  return typeof value === 'object' && (isList(value) || isMap(value)) ? jsonText(value) : printValue(value)
}

function toBoolean(value: Value): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string') return undefined
  const word = value.trim().toLowerCase()
  if (word === 'true') return true
  return word === 'false' ? false : undefined
}

function toSafeInteger(value: Value): number | undefined {
  const number = toFinite(value)
  return number !== undefined && Number.isSafeInteger(number) ? number : undefined
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

function toFinite(value: Value): number | undefined {
  const number = isNumber(value) ? Number(toPlain(value)) : toNumberFromText(value)
  return number !== undefined && Number.isFinite(number) ? number : undefined
}

function toNumberFromText(value: Value): number | undefined {
  return typeof value === 'string' && NUMBER.test(value.trim()) ? Number(value) : undefined
}

function toDurationMs(value: Value): number | undefined {
  const seconds = toFinite(value)
  if (seconds !== undefined) return seconds * 1000
  return typeof value === 'string' ? parseDuration(value.trim()) : undefined
}

const SIZE = /^(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?$/i
const UNITS: readonly string[] = ['', 'k', 'm', 'g', 't']

function toBytes(value: Value): number | undefined {
  if (isInteger(value)) return Number(value)
  const match = typeof value === 'string' ? SIZE.exec(value.trim()) : null
  if (match === null) return undefined
  const bytes = Number(match[1]) * 1024 ** UNITS.indexOf((match[2] ?? '').toLowerCase())
  return Number.isSafeInteger(Math.round(bytes)) ? Math.round(bytes) : undefined
}

function toMember(value: Value, values: readonly string[]): string | undefined {
  const text = toText(value).trim()
  return values.find(member => member === text) ?? values.find(member => member === text.toUpperCase())
}

function toList(item: PropertyKind, value: Value, path: string): readonly unknown[] {
  const list = toStructure(value, isList) ?? refuse(path, value, 'a list, or text that is a JSON array')
  return list.map((entry, at) => convertValue(item, entry, `${path}[${at}]`)).filter(entry => entry !== undefined)
}

function toMap(item: PropertyKind, value: Value, path: string): unknown {
  const map = toStructure(value, isMap) ?? refuse(path, value, 'a map, or text that is a JSON object')
  if (item.type === 'any') return map
  const converted = new Map<string, unknown>()
  for (const [key, entry] of mapEntries(map)) {
    const one = convertValue(item, entry, `${path}.${key}`)
    if (one !== undefined) converted.set(key, one)
  }
  return converted
}

function toStructure<T extends Value>(value: Value, isWanted: (value: Value) => value is T): T | undefined {
  if (isWanted(value)) return value
  if (typeof value !== 'string') return undefined
  const parsed = parseJson(value)
  return parsed !== undefined && isWanted(parsed) ? parsed : undefined
}

function parseJson(text: string): Value | undefined {
  try {
    return decodeValue(text)
  } catch {
    // Not JSON is an answer here: the caller says what was expected instead.
    return undefined
  }
}
