// The text of an array, `{1,NULL,"a \"b\"",{…}}`, sometimes with its bounds before it: `[0:1]={1,2}`.
import { TaskError } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'

export function readArray(text: string, readItem: (item: string) => Value, delimiter = ','): Value {
  const reader = new ArrayReader(text, readItem, delimiter)
  return reader.read()
}

class ArrayReader {
  readonly #text: string
  readonly #readItem: (item: string) => Value
  readonly #delimiter: string
  #at: number

  constructor(text: string, readItem: (item: string) => Value, delimiter: string) {
    this.#text = text
    this.#readItem = readItem
    this.#delimiter = delimiter
    this.#at = text.indexOf('{')
    if (this.#at < 0) throw this.#malformed()
  }

  read(): readonly Value[] {
    const items: Value[] = []
    this.#at++
    if (this.#text[this.#at] === '}') {
      this.#at++
      return items
    }
    for (;;) {
      items.push(this.#readOne())
      const next = this.#text[this.#at++]
      if (next === '}') return items
      if (next !== this.#delimiter) throw this.#malformed()
    }
  }

  #malformed(): TaskError {
    return new TaskError(`an array cannot be read: ${this.#text.slice(0, 100)}`)
  }

  #readOne(): Value {
    const first = this.#text[this.#at]
    if (first === '{') return this.read()
    if (first === '"') return this.#readItem(this.#readQuoted())
    const start = this.#at
    while (this.#at < this.#text.length && !this.#isEnd(this.#text[this.#at])) this.#at++
    const item = this.#text.slice(start, this.#at)
    return item === 'NULL' ? null : this.#readItem(item)
  }

  #isEnd(character: string | undefined): boolean {
    return character === this.#delimiter || character === '}'
  }

  #readQuoted(): string {
    let item = ''
    this.#at++
    for (;;) {
      const character = this.#text[this.#at++]
      if (character === undefined) throw this.#malformed()
      if (character === '"') return item
      item += character === '\\' ? (this.#text[this.#at++] ?? '') : character
    }
  }
}

/** The text of an array with these items; null is NULL, lists are further dimensions. */
export function writeArray(items: readonly (string | null | readonly unknown[])[]): string {
  return `{${items.map(item => writeItem(item)).join(',')}}`
}

function writeItem(item: unknown): string {
  if (item === null) return 'NULL'
  if (Array.isArray(item)) return writeArray(item)
  return `"${String(item).replace(/["\\]/g, '\\$&')}"`
}
