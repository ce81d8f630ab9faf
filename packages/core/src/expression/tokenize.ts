// Text into tokens. Outside of `{{ }}`, `{% %}` and `{# #}` everything is text; inside, white space separates and the longest operator
// wins. A closing delimiter counts only between tokens and outside of brackets, so `{{ {'a': {}}}}` needs no blanks.
import { Fault } from './fault.ts'

export type TokenType =
  | 'text'
  | 'raw'
  | 'print-start'
  | 'print-end'
  | 'tag-start'
  | 'tag-end'
  | 'operator'
  | 'name'
  | 'long'
  | 'number'
  | 'punctuation'
  | 'string'
  | 'string-start'
  | 'string-end'
  | 'interpolation-start'
  | 'interpolation-end'
  | 'end'

export interface Token {
  readonly type: TokenType
  readonly text: string
  readonly at: number
  /** Of a raw block, the whole with its tags. */
  readonly whole?: string
}

export function tokenize(source: string): readonly Token[] {
  return new Tokenizer(source).run()
}

const OPENING = /\{[{%#]/g
const RAW_OPEN = /\{%-*\s*raw\s*-*%\}/y
const RAW_CLOSE = /\{%-*\s*endraw\s*-*%\}/g
const VERBATIM_OPEN = /(-?)\s*verbatim\s*(-?)%\}/y
const VERBATIM_CLOSE = /\{%(-?)\s*endverbatim\s*(-?)%\}/g
const TRIM_BEFORE = /-[ \t\n\v\f\r]+/y
const PRINT_CLOSE = /\s*(-?)\}\}/y
const TAG_CLOSE = /\s*(-?)%\}/y
const INTERPOLATION_CLOSE = /\s*\}/y
const WHITE = /[\t-\r\x1c-\x20\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]*/y
const OPERATOR =
  /(?:contains|equals|is not|isIn|and|not)(?![a-zA-Z0-9_])|\?\?\?|(?:is|or)(?![a-zA-Z0-9_])|\?\?|\.\.|==|!=|>=|<=|[~|*/%+\-<>]/y
