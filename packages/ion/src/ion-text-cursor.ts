// A place in Ion text, and the pieces that all its values are made of: blanks, comments, texts, names, tokens.
import {
  BACKSLASH,
  BYTE_ORDER_MARK,
  isTokenCode,
  isWordCode,
  NEWLINE,
  QUOTE,
  RETURN,
  SLASH,
  SPACE,
  STAR,
  TAB,
} from './char-codes.ts'
import { IonError } from './ion-error.ts'
import { unescapeIon } from './ion-escape.ts'

/** The text ended before what was to be read did. */
export class Incomplete extends Error {}
const INCOMPLETE_ERROR = new Incomplete()

export class IonTextCursor {
  text = ''
  at = 0
  /** No more text will come: a token that touches the end is whole. */
  isLast = false

  /** NaN after the last character of the last buffer. */
  code(at: number): number {
    if (at >= this.text.length && !this.isLast) throw INCOMPLETE_ERROR
    return this.text.charCodeAt(at)
  }

  fail(reason: string): IonError {
    if (this.at >= this.text.length) return new IonError(`not Ion: ${reason} at the end`)
    return new IonError(`not Ion: ${reason} near \`${this.text.slice(this.at, this.at + 30)}\``)
  }

  skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at)
      if (code === SPACE || (code >= TAB && code <= RETURN) || code === BYTE_ORDER_MARK) this.at++
      else if (code === SLASH) this.skipComment()
      else return
    }
  }

  /** Inside of bytes a slash is one of their digits. */
  skipBlanks(): void {
    while (this.code(this.at) <= SPACE) this.at++
  }

  skipComment(): void {
    const second = this.code(this.at + 1)
    if (second !== SLASH && second !== STAR) throw this.fail('unexpected `/`')
    const end = this.text.indexOf(second === SLASH ? '\n' : '*/', this.at + 2)
    if (end >= 0) this.at = end + (second === SLASH ? 1 : 2)
    else if (!this.isLast) throw INCOMPLETE_ERROR
    else if (second === SLASH) this.at = this.text.length
    else throw this.fail('unclosed comment')
  }

  readString(): string {
    const from = this.at + 1
    const text = this.text
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code === QUOTE) {
        this.at = at + 1
        return text.slice(from, at)
      }
      if (code === BACKSLASH) return this.readEscaped(from, '"')
      if (code === NEWLINE) throw this.fail('line break in a string')
    }
    return this.fellOff('unclosed string')
  }

  fellOff(reason: string): never {
    if (!this.isLast) throw INCOMPLETE_ERROR
    throw this.fail(reason)
  }

  readEscaped(from: number, quote: string): string {
    let end = from
    for (;;) {
      end = this.text.indexOf(quote, end)
      if (end < 0) return this.fellOff('unclosed text')
      let slashes = 0
      while (this.text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++
      if (slashes % 2 === 0) break
      end++
    }
    this.at = end + quote.length
    return unescapeIon(this.text.slice(from, end))
  }

  /** Up to the next blank or piece of punctuation. */
  readToken(): string {
    const from = this.at
    let at = from + 1
    while (isTokenCode(this.code(at))) at++
    this.at = at
    return this.text.slice(from, at)
  }

  takes(code: number): boolean {
    if (this.code(this.at) !== code) return false
    this.at++
    return true
  }

  readIdentifier(): string {
    const from = this.at
    if (!isWordCode(this.code(from))) throw this.fail('expected the name of a field')
    let at = from + 1
    while (isWordCode(this.code(at))) at++
    this.at = at
    return this.text.slice(from, at)
  }

  /** A quoted symbol, or long strings, which join when they follow one another. */
  readQuotedText(): string {
    this.code(this.at + 2)
    if (!this.text.startsWith("'''", this.at)) return this.readEscaped(this.at + 1, "'")
    let text = ''
    while (this.text.startsWith("'''", this.at)) {
      text += this.readEscaped(this.at + 3, "'''")
      this.skipSpace()
      if (!this.isLast) this.code(this.at + 2)
    }
    return text
  }
}
