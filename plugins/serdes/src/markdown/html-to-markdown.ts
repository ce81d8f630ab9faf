// A page as Markdown: headings, paragraphs, lists, quotes, code, tables, links, images and emphasis. All else is its text.
import { htmlTokens } from './html-tokens.ts'
import type { HtmlToken } from './html-tokens.ts'

export interface HtmlOptions {
  readonly ignored: ReadonlySet<string>
  readonly baseUri: string | undefined
}

const NEVER: ReadonlySet<string> = new Set([
  'script',
  'style',
  'head',
  'noscript',
  'template',
  'svg',
  'iframe',
  'object',
  'textarea',
  'title',
])
const BLOCKS: ReadonlySet<string> = new Set(
  'address article aside body div dd dl dt fieldset figcaption figure footer form header html main nav p section summary details center'.split(
    ' ',
  ),
)
const INLINE: Readonly<Record<string, string>> = {
  b: '**',
  strong: '**',
  i: '_',
  em: '_',
  del: '~~',
  s: '~~',
  strike: '~~',
}
const DEPTH_MAX = 512

interface Element {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: (Element | string)[]
}

export function htmlToMarkdownText(html: string, options: HtmlOptions): string {
  const text = new Printer(options).blocks(parse(html, options.ignored), 0).join('\n\n')
  return text === '' ? '' : `${text}\n`
}

/** Elements that are not closed end with the one around them, and a paragraph before the next block. */
function parse(html: string, ignored: ReadonlySet<string>): Element {
  const root: Element = { name: '', attributes: new Map(), children: [] }
  const open: Element[] = [root]
  let skipped: string | undefined
  let skippedDepth = 0
  for (const token of htmlTokens(html)) {
    if (skipped !== undefined) {
      if (token.type === 'open' && token.name === skipped && !token.isVoid) skippedDepth++
      if (token.type === 'close' && token.name === skipped && --skippedDepth === 0) skipped = undefined
    } else if (token.type === 'open' && (NEVER.has(token.name) || ignored.has(token.name))) {
      if (!token.isVoid) [skipped, skippedDepth] = [token.name, 1]
    } else place(token, open)
  }
  return root
}

function place(token: HtmlToken, open: Element[]): void {
  const parent = open.at(-1)
  if (token.type === 'text') return void parent?.children.push(token.text)
  if (token.type === 'close') {
    const at = open.findLastIndex(({ name }) => name === token.name)
    if (at > 0) open.length = at
    return
  }
  const { name, attributes, isVoid } = token
  for (const ended of CLOSES[name] ?? (BLOCKS.has(name) ? ['p'] : [])) if (open.at(-1)?.name === ended) open.pop()
  const element: Element = { name, attributes, children: [] }
  open.at(-1)?.children.push(element)
  if (!isVoid && open.length < DEPTH_MAX) open.push(element)
}

const CLOSES: Readonly<Record<string, readonly string[]>> = {
  li: ['p', 'li'],
  dt: ['dt', 'dd'],
  dd: ['dt', 'dd'],
  tr: ['td', 'th', 'tr'],
  td: ['td', 'th'],
  th: ['td', 'th'],
  option: ['option'],
  ul: ['p'],
  ol: ['p'],
  table: ['p'],
  pre: ['p'],
  blockquote: ['p'],
  h1: ['p'],
  h2: ['p'],
  h3: ['p'],
}

class Printer {
  readonly #baseUri: string | undefined

  constructor({ baseUri }: HtmlOptions) {
    this.#baseUri = baseUri
  }

