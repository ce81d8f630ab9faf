// What a password must be like: long, not one of those that everybody tries first, and not the name of who has it. No rule asks for signs of certain
// kinds: such rules make passwords worse.
import { createHash } from 'node:crypto'
import { LEAKED_PRINT_BYTES, LEAKED_PRINTS } from './leaked-passwords.ts'
import { PASSWORD_LENGTH } from './passwords.ts'

/** Whom it is for: names that it must not hold. */
export interface PasswordOwner {
  readonly username?: string | undefined
  readonly email?: string | undefined
  readonly firstName?: string | undefined
  readonly lastName?: string | undefined
}

/** Shorter names are in many words by chance. */
const NAME_MIN = 4
const OWN_NAMES: readonly string[] = ['batuta', 'kestra', 'password', 'passwort']
/** Different signs that there must be. */
const SIGNS_MIN = 5
/** What is left of a password when the names in it are taken out. */
const REST_MIN = 8

/** Sentences, one for each rule that it breaks; none: it is good. */
export function judgePassword(password: string, owner: PasswordOwner = {}): readonly string[] {
  const length = [...password].length
  const { min, max } = PASSWORD_LENGTH
  if (length < min) return [`A password has at least ${min} characters: this one has ${length}.`]
  if (length > max) return [`A password has at most ${max} characters: this one has ${length}.`]
  const folded = password.normalize('NFKC').toLowerCase()
  const problems: string[] = []
  if (prints().has(printOf(folded)))
    problems.push('This password is among those that are tried first: it was in a leak.')
  if (new Set(folded).size < SIGNS_MIN || isRepeated(folded) || isRun(folded))
    problems.push('This password repeats itself or counts: it is guessed at once.')
  const name = namesOf(owner).find(each => folded.includes(each) && folded.replaceAll(each, '').length < REST_MIN)
  if (name !== undefined) problems.push(`This password is little more than "${name}".`)
  return problems
}

function namesOf({ username = '', email = '', firstName = '', lastName = '' }: PasswordOwner): readonly string[] {
  const parts = [username, email, firstName, lastName].flatMap(each => [each, ...each.split(/[^\p{L}\p{N}]+/u)])
  return [...OWN_NAMES, ...parts.map(each => each.normalize('NFKC').toLowerCase())]
    .filter(each => each.length >= NAME_MIN)
    .sort((a, b) => b.length - a.length)
}

/** The same few signs again and again. */
function isRepeated(text: string): boolean {
  for (let size = 1; size <= text.length / 3; size++) {
    const unit = text.slice(0, size)
    if (unit.repeat(Math.ceil(text.length / size)).startsWith(text)) return true
  }
  return false
}

/** Each sign follows the one before, as in abcdefghijkl or 987654321098. */
function isRun(text: string): boolean {
  const steps = [...text].slice(1).map((sign, index) => (sign.codePointAt(0) ?? 0) - (text.codePointAt(index) ?? 0))
  const isStep = (step: number): boolean => step === 1 || step === -1 || step === 9 || step === -9
  return steps.every(isStep)
}

let known: ReadonlySet<string> | undefined

/** Made when the first password is judged: few servers ever see one. */
function prints(): ReadonlySet<string> {
  const width = (LEAKED_PRINT_BYTES * 8) / 6
  known ??= new Set(
    Array.from({ length: LEAKED_PRINTS.length / width }, (_, index) =>
      LEAKED_PRINTS.slice(index * width, (index + 1) * width),
    ),
  )
  return known
}

function printOf(folded: string): string {
  return createHash('sha256').update(folded).digest().subarray(0, LEAKED_PRINT_BYTES).toString('base64url')
}
