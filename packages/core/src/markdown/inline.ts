// What stands inside of a line of Markdown.
import { schemeOf } from '../std/scheme-of.ts'
import type { Inline } from './markdown.ts'

const DEPTH_MAX = 20
/** Marks that are further apart do not belong together. */
const REACH_MAX = 4_000
const WORD = /[\p{L}\p{N}]/u
const ESCAPED = /[!-/:-@[-`{-~]/

export function parseInline(text: string, depth = 0): readonly Inline[] {
  const found: Inline[] = []
  let plain = ''
  const flush = (): void => {
    if (plain !== '') found.push({ type: 'text', text: plain })
    plain = ''
  }
  let at = 0
  while (at < text.length) {
    const taken = depth < DEPTH_MAX ? takeInline(text, at, depth) : undefined
    if (taken === undefined) {
      plain += text[at] ?? ''
      at += 1
    } else if ('plain' in taken) {
      plain += taken.plain
      at = taken.next
    } else {
      flush()
      found.push(taken.inline)
      at = taken.next
    }
  }
  flush()
  return found
}

type Taken = { readonly inline: Inline; readonly next: number } | { readonly plain: string; readonly next: number }

function takeInline(text: string, at: number, depth: number): Taken | undefined {
  switch (text[at]) {
    case '\\':
      return takeEscape(text, at)
    case '\n':
      return takeBreak(text, at)
    case '`':
      return takeCode(text, at)
    case '*':
    case '_':
    case '~':
      return takeMarked(text, at, depth)
    case '!':
      return text[at + 1] === '[' ? takeLink(text, at + 1, { depth, isPicture: true }) : undefined
    case '[':
      return takeLink(text, at, { depth, isPicture: false })
    case '<':
      return takeAddress(/<((?:https?:\/\/|mailto:)[^\s<>]+)>/y, text, at)
    case 'h':
      return WORD.test(text[at - 1] ?? '')
        ? undefined
        : takeAddress(/(https?:\/\/[^\s<>"'`)\]]*[^\s<>"'`)\].,;:!?])/y, text, at)
    default:
      return undefined
  }
}

function takeEscape(text: string, at: number): Taken | undefined {
  const next = text[at + 1] ?? ''
  if (next === '\n') return { inline: { type: 'break' }, next: at + 2 }
  return ESCAPED.test(next) ? { plain: next, next: at + 2 } : undefined
}

/** Two blanks before the end of a line break it; otherwise it is a blank. */
function takeBreak(text: string, at: number): Taken {
  return text[at - 1] === ' ' && text[at - 2] === ' '
    ? { inline: { type: 'break' }, next: at + 1 }
    : { plain: ' ', next: at + 1 }
}

function takeCode(text: string, at: number): Taken | undefined {
  let from = at
  while (text[from] === '`') from += 1
  const marks = text.slice(at, from)
  const near = text.slice(0, from + REACH_MAX)
  let end = near.indexOf(marks, from)
  while (end >= 0 && (text[end + marks.length] === '`' || text[end - 1] === '`')) end = near.indexOf(marks, end + 1)
  if (end < 0) return { plain: marks, next: at + marks.length }
  const inner = text.slice(at + marks.length, end).replaceAll('\n', ' ')
  const isPadded = inner.startsWith(' ') && inner.endsWith(' ') && inner.trim() !== ''
  return { inline: { type: 'code', text: isPadded ? inner.slice(1, -1) : inner }, next: end + marks.length }
}

function takeMarked(text: string, at: number, depth: number): Taken | undefined {
  const mark = text[at] ?? '*'
  const isDouble = text[at + 1] === mark
  if (mark === '~' && !isDouble) return undefined
  const marks = isDouble ? mark + mark : mark
  const from = at + marks.length
  if (/^\s?$/.test(text[from] ?? '')) return { plain: marks, next: from }
  // An underscore inside of a word is a letter of it.
  if (mark === '_' && WORD.test(text[at - 1] ?? '')) return { plain: marks, next: from }
  const end = endOf(text, from, marks)
  if (end === undefined) return { plain: marks, next: from }
  const type = mark === '~' ? 'struck' : isDouble ? 'strong' : 'emphasis'
  return { inline: { type, children: parseInline(text.slice(from, end), depth + 1) }, next: end + marks.length }
}

function endOf(text: string, from: number, marks: string): number | undefined {
  const mark = marks[0] ?? '*'
  const near = text.slice(0, from + REACH_MAX)
  for (let at = near.indexOf(marks, from + 1); at >= 0; at = near.indexOf(marks, at + 1)) {
    if (/\s/.test(text[at - 1] ?? '') || text[at - 1] === '\\') continue
    if (mark === '_' && WORD.test(text[at + marks.length] ?? '')) continue
    // One mark does not end at two, which begin or end something of their own.
    if (marks.length === 1 && (text[at + 1] === mark || text[at - 1] === mark)) continue
    return at
  }
  return undefined
}

interface LinkPlace {
  readonly depth: number
  readonly isPicture: boolean
}

const TARGET = /\(\s*<?([^\s<>)]*)>?(?:\s+["'(][^"')]*["')])?\s*\)/y

function takeLink(text: string, at: number, { depth, isPicture }: LinkPlace): Taken | undefined {
  const end = closingOf(text, at)
  if (end === undefined) return undefined
  TARGET.lastIndex = end + 1
  const target = TARGET.exec(text)
  if (!target) return undefined
  const to = target[1] ?? ''
  const inner = text.slice(at + 1, end)
  const next = TARGET.lastIndex
  if (!isSafe(to)) return { plain: inner, next }
  if (isPicture) return { inline: { type: 'picture', from: to, text: inner }, next }
  return { inline: { type: 'link', to, children: parseInline(inner, depth + 1) }, next }
}

function closingOf(text: string, at: number): number | undefined {
  let open = 0
  const last = Math.min(text.length, at + REACH_MAX)
  for (let place = at; place < last; place += 1) {
    if (text[place] === '\\') place += 1
    else if (text[place] === '[') open += 1
    else if (text[place] === ']') {
      open -= 1
      if (open === 0) return place
    }
  }
  return undefined
}

/** Nothing that a browser would run, and no other host in disguise. */
function isSafe(to: string): boolean {
  if (/^[\u0000-\u0020]*[/\\]{2}/.test(to)) return false
  const scheme = schemeOf(to)
  return scheme === undefined || scheme === 'http' || scheme === 'https' || scheme === 'mailto'
}

function takeAddress(pattern: RegExp, text: string, at: number): Taken | undefined {
  pattern.lastIndex = at
  const to = pattern.exec(text)?.[1]
  if (to === undefined) return undefined
  return { inline: { type: 'link', to, children: [{ type: 'text', text: to }] }, next: pattern.lastIndex }
}
