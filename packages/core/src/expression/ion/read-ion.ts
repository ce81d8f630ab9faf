// Ion text, all of its top-level values. Annotations are dropped, symbols become text, timestamps stay text.
import { decodeBase64 } from '../../std/base64.ts'
import { encodeUtf8 } from '../../std/utf8.ts'
import { Bytes, mapFrom, toDouble, toInteger } from '../../std/value.ts'
import type { Decimal, Value } from '../../std/value.ts'
import { parseDecimal } from '../decimal.ts'
import { fail } from '../fault.ts'
import type { Fuel } from '../fuel.ts'

const DEPTH_MAX = 500

export function readIon(text: string, fuel: Fuel): readonly Value[] {
  fuel.spend(Math.ceil(text.length / 16))
  const reader = new IonReader(text)
  const rows: Value[] = []
  while (!reader.isAtEnd()) {
    if (!reader.takesVersion()) rows.push(reader.readValue(0))
  }
  return rows
}

const BLANK = /(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)*/y
const VERSION = /\$ion_1_\d(?![A-Za-z0-9_$])/y
const NULL =
  /null(?:\.(?:null|bool|int|float|decimal|timestamp|string|symbol|blob|clob|struct|list|sexp))?(?![A-Za-z0-9_$])/y
const TIMESTAMP = /\d{4}(?:-\d{2}(?:-\d{2}(?:T(?:\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?)?|T)|T)/y
const RADIX = /-?0(?:[xX][0-9a-fA-F_]+|[bB][01_]+)/y
const NUMBER = /-?\d[\d_]*(\.[\d_]*)?(?:([dDeE])([+-]?\d+))?/y
const SPECIAL = /[+-]inf(?![A-Za-z0-9_$])|nan(?![A-Za-z0-9_$])/y
const SYMBOL = /[A-Za-z_$][A-Za-z0-9_$]*/y
const ANNOTATION = /(?:[A-Za-z_$][A-Za-z0-9_$]*|'(?:[^'\\]|\\.)+')\s*::/y
const OPERATOR = /[!#%&*+\-./;<=>?@^`|~]+/y

class IonReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  isAtEnd(): boolean {
    this.#match(BLANK)
    return this.#at >= this.#text.length
  }

  takesVersion(): boolean {
    return this.#match(VERSION) !== undefined
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match === null) return undefined
    this.#at = pattern.lastIndex
    return match
  }

  #malformed(): never {
    const near = this.#text.slice(this.#at, this.#at + 20)
    return fail('VALUE', near === '' ? 'The Ion text ends too early' : `The text is not Ion near \`${near}\``)
  }

  #takes(text: string): boolean {
    this.#match(BLANK)
    if (!this.#text.startsWith(text, this.#at)) return false
    this.#at += text.length
    return true
  }

  readValue(depth: number): Value {
    if (depth > DEPTH_MAX) return fail('LIMIT', 'The Ion text is nested too deep')
    this.#match(BLANK)
    while (this.#match(ANNOTATION) !== undefined) this.#match(BLANK)
    if (this.#takes('{{')) return this.#readLob()
    if (this.#takes('{')) return this.#readStruct(depth)
    if (this.#takes('[')) return this.#readItems(']', depth)
    if (this.#takes('(')) return this.#readExpression(depth)
    if (this.#text.startsWith('"', this.#at)) return this.#readQuoted('"')
    if (this.#text.startsWith("'''", this.#at)) return this.#readLong()
    if (this.#text.startsWith("'", this.#at)) return this.#readQuoted("'")
    return this.#readScalar()
  }

  #readScalar(): Value {
    if (this.#match(NULL)) return null
    const timestamp = this.#match(TIMESTAMP)
    if (timestamp !== undefined) return timestamp[0]
    const radix = this.#match(RADIX)
    if (radix !== undefined) return readRadix(radix[0].replaceAll('_', ''))
    const number = this.#match(NUMBER)
    if (number !== undefined) return readNumber(number)
    const special = this.#match(SPECIAL)
    if (special !== undefined) return special[0] === 'nan' ? Number.NaN : special[0] === '+inf' ? Infinity : -Infinity
    const symbol = this.#match(SYMBOL)?.[0]
    if (symbol === undefined) return this.#malformed()
    return symbol === 'true' ? true : symbol === 'false' ? false : symbol
  }

  #readItems(close: string, depth: number): Value {
    const items: Value[] = []
    while (!this.#takes(close)) {
      items.push(this.readValue(depth + 1))
      if (!this.#takes(',') && !this.#text.startsWith(close, this.#at)) return this.#malformed()
    }
    return items
  }

  #readExpression(depth: number): Value {
    const items: Value[] = []
    while (!this.#takes(')')) {
      if (this.isAtEnd()) return this.#malformed()
      const operator = /[-+](?=\d|inf)/y
      operator.lastIndex = this.#at
      items.push(
        operator.test(this.#text)
          ? this.readValue(depth + 1)
          : (this.#match(OPERATOR)?.[0] ?? this.readValue(depth + 1)),
      )
    }
    return items
  }

  #readStruct(depth: number): Value {
    const entries: [string, Value][] = []
    while (!this.#takes('}')) {
      const name = this.#readFieldName()
      if (!this.#takes(':')) return this.#malformed()
      entries.push([name, this.readValue(depth + 1)])
      if (!this.#takes(',') && !this.#text.startsWith('}', this.#at)) return this.#malformed()
    }
    return mapFrom(entries)
  }

  #readFieldName(): string {
    this.#match(BLANK)
    const mark = this.#text.charAt(this.#at)
    if (this.#text.startsWith("'''", this.#at)) return this.#readLong()
    if (mark === '"' || mark === "'") return this.#readQuoted(mark)
    return this.#match(SYMBOL)?.[0] ?? this.#malformed()
  }

  #readQuoted(mark: string): string {
    const end = this.#findEnd(this.#at + 1, mark)
    const text = this.#text.slice(this.#at + 1, end)
    this.#at = end + 1
    return unescape(text)
  }

  /** Long strings behind one another are one string. */
  #readLong(): string {
    let text = ''
    while (this.#takes("'''")) {
      const end = this.#findEnd(this.#at, "'''")
      text += unescape(this.#text.slice(this.#at, end))
      this.#at = end + 3
    }
    return text
  }

  #findEnd(from: number, mark: string): number {
    for (let at = from; at < this.#text.length; at++) {
      if (this.#text[at] === '\\') at++
      else if (this.#text.startsWith(mark, at)) return at
    }
    return this.#malformed()
  }

  #readLob(): Value {
    this.#match(BLANK)
    const mark = this.#text.charAt(this.#at)
    const isText = mark === '"' || mark === "'"
    const bytes = isText ? encodeUtf8(mark === '"' ? this.#readQuoted('"') : this.#readLong()) : this.#readBase64()
    if (!this.#takes('}}')) return this.#malformed()
    return new Bytes(bytes)
  }

  #readBase64(): Uint8Array {
    const text = this.#match(/[A-Za-z0-9+/=\s]*/y)?.[0] ?? ''
    return decodeBase64(text.replace(/\s/g, '')) ?? this.#malformed()
  }
}

function readRadix(text: string): Value {
  const isNegative = text.startsWith('-')
  const size = BigInt(isNegative ? text.slice(1) : text)
  return toInteger(isNegative ? -size : size)
}

/** An `e` makes a float, a point or `d` a decimal, which is a double to flows. */
function readNumber([whole, fraction, letter]: RegExpExecArray): Value {
  const text = whole.replaceAll('_', '')
  if (fraction === undefined && letter === undefined) return toInteger(BigInt(text))
  if (letter === 'e' || letter === 'E') return toDouble(Number(text))
  const decimal = parseDecimal(text.replace(/[dD]/, 'e'))
  const double = Number(text.replace(/[dD]/, 'e'))
  if (decimal === undefined) return toDouble(double)
  return isExact(decimal, double) ? toDouble(double) : decimal
}

function isExact(decimal: Decimal, double: number): boolean {
  const digits = (decimal.unscaled < 0n ? -decimal.unscaled : decimal.unscaled).toString().replace(/0+$/, '')
  return digits.length <= 15 && Number.isFinite(double)
}

const ESCAPED: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
  v: '\v',
}

function unescape(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(\r?\n)|(.))/gs,
    (...groups: string[]) => {
      const [, hex, short, long, lineEnd, other = ''] = groups
      const code = hex ?? short ?? long
      if (code !== undefined) {
        const point = Number.parseInt(code, 16)
        return point > 0x10ffff
          ? fail('VALUE', 'An escape in the Ion text names no character')
          : String.fromCodePoint(point)
      }
      return lineEnd !== undefined ? '' : ((Object.hasOwn(ESCAPED, other) ? ESCAPED[other] : undefined) ?? other)
    },
  )
}
