// Finds what tells who somebody is: mail addresses, telephone numbers, accounts, cards, numbers of states, names from a list. Pure, and linear in the text:
// no pattern repeats what repeats. Check digits keep other numbers out; what has none is found by its form, so that more is found than there is.
import { COUNTRIES_BY_DEFAULT, IBAN_LENGTHS, NATIONAL_IDS, isIban } from './national-ids.ts'
import { isLuhn } from './check-digits.ts'

export type PersonalKind = 'mail' | 'phone' | 'iban' | 'card' | 'national-id' | 'name'

export const PERSONAL_KINDS: readonly PersonalKind[] = ['mail', 'phone', 'iban', 'card', 'national-id', 'name']

export interface PersonalMatch {
  readonly kind: PersonalKind
  /** Where it begins, and what follows it begins. */
  readonly start: number
  readonly end: number
  readonly text: string
}

export interface PersonalSearch {
  /** All unless said. */
  readonly kinds?: readonly PersonalKind[]
  /** Of national numbers; those that are not met by chance unless said. */
  readonly countries?: readonly string[]
  /** Names of people, as they may stand in texts; upper and lower case are alike. */
  readonly names?: readonly string[]
}

/** What stands for something that was masked: it is never masked again. */
export const TOKEN_PATTERN = 'PII_([A-Z]+)_([0-9a-f]{24})'

/** In the order of the text; they do not overlap. */
export function findPersonal(text: string, search: PersonalSearch = {}): readonly PersonalMatch[] {
  const kinds = search.kinds ?? PERSONAL_KINDS
  const tokens = spansOf(text, new RegExp(TOKEN_PATTERN, 'g'))
  const found = FINDERS.flatMap(({ kind, find }) => (kinds.includes(kind) ? find(text, search) : []))
  const taken: Span[] = [...tokens]
  const kept: PersonalMatch[] = []
  // Those that are surest come first; of one kind the first, and of those the longest.
  for (const match of found) {
    if (overlaps(taken, match)) continue
    insert(taken, match)
    kept.push(match)
  }
  return kept.sort((left, right) => left.start - right.start)
}

interface Span {
  readonly start: number
  readonly end: number
}

interface Finder {
  readonly kind: PersonalKind
  find(text: string, search: PersonalSearch): readonly PersonalMatch[]
}

