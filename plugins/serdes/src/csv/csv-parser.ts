// Reads CSV by RFC 4180, with the tolerances that such files need. Lines without quotes, nearly all of them, are split by the engine's
// own code; only the others are walked through character by character.
import { TaskError } from '@batuta/plugin-sdk'

export interface CsvDialect {
  readonly fieldSeparator: string
  /** Empty for files without quotes. */
  readonly textDelimiter: string
  readonly allowExtraCharsAfterClosingQuote: boolean
  readonly maxFieldSize: number
  readonly maxBufferSize: number
}

export interface CsvRecord {
  readonly fields: readonly string[]
  /** Of its first line in the file, from 1. */
  readonly line: number
  /** Why the record cannot be read; the rest of its line was skipped. */
  readonly flaw?: string
}

const RETURN = 13
const NEWLINE = 10

export class CsvParser {
  readonly #dialect: CsvDialect
  #text = ''
  #at = 0
  #line = 1
  #isLast = false
  #wanted = 0

  constructor(dialect: CsvDialect) {
    this.#dialect = dialect
  }

  /** The records that are whole now. */
  feed(chunk: string, isLast = false): readonly CsvRecord[] {
    this.#text = this.#text.slice(this.#at) + chunk
    this.#at = 0
    this.#isLast = isLast
    // A record that did not end is not looked at again before the text has doubled: else a large one would cost its square.
    if (this.#text.length < this.#wanted && !isLast) return []
    const records: CsvRecord[] = []
    while (this.#at < this.#text.length) {
      const record = this.#readRecord()
      if (record === undefined) break
      records.push(record)
    }
    const held = this.#text.length - this.#at
    if (held > this.#dialect.maxBufferSize) throw tooLong('record', this.#line, this.#dialect.maxBufferSize)
    this.#wanted = held * 2
    return records
  }

  #readRecord(): CsvRecord | undefined {
    const { fieldSeparator, textDelimiter, maxFieldSize } = this.#dialect
    const newline = this.#text.indexOf('\n', this.#at)
    if (newline < 0) return this.#readSlowly()
    const isMarked = newline > this.#at && this.#text.charCodeAt(newline - 1) === RETURN
    const text = this.#text.slice(this.#at, isMarked ? newline - 1 : newline)
    const isPlain = (textDelimiter === '' || !text.includes(textDelimiter)) && !text.includes('\r')
    if (!isPlain) return this.#readSlowly()
    const fields = text.split(fieldSeparator)
    if (text.length > maxFieldSize) for (const field of fields) this.#checkSize(field)
    this.#at = newline + 1
    return { fields, line: this.#line++ }
  }

  #checkSize(field: string): string {
    if (field.length > this.#dialect.maxFieldSize) throw tooLong('field', this.#line, this.#dialect.maxFieldSize)
    return field
  }

  /** Undefined, and nothing moved, when the record does not end in what there is. */
  #readSlowly(): CsvRecord | undefined {
    const fields: string[] = []
    let at = this.#at
    for (;;) {
      const field = this.#readField(at)
      if (field === undefined) return undefined
      if (field.flaw !== undefined) return this.#skipFlawed(field.end, field.flaw)
      fields.push(this.#checkSize(field.text))
      at = field.end
      if (!this.#text.startsWith(this.#dialect.fieldSeparator, at)) break
      at += this.#dialect.fieldSeparator.length
    }
    return this.#endRecord(fields, at)
  }

  /** Also when the record's text ends without a line break, at the end of the file. */
  #endRecord(fields: readonly string[], at: number, flaw?: string): CsvRecord | undefined {
    const end = this.#skipLineBreak(at)
    if (end === undefined) return undefined
    const line = this.#line
    this.#line += countLines(this.#text, this.#at, end)
    this.#at = end
    return flaw === undefined ? { fields, line } : { fields, line, flaw }
  }

  #skipFlawed(at: number, flaw: string): CsvRecord | undefined {
    const end = this.#findLineEnd(at)
    return end === undefined ? undefined : this.#endRecord([], end, flaw)
  }

  #skipLineBreak(at: number): number | undefined {
    const code = this.#text.charCodeAt(at)
    if (code === NEWLINE) return at + 1
    if (code !== RETURN) return this.#isLast ? at : undefined
    if (at + 1 >= this.#text.length && !this.#isLast) return undefined
    return this.#text.charCodeAt(at + 1) === NEWLINE ? at + 2 : at + 1
  }

  #readField(at: number): Field | undefined {
    const { textDelimiter } = this.#dialect
    if (textDelimiter !== '' && this.#text.startsWith(textDelimiter, at)) return this.#readQuoted(at)
    const end = this.#findFieldEnd(at)
    return end === undefined ? undefined : { text: this.#text.slice(at, end), end }
  }

  #readQuoted(from: number): Field | undefined {
    const quote = this.#dialect.textDelimiter
    let text = ''
    let at = from + quote.length
    for (;;) {
      const close = this.#text.indexOf(quote, at)
      if (close < 0)
        return this.#isLast ? { text: '', end: this.#text.length, flaw: 'a quote is never closed' } : undefined
      text += this.#text.slice(at, close)
      at = close + quote.length
      if (at >= this.#text.length && !this.#isLast) return undefined
      if (!this.#text.startsWith(quote, at)) break
      text += quote
      at += quote.length
    }
    return this.#endQuoted(text, at)
  }

  #endQuoted(text: string, at: number): Field | undefined {
    const end = this.#findFieldEnd(at)
    if (end === undefined || end === at) return end === undefined ? undefined : { text, end }
    if (this.#dialect.allowExtraCharsAfterClosingQuote) return { text: text + this.#text.slice(at, end), end }
    return { text, end: at, flaw: `\`${this.#text.slice(at, Math.min(end, at + 20))}\` follows a closing quote` }
  }

  /** The next separator or line break. */
  #findFieldEnd(at: number): number | undefined {
    const { fieldSeparator } = this.#dialect
    const first = fieldSeparator.charCodeAt(0)
    for (let end = at; end < this.#text.length; end++) {
      const code = this.#text.charCodeAt(end)
      if (code === NEWLINE || code === RETURN) return end
      if (code === first && (fieldSeparator.length === 1 || this.#text.startsWith(fieldSeparator, end))) return end
    }
    return this.#isLast ? this.#text.length : undefined
  }

  #findLineEnd(at: number): number | undefined {
    for (let end = at; end < this.#text.length; end++) {
      const code = this.#text.charCodeAt(end)
      if (code === NEWLINE || code === RETURN) return end
    }
    return this.#isLast ? this.#text.length : undefined
  }
}

interface Field {
  readonly text: string
  readonly end: number
  readonly flaw?: string
}

function countLines(text: string, from: number, to: number): number {
  let count = 0
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code === NEWLINE || (code === RETURN && text.charCodeAt(at + 1) !== NEWLINE)) count++
  }
  return Math.max(count, 1)
}

function tooLong(what: 'field' | 'record', line: number, max: number): TaskError {
  const property = what === 'field' ? 'maxFieldSize' : 'maxBufferSize'
  return new TaskError(
    `line ${line}: a ${what} is longer than ${max} characters; is a quote left open? Else raise \`${property}\``,
  )
}
