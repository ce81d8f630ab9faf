// How well a password would stand against guessing: an estimate for whoever chooses one. What is allowed is the server's to say.

export type Strength = 'none' | 'short' | 'weak' | 'fair' | 'strong'

export const PASSWORD_MIN = 8
const DISTINCT_MIN = 5
const FAIR_BITS = 50
const STRONG_BITS = 70
/** What is tried first everywhere; also with digits and signs behind it. */
const COMMON = [
  'password',
  'passwort',
  'qwerty',
  'qwertz',
  'letmein',
  'welcome',
  'admin',
  'batuta',
  'kestra',
  'iloveyou',
  '12345678',
  'changeme',
]

/** `words`: what is known about its owner, such as the name of the user. */
export function judgePassword(password: string, words: readonly string[] = [], min: number = PASSWORD_MIN): Strength {
  if (password === '') return 'none'
  if (password.length < min) return 'short'
  const bits = bitsOf(withoutKnown(password, words))
  if (new Set(password).size < DISTINCT_MIN || bits < FAIR_BITS) return 'weak'
  return bits < STRONG_BITS ? 'fair' : 'strong'
}

/** A known word is worth as much as one letter. */
function withoutKnown(password: string, words: readonly string[]): string {
  const known = [...COMMON, ...words.map(word => word.toLowerCase()).filter(word => word.length > 3)]
  let left = password
  for (const word of known) {
    const at = left.toLowerCase().indexOf(word)
    if (at >= 0) left = `${left.slice(0, at)}~${left.slice(at + word.length)}`
  }
  return left
}

const CLASSES: readonly (readonly [RegExp, number])[] = [
  [/[a-z]/, 26],
  [/[A-Z]/, 26],
  [/[0-9]/, 10],
  [/[^a-zA-Z0-9]/, 33],
]

function bitsOf(text: string): number {
  const pool = CLASSES.reduce((sum, [pattern, size]) => sum + (pattern.test(text) ? size : 0), 0)
  return pool === 0 ? 0 : countNew(text) * Math.log2(pool)
}

/** Letters that go on from the one before, as in `aaa` or `123`, add nothing. */
function countNew(text: string): number {
  const codes = [...text].map(letter => letter.codePointAt(0) ?? 0)
  return codes.filter((code, index) => index === 0 || Math.abs(code - (codes[index - 1] ?? 0)) > 1).length
}
