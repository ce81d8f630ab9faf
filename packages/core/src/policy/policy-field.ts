// Fields of a flow or a plugin by their paths, and what is asked of them. A path goes through lists: `triggers.type` is the type of each trigger.
import { parsePattern } from '../flow/input-pattern.ts'
import { parseDuration } from '../std/duration.ts'
import { isList, isMap, mapGet, type Value } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'
import type { Where } from './policy.ts'

/** All that stands at the path; nothing where it is absent or null. */
export function fieldsAt(value: Value, path: string): readonly Value[] {
  let found: readonly Value[] = [value]
  const names = path.split('.')
  for (const [index, name] of names.entries()) {
    const rest = names.slice(index).join('.')
    // Keys of labels have dots in them.
    const whole = index > 0 ? found.flatMap(each => own(each, rest)) : []
    if (whole.length > 0) return whole
    found = found.flatMap(each => own(each, name))
  }
  return found
}

function own(value: Value, name: string): readonly Value[] {
  if (value === null || typeof value !== 'object') return []
  if (isList(value)) return value.flatMap(item => own(item, name))
  const found = isMap(value) ? mapGet(value, name) : undefined
  return found === undefined || found === null ? [] : [found]
}

/** A list is each of its items. */
export function scalarsOf(values: readonly Value[]): readonly Value[] {
  return values.flatMap(value =>
    value !== null && typeof value === 'object' && isList(value) ? scalarsOf(value) : [value],
  )
}

export type SameText = (field: string, text: string) => string

export function holds({ field, operator, value }: Where, subject: Value, same: SameText): boolean {
  const found = scalarsOf(fieldsAt(subject, field)).map(item => same(field, printValue(item)))
  const wanted = (isList(value) ? value : [value]).map(item => same(field, printValue(item)))
  const [first = ''] = wanted
  switch (operator) {
    case 'EXISTS':
      return found.length > 0
    case 'NOT_EXISTS':
      return found.length === 0
    case 'EQUAL_TO':
    case 'IN':
      return found.some(text => wanted.includes(text))
    case 'NOT_EQUAL_TO':
    case 'NOT_IN':
      return !found.some(text => wanted.includes(text))
    case 'STARTS_WITH':
      return found.some(text => wanted.some(begin => text.startsWith(begin)))
    case 'ENDS_WITH':
      return found.some(text => wanted.some(end => text.endsWith(end)))
    case 'CONTAINS':
      return found.some(text => wanted.some(part => text.includes(part)))
    case 'MATCHES':
      return found.some(text => matches(first, text))
    case 'GREATER_THAN':
      return found.some(text => isMore(text, first))
    case 'LESS_THAN':
      return found.some(text => isMore(first, text))
  }
}

function matches(pattern: string, text: string): boolean {
  const parsed = parsePattern(pattern)
  return parsed.type === 'pattern' && parsed.pattern.matcher(text).matches()
}

/** Of two numbers, or of two lengths of time. What is neither is not compared. */
export function isMore(left: string, right: string): boolean {
  const [first, second] = [amountOf(left), amountOf(right)]
  return first !== undefined && second !== undefined && first > second
}

export function amountOf(text: string): number | undefined {
  const number = Number(text)
  if (text.trim() !== '' && Number.isFinite(number)) return number
  return parseDuration(text)
}

/** `*` stands for any signs. Linear: each part is looked for behind the one before. */
export function fitsGlob(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return pattern === text
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false
  let at = first.length
  for (const part of rest) {
    const next = text.indexOf(part, at)
    if (next < 0 || next + part.length > text.length - last.length) return false
    at = next + part.length
  }
  return true
}

export function isExpression(text: string): boolean {
  return text.includes('{{') || text.includes('{%')
}