  blocks({ children }: Element, depth: number): string[] {
    const blocks: string[] = []
    let line = ''
    const endLine = (): void => {
      const text = tidy(line)
      if (text !== '') blocks.push(text)
      line = ''
    }
    for (const child of children) {
      if (typeof child === 'string' || !this.#isBlock(child)) line += this.#inline(child)
      else {
        endLine()
        blocks.push(...this.#block(child, depth))
      }
    }
    endLine()
    return blocks
  }

  #isBlock({ name, children }: Element): boolean {
    if (BLOCKS.has(name) || /^(?:h[1-6]|ul|ol|li|pre|blockquote|table|hr|thead|tbody|tr|td|th)$/.test(name)) return true
    return (
      !(name in INLINE) &&
      name !== 'a' &&
      name !== 'code' &&
      children.some(child => typeof child !== 'string' && this.#isBlock(child))
    )
  }

  #block(element: Element, depth: number): string[] {
    const { name } = element
    if (name === 'hr') return ['---']
    if (name === 'pre') return [this.#code(element)]
    if (name === 'table') return this.#table(element)
    if (name === 'ul' || name === 'ol') return [this.#list(element, depth)]
    if (name === 'blockquote')
      return [this.blocks(element, depth).join('\n\n').replace(/^/gm, '> ').replace(/ +$/gm, '')]
    const level = /^h([1-6])$/.exec(name)?.[1]
    if (level !== undefined) {
      const text = tidy(this.#inlines(element)).replaceAll('\n', ' ')
      return text === '' ? [] : [`${'#'.repeat(Number(level))} ${text}`]
    }
    return this.blocks(element, depth)
  }

  #code(element: Element): string {
    const inner = element.children.find(child => typeof child !== 'string' && child.name === 'code')
    const language =
      typeof inner === 'object' ? (/language-([\w+-]+)/.exec(inner.attributes.get('class') ?? '')?.[1] ?? '') : ''
    const text = rawText(element).replace(/^\n|\n+$/g, '')
    const fence = text.includes('```') ? '````' : '```'
    return `${fence}${language}\n${text}\n${fence}`
  }

  #list(element: Element, depth: number): string {
    let number = Number(element.attributes.get('start') ?? 1)
    const items: string[] = []
    for (const child of element.children) {
      if (typeof child === 'string') continue
      const mark = element.name === 'ol' ? `${number++}. ` : '- '
      const blocks = this.blocks(child, depth + 1)
      const isTight = blocks.every((block, at) => at === 0 || /^(?:- |\d+\. )/.test(block))
      const text = blocks.join(isTight ? '\n' : '\n\n')
      items.push(mark + text.replaceAll('\n', `\n${' '.repeat(mark.length)}`).replace(/ +$/gm, ''))
    }
    return items.join('\n')
  }

  #table(element: Element): string[] {
    const rows = rowsOf(element).map(row =>
      row.children.flatMap(cell =>
        typeof cell === 'string' ? [] : [tidy(this.#inlines(cell)).replaceAll('\n', ' ').replaceAll('|', '\\|')],
      ),
    )
    const width = Math.max(0, ...rows.map(row => row.length))
    if (width === 0) return []
    const line = (cells: readonly string[]): string =>
      `| ${Array.from({ length: width }, (_, at) => cells[at] ?? '').join(' | ')} |`
    const [header = [], ...rest] = rows
    return [[line(header), line(Array.from({ length: width }, () => '---')), ...rest.map(line)].join('\n')]
  }

  #inlines({ children }: Element): string {
    return children.map(child => this.#inline(child)).join('')
  }

  #inline(child: Element | string): string {
    if (typeof child === 'string') return child.replace(/[\t\n\r\f ]+/g, ' ').replace(/([\\`*_[\]])/g, '\\$1')
    const { name, attributes } = child
    if (name === 'br') return '\n'
    if (name === 'img') {
      const source = attributes.get('src') ?? ''
      return source === '' ? '' : `![${attributes.get('alt') ?? ''}](${this.#resolve(source)})`
    }
    if (name === 'code' || name === 'kbd' || name === 'samp') {
      const text = rawText(child)
      return text === '' ? '' : text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``
    }
    const text = this.#inlines(child)
    const target = name === 'a' ? attributes.get('href') : undefined
    if (target !== undefined && text.trim() !== '') return `[${text.trim()}](${this.#resolve(target)})`
    const mark = Object.hasOwn(INLINE, name) ? INLINE[name] : undefined
    const bare = text.trim()
    if (mark === undefined || bare === '') return text
    return text.replace(bare, () => mark + bare + mark)
  }

  #resolve(target: string): string {
    const uri =
      this.#baseUri !== undefined && URL.canParse(target, this.#baseUri) ? new URL(target, this.#baseUri).href : target
    return uri.replaceAll(' ', '%20').replaceAll(')', '%29')
  }
}

function rowsOf({ children }: Element): Element[] {
  return children.flatMap(child => {
    if (typeof child === 'string') return []
    return child.name === 'tr' ? [child] : child.name === 'table' ? [] : rowsOf(child)
  })
}

function rawText({ children }: Element): string {
  return children
    .map(child => (typeof child === 'string' ? child : child.name === 'br' ? '\n' : rawText(child)))
    .join('')
}

function tidy(text: string): string {
  return text
    .replace(/ +/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .trim()
    .replaceAll('\n', '  \n')
}
