// Which texts YAML can show plainly, which need quotes, and of which kind.

const RESERVED: ReadonlySet<string> = new Set(
  'false False FALSE n N no No NO null Null NULL on On ON off Off OFF true True TRUE y Y yes Yes YES ~'.split(' '),
)

/**
 * A text as a value at the given indentation: plain, a literal block, or in quotes. In a list, a block that begins with a blank would need
 * an indentation that lists do not have.
 */
export function writeScalar(text: string, indent: number, isInList: boolean): string {
  if (text === '' || RESERVED.has(text) || hasQuotable(text)) return quoteDouble(text)
  if (isInList && /^[ \n]/.test(text) && text.includes('\n')) return quoteDouble(text)
  const traits = analyze(text)
  if (text.includes('\n')) {
    if (traits.allowsBlock) return writeLiteral(text, indent)
  } else if (traits.allowsPlain) return text
  return traits.allowsSingle ? quoteSingle(text, indent) : quoteDouble(text)
}

export function writeKey(key: string): string {
  if (key === '' || RESERVED.has(key) || /^[+-]?0x[0-9a-fA-F]+$/.test(key)) return quoteDouble(key)
  const traits = analyze(key)
  if (traits.allowsPlain && !key.includes('\n')) return key
  return traits.allowsSingle && !key.includes('\n') ? quoteSingle(key, 0) : quoteDouble(key)
}

/** Brackets and commas anywhere, a colon before and a hash behind a blank or an end. */
function hasQuotable(text: string): boolean {
  return /[[\]{},]|(?:^|[ \t])#|:(?:$|[ \t])/.test(text)
}

interface Traits {
  readonly allowsPlain: boolean
  readonly allowsSingle: boolean
  readonly allowsBlock: boolean
}

const SPECIAL = /[^\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u
const INDICATOR = /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[?:-](?:$|[\0 \t\r\n\x85\u2028\u2029]))/
const INNER_INDICATOR = /.:(?:$|[\0 \t])|[\0 \t\r\n\x85\u2028\u2029]#/s

function analyze(text: string): Traits {
  const isSpecial = SPECIAL.test(text) || / [\n\x85\u2028\u2029]/.test(text)
  const breaksBeforeBlank = /[\n\x85\u2028\u2029] /.test(text)
  const hasEdge = /^[ \n\x85\u2028\u2029]|[ \n\x85\u2028\u2029]$/.test(text)
  return {
    allowsPlain: !isSpecial && !breaksBeforeBlank && !hasEdge && !INDICATOR.test(text) && !INNER_INDICATOR.test(text),
    allowsSingle: !isSpecial && !breaksBeforeBlank,
    allowsBlock: !isSpecial && !text.endsWith(' '),
  }
}

function writeLiteral(text: string, indent: number): string {
  const margin = ' '.repeat(indent)
  const indentHint = /^[ \n]/.test(text) ? '2' : ''
  const endHint = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : ''
  const body = text.endsWith('\n') ? text.slice(0, -1) : text
  const lines = body.split('\n').map(line => (line === '' ? '' : margin + line))
  return `|${indentHint}${endHint}\n${lines.join('\n')}`
}

function quoteSingle(text: string, indent: number): string {
  const folded = text.replace(/\n+/g, breaks => `\n${breaks}${' '.repeat(indent)}`)
  return `'${folded.replaceAll("'", "''")}'`
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\x85': '\\N',
  '\xa0': '\\_',
  '\u2028': '\\L',
  '\u2029': '\\P',
}

function quoteDouble(text: string): string {
  const escaped = text.replace(/[\x00-\x1f"\\\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]/gu, character => {
    const known = Object.hasOwn(ESCAPES, character) ? ESCAPES[character] : undefined
    if (known !== undefined) return known
    const code = character.charCodeAt(0)
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
  })
  return `"${escaped}"`
}
