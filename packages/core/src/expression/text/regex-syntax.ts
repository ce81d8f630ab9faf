// Java's regular expressions in the syntax of the linear engine. What needs backtracking is refused by name: a pattern that works only
// sometimes is worse than one that is rejected when the flow is saved.
import { fail } from '../fault.ts'

const POSIX: Readonly<Record<string, string>> = {
  Lower: 'lower',
  Upper: 'upper',
  ASCII: 'ascii',
  Alpha: 'alpha',
  Digit: 'digit',
  Alnum: 'alnum',
  Punct: 'punct',
  Graph: 'graph',
  Print: 'print',
  Blank: 'blank',
  Cntrl: 'cntrl',
  XDigit: 'xdigit',
  Space: 'space',
}

const PROPERTIES: Readonly<Record<string, string>> = {
  IsAlphabetic: 'L',
  IsLetter: 'L',
  IsDigit: 'Nd',
  IsUppercase: 'Lu',
  IsLowercase: 'Ll',
  IsPunctuation: 'P',
  IsWhite_Space: 'Z',
  javaLetter: 'L',
  javaDigit: 'Nd',
  javaUpperCase: 'Lu',
  javaLowerCase: 'Ll',
  javaWhitespace: 'Z',
}

const HORIZONTAL = ' \\t\\x{A0}\\x{1680}\\x{180E}\\x{2000}-\\x{200A}\\x{202F}\\x{205F}\\x{3000}'
const VERTICAL = '\\n\\x0B\\f\\r\\x{85}\\x{2028}\\x{2029}'
const LINE_ENDS = '\\n\\r\\x{85}\\x{2028}\\x{2029}'

export interface TranslatedRegex {
  readonly pattern: string
  readonly hasLookbehind: boolean
  /** It has a `$` that also matches before a line end that is the last character. */
  readonly hasLineEnd: boolean
}

export function translateRegex(java: string): TranslatedRegex {
  return new Translator(java).run()
}

class Translator {
  readonly #java: string
  #at = 0
  #result = ''
  #hasLookbehind = false
  #hasLineEnd = false
  readonly #isDotAll: boolean
  readonly #isMultiLine: boolean

  constructor(java: string) {
    const flags = Array.from(java.matchAll(/\(\?([a-zA-Z]+)(?:-[a-zA-Z]+)?[:)]/g), match => match[1] ?? '').join('')
    this.#java = flags.includes('x') ? withoutComments(java) : java
    this.#isDotAll = flags.includes('s')
    this.#isMultiLine = flags.includes('m')
  }

  run(): TranslatedRegex {
    while (this.#at < this.#java.length) this.#translateNext()
    return { pattern: this.#result, hasLookbehind: this.#hasLookbehind, hasLineEnd: this.#hasLineEnd }
  }

  #translateNext(): void {
    const character = this.#java.charAt(this.#at)
    if (character === '\\') this.#result += this.#translateEscape(false)
    else if (character === '[') this.#translateClass()
    else if (character === '(') this.#translateGroup()
    else if ('*+?}'.includes(character)) this.#translateQuantifier(character)
    else {
      this.#at++
      if (character === '$' && !this.#isMultiLine) this.#hasLineEnd = true
      this.#result += character === '.' && !this.#isDotAll ? `[^${LINE_ENDS}]` : character
    }
  }

  #refuse(what: string): never {
    return fail(
      'VALUE',
      `The regular expression \`${this.#java.slice(0, 100)}\` uses ${what}, which cannot be matched in linear time and is not supported`,
    )
  }

  #translateQuantifier(character: string): void {
    this.#result += character
    this.#at++
    if (this.#java[this.#at] === '+') this.#refuse('a possessive quantifier')
    if (character !== '}' && this.#java[this.#at] === '?') {
      this.#result += '?'
      this.#at++
    }
  }

  #translateGroup(): void {
    const rest = this.#java.slice(this.#at, this.#at + 4)
    if (rest.startsWith('(?=') || rest.startsWith('(?!')) this.#refuse('a look-ahead')
    if (rest.startsWith('(?>')) this.#refuse('an atomic group')
    if (rest === '(?<=' || rest === '(?<!') this.#hasLookbehind = true
    const flags = /^\(\?([a-zA-Z]*)(-[a-zA-Z]+)?([:)])/.exec(this.#java.slice(this.#at, this.#at + 30))
    if (flags === null) {
      this.#result += '('
      this.#at++
      return
    }
    const on = (flags[1] ?? '').replace(/[udUx]/g, '')
    const off = (flags[2] ?? '').replace(/[udUx]/g, '')
    this.#result +=
      on === '' && off.length < 2 && flags[3] === ')' ? '' : `(?${on}${off.length < 2 ? '' : off}${flags[3] ?? ''}`
    this.#at += flags[0].length
  }

  #translateEscape(isInClass: boolean): string {
    const letter = this.#java.charAt(this.#at + 1)
    this.#at += 2
    if (letter === 'Q') return this.#translateQuoted()
    if (letter === 'p' || letter === 'P') return this.#translateProperty(letter === 'P', isInClass)
    if (/[1-9]/.test(letter) || letter === 'k') this.#refuse('a back-reference')
    if (letter === 'u') return `\\x{${this.#takeHex(4)}}`
    if (letter === 'x' && this.#java[this.#at] !== '{') return `\\x{${this.#takeHex(2)}}`
    if (letter === '0') return this.#translateOctal()
    if (letter === 'c') return `\\x{${(this.#java.charCodeAt(this.#at++) ^ 64).toString(16)}}`
    if (letter === 'R' && !isInClass) return `(?:\\r\\n|[${VERTICAL}])`
    if (letter === 'Z' && !isInClass) {
      this.#hasLineEnd = true
      return '\\z'
    }
    if (letter === 'N' || letter === 'X' || letter === 'G') this.#refuse(`\`\\${letter}\``)
    const set = this.#translateSet(letter, isInClass)
    if (set !== undefined) return set
    if (letter === 'e') return '\\x1B'
    return /[A-Za-z]/.test(letter) ? `\\${letter}` : quoteLiteral(letter)
  }

  #translateSet(letter: string, isInClass: boolean): string | undefined {
    const sets: Readonly<Record<string, string>> = { h: HORIZONTAL, v: VERTICAL, s: '\\s\\x0B' }
    const set = Object.hasOwn(sets, letter) ? sets[letter] : undefined
    if (set !== undefined) return isInClass ? set : `[${set}]`
    if (letter === 'S' && !isInClass) return '[^\\s\\x0B]'
    const lower = letter.toLowerCase()
    if (letter !== 'H' && letter !== 'V') return undefined
    return isInClass ? this.#refuse(`\`\\${letter}\` inside of brackets`) : `[^${sets[lower] ?? ''}]`
  }

