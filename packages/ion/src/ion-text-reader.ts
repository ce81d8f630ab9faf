// Reads Ion text out of a buffer that may end in the middle of a value. The reader then says so by `Incomplete`, and is asked again
// when more text has come. Written by hand over character codes: rows come by the million.
import { Bytes, mapFrom } from '@batuta/core'
import type { Value } from '@batuta/core'
import {
  APOSTROPHE,
  CLOSE_CURLY,
  CLOSE_ROUND,
  CLOSE_SQUARE,
  COLON,
  COMMA,
  DOLLAR,
  DOT,
  isDigitCode,
  isWordCode,
  MINUS,
  OPEN_CURLY,
  OPEN_ROUND,
  OPEN_SQUARE,
  PLUS,
  QUOTE,
} from './char-codes.ts'
import { DEPTH_MAX } from './encode-ion.ts'
import { understandAnnotations } from './ion-annotation.ts'
import { parseIonNumber, parseIonTimestamp } from './ion-number.ts'
import { Incomplete, IonTextCursor } from './ion-text-cursor.ts'

export interface IonOptions {
  /** What a value with annotations becomes; by default annotations of dates are understood and others dropped. */
  readonly annotate?: (annotations: readonly string[], value: Value) => Value
}

/** The buffer ended before the value did. */
export const INCOMPLETE: unique symbol = Symbol('incomplete')

