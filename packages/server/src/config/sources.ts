// Where options come from: the environment first, then the configuration file, then the configuration that the environment holds as text.
import { readFileSync } from 'node:fs'
import { BatutaError, isMap, mapGet, parseDuration, parseYaml, printValue, type Value } from '@batuta/core'

export interface Bounds {
  readonly fallback: number
  readonly min: number
  readonly max: number
}

export type Environment = Readonly<Record<string, string | undefined>>

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

export class Sources {
  readonly #files: readonly Value[]
  readonly #environment: Environment

  /** @throws {BatutaError} `config-invalid` when a text is no YAML. */
  constructor(configFile: string | undefined, environment: Environment) {
    this.#environment = environment
    this.#files = [
      ...(configFile === undefined ? [] : [readFile(configFile)]),
      ...readInline(environment['KESTRA_CONFIGURATION']),
    ]
  }

  /** Of the environment variable, if it has one, or else of the files. */
  text(path: string, variable?: string): string | undefined {
    return (variable === undefined ? undefined : this.#environment[variable]) ?? this.inFile(path)
  }

  inFile(path: string): string | undefined {
    const value = this.value(path)
    return value === undefined || value === null ? undefined : printValue(value)
  }

  /** Of several files the first that has the option counts. */
  value(path: string): Value | undefined {
    for (const file of this.#files) {
      const value = at(file, path)
      if (value !== undefined) return value
    }
    return undefined
  }

  list(path: string, variable: string): readonly string[] {
    const parts = (this.text(path, variable) ?? '').split(',').map(part => part.trim())
    return parts.filter(part => part !== '')
  }

  /** @throws {BatutaError} `config-invalid` with the bounds. */
  whole(path: string, variable: string, bounds: Bounds): number {
    return wholeOf(path, this.text(path, variable), bounds)
  }

  /**
   * A length of time in milliseconds.
   * @throws {BatutaError} `config-invalid` when the text is neither "90s", "5m" … nor "PT5M".
   */
  span(path: string, variable: string, kestraPath?: string): number | undefined {
    const text = this.text(path, variable) ?? (kestraPath === undefined ? undefined : this.inFile(kestraPath))
    if (text === undefined) return undefined
    const [, amount, unit = 's'] = /^(\d+)\s*(ms|s|m|h|d)?$/.exec(text.trim()) ?? []
    const ms = amount === undefined ? parseDuration(text) : Number(amount) * (UNITS_MS[unit] ?? 1)
    if (ms !== undefined && ms >= 0) return ms
    throw new BatutaError(
      'config-invalid',
      `The option ${path} is "${text}": give a length of time as 90s, 5m or PT5M.`,
    )
  }
}

export function wholeOf(name: string, given: string | undefined, { fallback, min, max }: Bounds): number {
  if (given === undefined) return fallback
  const value = Number(given)
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw new BatutaError(
    'config-invalid',
    `The option ${name} is "${given}": it must be a whole number from ${min} to ${max}.`,
  )
}

function readFile(path: string): Value {
  const { value, problem } = parseYaml(readFileSync(path, 'utf8'))
  if (problem !== undefined)
    throw new BatutaError('config-invalid', `The configuration "${path}" cannot be read: ${problem}`)
  return value ?? null
}

/** The configuration as text in the environment, as compose files of Kestra's users have it. */
function readInline(text: string | undefined): readonly Value[] {
  if (text === undefined || text.trim() === '') return []
  const { value, problem } = parseYaml(text)
  if (problem !== undefined) throw new BatutaError('config-invalid', `KESTRA_CONFIGURATION cannot be read: ${problem}`)
  return [value ?? null]
}

function at(root: Value, path: string): Value | undefined {
  let value: Value | undefined = root
  for (const part of path.split('.')) {
    if (value === undefined || value === null || !isMap(value)) return undefined
    value = mapGet(value, part) ?? mapGet(value, camelOf(part))
  }
  return value ?? undefined
}

/** Kestra's users write `base-path` and `basePath`. */
export function camelOf(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
