// Character sets under the names that Java gives them. Decoding is the platform's; the platform encodes UTF-8 only, so an encoder for
// the others is made by asking the decoder what each byte, or pair of bytes, means.
import { TextDecoder } from 'node:util'
import { TaskError } from '@batuta/plugin-sdk'

const LATIN_1: ReadonlySet<string> = new Set(['iso-8859-1', 'iso8859-1', 'iso8859_1', 'latin1', 'l1'])
const ASCII: ReadonlySet<string> = new Set(['us-ascii', 'ascii', 'iso646-us'])
const UTF_8: ReadonlySet<string> = new Set(['utf-8', 'utf8'])
const REPLACEMENT = '?'

export async function* decodeText(stream: AsyncIterable<Uint8Array>, charset: string): AsyncGenerator<string> {
  const decoder = openDecoder(charset)
  for await (const chunk of stream) {
    const text = decoder.decode(chunk)
    if (text !== '') yield text
  }
  const rest = decoder.end()
  if (rest !== '') yield rest
}

interface Decoder {
  decode(bytes: Uint8Array): string
  end(): string
}

function openDecoder(charset: string): Decoder {
  const name = charset.trim().toLowerCase()
  if (LATIN_1.has(name)) {
    return {
      decode: bytes => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'),
      end: () => '',
    }
  }
  if (name === 'utf-16') return openUtf16()
  const decoder = openTextDecoder(charset)
  return { decode: bytes => decoder.decode(bytes, { stream: true }), end: () => decoder.decode() }
}

/** Without a mark, Java takes UTF-16 as big-endian. */
function openUtf16(): Decoder {
  let decoder: TextDecoder | undefined
  return {
    decode: bytes => {
      if (bytes.length === 0) return ''
      decoder ??= new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be')
      return decoder.decode(bytes, { stream: true })
    },
    end: () => decoder?.decode() ?? '',
  }
}

function openTextDecoder(charset: string): TextDecoder {
  const label = charset
    .trim()
    .replace(/^cp(?=125\d$)/i, 'windows-')
    .replace(/^x-macroman$|^macroman$/i, 'macintosh')
  try {
    return new TextDecoder(label)
  } catch (cause) {
    throw new TaskError(`there is no charset "${charset}"; try UTF-8, ISO-8859-1, UTF-16 or windows-1252`, { cause })
  }
}

/** A text as bytes of the charset; characters that it lacks become `?`. Undefined for UTF-8, which needs no detour. */
export function openEncoder(charset: string): ((text: string) => Uint8Array) | undefined {
  const name = charset.trim().toLowerCase()
  if (UTF_8.has(name)) return undefined
  if (LATIN_1.has(name)) return text => Buffer.from(text.replace(/[^\0-\xff]/gu, REPLACEMENT), 'latin1')
  if (ASCII.has(name)) return text => Buffer.from(text.replace(/[^\0-\x7f]/gu, REPLACEMENT), 'latin1')
  if (name === 'utf-16le') return text => Buffer.from(text, 'utf16le')
  if (name === 'utf-16be') return text => Buffer.from(text, 'utf16le').swap16()
  if (name === 'utf-16') return markedUtf16()
  return tableEncoder(openTextDecoder(charset))
}

function markedUtf16(): (text: string) => Uint8Array {
  let mark = '\ufeff'
  return text => {
    const bytes = Buffer.from(mark + text, 'utf16le').swap16()
    mark = ''
    return bytes
  }
}

function tableEncoder(decoder: TextDecoder): (text: string) => Uint8Array {
  const bytesOf = new Map<string, readonly number[]>()
  const learn = (...bytes: readonly number[]): void => {
    const text = decoder.decode(new Uint8Array(bytes))
    if ([...text].length === 1 && text !== '\ufffd' && !bytesOf.has(text)) bytesOf.set(text, bytes)
  }
  for (let first = 0; first < 256; first++) learn(first)
  if (bytesOf.size < 256) for (let first = 128; first < 256; first++) learnPairs(first, learn)
  return text => Uint8Array.from([...text].flatMap(character => bytesOf.get(character) ?? [REPLACEMENT.charCodeAt(0)]))
}

function learnPairs(first: number, learn: (...bytes: readonly number[]) => void): void {
  for (let second = 0x30; second < 256; second++) learn(first, second)
}

/** Chunks of text as `files.put` takes them. */
export async function* encodeText(chunks: AsyncIterable<string>, charset: string): AsyncGenerator<Uint8Array | string> {
  const encode = openEncoder(charset)
  for await (const chunk of chunks) yield encode === undefined ? chunk : encode(chunk)
}
