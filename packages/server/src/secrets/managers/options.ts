// What is configured of one manager. A text may stand there, or be named: `{env: NAME}` or `{file: PATH}`; a file is read whenever it is asked for, so that
// what is rotated on the disk counts at once.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { BatutaError, isList, isMap, mapGet, printValue, type Value, type ValueMap } from '@batuta/core'

export interface ManagerWorld {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where relative paths begin. */
  readonly folder: string
  nowMs(): number
  /** Runs the function once, not before the moment; the returned function calls it off. */
  at(atMs: number, run: () => void): () => void
  onNotice(message: string, error?: unknown): void
}

export class ManagerOptions {
  readonly #at: string
  readonly #map: ValueMap
  readonly world: ManagerWorld

  constructor(at: string, map: ValueMap, world: ManagerWorld) {
    this.#at = at
    this.#map = map
    this.world = world
  }

  value(name: string): Value | undefined {
    return mapGet(this.#map, name) ?? mapGet(this.#map, camelOf(name)) ?? undefined
  }

  /** Those below a name; empty ones where nothing is said. */
  below(name: string): ManagerOptions {
    const value = this.value(name)
    if (value === undefined) return new ManagerOptions(`${this.#at}.${name}`, {}, this.world)
    if (typeof value !== 'object' || value === null || !isMap(value)) throw this.wrong(name, 'it must be a map')
    return new ManagerOptions(`${this.#at}.${name}`, value, this.world)
  }

  has(name: string): boolean {
    return this.value(name) !== undefined
  }

  text(name: string): string | undefined {
    const value = this.value(name)
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'object' || !isMap(value)) return printValue(value)
    const variable = mapGet(value, 'env')
    if (typeof variable === 'string') return this.world.environment[variable]
    const file = mapGet(value, 'file')
    if (typeof file === 'string') return this.named(name, file)
    throw this.wrong(name, 'it must be a text, {env: NAME} or {file: PATH}')
  }

  required(name: string): string {
    const text = this.text(name)
    if (text === undefined || text === '') throw this.wrong(name, 'it is missing')
    return text
  }

  flag(name: string): boolean {
    return this.text(name) === 'true'
  }

  list(name: string): readonly string[] {
    const value = this.value(name)
    if (value === undefined || value === null) return []
    if (!isList(value)) throw this.wrong(name, 'it must be a list')
    return value.map(printValue)
  }

  wrong(name: string, what: string): BatutaError {
    return new BatutaError('config-invalid', `The option ${this.#at}.${name} cannot be used: ${what}.`)
  }

  /** What a file holds now. */
  named(name: string, file: string): string {
    try {
      return readFileSync(resolve(this.world.folder, file), 'utf8').trim()
    } catch (cause) {
      throw new BatutaError('config-invalid', `The file "${file}" of the option ${this.#at}.${name} cannot be read.`, {
        cause,
      })
    }
  }
}

/** Kestra's users write `secret-id` and `secretId`. */
function camelOf(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
