// Where the statements of a template write to. The top of a template prints structures as JSON; macros, `{% filter %}` bodies and
// `block()` print them as Java does; typed rendering keeps a lone value as it is.
import { BatutaError } from '../std/errors.ts'
import { isList, isMap } from '../std/value.ts'
import type { Value } from '../std/value.ts'
import { decodeValue } from '../std/value-json.ts'
import { plainText, printValue } from '../std/value-text.ts'
import type { Fuel } from './fuel.ts'

export interface Sink {
  write(text: string): void
  print(value: Value): void
}

/** A text; the way values are printed into it is given. */
export class TextSink implements Sink {
  text = ''
  readonly #fuel: Fuel
  readonly #textOf: (value: Value, lengthMax: number) => string

  constructor(fuel: Fuel, textOf: (value: Value, lengthMax: number) => string = printValue) {
    this.#fuel = fuel
    this.#textOf = textOf
  }

  write(text: string): void {
    this.text += text
    this.#fuel.checkText(this.text.length)
  }

  print(value: Value): void {
    this.write(typeof value === 'string' ? value : this.#textOf(value, this.#fuel.textMax))
  }
}

/** For `new TextSink(…)` inside macros and filter bodies. */
export function plainPrint(value: Value, lengthMax: number): string {
  return value === null ? '' : plainText(value, lengthMax)
}

/**
 * One printed value alone keeps its type. Several parts join to a text, which is read as JSON again only when a list or a map is among
 * them and the whole text is one JSON value.
 */
export class TypedSink implements Sink {
  readonly #parts: Value[] = []

  write(text: string): void {
    this.#parts.push(text)
  }

  print(value: Value): void {
    if (value !== null) this.#parts.push(value)
  }

  result(fuel: Fuel): Value {
    const [first = null] = this.#parts
    if (this.#parts.length <= 1) return first
    const sink = new TextSink(fuel)
    for (const part of this.#parts) sink.print(part)
    return this.#parts.some(part => isList(part) || isMap(part)) ? readJson(sink.text) : sink.text
  }
}

function readJson(text: string): Value {
  try {
    return decodeValue(text)
  } catch (error) {
    if (error instanceof BatutaError && error.code === 'value-malformed') return text
    throw error
  }
}
