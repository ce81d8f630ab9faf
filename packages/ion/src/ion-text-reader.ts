// Reads Ion text out of a buffer that may end in the middle of a value. The reader then says so by `Incomplete`, and is asked again
// when more text has come. Written by hand over character codes: rows come by the million.
import { Bytes, mapFrom } from '@batuta/core'
import type { Value } from '@batuta/core'
import {
  APOSTROPHE,
  BACKSLASH,
  BYTE_ORDER_MARK,
  CLOSE_CURLY,
  CLOSE_ROUND,
  CLOSE_SQUARE,
  COLON,
  COMMA,
  DOLLAR,
  DOT,
  isDigitCode,
  isTokenCode,
  isWordCode,
  MINUS,
  NEWLINE,
  OPEN_CURLY,
  OPEN_ROUND,
  OPEN_SQUARE,
  PLUS,
  QUOTE,
  RETURN,
  SLASH,
  SPACE,
  STAR,
  TAB,
} from './char-codes.ts'
import { DEPTH_MAX } from './encode-ion.ts'
import { understandAnnotations } from './ion-annotation.ts'
import { IonError } from './ion-error.ts'
import { unescapeIon } from './ion-escape.ts'
import { parseIonNumber, parseIonTimestamp } from './ion-number.ts'

export interface IonOptions {
  /** What a value with annotations becomes; by default annotations of dates are understood and others dropped. */
  readonly annotate?: (annotations: readonly string[], value: Value) => Value
}

/** The buffer ended before the value did. */
export const INCOMPLETE: unique symbol = Symbol('incomplete')

class Incomplete extends Error {}
const INCOMPLETE_ERROR = new Incomplete()

