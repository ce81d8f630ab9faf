import { mapFrom } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { Fault } from '../fault.ts'
import type { Fuel } from '../fuel.ts'
import { findMatches } from '../text/java-regex.ts'
import type { RegexMatch } from '../text/java-regex.ts'
import { describe, raise } from './jq-error.ts'

/** Matches of `match`, `test` and their kin; flags are g, i, x (refused), s, n and l. */
export function matchesOf(input: Value, regex: Value, flags: Value, fuel: Fuel): readonly RegexMatch[] {
  if (typeof input !== 'string') return raise(`${describe(input)} cannot be matched, as it is not a string`)
  if (typeof regex !== 'string') return raise(`${describe(regex)} cannot be matched, as it is not a string`)
  if (flags !== null && typeof flags !== 'string') return raise(`${describe(flags)} is not a string`)
  const letters = flags ?? ''
  if (/[^gimnpslx]/.test(letters)) return raise(`${letters} is not a valid modifier string`)
  try {
    const inline =
      (letters.includes('i') ? 'i' : '') + (/[sp]/.test(letters) ? 's' : '') + (letters.includes('x') ? 'x' : '')
    const found = findMatches(input, inline === '' ? regex : `(?${inline})${regex}`, letters.includes('g'), fuel)
    // An empty match behind the last character does not count.
    return found.filter(
      ({ start, end }) => end > start || (!letters.includes('n') && (start < input.length || start === 0)),
    )
  } catch (error) {
    if (error instanceof Fault && error.kind === 'VALUE') return raise(`${error.message} (at offset 0)`)
    throw error
  }
}

/** The object that `match` gives: offsets count characters, not UTF-16 units. */
export function matchToValue(input: string, match: RegexMatch): Value {
  const offsetOf = characterOffsets(input)
  const entry = (start: number, end: number): [string, Value][] => [
    ['offset', start < 0 ? -1 : offsetOf(start)],
    ['length', start < 0 ? 0 : offsetOf(end) - offsetOf(start)],
    ['string', start < 0 ? null : input.slice(start, end)],
  ]
  const captures = match.groups.map(({ name, start, end }) => mapFrom([...entry(start, end), ['name', name]]))
  return mapFrom([...entry(match.start, match.end), ['captures', captures]])
}

const HAS_PAIRS = /[\ud800-\udfff]/

function characterOffsets(input: string): (unit: number) => number {
  if (!HAS_PAIRS.test(input)) return unit => unit
  return unit => Array.from(input.slice(0, unit)).length
}

export function namedCaptures(input: string, { groups }: RegexMatch): Value {
  return mapFrom(
    groups.flatMap(({ name, start, end }) =>
      name === null ? [] : [[name, start < 0 ? null : input.slice(start, end)] as const],
    ),
  )
}
