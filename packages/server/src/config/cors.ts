// `micronaut.server.cors` of Kestra's configuration. Two differences, on the safe side: `enabled` alone lets nobody in, and an origin is compared whole.
import { BatutaError, isList, isMap, mapEntries, mapGet, printValue, type Value } from '@batuta/core'
import type { Sources } from './sources.ts'

export interface CorsRule {
  /** `*` was written. */
  readonly isForAll: boolean
  readonly origins: readonly string[]
  readonly patterns: readonly RegExp[]
  /** None means all, as of headers. */
  readonly methods: readonly string[]
  readonly headers: readonly string[]
  readonly exposedHeaders: readonly string[]
  readonly isCredentialed: boolean
  readonly maxAgeS: number
}

const MAX_AGE_S = 1_800
const PATTERN_LENGTH_MAX = 200

/** @throws {BatutaError} `config-invalid` with the place. */
export function readCors(sources: Sources): readonly CorsRule[] {
  if (sources.inFile('micronaut.server.cors.enabled') !== 'true') return []
  const configurations = sources.value('micronaut.server.cors.configurations')
  if (configurations === undefined || configurations === null) return []
  if (typeof configurations !== 'object' || !isMap(configurations)) throw wrong('', 'must be a map of names')
  return Array.from(mapEntries(configurations), ([name, value]) => {
    if (value === null || typeof value !== 'object' || !isMap(value)) throw wrong(name, 'must be a map')
    return ruleOf(name, given => mapGet(value, given) ?? mapGet(value, camelOf(given)))
  })
}

type Given = (name: string) => Value | undefined

function ruleOf(name: string, given: Given): CorsRule {
  const list = (key: string): readonly string[] => {
    const value = given(key)
    if (value === undefined || value === null) return []
    return (isList(value) ? value : [value]).map(printValue)
  }
  const origins = list('allowed-origins')
  const patterns = list('allowed-origins-regex')
  const maxAgeS = Number(printValue(given('max-age') ?? MAX_AGE_S))
  if (!Number.isInteger(maxAgeS)) throw wrong(`${name}.max-age`, 'must be a number of seconds')
  return {
    isForAll: origins.includes('*') || (origins.length === 0 && patterns.length === 0),
    origins: origins.filter(origin => origin !== '*'),
    patterns: patterns.map(pattern => wholePattern(name, pattern)),
    methods: list('allowed-methods'),
    headers: list('allowed-headers'),
    exposedHeaders: list('exposed-headers'),
    isCredentialed: printValue(given('allow-credentials') ?? true) === 'true',
    maxAgeS,
  }
}

/** Of the whole origin: `^https://a` alone would let `https://a.evil.example` in. The operator writes it, so it may be any. */
function wholePattern(name: string, pattern: string): RegExp {
  if (pattern.length > PATTERN_LENGTH_MAX) throw wrong(`${name}.allowed-origins-regex`, 'is too long')
  try {
    return new RegExp(`^(?:${pattern})$`)
  } catch {
    throw wrong(`${name}.allowed-origins-regex`, 'is no regular expression')
  }
}

/** Kestra's users write `max-age` and `maxAge`. */
function camelOf(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function wrong(at: string, what: string): BatutaError {
  const path = ['micronaut.server.cors.configurations', at].filter(part => part !== '').join('.')
  return new BatutaError('config-invalid', `The option ${path} ${what}.`)
}