const DIGITS = /^(?:0|[1-9]\d*)$/
const OPERATOR = /[!#%&*+\-./;<=>?@^`|~]+(?![\d_a-zA-Z$])/y
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/
const INTEGER_CHARS_MAX = 15

export class IonTextReader {
  #text = ''
  #at = 0
  /** No more text will come: a token that touches the end is whole. */
  #isLast = false
  readonly #annotate: (annotations: readonly string[], value: Value) => Value

  constructor(options: IonOptions = {}) {
    this.#annotate = options.annotate ?? understandAnnotations
  }

  /** Where the next value begins. */
  get at(): number {
    return this.#at
  }

  set at(position: number) {
    this.#at = position
  }

  open(text: string, isLast: boolean): void {
    this.#text = text
    this.#at = 0
    this.#isLast = isLast
  }

  /** Skips blanks and comments; false at the end of the buffer. */
  hasMore(): boolean {
    const start = this.#at
    try {
      this.#skipSpace()
    } catch (error) {
      if (!(error instanceof Incomplete)) throw error
      this.#at = start
      return true
    }
    return this.#at < this.#text.length
  }

  /** The next value, or `INCOMPLETE`, which leaves the position where it was. Undefined is a version marker. */
  next(): Value | undefined | typeof INCOMPLETE {
    const start = this.#at
    try {
      this.#skipSpace()
      if (this.#skipVersionMarker()) return undefined
      return this.#readValue(0)
    } catch (error) {
      if (!(error instanceof Incomplete)) throw error
      this.#at = start
      return INCOMPLETE
    }
  }

  #skipVersionMarker(): boolean {
    if (this.#text.charCodeAt(this.#at) !== DOLLAR || !this.#text.startsWith('$ion_1_0', this.#at)) return false
    const after = this.#code(this.#at + 8)
    if (isWordCode(after) || after === COLON) return false
    this.#at += 8
    return true
  }

  // ── Characters ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** NaN after the last character of the last buffer. */
  #code(at: number): number {
    if (at >= this.#text.length && !this.#isLast) throw INCOMPLETE_ERROR
    return this.#text.charCodeAt(at)
  }

  #fail(reason: string): IonError {
    if (this.#at >= this.#text.length) return new IonError(`not Ion: ${reason} at the end`)
    return new IonError(`not Ion: ${reason} near \`${this.#text.slice(this.#at, this.#at + 30)}\``)
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code === SPACE || (code >= TAB && code <= RETURN) || code === BYTE_ORDER_MARK) this.#at++
      else if (code === SLASH) this.#skipComment()
      else return
    }
  }

  /** Inside of bytes a slash is one of their digits. */
  #skipBlanks(): void {
    while (this.#code(this.#at) <= SPACE) this.#at++
  }

  #skipComment(): void {
    const second = this.#code(this.#at + 1)
    if (second !== SLASH && second !== STAR) throw this.#fail('unexpected `/`')
    const end = this.#text.indexOf(second === SLASH ? '\n' : '*/', this.#at + 2)
    if (end >= 0) this.#at = end + (second === SLASH ? 1 : 2)
    else if (!this.#isLast) throw INCOMPLETE_ERROR
    else if (second === SLASH) this.#at = this.#text.length
    else throw this.#fail('unclosed comment')
  }

  // ── Values ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

  #readValue(depth: number): Value {
    if (depth > DEPTH_MAX) throw this.#fail('nested too deep')
    const code = this.#code(this.#at)
    if (code === QUOTE) return this.#readString()
    if (isDigitCode(code) || code === MINUS || code === PLUS) return this.#readNumber()
    if (code === OPEN_CURLY) {
      return this.#code(this.#at + 1) === OPEN_CURLY ? this.#readLob() : this.#readStruct(depth)
    }
    if (code === OPEN_SQUARE) return this.#readSequence(CLOSE_SQUARE, depth)
    if (code === OPEN_ROUND) return this.#readSequence(CLOSE_ROUND, depth)
    if (code === APOSTROPHE) return this.#readQuoted(depth)
    if (isWordCode(code)) return this.#readWord(depth)
    throw this.#fail('unexpected character')
  }

  #readString(): string {
    const from = this.#at + 1
    const text = this.#text
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code === QUOTE) {
        this.#at = at + 1
        return text.slice(from, at)
      }
      if (code === BACKSLASH) return this.#readEscaped(from, '"')
      if (code === NEWLINE) throw this.#fail('line break in a string')
    }
    return this.#fellOff('unclosed string')
  }

  #fellOff(reason: string): never {
    if (!this.#isLast) throw INCOMPLETE_ERROR
    throw this.#fail(reason)
  }

  #readEscaped(from: number, quote: string): string {
    let end = from
    for (;;) {
      end = this.#text.indexOf(quote, end)
      if (end < 0) return this.#fellOff('unclosed text')
      let slashes = 0
      while (this.#text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++
      if (slashes % 2 === 0) break
      end++
    }
    this.#at = end + quote.length
    return unescapeIon(this.#text.slice(from, end))
  }

  #readNumber(): Value {
    const token = this.#readToken()
    if (token.length <= INTEGER_CHARS_MAX && DIGITS.test(token)) return Number(token) + 0
    const value = parseIonNumber(token) ?? parseIonTimestamp(token)
    if (value !== undefined) return value
    this.#at -= token.length
    throw this.#fail('malformed number or timestamp')
  }

  /** Up to the next blank or piece of punctuation. */
  #readToken(): string {
    const from = this.#at
    let at = from + 1
    while (isTokenCode(this.#code(at))) at++
    this.#at = at
    return this.#text.slice(from, at)
  }

  #readSequence(close: number, depth: number): Value {
    const items: Value[] = []
    this.#at++
    for (;;) {
      this.#skipSpace()
      if (this.#takes(close)) return items
      items.push(close === CLOSE_ROUND ? this.#readTerm(depth + 1) : this.#readValue(depth + 1))
      this.#skipSpace()
      if (close === CLOSE_ROUND || this.#takes(COMMA)) continue
      if (!this.#takes(CLOSE_SQUARE)) throw this.#fail('expected `,` or `]`')
      return items
    }
  }

  /** Inside round brackets there are operators as well. */
  #readTerm(depth: number): Value {
    OPERATOR.lastIndex = this.#at
    const operator = OPERATOR.exec(this.#text)?.[0]
    if (operator === undefined) return this.#readValue(depth)
    if (this.#at + operator.length >= this.#text.length) return this.#fellOff('unclosed `(`')
    this.#at += operator.length
    return operator
  }

  #takes(code: number): boolean {
    if (this.#code(this.#at) !== code) return false
    this.#at++
    return true
  }

  #readStruct(depth: number): Value {
    const plain: Record<string, Value> = {}
    let ordered: [string, Value][] | undefined
    this.#at++
    for (;;) {
      this.#skipSpace()
      if (this.#takes(CLOSE_CURLY)) return ordered === undefined ? plain : mapFrom(ordered)
      const key = this.#readKey()
      this.#skipSpace()
      const value = this.#readValue(depth + 1)
      if (ordered === undefined && needsOrder(key)) ordered = Object.entries(plain)
      if (ordered === undefined) plain[key] = value
      else ordered.push([key, value])
      this.#skipSpace()
      if (this.#takes(COMMA)) continue
      if (!this.#takes(CLOSE_CURLY)) throw this.#fail('expected `,` or `}`')
      return ordered === undefined ? plain : mapFrom(ordered)
    }
  }

  #readKey(): string {
    const code = this.#code(this.#at)
    const key =
      code === QUOTE ? this.#readString() : code === APOSTROPHE ? this.#readQuotedText() : this.#readIdentifier()
    this.#skipSpace()
    if (!this.#takes(COLON)) throw this.#fail('expected `:` after the name of a field')
    return key
  }

  #readIdentifier(): string {
    const from = this.#at
    if (!isWordCode(this.#code(from))) throw this.#fail('expected the name of a field')
    let at = from + 1
    while (isWordCode(this.#code(at))) at++
    this.#at = at
    return this.#text.slice(from, at)
  }

  #readQuoted(depth: number): Value {
    const isLong = this.#text.startsWith("'''", this.#at)
    const text = this.#readQuotedText()
    return isLong ? text : this.#symbolOrAnnotated(text, depth)
  }

  /** A quoted symbol, or long strings, which join when they follow one another. */
  #readQuotedText(): string {
    this.#code(this.#at + 2)
    if (!this.#text.startsWith("'''", this.#at)) return this.#readEscaped(this.#at + 1, "'")
    let text = ''
    while (this.#text.startsWith("'''", this.#at)) {
      text += this.#readEscaped(this.#at + 3, "'''")
      this.#skipSpace()
      if (!this.#isLast) this.#code(this.#at + 2)
    }
    return text
  }

  #readWord(depth: number): Value {
    const word = this.#readIdentifier()
    if (word === 'true') return true
    if (word === 'false') return false
    if (word === 'nan') return Number.NaN
    if (word === 'null') return this.#skipNullType()
    return this.#symbolOrAnnotated(word, depth)
  }

  /** `null.string` is as null as `null`. */
  #skipNullType(): null {
    if (this.#code(this.#at) === DOT) {
      this.#at++
      this.#readIdentifier()
    }
    return null
  }

  #symbolOrAnnotated(symbol: string, depth: number): Value {
    if (!this.#takesDoubleColon()) return symbol
    const annotations = [symbol]
    for (;;) {
      this.#skipSpace()
      const next = this.#findAnnotation()
      if (next === undefined) return this.#annotate(annotations, this.#readValue(depth + 1))
      annotations.push(next)
    }
  }

  #takesDoubleColon(): boolean {
    const after = this.#at
    this.#skipSpace()
    if (this.#at < this.#text.length || !this.#isLast) {
      if (this.#code(this.#at) === COLON && this.#code(this.#at + 1) === COLON) {
        this.#at += 2
        return true
      }
    }
    this.#at = after
    return false
  }

  /** A symbol with `::` behind it; anything else is left where it is. */
  #findAnnotation(): string | undefined {
    const start = this.#at
    const code = this.#code(start)
    if (code === APOSTROPHE || (isWordCode(code) && !isDigitCode(code))) {
      const symbol = code === APOSTROPHE ? this.#readQuotedText() : this.#readIdentifier()
      if (this.#takesDoubleColon()) return symbol
    }
    this.#at = start
    return undefined
  }

  #readLob(): Value {
    this.#at += 2
    this.#skipBlanks()
    const isText = this.#code(this.#at) === QUOTE || this.#code(this.#at) === APOSTROPHE
    if (isText) return this.#endLob(Buffer.from(this.#readClob(), 'latin1'))
    const end = this.#text.indexOf('}}', this.#at)
    if (end < 0) return this.#fellOff('unclosed `{{`')
    const base64 = this.#text.slice(this.#at, end).replace(/\s+/g, '')
    if (!BASE64.test(base64)) throw this.#fail('malformed base64')
    const bytes = Buffer.from(base64, 'base64')
    this.#at = end
    return this.#endLob(bytes)
  }

  #readClob(): string {
    return this.#code(this.#at) === QUOTE ? this.#readString() : this.#readQuotedText()
  }

  #endLob(bytes: Uint8Array): Bytes {
    this.#skipBlanks()
    if (!this.#takes(CLOSE_CURLY) || !this.#takes(CLOSE_CURLY)) throw this.#fail('expected `}}`')
    return new Bytes(new Uint8Array(bytes))
  }
}

/** Keys that a plain object would move to the front or mistake for its prototype. */
function needsOrder(key: string): boolean {
  return isDigitCode(key.charCodeAt(0)) || key === '__proto__'
}
