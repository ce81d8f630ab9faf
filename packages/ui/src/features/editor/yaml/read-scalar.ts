// What the letters of a scalar mean, as YAML 1.2 and its core schema have it.
const INTEGER = /^[-+]?\d+$/
const FLOAT = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/
const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ...['true', 'True', 'TRUE'].map(word => [word, true] as const),
  ...['false', 'False', 'FALSE'].map(word => [word, false] as const),
  ...['null', 'Null', 'NULL', '~', ''].map(word => [word, null] as const),
])

export function readPlain(raw: string): unknown {
  if (WORDS.has(raw)) return WORDS.get(raw)
  if (INTEGER.test(raw) || FLOAT.test(raw)) return Number(raw)
  return folded(raw)
}

export function readQuoted(raw: string): string {
  const inner = folded(raw.slice(1, raw.length > 1 && raw.endsWith(raw.charAt(0)) ? -1 : undefined))
  if (raw.startsWith("'")) return inner.replaceAll("''", "'")
  return inner.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)/g, (_, code: string) => unescape(code))
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  0: '\0',
  b: '\b',
  f: '\f',
  e: '\u001b',
  a: '\u0007',
  v: '\v',
}

function unescape(code: string): string {
  return code.length > 1 ? String.fromCodePoint(Number.parseInt(code.slice(1), 16)) : (ESCAPES[code] ?? code)
}

/** One line break is a space, more are one less. */
function folded(raw: string): string {
  if (!raw.includes('\n')) return raw
  return raw.replace(/[ \t]*\n([ \t]*\n)*[ \t]*/g, breaks => {
    const count = breaks.split('\n').length - 1
    return count === 1 ? ' ' : '\n'.repeat(count - 1)
  })
}

export function readBlockScalar(raw: string): string {
  const [header = '', ...lines] = raw.split('\n')
  const indent = Math.min(
    ...lines.filter(line => line.trim() !== '').map(line => line.length - line.trimStart().length),
  )
  const body = lines.map(line => line.slice(Number.isFinite(indent) ? indent : 0))
  const text = header.startsWith('>') ? foldBlock(body) : body.join('\n')
  const trimmed = text.replace(/\n+$/, '')
  return header.includes('-') ? trimmed : `${trimmed}\n`
}

function foldBlock(lines: readonly string[]): string {
  return lines.reduce((text, line, index) => {
    if (index === 0) return line
    const isKept = line === '' || line.startsWith(' ') || text.endsWith('\n') || text === ''
    return text + (isKept ? '\n' : ' ') + line
  }, '')
}

/** A value as one writes it: without quotes where none are needed, as a block where it has several lines. */
export function writeScalar(value: unknown, indent: number): string {
  if (typeof value !== 'string') return value === null || value === undefined ? 'null' : JSON.stringify(value)
  if (value.includes('\n')) return blockOf(value, indent)
  return isPlain(value) ? value : quoted(value)
}

function blockOf(value: string, indent: number): string {
  const isOpen = !value.endsWith('\n')
  const pad = ' '.repeat(indent)
  const lines = value.replace(/\n$/, '').split('\n')
  if (/^\s/.test(lines[0] ?? '') || value.endsWith('\n\n')) return quoted(value)
  return `|${isOpen ? '-' : ''}\n${lines.map(line => (line === '' ? '' : pad + line)).join('\n')}`
}

function isPlain(value: string): boolean {
  if (value === '' || value.trim() !== value) return false
  if (/^[-?:,[\]{}#&*!|>'"%@`]/.test(value) && !/^[-?:][^\s]/.test(value)) return false
  if (value.includes(': ') || value.endsWith(':') || value.includes(' #')) return false
  return typeof readPlain(value) === 'string' && !/^(yes|no|on|off|\d{4}-\d\d-\d\d.*)$/i.test(value)
}

function quoted(value: string): string {
  // Double quotes read best, and single ones where there are double ones inside, as in expressions.
  const isSimple = !/[\n\t\\]/.test(value) && value.includes('"')
  return isSimple ? `'${value.replaceAll("'", "''")}'` : JSON.stringify(value)
}
