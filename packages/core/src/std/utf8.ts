// UTF-8 without a platform: core runs where neither Node nor a browser is promised.

export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3)
  let at = 0
  for (let index = 0; index < text.length; index++) {
    let code = text.charCodeAt(index)
    if (code < 0x80) {
      bytes[at++] = code
      continue
    }
    if (code >= 0xd800 && code < 0xe000) {
      code = text.codePointAt(index) ?? code
      if (code >= 0x10000) index++
      else code = 0x3f // Java writes a question mark for half a pair.
    }
    at = writeCode(bytes, at, code)
  }
  return bytes.slice(0, at)
}

function writeCode(bytes: Uint8Array, start: number, code: number): number {
  let at = start
  if (code < 0x80) {
    bytes[at++] = code
    return at
  }
  if (code < 0x800) bytes[at++] = 0xc0 | (code >> 6)
  else {
    if (code < 0x10000) bytes[at++] = 0xe0 | (code >> 12)
    else {
      bytes[at++] = 0xf0 | (code >> 18)
      bytes[at++] = 0x80 | ((code >> 12) & 0x3f)
    }
    bytes[at++] = 0x80 | ((code >> 6) & 0x3f)
  }
  bytes[at++] = 0x80 | (code & 0x3f)
  return at
}

const REPLACEMENT = 0xfffd

/** Malformed sequences become U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = ''
  let at = 0
  while (at < bytes.length) {
    const { code, length } = readCode(bytes, at)
    text += String.fromCodePoint(code)
    at += length
  }
  return text
}

function readCode(bytes: Uint8Array, at: number): { readonly code: number; readonly length: number } {
  const first = bytes[at] ?? 0
  if (first < 0x80) return { code: first, length: 1 }
  const length =
    first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0
  if (length === 0) return { code: REPLACEMENT, length: 1 }
  let code = first & (0xff >> (length + 1))
  for (let offset = 1; offset < length; offset++) {
    const next = bytes[at + offset] ?? 0
    if (!isContinuation(next, offset === 1 ? first : undefined)) return { code: REPLACEMENT, length: offset }
    code = (code << 6) | (next & 0x3f)
  }
  return { code, length }
}

/** Behind some first bytes the second one has less room: there are no overlong forms, no halves of pairs, nothing beyond U+10FFFF. */
function isContinuation(byte: number, first: number | undefined): boolean {
  if ((byte & 0xc0) !== 0x80) return false
  if (first === 0xe0) return byte >= 0xa0
  if (first === 0xed) return byte < 0xa0
  if (first === 0xf0) return byte >= 0x90
  return first !== 0xf4 || byte < 0x90
}

export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += (byte < 16 ? '0' : '') + byte.toString(16)
  return text
}