const DIGITS = /^(?:0|[1-9]\d*)$/
const OPERATOR = /[!#%&*+\-./;<=>?@^`|~]+(?![\d_a-zA-Z$])/y
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/
const INTEGER_CHARS_MAX = 15

export class IonTextReader {
  readonly #cursor = new IonTextCursor()
  readonly #annotate: (annotations: readonly string[], value: Value) => Value

  constructor(options: IonOptions = {}) {
    this.#annotate = options.annotate ?? understandAnnotations
  }

  /** Where the next value begins. */
  get at(): number {
    return this.#cursor.at
  }

  set at(position: number) {
    this.#cursor.at = position
  }

  open(text: string, isLast: boolean): void {
    this.#cursor.text = text
    this.#cursor.at = 0
    this.#cursor.isLast = isLast
  }

  /** Skips blanks and comments; false at the end of the buffer. */
  hasMore(): boolean {
    const start = this.#cursor.at
    try {
      this.#cursor.skipSpace()
    } catch (error) {
      if (!(error instanceof Incomplete)) throw error
      this.#cursor.at = start
      return true
    }
    return this.#cursor.at < this.#cursor.text.length
  }

  /** The next value, or `INCOMPLETE`, which leaves the position where it was. Undefined is a version marker. */
  next(): Value | undefined | typeof INCOMPLETE {
    const start = this.#cursor.at
    try {
      this.#cursor.skipSpace()
      if (this.#skipVersionMarker()) return undefined
      return this.#readValue(0)
    } catch (error) {
      if (!(error instanceof Incomplete)) throw error
      this.#cursor.at = start
      return INCOMPLETE
    }
  }

  #skipVersionMarker(): boolean {
    if (
      this.#cursor.text.charCodeAt(this.#cursor.at) !== DOLLAR ||
      !this.#cursor.text.startsWith('$ion_1_0', this.#cursor.at)
    )
      return false
    const after = this.#cursor.code(this.#cursor.at + 8)
    if (isWordCode(after) || after === COLON) return false
    this.#cursor.at += 8
    return true
  }

  // ── Values ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

  #readValue(depth: number): Value {
    if (depth > DEPTH_MAX) throw this.#cursor.fail('nested too deep')
    const code = this.#cursor.code(this.#cursor.at)
    if (code === QUOTE) return this.#cursor.readString()
    if (isDigitCode(code) || code === MINUS || code === PLUS) return this.#readNumber()
    if (code === OPEN_CURLY) {
      return this.#cursor.code(this.#cursor.at + 1) === OPEN_CURLY ? this.#readLob() : this.#readStruct(depth)
    }
    if (code === OPEN_SQUARE) return this.#readSequence(CLOSE_SQUARE, depth)
    if (code === OPEN_ROUND) return this.#readSequence(CLOSE_ROUND, depth)
    if (code === APOSTROPHE) return this.#readQuoted(depth)
    if (isWordCode(code)) return this.#readWord(depth)
    throw this.#cursor.fail('unexpected character')
  }

  #readNumber(): Value {
    const token = this.#cursor.readToken()
    if (token.length <= INTEGER_CHARS_MAX && DIGITS.test(token)) return Number(token) + 0
    const value = parseIonNumber(token) ?? parseIonTimestamp(token)
    if (value !== undefined) return value
    this.#cursor.at -= token.length
    throw this.#cursor.fail('malformed number or timestamp')
  }

  #readSequence(close: number, depth: number): Value {
    const items: Value[] = []
    this.#cursor.at++
    for (;;) {
      this.#cursor.skipSpace()
      if (this.#cursor.takes(close)) return items
      items.push(close === CLOSE_ROUND ? this.#readTerm(depth + 1) : this.#readValue(depth + 1))
      this.#cursor.skipSpace()
      if (close === CLOSE_ROUND || this.#cursor.takes(COMMA)) continue
      if (!this.#cursor.takes(CLOSE_SQUARE)) throw this.#cursor.fail('expected `,` or `]`')
      return items
    }
  }

  /** Inside round brackets there are operators as well. */
  #readTerm(depth: number): Value {
    OPERATOR.lastIndex = this.#cursor.at
    const operator = OPERATOR.exec(this.#cursor.text)?.[0]
    if (operator === undefined) return this.#readValue(depth)
    if (this.#cursor.at + operator.length >= this.#cursor.text.length) return this.#cursor.fellOff('unclosed `(`')
    this.#cursor.at += operator.length
    return operator
  }

  #readStruct(depth: number): Value {
    const plain: Record<string, Value> = {}
    let ordered: [string, Value][] | undefined
    this.#cursor.at++
    for (;;) {
      this.#cursor.skipSpace()
      if (this.#cursor.takes(CLOSE_CURLY)) return ordered === undefined ? plain : mapFrom(ordered)
      const key = this.#readKey()
      this.#cursor.skipSpace()
      const value = this.#readValue(depth + 1)
      if (ordered === undefined && needsOrder(key)) ordered = Object.entries(plain)
      if (ordered === undefined) plain[key] = value
      else ordered.push([key, value])
      this.#cursor.skipSpace()
      if (this.#cursor.takes(COMMA)) continue
      if (!this.#cursor.takes(CLOSE_CURLY)) throw this.#cursor.fail('expected `,` or `}`')
      return ordered === undefined ? plain : mapFrom(ordered)
    }
  }

  #readKey(): string {
    const code = this.#cursor.code(this.#cursor.at)
    const key =
      code === QUOTE
        ? this.#cursor.readString()
        : code === APOSTROPHE
          ? this.#cursor.readQuotedText()
          : this.#cursor.readIdentifier()
    this.#cursor.skipSpace()
    if (!this.#cursor.takes(COLON)) throw this.#cursor.fail('expected `:` after the name of a field')
    return key
  }

  #readQuoted(depth: number): Value {
    const isLong = this.#cursor.text.startsWith("'''", this.#cursor.at)
    const text = this.#cursor.readQuotedText()
    return isLong ? text : this.#symbolOrAnnotated(text, depth)
  }

  #readWord(depth: number): Value {
    const word = this.#cursor.readIdentifier()
    if (word === 'true') return true
    if (word === 'false') return false
    if (word === 'nan') return Number.NaN
    if (word === 'null') return this.#skipNullType()
    return this.#symbolOrAnnotated(word, depth)
  }

  /** `null.string` is as null as `null`. */
  #skipNullType(): null {
    if (this.#cursor.code(this.#cursor.at) === DOT) {
      this.#cursor.at++
      this.#cursor.readIdentifier()
    }
    return null
  }

  #symbolOrAnnotated(symbol: string, depth: number): Value {
    if (!this.#takesDoubleColon()) return symbol
    const annotations = [symbol]
    for (;;) {
      this.#cursor.skipSpace()
      const next = this.#findAnnotation()
      if (next === undefined) return this.#annotate(annotations, this.#readValue(depth + 1))
      annotations.push(next)
    }
  }

  #takesDoubleColon(): boolean {
    const after = this.#cursor.at
    this.#cursor.skipSpace()
    if (this.#cursor.at < this.#cursor.text.length || !this.#cursor.isLast) {
      if (this.#cursor.code(this.#cursor.at) === COLON && this.#cursor.code(this.#cursor.at + 1) === COLON) {
        this.#cursor.at += 2
        return true
      }
    }
    this.#cursor.at = after
    return false
  }

  /** A symbol with `::` behind it; anything else is left where it is. */
  #findAnnotation(): string | undefined {
    const start = this.#cursor.at
    const code = this.#cursor.code(start)
    if (code === APOSTROPHE || (isWordCode(code) && !isDigitCode(code))) {
      const symbol = code === APOSTROPHE ? this.#cursor.readQuotedText() : this.#cursor.readIdentifier()
      if (this.#takesDoubleColon()) return symbol
    }
    this.#cursor.at = start
    return undefined
  }

  #readLob(): Value {
    this.#cursor.at += 2
    this.#cursor.skipBlanks()
    const isText = this.#cursor.code(this.#cursor.at) === QUOTE || this.#cursor.code(this.#cursor.at) === APOSTROPHE
    if (isText) return this.#endLob(Buffer.from(this.#readClob(), 'latin1'))
    const end = this.#cursor.text.indexOf('}}', this.#cursor.at)
    if (end < 0) return this.#cursor.fellOff('unclosed `{{`')
    const base64 = this.#cursor.text.slice(this.#cursor.at, end).replace(/\s+/g, '')
    if (!BASE64.test(base64)) throw this.#cursor.fail('malformed base64')
    const bytes = Buffer.from(base64, 'base64')
    this.#cursor.at = end
    return this.#endLob(bytes)
  }

  #readClob(): string {
    return this.#cursor.code(this.#cursor.at) === QUOTE ? this.#cursor.readString() : this.#cursor.readQuotedText()
  }

  #endLob(bytes: Uint8Array): Bytes {
    this.#cursor.skipBlanks()
    if (!this.#cursor.takes(CLOSE_CURLY) || !this.#cursor.takes(CLOSE_CURLY)) throw this.#cursor.fail('expected `}}`')
    return new Bytes(new Uint8Array(bytes))
  }
}

/** Keys that a plain object would move to the front or mistake for its prototype. */
function needsOrder(key: string): boolean {
  return isDigitCode(key.charCodeAt(0)) || key === '__proto__'
}
