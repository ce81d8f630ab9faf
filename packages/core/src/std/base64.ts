const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const PIECE_MAX = 0x2000

/** Standard alphabet with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = ''
  let piece = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const a = bytes[at] ?? 0
    const b = bytes[at + 1]
    const c = bytes[at + 2]
    const bits = (a << 16) | ((b ?? 0) << 8) | (c ?? 0)
    piece += sextet(bits, 18) + sextet(bits, 12)
    piece += (b === undefined ? '=' : sextet(bits, 6)) + (c === undefined ? '=' : sextet(bits, 0))
    if (piece.length > PIECE_MAX) {
      text += piece
      piece = ''
    }
  }
  return text + piece
}

function sextet(bits: number, shift: number): string {
  return ALPHABET.charAt((bits >> shift) & 63)
}

const VALUES: ReadonlyMap<string, number> = new Map(Array.from(ALPHABET, (letter, index) => [letter, index]))

/** The bytes of a base64 text, padded or not; undefined when it is none. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const body = text.replace(/={1,2}$/, '')
  if (body.length % 4 === 1 || (body.length !== text.length && text.length % 4 !== 0)) return undefined
  const bytes = new Uint8Array(Math.floor((body.length * 3) / 4))
  let bits = 0
  let held = 0
  let at = 0
  for (const letter of body) {
    const value = VALUES.get(letter)
    if (value === undefined) return undefined
    bits = ((bits << 6) | value) & 0xffffff
    held += 6
    if (held >= 8) {
      held -= 8
      bytes[at++] = (bits >> held) & 255
    }
  }
  return bytes
}
