// What is left of Markdown when its marks are gone.
import type { Token } from 'marked'

export function markdownText(tokens: readonly Token[]): string {
  const blocks = tokens.map(token => blockText(token).replace(/\s+$/, '')).filter(text => text !== '')
  return blocks.length === 0 ? '' : `${blocks.join('\n\n')}\n`
}

function blockText(token: Token): string {
  switch (token.type) {
    case 'space':
    case 'hr':
    case 'def':
      return ''
    case 'code':
      return String(token['text'])
    case 'html':
      return stripTags(token.raw)
    case 'blockquote':
      return markdownText(childrenOf(token))
    case 'list':
      return listText(token)
    case 'table':
      return tableText(token)
    default:
      return inlineText(token)
  }
}

function childrenOf(token: Token): readonly Token[] {
  return 'tokens' in token && Array.isArray(token.tokens) ? token.tokens : []
}

function inlineText(token: Token): string {
  if (token.type === 'br') return '\n'
  if (token.type === 'html') return stripTags(token.raw)
  const children = childrenOf(token)
  if (children.length > 0) return children.map(inlineText).join('')
  return 'text' in token && typeof token['text'] === 'string' ? unescapeEntities(token['text']) : ''
}

function listText(token: Token): string {
  if (token.type !== 'list') return ''
  const items: readonly Token[] = Array.isArray(token['items']) ? token['items'] : []
  const start = typeof token['start'] === 'number' ? token['start'] : 1
  const isOrdered = token['ordered'] === true
  return items
    .map((item, at) => {
      const mark = isOrdered ? `${start + at}. ` : '- '
      const inner = childrenOf(item)
        .map(blockText)
        .filter(text => text !== '')
        .join('\n')
      return mark + inner.replaceAll('\n', `\n${' '.repeat(mark.length)}`)
    })
    .join('\n')
}

interface Cell {
  readonly tokens: readonly Token[]
}

function tableText(token: Token): string {
  if (token.type !== 'table') return ''
  const header: readonly Cell[] = Array.isArray(token['header']) ? token['header'] : []
  const rows: readonly (readonly Cell[])[] = Array.isArray(token['rows']) ? token['rows'] : []
  return [header, ...rows].map(cells => cells.map(cell => cell.tokens.map(inlineText).join('')).join('\t')).join('\n')
}

function stripTags(html: string): string {
  return html.replace(/<!--[\s\S]*?-->/g, '').replace(/<[^<>]*>/g, '')
}

export function unescapeEntities(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{1,10}));/gi,
    (whole, decimal?: string, hex?: string, name = '') => {
      const code = decimal === undefined ? (hex === undefined ? undefined : Number.parseInt(hex, 16)) : Number(decimal)
      if (code !== undefined) return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd'
      return ENTITIES[String(name)] ?? whole
    },
  )
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  copy: '©',
  reg: '®',
  trade: '™',
  hellip: '…',
  ndash: '–',
  mdash: '—',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  laquo: '«',
  raquo: '»',
  bull: '•',
  middot: '·',
  euro: '€',
  pound: '£',
  yen: '¥',
  sect: '§',
  deg: '°',
  times: '×',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
  szlig: 'ß',
  eacute: 'é',
  egrave: 'è',
  agrave: 'à',
  ccedil: 'ç',
  ntilde: 'ñ',
}
