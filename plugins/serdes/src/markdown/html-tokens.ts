// HTML as tags and texts, read in one pass: what is no tag is text, as browsers have it.
import { unescapeEntities } from './markdown-text.ts'

export type HtmlToken =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'open'
      readonly name: string
      readonly attributes: ReadonlyMap<string, string>
      readonly isVoid: boolean
    }
  | { readonly type: 'close'; readonly name: string }

const VOID: ReadonlySet<string> = new Set([
  'area',
  'base',
  'br',
  'col',
  'embed',
  'hr',
  'img',
  'input',
  'link',
  'meta',
  'source',
  'track',
  'wbr',
])
const RAW: ReadonlySet<string> = new Set(['script', 'style', 'textarea', 'title', 'noscript', 'template'])

export function* htmlTokens(html: string): Generator<HtmlToken> {
  let at = 0
  while (at < html.length) {
    const start = html.indexOf('<', at)
    if (start < 0) return yield { type: 'text', text: unescapeEntities(html.slice(at)) }
    if (start > at) yield { type: 'text', text: unescapeEntities(html.slice(at, start)) }
    if (html.startsWith('<!--', start)) {
      const end = html.indexOf('-->', start + 4)
      at = end < 0 ? html.length : end + 3
      continue
    }
    const next = html.charAt(start + 1)
    if (!/[a-z/!?]/i.test(next)) {
      yield { type: 'text', text: '<' }
      at = start + 1
      continue
    }
    const end = endOfTag(html, start + 1)
    at = end + 1
    if (next === '!' || next === '?') continue
    const inner = html.slice(start + 1, end)
    const name = /^\/?([a-z][^\s/>]*)/i.exec(inner)?.[1]?.toLowerCase()
    if (name === undefined) continue
    if (next === '/') {
      yield { type: 'close', name }
      continue
    }
    yield {
      type: 'open',
      name,
      attributes: attributesOf(inner.slice(name.length)),
      isVoid: VOID.has(name) || inner.endsWith('/'),
    }
    if (!RAW.has(name)) continue
    const close = html.toLowerCase().indexOf(`</${name}`, at)
    at = close < 0 ? html.length : close
  }
}

/** A `>` in quotes does not end a tag. */
function endOfTag(html: string, from: number): number {
  let quote = ''
  for (let at = from; at < html.length; at++) {
    const letter = html.charAt(at)
    if (quote !== '') quote = letter === quote ? '' : quote
    else if (letter === '"' || letter === "'") quote = letter
    else if (letter === '>') return at
  }
  return html.length
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>()
  for (const [, name = '', double, single, bare] of text.matchAll(
    /([^\s=/"'<>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g,
  ))
    attributes.set(name.toLowerCase(), unescapeEntities(double ?? single ?? bare ?? ''))
  return attributes
}
