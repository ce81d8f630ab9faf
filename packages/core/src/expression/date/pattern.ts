// Reads the patterns of Java's DateTimeFormatter. Which letters exist, and how often each may stand in a row, is checked here; what
// they print and read is the business of their fields.
import { remember } from '../../std/remember.ts'
import { fail } from '../fault.ts'

export type Element =
  | { readonly type: 'literal'; readonly text: string }
  | Field
  | { readonly type: 'optional'; readonly elements: readonly Element[] }
  /** A day with its localized time, by one of the four styles. */
  | { readonly type: 'style'; readonly style: DateStyle }

export interface Field {
  readonly type: 'field'
  /** A pattern letter, or one of the inner ones: `.` for a fraction without trailing zeros, `I` for grouped in threes. */
  readonly letter: string
  readonly count: number
  /** Padded with blanks to this width. */
  readonly padTo: number
}

export type DateStyle = 'full' | 'long' | 'medium' | 'short'

/** The greatest number of letters in a row; the rest of the alphabet does not exist. */
const COUNTS: Readonly<Record<string, number>> = {
  G: 5,
  u: 19,
  y: 19,
  Y: 19,
  D: 3,
  M: 5,
  L: 5,
  d: 2,
  g: 19,
  Q: 5,
  q: 5,
  w: 2,
  W: 1,
  E: 5,
  e: 5,
  c: 5,
  F: 1,
  a: 1,
  B: 5,
  h: 2,
  K: 2,
  k: 2,
  H: 2,
  m: 2,
  s: 2,
  S: 9,
  A: 19,
  n: 19,
  N: 19,
  V: 2,
  v: 4,
  z: 4,
  O: 4,
  X: 5,
  x: 5,
  Z: 5,
}

/** Letters of which only some numbers in a row mean something. */
const ONLY: Readonly<Record<string, readonly number[]>> = {
  V: [2],
  v: [1, 4],
  O: [1, 4],
  B: [1, 4, 5],
  c: [1, 3, 4, 5],
}

export const parsePattern: (pattern: string) => readonly Element[] = remember(500, pattern =>
  new PatternReader(pattern).read(),
)

export function field(letter: string, count: number): Field {
  return { type: 'field', letter, count, padTo: 0 }
}

export function literal(text: string): Element {
  return { type: 'literal', text }
}

export function optional(...elements: readonly Element[]): Element {
  return { type: 'optional', elements }
}

class PatternReader {
  readonly #pattern: string
  #at = 0

  constructor(pattern: string) {
    this.#pattern = pattern
  }

  read(): readonly Element[] {
    const elements = this.#readElements(0)
    if (this.#at < this.#pattern.length) return this.#fail('has a `]` that closes nothing')
    return elements
  }

  #fail(reason: string): never {
    return fail('ARGUMENT', `The date pattern \`${this.#pattern.slice(0, 100)}\` ${reason}`)
  }

  #readElements(depth: number): readonly Element[] {
    const elements: Element[] = []
    while (this.#at < this.#pattern.length) {
      const character = this.#pattern.charAt(this.#at)
      if (character === ']') break
      if (character === '[') elements.push(this.#readOptional(depth))
      else if (character === "'") elements.push(literal(this.#readQuoted()))
      else if (/[A-Za-z]/.test(character)) elements.push(this.#readField(character, 0))
      else if ('{}#'.includes(character)) return this.#fail(`uses the reserved character \`${character}\``)
      else {
        elements.push(literal(character))
        this.#at++
      }
    }
    return elements
  }

  #readOptional(depth: number): Element {
    if (depth > 20) return this.#fail('nests too many optional sections')
    this.#at++
    const elements = this.#readElements(depth + 1)
    // Java accepts a section that the end of the pattern closes.
    if (this.#pattern[this.#at] === ']') this.#at++
    return { type: 'optional', elements }
  }

  #readQuoted(): string {
    let text = ''
    let at = this.#at + 1
    for (; ; at++) {
      const character = this.#pattern[at]
      if (character === undefined) return this.#fail('has a quote that is never closed')
      if (character !== "'") text += character
      else if (this.#pattern[at + 1] === "'") text += this.#pattern.charAt(at++)
      else break
    }
    const isEscapedQuote = at === this.#at + 1
    this.#at = at + 1
    return isEscapedQuote ? "'" : text
  }

  #readField(letter: string, padTo: number): Element {
    const start = this.#at
    while (this.#pattern[this.#at] === letter) this.#at++
    const count = this.#at - start
    if (letter === 'p') {
      const next = this.#pattern.charAt(this.#at)
      if (!/[A-Za-z]/.test(next) || next === 'p') return this.#fail('pads nothing with its `p`')
      return this.#readField(next, count)
    }
    const max = Object.hasOwn(COUNTS, letter) ? (COUNTS[letter] ?? 0) : 0
    if (max === 0) return this.#fail(`uses the letter \`${letter}\`, which means nothing; put text into single quotes`)
    const allowed = Object.hasOwn(ONLY, letter) ? ONLY[letter] : undefined
    if (count > max || allowed?.includes(count) === false) {
      return this.#fail(`has \`${letter}\` ${count} times in a row, which means nothing`)
    }
    return { type: 'field', letter, count, padTo }
  }
}
