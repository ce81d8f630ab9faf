// Cuts a stream of JSON text into its values without reading them: a value may span lines, and a file that is one large array is never
// in memory as a whole.
import { TaskError } from '@batuta/plugin-sdk'

const VALUE_CHARS_MAX = 64 * 1024 * 1024
const QUOTE = 34
const COMMA = 44
const SPACE = 32
const OPEN_SQUARE = 91
const BACKSLASH = 92
const CLOSE_SQUARE = 93
const OPEN_CURLY = 123
const CLOSE_CURLY = 125
const BYTE_ORDER_MARK = 0xfeff

export class JsonSplitter {
  readonly #explodes: boolean
  #text = ''
  #at = 0
  #start = -1
  #depth = 0
  #inString = false
  #isEscaped = false
  #inArray = false
  #count = 0

  /** `explodes`: the items of an array at the top are values of their own. */
  constructor({ explodes }: { explodes: boolean }) {
    this.#explodes = explodes
  }

  /** The texts of the values that are whole now. */
  feed(chunk: string, isLast = false): readonly string[] {
    this.#drop()
    this.#text += chunk
    const values: string[] = []
    while (this.#at < this.#text.length) this.#step(values)
    if (isLast) this.#finish(values)
    if (this.#start >= 0 && this.#text.length - this.#start > VALUE_CHARS_MAX) {
      throw new TaskError(`a value is longer than ${VALUE_CHARS_MAX} characters`)
    }
    return values
  }

  #drop(): void {
    const kept = this.#start >= 0 ? this.#start : this.#at
    this.#text = this.#text.slice(kept)
    this.#at -= kept
    if (this.#start >= 0) this.#start = 0
  }

  #step(values: string[]): void {
    if (this.#inString) return this.#skipString(values)
    const code = this.#text.charCodeAt(this.#at)
    if (this.#start < 0) this.#begin(code)
    else if (this.#depth > 0) this.#walk(code, values)
    else this.#walkScalar(code, values)
  }

  #begin(code: number): void {
    if (code <= SPACE || code === COMMA || code === BYTE_ORDER_MARK) this.#at++
    else if (code === OPEN_SQUARE && this.#explodes && !this.#inArray && this.#count === 0) {
      this.#inArray = true
      this.#at++
    } else if (code === CLOSE_SQUARE && this.#inArray) {
      this.#inArray = false
      this.#at++
    } else {
      this.#start = this.#at++
      this.#inString = code === QUOTE
      this.#depth = code === OPEN_CURLY || code === OPEN_SQUARE ? 1 : 0
    }
  }

  /** Runs to the next quote or bracket. */
  #walk(code: number, values: string[]): void {
    this.#at++
    if (code === QUOTE) this.#inString = true
    else if (code === OPEN_CURLY || code === OPEN_SQUARE) this.#depth++
    else if (code === CLOSE_CURLY || code === CLOSE_SQUARE) {
      this.#depth--
      if (this.#depth === 0) this.#cut(values)
    }
  }

  #walkScalar(code: number, values: string[]): void {
    if (code <= SPACE || code === COMMA || code === CLOSE_SQUARE) this.#cut(values)
    else this.#at++
  }

  #skipString(values: string[]): void {
    const text = this.#text
    let at = this.#at + (this.#isEscaped ? 1 : 0)
    this.#isEscaped = false
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code === BACKSLASH) {
        at++
        // The escaped character comes with the next chunk.
        this.#isEscaped = at >= text.length
      } else if (code === QUOTE) {
        this.#at = at + 1
        this.#inString = false
        if (this.#depth === 0) this.#cut(values)
        return
      }
    }
    this.#at = text.length
  }

  #cut(values: string[]): void {
    values.push(this.#text.slice(this.#start, this.#at))
    this.#start = -1
    this.#depth = 0
    this.#count++
  }

  #finish(values: string[]): void {
    if (this.#start >= 0 && this.#depth === 0 && !this.#inString) this.#cut(values)
    if (this.#start >= 0) {
      const beginning = this.#text.slice(this.#start, this.#start + 60)
      throw new TaskError(`the file ends inside a value that begins with ${beginning}`)
    }
    if (this.#inArray) throw new TaskError('the file ends before its array does')
  }
}
