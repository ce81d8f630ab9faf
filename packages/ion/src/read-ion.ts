// Ion as it comes out of storage: text or binary, told apart by the first bytes. Text is mostly one JSON object per line, and those
// lines go through `JSON.parse`, which is several times faster than any reader in JavaScript; a line that JSON would read with a
// loss, or not at all, goes through our own reader.
import { StringDecoder } from 'node:string_decoder'
import type { Value } from '@batuta/core'
import { OPEN_CURLY } from './char-codes.ts'
import { IonError } from './ion-error.ts'
import { INCOMPLETE, IonTextReader } from './ion-text-reader.ts'
import type { IonOptions } from './ion-text-reader.ts'
import { readBinaryIon } from './read-binary-ion.ts'

/** A value may be large, but not so large that parsing it stops everything else. */
const VALUE_CHARS_MAX = 64 * 1024 * 1024
const BINARY_MARKER: readonly number[] = [0xe0, 0x01, 0x00, 0xea]

/** All values of a text, in order. */
export function decodeIon(text: string, options: IonOptions = {}): readonly Value[] {
  const values: Value[] = []
  parseText(new IonTextReader(options), text, { isLast: true, values, before: 0 })
  return values
}

export async function* readIon(stream: AsyncIterable<Uint8Array>, options: IonOptions = {}): AsyncGenerator<Value> {
  for await (const batch of readIonBatches(stream, options)) yield* batch
}

/** The values of a file in the portions that they come in: much cheaper than one by one. */
export async function* readIonBatches(
  stream: AsyncIterable<Uint8Array>,
  options: IonOptions = {},
): AsyncGenerator<readonly Value[]> {
  const { head, rest } = await peek(stream)
  if (BINARY_MARKER.every((byte, at) => head[at] === byte)) {
    yield* readBinaryIon(rest, options)
  } else {
    yield* readText(rest, options)
  }
}

interface Peeked {
  readonly head: Uint8Array
  /** The whole stream, the head included. */
  readonly rest: AsyncIterable<Uint8Array>
}

async function peek(stream: AsyncIterable<Uint8Array>): Promise<Peeked> {
  const iterator = stream[Symbol.asyncIterator]()
  let head: Uint8Array = new Uint8Array()
  let isOver = false
  while (head.length < BINARY_MARKER.length && !isOver) {
    const { value, done } = await iterator.next()
    if (done === true) isOver = true
    else head = head.length === 0 ? value : Buffer.concat([head, value])
  }
  return { head, rest: continueWith(head, iterator) }
}

async function* continueWith(head: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head
    for (;;) {
      const { value, done } = await iterator.next()
      if (done === true) return
      yield value
    }
  } finally {
    await iterator.return?.()
  }
}

async function* readText(stream: AsyncIterable<Uint8Array>, options: IonOptions): AsyncGenerator<readonly Value[]> {
  const decoder = new StringDecoder('utf8')
  const reader = new IonTextReader(options)
  let held = ''
  let wanted = 0
  let count = 0
  for await (const chunk of stream) {
    held += decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    // A value that did not end is not looked at again before the text has doubled: else a large one would cost its square.
    if (held.length < wanted) continue
    const values: Value[] = []
    held = held.slice(parseText(reader, held, { isLast: false, values, before: count }))
    wanted = held.length * 2
    count += values.length
    if (held.length > VALUE_CHARS_MAX) throw new IonError(`a value is longer than ${VALUE_CHARS_MAX} characters`)
    if (values.length > 0) yield values
  }
  const values: Value[] = []
  parseText(reader, held + decoder.end(), { isLast: true, values, before: count })
  if (values.length > 0) yield values
}

interface Parsing {
  readonly isLast: boolean
  readonly values: Value[]
  /** Values of the file that were read before. */
  readonly before: number
}

/** Adds the whole values of the text and returns where the first that is not whole begins. */
function parseText(reader: IonTextReader, text: string, parsing: Parsing): number {
  try {
    return parseValues(reader, text, parsing)
  } catch (error) {
    if (!(error instanceof IonError)) throw error
    throw new IonError(`value ${parsing.before + parsing.values.length + 1}: ${error.message}`)
  }
}

function parseValues(reader: IonTextReader, text: string, { isLast, values }: Parsing): number {
  reader.open(text, isLast)
  while (reader.hasMore()) {
    const line = findJsonLine(text, reader.at, isLast)
    const parsed = line === undefined ? undefined : parseJson(line)
    if (line !== undefined && parsed !== undefined) {
      values.push(parsed)
      reader.at += line.length
      continue
    }
    const value = reader.next()
    if (value === INCOMPLETE) return reader.at
    if (value !== undefined) values.push(value)
  }
  return reader.at
}

/** A whole line that begins with `{` and holds nothing that JSON would read otherwise. */
function findJsonLine(text: string, at: number, isLast: boolean): string | undefined {
  if (text.charCodeAt(at) !== OPEN_CURLY) return undefined
  const newline = text.indexOf('\n', at)
  if (newline < 0 && !isLast) return undefined
  const line = newline < 0 ? text.slice(at) : text.slice(at, newline)
  return NOT_FOR_JSON.test(line) ? undefined : line
}

// Decimals, exponents, wide integers, −0, keys that objects reorder, and JSON's one word that names our prototype. A hit inside a
// string only costs the slower reader.
const NOT_FOR_JSON = /[:,[\s]-?(?:\d+[.eE]|\d{16})|[:,[\s]-0(?!\d)|"\d+"\s*:|__proto__|\\u/

function parseJson(line: string): Value | undefined {
  try {
    const value: Value = JSON.parse(line)
    return value
  } catch {
    // Not JSON: our own reader has the last word.
    return undefined
  }
}
