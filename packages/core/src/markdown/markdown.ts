// Markdown as a tree: what people write into descriptions, apps, boards and these docs. Headings, paragraphs, lists, quotes, code, tables, rules; strong,
// emphasis, struck, code, links, pictures. HTML is text, never markup, so that whoever shows the tree cannot be made to run anything.
import { parseInline } from './inline.ts'

export type Inline =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'break' }
  | { readonly type: 'strong' | 'emphasis' | 'struck'; readonly children: readonly Inline[] }
  | { readonly type: 'link'; readonly to: string; readonly children: readonly Inline[] }
  | { readonly type: 'picture'; readonly from: string; readonly text: string }

export type MarkdownBlock =
  | { readonly type: 'heading'; readonly level: number; readonly anchor: string; readonly children: readonly Inline[] }
  | { readonly type: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly type: 'code'; readonly language: string; readonly text: string }
  | { readonly type: 'quote'; readonly children: readonly MarkdownBlock[] }
  | {
      readonly type: 'list'
      /** The first number; without one it has points. */
      readonly from?: number
      readonly items: readonly (readonly MarkdownBlock[])[]
    }
  | {
      readonly type: 'table'
      readonly head: readonly (readonly Inline[])[]
      readonly rows: readonly (readonly (readonly Inline[])[])[]
    }
  | { readonly type: 'rule' }

/** Deeper quotes and lists are shown as text. */
const DEPTH_MAX = 20

export function parseMarkdown(text: string): readonly MarkdownBlock[] {
  return parseBlocks(text.replace(/\r\n?/g, '\n').split('\n'), 0)
}

interface Taken {
  readonly block: MarkdownBlock
  /** The line behind it. */
  readonly next: number
}

function parseBlocks(lines: readonly string[], depth: number): readonly MarkdownBlock[] {
  const blocks: MarkdownBlock[] = []
  let at = 0
  while (at < lines.length) {
    if (isBlank(lines[at])) {
      at += 1
      continue
    }
    const taken = takeBlock(lines, at, depth)
    blocks.push(taken.block)
    at = taken.next
  }
  return blocks
}

const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/
const FENCE = /^( {0,3})(`{3,}|~{3,})[ \t]*([^`\s]*)[^`]*$/
const RULE = /^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$/
const QUOTE = /^ {0,3}>[ \t]?/
const ITEM = /^( {0,3})(?:([-*+])|(\d{1,9})[.)])(?:[ \t]+(.*))?$/
const DIVIDER = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/

function takeBlock(lines: readonly string[], at: number, depth: number): Taken {
  const line = lines[at] ?? ''
  const heading = HEADING.exec(line)
  if (heading) return { block: headingOf(heading), next: at + 1 }
  const fence = FENCE.exec(line)
  if (fence) return takeCode(lines, at, fence)
  if (RULE.test(line)) return { block: { type: 'rule' }, next: at + 1 }
  if (depth < DEPTH_MAX && QUOTE.test(line)) return takeQuote(lines, at, depth)
  const item = ITEM.exec(line)
  if (depth < DEPTH_MAX && item) return takeList(lines, at, { item, depth })
  if (isTable(lines, at)) return takeTable(lines, at)
  return takeParagraph(lines, at)
}

function headingOf([, marks = '#', text = '']: RegExpExecArray): MarkdownBlock {
  return { type: 'heading', level: marks.length, anchor: anchorOf(text), children: parseInline(text) }
}

/** As the addresses of sections are written. */
export function anchorOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s+/g, '-')
}

function takeCode(
  lines: readonly string[],
  at: number,
  [, indent = '', marks = '', language = '']: RegExpExecArray,
): Taken {
  const isEnd = (line: string): boolean => {
    const bare = line.trim()
    return bare.length >= marks.length && bare === (marks[0] ?? '`').repeat(bare.length)
  }
  let next = at + 1
  while (next < lines.length && !isEnd(lines[next] ?? '')) next += 1
  const own = lines.slice(at + 1, next).map(line => withoutIndent(line, indent.length))
  return { block: { type: 'code', language, text: own.join('\n') }, next: next + 1 }
}

