import { IonError } from './ion-error.ts'

const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(\r\n|[\s\S]))/g
const PLAIN: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
  v: '\v',
  '"': '"',
  "'": "'",
  '?': '?',
  '\\': '\\',
  '/': '/',
  '\n': '',
  '\r\n': '',
  '\r': '',
}

/** The text between the quotes with its escapes taken out. */
export function unescapeIon(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(ESCAPE, readEscape)
}

function readEscape(whole: string, ...groups: readonly (string | undefined)[]): string {
  const [byte, unit, point, letter] = groups
  const digits = byte ?? unit
  if (digits !== undefined) return String.fromCharCode(Number.parseInt(digits, 16))
  if (point !== undefined) return fromPoint(point)
  const plain = letter !== undefined && Object.hasOwn(PLAIN, letter) ? PLAIN[letter] : undefined
  if (plain === undefined) throw new IonError(`not Ion: unknown escape \`${whole}\``)
  return plain
}

function fromPoint(digits: string): string {
  const point = Number.parseInt(digits, 16)
  if (point > 0x10ffff) throw new IonError(`not Ion: \`\\U${digits}\` is no character`)
  return String.fromCodePoint(point)
}
