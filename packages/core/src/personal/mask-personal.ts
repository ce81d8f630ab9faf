// What becomes of what was found: a token that can be exchanged for it again, a mark that cannot, a part of it, or itself. Pure: whoever keeps what tokens
// stand for is asked once for all of them, and answers with a map.
import { BatutaError } from '../std/errors.ts'
import { isList, isMap, mapEntries, mapFrom, type Value } from '../std/value.ts'
import {
  PERSONAL_KINDS,
  TOKEN_PATTERN,
  findPersonal,
  type PersonalKind,
  type PersonalMatch,
  type PersonalSearch,
} from './find-personal.ts'

/** token: reversible. redact: `[MAIL]`. partial: the end of it, or the domain of a mail. keep: as it is, and counted. */
export type PersonalAction = 'token' | 'redact' | 'partial' | 'keep'

export const PERSONAL_ACTIONS: readonly PersonalAction[] = ['token', 'redact', 'partial', 'keep']

export interface PersonalPolicy extends PersonalSearch {
  /** For kinds that `actions` does not name. */
  readonly action: PersonalAction
  readonly actions?: Readonly<Partial<Record<PersonalKind, PersonalAction>>>
}

export interface Masked {
  readonly value: Value
  readonly found: Readonly<Partial<Record<PersonalKind, number>>>
}

/** What needs a token, each once. */
export function personalToKeep(value: Value, policy: PersonalPolicy): readonly { kind: PersonalKind; text: string }[] {
  const found = new Map<string, { kind: PersonalKind; text: string }>()
  walk(value, text => {
    for (const { kind, text: own } of findPersonal(text, policy))
      if (actionOf(policy, kind) === 'token') found.set(keyOf(kind, own), { kind, text: own })
    return text
  })
  return [...found.values()]
}

/** `tokenOf` is asked for what `personalToKeep` named. */
export function maskPersonal(
  value: Value,
  policy: PersonalPolicy,
  tokenOf: (kind: PersonalKind, text: string) => string,
): Masked {
  const found: Partial<Record<PersonalKind, number>> = {}
  const masked = walk(value, text => {
    let [result, at] = ['', 0]
    for (const match of findPersonal(text, policy)) {
      found[match.kind] = (found[match.kind] ?? 0) + 1
      result += text.slice(at, match.start) + replacementOf(match, policy, tokenOf)
      at = match.end
    }
    return result + text.slice(at)
  })
  return { value: masked, found }
}

/** The tokens in all texts of a value, each once. */
export function personalTokens(value: Value): readonly string[] {
  const found = new Set<string>()
  walk(value, text => {
    for (const [token] of text.matchAll(new RegExp(TOKEN_PATTERN, 'g'))) found.add(token)
    return text
  })
  return [...found]
}

/** Tokens that are not known stay as they are. */
export function unmaskPersonal(value: Value, known: ReadonlyMap<string, string>): Value {
  return walk(value, text => text.replaceAll(new RegExp(TOKEN_PATTERN, 'g'), token => known.get(token) ?? token))
}

/** `mark` is 24 hexadecimal digits. */
export function personalToken(kind: PersonalKind, mark: string): string {
  return `PII_${nameOf(kind)}_${mark}`
}

function nameOf(kind: PersonalKind): string {
  return kind.toUpperCase().replace('-', '')
}

function keyOf(kind: PersonalKind, text: string): string {
  return `${kind} ${text}`
}

function actionOf({ action, actions }: PersonalPolicy, kind: PersonalKind): PersonalAction {
  return actions?.[kind] ?? action
}

function replacementOf(
  { kind, text }: PersonalMatch,
  policy: PersonalPolicy,
  tokenOf: (kind: PersonalKind, text: string) => string,
): string {
  switch (actionOf(policy, kind)) {
    case 'keep':
      return text
    case 'redact':
      return `[${nameOf(kind)}]`
    case 'partial':
      return partOf(kind, text)
    case 'token':
      return tokenOf(kind, text)
  }
}

const SHOWN_SIGNS = 4
const SIGNS_MIN = 8

function partOf(kind: PersonalKind, text: string): string {
  if (kind === 'mail') return `***${text.slice(text.lastIndexOf('@'))}`
  if (kind === 'name') return `${text.slice(0, 1)}***`
  return text.length < SIGNS_MIN ? '***' : `***${text.slice(-SHOWN_SIGNS)}`
}

const DEPTH_MAX = 200

function walk(value: Value, change: (text: string) => string, depth = 0): Value {
  if (typeof value === 'string') return change(value)
  if (value === null || typeof value !== 'object') return value
  if (depth > DEPTH_MAX)
    throw new BatutaError('value-too-deep', `Personal data is looked for ${DEPTH_MAX} levels deep, and this is deeper.`)
  if (isList(value)) return value.map(item => walk(item, change, depth + 1))
  if (!isMap(value)) return value
  return mapFrom([...mapEntries(value)].map(([key, item]) => [change(key), walk(item, change, depth + 1)] as const))
}

export function personalKindOf(text: string): PersonalKind | undefined {
  return PERSONAL_KINDS.find(kind => kind === text)
}