  #takeHex(length: number): string {
    const digits = this.#java.slice(this.#at, this.#at + length)
    if (!/^[0-9a-fA-F]+$/.test(digits)) fail('VALUE', `The regular expression \`${this.#java}\` has a malformed escape`)
    this.#at += length
    return digits
  }

  #translateOctal(): string {
    const digits = /^[0-7]{1,3}/.exec(this.#java.slice(this.#at))?.[0] ?? '0'
    this.#at += digits.length
    return `\\x{${Number.parseInt(digits, 8).toString(16)}}`
  }

  #translateQuoted(): string {
    const end = this.#java.indexOf('\\E', this.#at)
    const text = this.#java.slice(this.#at, end < 0 ? undefined : end)
    this.#at = end < 0 ? this.#java.length : end + 2
    return Array.from(text, quoteLiteral).join('')
  }

  #translateProperty(isNegated: boolean, isInClass: boolean): string {
    const match = /^(?:\{\^?([^}]+)\}|([A-Z]))/.exec(this.#java.slice(this.#at))
    const name = match?.[1] ?? match?.[2] ?? ''
    this.#at += match?.[0].length ?? 0
    const posix = Object.hasOwn(POSIX, name) ? POSIX[name] : undefined
    if (posix !== undefined) {
      const inner = `[:${isNegated ? '^' : ''}${posix}:]`
      return isInClass ? inner : `[${inner}]`
    }
    const property = Object.hasOwn(PROPERTIES, name) ? PROPERTIES[name] : name.replace(/^(?:Is|script=|sc=)/, '')
    return `\\${isNegated ? 'P' : 'p'}{${property ?? name}}`
  }

  #translateClass(): void {
    this.#result += '['
    this.#at++
    if (this.#java[this.#at] === '^') {
      this.#result += '^'
      this.#at++
    }
    this.#translateClassBody(1)
    this.#result += ']'
  }

  /** The content up to the closing bracket; an inner class without `^` joins the outer one. */
  #translateClassBody(depth: number): void {
    const start = this.#at
    while (this.#at < this.#java.length) {
      const character = this.#java.charAt(this.#at)
      if (character === ']' && this.#at > start) {
        this.#at++
        return
      }
      if (this.#java.startsWith('&&', this.#at)) this.#refuse('an intersection of character classes')
      if (character === '[' && this.#java[this.#at + 1] === '^') this.#refuse('a negated class inside of a class')
      if (character === '\\') this.#result += this.#translateEscape(true)
      else if (character === '[') {
        this.#at++
        this.#translateClassBody(depth + 1)
      } else {
        this.#result += character === ']' ? '\\]' : character
        this.#at++
      }
    }
    fail('VALUE', `The regular expression \`${this.#java}\` has a class that is never closed`)
  }
}

/** The flag `x` lets white space and comments stand between the parts of a pattern. */
function withoutComments(java: string): string {
  return java.replace(
    /(\\[^])|(\[(?:\\[^]|[^\]\\])*\])|\s+|#[^\n]*/g,
    (_found, escape?: string, set?: string) => escape ?? set ?? '',
  )
}

function quoteLiteral(character: string): string {
  return /[\\.+*?()|[\]{}^$#&~\-/"'<>!=:@%,;` _]/.test(character) && /[^\w\s]/.test(character)
    ? `\\${character}`
    : character
}