const MAIL = /[\p{L}\p{N}._%+'-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,63}/gu
/** Where an account or a card may begin: how far it goes is tried, for other numbers may follow it. */
const IBAN_START = /(?<![A-Z0-9])[A-Z]{2}\d{2}(?=[ -]?[A-Z0-9])/gi
const CARD_START = /(?<![\w.])[2-6]\d{3}(?=[ -]?\d)/g
const CARD_DIGITS = { min: 13, max: 19 }
const PHONES: readonly RegExp[] = [
  /(?<![\w+])(?:\+|00)[1-9]\d{0,2}(?:[ .()/-]{0,3}\d){6,12}(?!\d)/g,
  /(?<![\w.+-])(?:\(0[1-9]\d{0,4}\)|0[1-9]\d{0,4})[ /.-]{1,3}\d{2,9}(?:[ .-]\d{2,9}){0,4}(?![\w-])/g,
  /(?<![\w.+-])(?:\([2-9]\d{2}\)|[2-9]\d{2})[ .-]\d{3}[ .-]\d{4}(?![\w-])/g,
]
const PHONE_DIGITS = { min: 7, max: 15 }

const FINDERS: readonly Finder[] = [
  { kind: 'mail', find: text => matchesOf(text, MAIL, 'mail') },
  { kind: 'iban', find: findIbans },
  { kind: 'card', find: findCards },
  { kind: 'national-id', find: findNationalIds },
  { kind: 'phone', find: findPhones },
  { kind: 'name', find: findNames },
]

function findIbans(text: string): readonly PersonalMatch[] {
  return spansOf(text, IBAN_START).flatMap(({ start }) => {
    const length = IBAN_LENGTHS.get(text.slice(start, start + 2).toUpperCase()) ?? 0
    const end = endOf(text, { start, count: length, sign: /[A-Z0-9]/i })
    return end !== undefined && isIban(text.slice(start, end)) ? [matchAt(text, 'iban', { start, end })] : []
  })
}

/** The longest number with a right check digit. */
function findCards(text: string): readonly PersonalMatch[] {
  return spansOf(text, CARD_START).flatMap(({ start }) => {
    for (let count = CARD_DIGITS.max; count >= CARD_DIGITS.min; count--) {
      const end = endOf(text, { start, count, sign: /\d/ })
      if (end !== undefined && isCard(text.slice(start, end))) return [matchAt(text, 'card', { start, end })]
    }
    return []
  })
}

function isCard(text: string): boolean {
  const digits = text.replaceAll(/\D/g, '')
  return new Set(digits).size > 1 && isLuhn(digits)
}

interface Counted {
  readonly start: number
  readonly count: number
  readonly sign: RegExp
}

/** Behind so many signs, between which single spaces or hyphens may stand, if none follows at once. */
function endOf(text: string, { start, count, sign }: Counted): number | undefined {
  let seen = 0
  for (let at = start; at < text.length && seen < count; at++) {
    if (sign.test(text.charAt(at))) seen += 1
    else if (!/[ -]/.test(text.charAt(at)) || !sign.test(text.charAt(at + 1))) return undefined
    if (seen === count) return /\w/.test(text.charAt(at + 1)) ? undefined : at + 1
  }
  return undefined
}

function findNationalIds(text: string, { countries = COUNTRIES_BY_DEFAULT }: PersonalSearch): readonly PersonalMatch[] {
  return NATIONAL_IDS.filter(({ country }) => countries.includes(country)).flatMap(({ pattern, isValid }) =>
    matchesOf(text, pattern, 'national-id').filter(match => isValid(match.text)),
  )
}

function findPhones(text: string): readonly PersonalMatch[] {
  return PHONES.flatMap(pattern => matchesOf(text, pattern, 'phone')).filter(({ text: phone }) => {
    const { length } = phone.replaceAll(/\D/g, '')
    return length >= PHONE_DIGITS.min && length <= PHONE_DIGITS.max
  })
}

const WORD = /[\p{L}\p{M}\p{N}]+/gu

/** Word by word: a list of a thousand names costs no more than one of ten. */
function findNames(text: string, { names = [] }: PersonalSearch): readonly PersonalMatch[] {
  if (names.length === 0) return []
  const wanted = new Map<string, readonly (readonly string[])[]>()
  for (const name of names) {
    const words = wordsOf(name).map(({ text: word }) => fold(word))
    const [first] = words
    if (first !== undefined) wanted.set(first, [...(wanted.get(first) ?? []), words])
  }
  const words = wordsOf(text)
  return words.flatMap((word, index) => {
    const lengths = (wanted.get(fold(word.text)) ?? [])
      .filter(name => name.every((part, offset) => fold(words[index + offset]?.text ?? '') === part))
      .map(name => name.length)
    if (lengths.length === 0) return []
    const end = words[index + Math.max(...lengths) - 1]?.end ?? word.end
    return [{ kind: 'name' as const, start: word.start, end, text: text.slice(word.start, end) }]
  })
}

function wordsOf(text: string): readonly PersonalMatch[] {
  return matchesOf(text, WORD, 'name')
}

function fold(word: string): string {
  return word.normalize('NFKC').toLowerCase()
}

function matchesOf(text: string, pattern: RegExp, kind: PersonalKind): readonly PersonalMatch[] {
  return spansOf(text, pattern).map(span => matchAt(text, kind, span))
}

function matchAt(text: string, kind: PersonalKind, { start, end }: Span): PersonalMatch {
  return { kind, start, end, text: text.slice(start, end) }
}

function spansOf(text: string, pattern: RegExp): readonly Span[] {
  return [...text.matchAll(pattern)].map(match => ({ start: match.index, end: match.index + match[0].length }))
}

/** `taken` is sorted, and its spans do not overlap. */
function overlaps(taken: readonly Span[], { start, end }: Span): boolean {
  const next = placeOf(taken, start)
  return (taken[next]?.start ?? Infinity) < end || (taken[next - 1]?.end ?? 0) > start
}

function insert(taken: Span[], span: Span): void {
  taken.splice(placeOf(taken, span.start), 0, span)
}

/** Of the first span that begins there or later. */
function placeOf(taken: readonly Span[], start: number): number {
  let [low, high] = [0, taken.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((taken[middle]?.start ?? Infinity) < start) low = middle + 1
    else high = middle
  }
  return low
}
