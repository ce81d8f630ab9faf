// Regular expressions as Java's String and Matcher use them, on an engine whose time is linear in the input.
import { RE2JS, RE2JSException } from 're2js'
import type { Matcher } from 're2js'
import { remember } from '../../std/remember.ts'
import { Fault, fail } from '../fault.ts'
import type { Fuel } from '../fuel.ts'
import { translateRegex } from './regex-syntax.ts'

interface JavaRegex {
  readonly regex: RE2JS
  readonly hasLineEnd: boolean
}

const compileRegex: (java: string) => JavaRegex = remember(500, java => {
  const { pattern, hasLookbehind, hasLineEnd } = translateRegex(java)
  try {
    return { regex: RE2JS.compile(pattern, hasLookbehind ? RE2JS.LOOKBEHINDS : 0), hasLineEnd }
  } catch (cause) {
    if (!(cause instanceof RE2JSException) && !(cause instanceof SyntaxError)) throw cause
    const reason = cause.message.replace(/^error parsing regexp: /, '')
    throw new Fault('VALUE', `\`${java.slice(0, 100)}\` is not a regular expression that can be used: ${reason}`, {
      cause,
    })
  }
})

/** Throws the fault that using the regular expression would. */
export function checkRegex(java: string): void {
  compileRegex(java)
}

const CHARACTERS_PER_STEP = 32

/** A matcher over the text, or over the text without its last line end where only that lets a `$` match. */
function open(text: string, java: string, fuel: Fuel): { readonly matcher: Matcher; readonly end: number } {
  const { regex, hasLineEnd } = compileRegex(java)
  fuel.spend(1 + Math.ceil(text.length / CHARACTERS_PER_STEP))
  const lineEnd = hasLineEnd ? /(?:\r\n|[\n\r\u0085\u2028\u2029])$/.exec(text) : null
  if (lineEnd === null || regex.matcher(text).find()) return { matcher: regex.matcher(text), end: text.length }
  return { matcher: regex.matcher(text.slice(0, lineEnd.index)), end: lineEnd.index }
}

export function matchesAnywhere(text: string, java: string, fuel: Fuel): boolean {
  return open(text, java, fuel).matcher.find()
}

export function matchesWhole(text: string, java: string, fuel: Fuel): boolean {
  return open(text, java, fuel).matcher.matches()
}

/** The text of a group of the first match; null when nothing matches or the group took no part. */
export function extractGroup(text: string, java: string, group: number, fuel: Fuel): string | null {
  const { matcher } = open(text, java, fuel)
  if (group < 0 || group > matcher.groupCount()) {
    return fail('ARGUMENT', `The regular expression \`${java}\` has no group ${group}`)
  }
  return matcher.find() ? matcher.group(group) : null
}

export function javaReplaceAll(text: string, java: string, replacement: string, fuel: Fuel): string {
  const { matcher } = open(text, java, fuel)
  const parts = readReplacement(replacement, matcher)
  let result = ''
  let at = 0
  while (matcher.find()) {
    result += text.slice(at, matcher.start())
    for (const part of parts) result += typeof part === 'string' ? part : (matcher.group(part.group) ?? '')
    at = matcher.end()
    fuel.spend(1)
    fuel.checkText(result.length)
  }
  return result + text.slice(at)
}

type ReplacementPart = string | { readonly group: number | string }

/** `$1`, `${name}` and backslash escapes, as `Matcher.appendReplacement` reads them. */
function readReplacement(replacement: string, matcher: Matcher): readonly ReplacementPart[] {
  const parts: ReplacementPart[] = []
  let at = 0
  while (at < replacement.length) {
    const character = replacement.charAt(at)
    if (character === '\\') {
      parts.push(replacement.charAt(at + 1))
      at += 2
    } else if (character === '$') {
      const reference = readReference(replacement, at + 1, matcher)
      parts.push({ group: reference.group })
      at = reference.end
    } else {
      const next = replacement.slice(at).search(/[\\$]/)
      const end = next < 0 ? replacement.length : at + next
      parts.push(replacement.slice(at, end))
      at = end
    }
  }
  return parts
}

function readReference(text: string, at: number, matcher: Matcher): { group: number | string; end: number } {
  const named = /^\{([A-Za-z][A-Za-z0-9]*)\}/.exec(text.slice(at))
  if (named?.[1] !== undefined) {
    if (!Object.hasOwn(matcher.namedGroups, named[1])) fail('ARGUMENT', `There is no group named \`${named[1]}\``)
    return { group: named[1], end: at + named[0].length }
  }
  const digits = /^\d+/.exec(text.slice(at))?.[0]
  if (digits === undefined)
    return fail('ARGUMENT', `The \`$\` in the replacement \`${text}\` needs a group; write \`\\$\``)
  // As many digits as make an existing group.
  for (let length = digits.length; length > 0; length--) {
    const group = Number(digits.slice(0, length))
    if (group <= matcher.groupCount()) return { group, end: at + length }
  }
  return fail('ARGUMENT', `The replacement \`${text}\` refers to a group that does not exist`)
}

const LITERAL = /^[^\\.+*?()|[\]{}^$]+$/

/** As `String.split`: a limit of 0 drops empty parts at the end, a positive one bounds the number of parts. */
export function javaSplit(text: string, java: string, limit: number, fuel: Fuel): readonly string[] {
  const parts = LITERAL.test(java) && limit === 0 ? text.split(java) : splitByRegex(text, java, limit, fuel)
  fuel.spend(parts.length)
  if (limit !== 0 || parts.length === 1) return parts
  let end = parts.length
  while (end > 0 && parts[end - 1] === '') end--
  return parts.slice(0, end)
}

function splitByRegex(text: string, java: string, limit: number, fuel: Fuel): readonly string[] {
  const { matcher } = open(text, java, fuel)
  const parts: string[] = []
  let at = 0
  let isSplit = false
  while ((limit <= 0 || parts.length < limit - 1) && matcher.find()) {
    const isEmptyStart = at === 0 && matcher.start() === 0 && matcher.end() === 0
    if (isEmptyStart) continue
    isSplit = true
    parts.push(text.slice(at, matcher.start()))
    at = matcher.end()
    fuel.spend(1)
  }
  return isSplit ? [...parts, text.slice(at)] : [text]
}

export interface RegexGroup {
  readonly name: string | null
  /** −1 when the group took no part. */
  readonly start: number
  readonly end: number
}

export interface RegexMatch {
  readonly start: number
  readonly end: number
  readonly groups: readonly RegexGroup[]
}

/** The first match, or all of them. */
export function findMatches(text: string, java: string, isGlobal: boolean, fuel: Fuel): readonly RegexMatch[] {
  const { matcher } = open(text, java, fuel)
  const names = new Map(Object.entries(matcher.namedGroups).map(([name, group]) => [group, name]))
  const found: RegexMatch[] = []
  while ((isGlobal || found.length === 0) && matcher.find()) {
    fuel.spend(1)
    const groups = Array.from({ length: matcher.groupCount() }, (_, index) => ({
      name: names.get(index + 1) ?? null,
      start: matcher.start(index + 1),
      end: matcher.end(index + 1),
    }))
    found.push({ start: matcher.start(), end: matcher.end(), groups })
  }
  return found
}