const NAME = /[\p{L}_][\p{L}\p{Nd}_]*/uy
const LONG = /[0-9]+L/y
const NUMBER = /[0-9]+(?:\.[0-9]+)?/y
const PLAIN_STRING = /"([^#"\\]*(?:\\[^][^#"\\]*)*)"|'([^'\\]*(?:\\[^][^'\\]*)*)'/y
const STRING_PART = /[^#"\\]*(?:(?:\\[^]|#(?!\{))[^#"\\]*)*/y

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }
const INTERPOLATION_DEPTH_MAX = 50

class Tokenizer {
  readonly #source: string
  readonly #tokens: Token[] = []
  #at = 0
  #trimsNext = false
  /** Open brackets of the expression being read, innermost last. */
  #brackets: { readonly bracket: string; readonly at: number }[] = []

  constructor(source: string) {
    this.#source = source
  }

  run(): readonly Token[] {
    while (this.#at < this.#source.length) this.#readText()
    this.#push('end', '', this.#source.length)
    return this.#tokens
  }

  #push(type: TokenType, text: string, at: number): void {
    this.#tokens.push({ type, text, at })
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    return pattern.exec(this.#source)
  }

  /** Reads text up to the next construct, and that construct. */
  #readText(): void {
    const start = this.#at
    const opening = this.#match(OPENING)
    const end = opening?.index ?? this.#source.length
    let text = this.#source.slice(start, end)
    if (this.#trimsNext) text = trimStart(text)
    this.#trimsNext = false
    this.#at = end
    if (opening === null) return this.#pushText(text, start)
    if (opening[0] === '{%' && this.#readRaw(text, start)) return
    this.#at = end + 2
    if (opening[0] === '{%' && this.#readVerbatim(text, start)) return
    this.#pushText(this.#skipTrimMark() ? trimEnd(text) : text, start)
    if (opening[0] === '{#') this.#readComment(end)
    else if (opening[0] === '{{') this.#readConstruct('print', end)
    else this.#readConstruct('tag', end)
  }

  #pushText(text: string, at: number): void {
    if (text !== '') this.#push('text', text, at)
  }

  #skipTrimMark(): boolean {
    const mark = this.#match(TRIM_BEFORE)
    if (mark === null) return false
    this.#at += mark[0].length
    return true
  }

  #readRaw(textBefore: string, textAt: number): boolean {
    const open = this.#match(RAW_OPEN)
    if (open === null) return false
    RAW_CLOSE.lastIndex = this.#at
    const close = RAW_CLOSE.exec(this.#source)
    if (close === null) return false
    this.#pushText(textBefore, textAt)
    const end = close.index + close[0].length
    const text = this.#source.slice(open.index + open[0].length, close.index)
    this.#tokens.push({ type: 'raw', text, at: open.index, whole: this.#source.slice(open.index, end) })
    this.#at = end
    return true
  }

  #readVerbatim(textBefore: string, textAt: number): boolean {
    const open = this.#match(VERBATIM_OPEN)
    if (open === null) return false
    this.#pushText(open[1] === '-' ? trimEnd(textBefore) : textBefore, textAt)
    this.#at += open[0].length
    VERBATIM_CLOSE.lastIndex = this.#at
    const close = VERBATIM_CLOSE.exec(this.#source)
    if (close === null) throw new Fault('SYNTAX', 'The tag `verbatim` is never closed', { at: open.index - 2 })
    let text = this.#source.slice(this.#at, close.index)
    if (open[2] === '-') text = trimStart(text)
    if (close[1] === '-') text = trimEnd(text)
    this.#pushText(text, this.#at)
    this.#trimsNext = close[2] === '-'
    this.#at = close.index + close[0].length
    return true
  }

  #readComment(openedAt: number): void {
    const end = this.#source.indexOf('#}', this.#at)
    if (end < 0) {
      throw new Fault('SYNTAX', 'The comment that begins with `{#` is never closed with `#}`', { at: openedAt })
    }
    this.#trimsNext = end > this.#at && this.#source[end - 1] === '-'
    this.#at = end + 2
  }

  #readConstruct(type: 'print' | 'tag', openedAt: number): void {
    this.#push(`${type}-start`, '', openedAt)
    const close = type === 'print' ? PRINT_CLOSE : TAG_CLOSE
    for (;;) {
      const closing = this.#brackets.length === 0 ? this.#match(close) : null
      if (closing !== null) {
        this.#push(`${type}-end`, '', this.#at + closing[0].length - closing[0].trimStart().length)
        this.#trimsNext = closing[1] === '-'
        this.#at += closing[0].length
        return
      }
      this.#readToken(openedAt, 0)
    }
  }

  #readToken(openedAt: number, depth: number): void {
    this.#skipWhite()
    const at = this.#at
    if (at >= this.#source.length) throw this.#unclosed(openedAt)
    if (this.#readSimple('operator', OPERATOR) || this.#readSimple('name', NAME)) return
    if (this.#readSimple('long', LONG) || this.#readSimple('number', NUMBER)) return
    const character = this.#source.charAt(at)
    if ('()[]{}?:.,='.includes(character)) return this.#readPunctuation(character)
    const plain = this.#match(PLAIN_STRING)
    if (plain !== null) {
      const text = plain[1]?.replaceAll('\\"', '"') ?? plain[2]?.replaceAll("\\'", "'") ?? ''
      this.#push('string', text, at)
      this.#at += plain[0].length
      return
    }
    if (character === '"') return this.#readInterpolated(depth)
    if (character === "'") throw new Fault('SYNTAX', 'A text is opened with a single quote and never closed', { at })
    throw new Fault('SYNTAX', `Unexpected character \`${this.#characterAt(at)}\``, { at })
  }

  #characterAt(at: number): string {
    return String.fromCodePoint(this.#source.codePointAt(at) ?? 0)
  }

  #skipWhite(): void {
    WHITE.lastIndex = this.#at
    WHITE.test(this.#source)
    this.#at = WHITE.lastIndex
  }

  #unclosed(openedAt: number): Fault {
    const open = this.#brackets.at(-1)
    if (open !== undefined) return new Fault('SYNTAX', `\`${open.bracket}\` is never closed`, { at: open.at })
    const opening = this.#source.slice(openedAt, openedAt + 2)
    const closing = opening === '{{' ? '}}' : opening === '{%' ? '%}' : '"'
    return new Fault('SYNTAX', `\`${opening}\` is never closed with \`${closing}\``, { at: openedAt })
  }

  #readSimple(type: TokenType, pattern: RegExp): boolean {
    const match = this.#match(pattern)
    if (match === null) return false
    this.#push(type, type === 'long' ? match[0].slice(0, -1) : match[0], this.#at)
    this.#at += match[0].length
    return true
  }

  #readPunctuation(character: string): void {
    const at = this.#at
    if ('([{'.includes(character)) this.#brackets.push({ bracket: character, at })
    if (')]}'.includes(character)) this.#closeBracket(character, at)
    this.#push('punctuation', character, at)
    this.#at++
  }

  #closeBracket(character: string, at: number): void {
    const open = this.#brackets.pop()
    if (open === undefined) throw new Fault('SYNTAX', `Unexpected \`${character}\``, { at })
    const expected = CLOSING[open.bracket]
    if (expected !== character) {
      throw new Fault('SYNTAX', `Expected \`${expected ?? '}'}\` but found \`${character}\``, { at })
    }
  }

  /** A double-quoted text with `#`: nothing is unescaped in it, and `#{ … }` holds expressions. */
  #readInterpolated(depth: number): void {
    const openedAt = this.#at
    if (depth > INTERPOLATION_DEPTH_MAX) throw new Fault('LIMIT', 'Texts are nested too deep', { at: openedAt })
    this.#push('string-start', '', openedAt)
    this.#at++
    for (;;) {
      if (this.#source.startsWith('#{', this.#at)) this.#readInterpolation(depth)
      else if (this.#source[this.#at] === '"') break
      else this.#readStringPart(openedAt)
    }
    this.#push('string-end', '', this.#at)
    this.#at++
  }

  #readStringPart(openedAt: number): void {
    const part = this.#match(STRING_PART)?.[0] ?? ''
    if (part === '') {
      throw new Fault('SYNTAX', 'A text is opened with a double quote and never closed', { at: openedAt })
    }
    this.#push('string', part, this.#at)
    this.#at += part.length
  }

  #readInterpolation(depth: number): void {
    const openedAt = this.#at
    this.#push('interpolation-start', '', openedAt)
    this.#at += 2
    const outer = this.#brackets
    this.#brackets = []
    for (;;) {
      const closing = this.#brackets.length === 0 ? this.#match(INTERPOLATION_CLOSE) : null
      if (closing !== null) {
        this.#push('interpolation-end', '', this.#at)
        this.#at += closing[0].length
        this.#brackets = outer
        return
      }
      this.#readToken(openedAt, depth + 1)
    }
  }
}

const LEADING_WHITE = /^[\t-\r\x1c-\x20\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]+/
const WHITE_CHARACTER = /[\t-\r\x1c-\x20\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]/

function trimStart(text: string): string {
  return text.replace(LEADING_WHITE, '')
}

function trimEnd(text: string): string {
  let end = text.length
  while (end > 0 && WHITE_CHARACTER.test(text.charAt(end - 1))) end--
  return text.slice(0, end)
}
