// A part of the configuration that has names of its own in it: providers, directories. Options are read by name, in Kestra's spelling or ours, and a
// mistake is told with the whole path. `${NAME}` and `${NAME:otherwise}` in a text are taken from the environment, as Kestra's users write them.
import { BatutaError, isList, isMap, mapEntries, mapGet, printValue, type Value, type ValueMap } from '@batuta/core'
import { camelOf, type Environment } from './sources.ts'

const PLACEHOLDER = /\$\{([A-Za-z_][A-Za-z0-9_.-]*)(?::([^}]*))?\}/g

export class OptionMap {
  readonly path: string
  readonly #map: ValueMap
  readonly #environment: Environment

  /** @throws {BatutaError} `config-invalid` when it is no map. */
  constructor(path: string, value: Value | undefined, environment: Environment) {
    if (value !== undefined && value !== null && !isMap(value))
      throw new BatutaError('config-invalid', `The option ${path} must be a map of options.`)
    this.path = path
    this.#map = value ?? {}
    this.#environment = environment
  }

  /** Of several spellings the first that is there counts; a dot leads into a map. */
  value(...names: readonly string[]): Value | undefined {
    for (const name of names) {
      const value = this.#at(name)
      if (value !== undefined && value !== null) return value
    }
    return undefined
  }

  text(...names: readonly string[]): string | undefined {
    const value = this.value(...names)
    return value === undefined ? undefined : this.#filled(printValue(value), names[0] ?? '')
  }

  /** @throws {BatutaError} `config-invalid` when it is missing. */
  needed(...names: readonly string[]): string {
    const text = this.text(...names)
    if (text !== undefined && text !== '') return text
    throw this.invalid(names[0] ?? '', 'is missing')
  }

  flag(name: string, fallback: boolean): boolean {
    const text = this.text(name)
    if (text === undefined) return fallback
    if (text === 'true' || text === 'false') return text === 'true'
    throw this.invalid(name, `is "${text}": it must be "true" or "false"`)
  }

  oneOf<Word extends string>(name: string, words: readonly Word[], fallback: Word): Word {
    const text = this.text(name)
    if (text === undefined) return fallback
    const word = words.find(candidate => candidate === text)
    if (word !== undefined) return word
    throw this.invalid(name, `is "${text}": it must be one of ${words.join(', ')}`)
  }

  /** A list, or words between commas or spaces. */
  list(...names: readonly string[]): readonly string[] | undefined {
    const value = this.value(...names)
    if (value === undefined) return undefined
    return this.#wordsOf(value, names[0] ?? '')
  }

  /** Name → one or several words. */
  table(name: string): ReadonlyMap<string, readonly string[]> | undefined {
    const value = this.value(name)
    if (value === undefined) return undefined
    if (!isMap(value)) throw this.invalid(name, 'must be a map')
    return new Map(Array.from(mapEntries(value), ([key, words]) => [key, this.#whole(words, `${name}.${key}`)]))
  }

  /** The maps in this map. */
  parts(): readonly (readonly [string, OptionMap])[] {
    return Array.from(mapEntries(this.#map), ([name, value]) => [
      name,
      new OptionMap(`${this.path}.${name}`, value, this.#environment),
    ])
  }

  invalid(name: string, problem: string): BatutaError {
    return new BatutaError('config-invalid', `The option ${this.path}${name === '' ? '' : '.'}${name} ${problem}.`)
  }

  #at(name: string): Value | undefined {
    let value: Value | undefined = this.#map
    for (const part of name.split('.')) {
      if (value === undefined || value === null || !isMap(value)) return undefined
      value = mapGet(value, part) ?? mapGet(value, camelOf(part))
    }
    return value
  }

  #wordsOf(value: Value, name: string): readonly string[] {
    if (isList(value)) return this.#whole(value, name)
    const text = this.#filled(printValue(value), name)
    return text.split(/[\s,]+/).filter(word => word !== '')
  }

  /** Words with spaces stay whole. */
  #whole(value: Value, name: string): readonly string[] {
    const items = isList(value) ? value : [value]
    return items.map(item => this.#filled(printValue(item), name)).filter(word => word !== '')
  }

  #filled(text: string, name: string): string {
    return text.replaceAll(PLACEHOLDER, (_, variable: string, otherwise: string | undefined) => {
      const value = this.#environment[variable] ?? otherwise
      if (value !== undefined) return value
      throw this.invalid(name, `names the environment variable ${variable}, which is not there`)
    })
  }
}
