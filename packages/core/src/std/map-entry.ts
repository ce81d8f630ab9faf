import type { Value } from './value.ts'

/** An entry of a map as a loop sees it: a map with `key` and `value` whose text is `key=value`. */
export class MapEntry implements ReadonlyMap<string, Value> {
  readonly #entries: ReadonlyMap<string, Value>
  readonly key: string
  readonly value: Value
  readonly size = 2

  constructor(key: string, value: Value) {
    this.key = key
    this.value = value
    this.#entries = new Map<string, Value>([
      ['key', key],
      ['value', value],
    ])
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key)
  }

  has(key: string): boolean {
    return this.#entries.has(key)
  }

  forEach(callback: (value: Value, key: string, map: ReadonlyMap<string, Value>) => void): void {
    this.#entries.forEach((value, key) => callback(value, key, this))
  }

  entries(): MapIterator<[string, Value]> {
    return this.#entries.entries()
  }

  keys(): MapIterator<string> {
    return this.#entries.keys()
  }

  values(): MapIterator<Value> {
    return this.#entries.values()
  }

  [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.#entries.entries()
  }
}
