// Markdown as data: what people write in descriptions and boards. Nothing of it ever becomes HTML: what looks like a tag is text, and links lead to addresses
// of the web or of this page only.

export type Inline =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'strong' | 'emphasis' | 'struck'; readonly parts: readonly Inline[] }
  | { readonly type: 'link'; readonly to: string; readonly parts: readonly Inline[] }

export type Block =
  | { readonly type: 'heading'; readonly level: number; readonly parts: readonly Inline[] }
  | { readonly type: 'paragraph'; readonly parts: readonly Inline[] }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'quote'; readonly blocks: readonly Block[] }
  | { readonly type: 'list'; readonly isOrdered: boolean; readonly items: readonly (readonly Block[])[] }
  | { readonly type: 'table'; readonly head: readonly Cell[]; readonly rows: readonly (readonly Cell[])[] }
  | { readonly type: 'line' }

type Cell = readonly Inline[]

const DEPTH_MAX = 8
const LENGTH_MAX = 200_000

export function parseMarkdown(text: string): readonly Block[] {
  return blocksOf(text.slice(0, LENGTH_MAX).replaceAll('\r\n', '\n').split('\n'), 0)
}

const FENCE = /^ {0,3}(```+|~~~+)/
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/
const ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])\s+(.*)$/
const QUOTE = /^ {0,3}>\s?(.*)$/
const DIVIDER = /^ {0,3}\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/

interface Taken {
  readonly block: Block | undefined
  /** The first line behind it. */
  readonly next: number
}

function blocksOf(lines: readonly string[], depth: number): readonly Block[] {
  const blocks: Block[] = []
  for (let at = 0; at < lines.length;) {
    const { block, next } = blockAt(lines, at, depth)
    if (block) blocks.push(block)
    at = next
  }
  return blocks
}

function blockAt(lines: readonly string[], at: number, depth: number): Taken {
  const line = lines[at] ?? ''
  if (line.trim() === '') return { block: undefined, next: at + 1 }
  if (FENCE.test(line)) return fenceAt(lines, at)
  const heading = HEADING.exec(line)
  if (heading)
    return {
      block: { type: 'heading', level: heading[1]?.length ?? 1, parts: inlinesOf(heading[2] ?? '') },
      next: at + 1,
    }
  if (RULE.test(line)) return { block: { type: 'line' }, next: at + 1 }
  if (QUOTE.test(line) && depth < DEPTH_MAX) return quoteAt(lines, at, depth)
  if (ITEM.test(line) && depth < DEPTH_MAX) return listAt(lines, at, depth)
  if (line.includes('|') && DIVIDER.test(lines[at + 1] ?? '') && (lines[at + 1] ?? '').includes('-'))
    return tableAt(lines, at)
  return paragraphAt(lines, at)
}

function fenceAt(lines: readonly string[], at: number): Taken {
  const mark = FENCE.exec(lines[at] ?? '')?.[1] ?? '```'
  const end = lines.findIndex((line, index) => index > at && line.trim().startsWith(mark))
  const last = end < 0 ? lines.length : end
  return { block: { type: 'code', text: lines.slice(at + 1, last).join('\n') }, next: last + 1 }
}

function quoteAt(lines: readonly string[], at: number, depth: number): Taken {
  let next = at
  const inner: string[] = []
  for (; next < lines.length; next += 1) {
    const found = QUOTE.exec(lines[next] ?? '')
    if (!found) break
    inner.push(found[1] ?? '')
  }
  return { block: { type: 'quote', blocks: blocksOf(inner, depth + 1) }, next }
}

function listAt(lines: readonly string[], at: number, depth: number): Taken {
  const first = ITEM.exec(lines[at] ?? '')
  const isOrdered = /\d/.test(first?.[2] ?? '')
  const indent = first?.[1]?.length ?? 0
  const items: string[][] = []
  let next = at
  for (; next < lines.length; next += 1) {
    const line = lines[next] ?? ''
    const found = ITEM.exec(line)
    if (found && (found[1]?.length ?? 0) < indent + 2 && /\d/.test(found[2] ?? '') === isOrdered)
      items.push([found[3] ?? ''])
    else if (/^\s{2,}\S/.test(line)) items.at(-1)?.push(line.replace(/^\s{2,4}/, ''))
    else break
  }
  return { block: { type: 'list', isOrdered, items: items.map(item => blocksOf(item, depth + 1)) }, next }
}

function tableAt(lines: readonly string[], at: number): Taken {
  const head = cellsOf(lines[at] ?? '')
  let next = at + 2
  const rows: (readonly Cell[])[] = []
  for (; next < lines.length && (lines[next] ?? '').includes('|'); next += 1) rows.push(cellsOf(lines[next] ?? ''))
  return { block: { type: 'table', head, rows }, next }
}

function cellsOf(line: string): readonly Cell[] {
  const inner = line.trim().replace(/^\|/, '').replace(/\|$/, '')
  return inner.split(/(?<!\\)\|/).map(cell => inlinesOf(cell.trim().replaceAll('\\|', '|')))
}

function paragraphAt(lines: readonly string[], at: number): Taken {
  let next = at + 1
  for (; next < lines.length; next += 1) {
    const line = lines[next] ?? ''
    if (line.trim() === '' || [FENCE, HEADING, RULE, ITEM, QUOTE].some(mark => mark.test(line))) break
  }
  return { block: { type: 'paragraph', parts: inlinesOf(lines.slice(at, next).join('\n').trim()) }, next }
}

const PARTS =
  /`([^`]+)`|\*\*(\S[^*]*)\*\*|__(\S[^_]*)__|~~([^~]+)~~|\*(\S[^*\n]*)\*|\b_(\S[^_\n]*)_\b|!?\[([^\]\n]*)\]\(([^()\s]+)(?:\s+"[^"]*")?\)|(https?:\/\/[^\s<>()"']+)/g

function inlinesOf(text: string, depth = 0): readonly Inline[] {
  if (depth > DEPTH_MAX) return [{ type: 'text', text }]
  const parts: Inline[] = []
  let from = 0
  for (const match of text.matchAll(PARTS)) {
    if (match.index > from) parts.push({ type: 'text', text: text.slice(from, match.index) })
    parts.push(partOf(match, depth + 1))
    from = match.index + match[0].length
  }
  if (from < text.length) parts.push({ type: 'text', text: text.slice(from) })
  return parts
}

function partOf(match: RegExpMatchArray, depth: number): Inline {
  const [whole, code, strong, bold, struck, emphasis, italic, title, to, address] = match
  if (code !== undefined) return { type: 'code', text: code }
  const heavy = strong ?? bold
  if (heavy !== undefined) return { type: 'strong', parts: inlinesOf(heavy, depth) }
  if (struck !== undefined) return { type: 'struck', parts: inlinesOf(struck, depth) }
  const light = emphasis ?? italic
  if (light !== undefined) return { type: 'emphasis', parts: inlinesOf(light, depth) }
  if (address !== undefined) return { type: 'link', to: address, parts: [{ type: 'text', text: address }] }
  if (to === undefined || !isSafe(to))
    return { type: 'text', text: title === undefined || title === '' ? whole : title }
  return { type: 'link', to, parts: inlinesOf(title === undefined || title === '' ? to : title, depth) }
}

/** An address of the web, or a place of this page; what runs a program is neither. */
export function isSafe(to: string): boolean {
  return /^(https?:\/\/|mailto:)/i.test(to) || (/^[/#?]/.test(to) && !to.startsWith('//') && !to.startsWith('/\\'))
}