function takeQuote(lines: readonly string[], at: number, depth: number): Taken {
  let next = at
  while (next < lines.length && QUOTE.test(lines[next] ?? '')) next += 1
  const inner = lines.slice(at, next).map(line => line.replace(QUOTE, ''))
  return { block: { type: 'quote', children: parseBlocks(inner, depth + 1) }, next }
}

interface ListPlace {
  readonly item: RegExpExecArray
  readonly depth: number
}

function takeList(lines: readonly string[], at: number, { item, depth }: ListPlace): Taken {
  const isNumbered = item[3] !== undefined
  const items: (readonly MarkdownBlock[])[] = []
  let next = at
  for (;;) {
    const found = ITEM.exec(lines[next] ?? '')
    if (!found || (found[3] !== undefined) !== isNumbered || RULE.test(lines[next] ?? '')) break
    const taken = takeItem(lines, next, found)
    items.push(parseBlocks(taken.lines, depth + 1))
    next = taken.next
    const after = nextFull(lines, next)
    if (ITEM.test(lines[after] ?? '')) next = after
  }
  return { block: { type: 'list', items, ...(isNumbered && { from: Number(item[3]) }) }, next }
}

/** Its own lines, those that are indented under it, and those that go on with its text. */
function takeItem(
  lines: readonly string[],
  at: number,
  [whole, indent = '', , , text = '']: RegExpExecArray,
): { readonly lines: readonly string[]; readonly next: number } {
  const width = whole.length - text.length
  const inner = Math.max(indent.length + 2, Math.min(width, indent.length + 5))
  const own = [text]
  let next = at + 1
  for (; next < lines.length; next += 1) {
    const line = lines[next] ?? ''
    if (isBlank(line)) {
      const after = nextFull(lines, next)
      if (after >= lines.length || indentOf(lines[after] ?? '') < indent.length + 2) break
      own.push('')
    } else if (indentOf(line) >= indent.length + 2) own.push(withoutIndent(line, inner))
    else if (isBlank(lines[next - 1]) || startsBlock(line)) break
    else own.push(line.trim())
  }
  return { lines: own, next }
}

function startsBlock(line: string): boolean {
  return HEADING.test(line) || FENCE.test(line) || RULE.test(line) || QUOTE.test(line) || ITEM.test(line)
}

function isTable(lines: readonly string[], at: number): boolean {
  return (lines[at] ?? '').includes('|') && (lines[at + 1] ?? '').includes('-') && DIVIDER.test(lines[at + 1] ?? '')
}

function takeTable(lines: readonly string[], at: number): Taken {
  let next = at + 2
  while (next < lines.length && !isBlank(lines[next]) && (lines[next] ?? '').includes('|')) next += 1
  const head = cellsOf(lines[at] ?? '')
  const rows = lines.slice(at + 2, next).map(line => {
    const cells = cellsOf(line)
    return head.map((_, index) => cells[index] ?? [])
  })
  return { block: { type: 'table', head, rows }, next }
}

/** A bar inside of code, or behind a backslash, divides nothing. */
function cellsOf(line: string): readonly (readonly Inline[])[] {
  const bare = line.trim().replace(/^\|/, '').replace(/\|$/, '')
  const cells = bare.match(/(?:\\.|`[^`]*`|[^|\\])+|(?=\|\|)/g) ?? []
  return cells.map(cell => parseInline(cell.trim().replaceAll('\\|', '|')))
}

function takeParagraph(lines: readonly string[], at: number): Taken {
  let next = at + 1
  while (next < lines.length && !isBlank(lines[next]) && !startsBlock(lines[next] ?? '')) next += 1
  const text = lines
    .slice(at, next)
    .map(line => line.replace(/^[ \t]+/, ''))
    .join('\n')
  return { block: { type: 'paragraph', children: parseInline(text) }, next }
}

function isBlank(line: string | undefined): boolean {
  return line === undefined || line.trim() === ''
}

function nextFull(lines: readonly string[], from: number): number {
  let at = from
  while (at < lines.length && isBlank(lines[at])) at += 1
  return at
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length
}

function withoutIndent(line: string, most: number): string {
  return line.slice(Math.min(most, indentOf(line)))
}
