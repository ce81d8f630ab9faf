// Which types a few letters could mean, the likeliest first.
import type { KnownTypeName } from './language/language-messages.ts'

export interface TypeWish {
  readonly text: string
  /** The list that it is for. */
  readonly list: string
  readonly installed: ReadonlySet<string>
}

const SHOWN_MAX = 80
const TRIGGERS: ReadonlySet<string> = new Set(['trigger', 'polling', 'realtime'])
const TASKS: ReadonlySet<string> = new Set(['task', 'flowable', 'executable', 'updating'])
const COMMON = [
  'log.Log',
  'flow.Parallel',
  'flow.If',
  'flow.ForEach',
  'flow.Subflow',
  'http.Request',
  'debug.Return',
  'flow.Pause',
]

export function rankTypes(
  types: readonly KnownTypeName[],
  { text, list, installed }: TypeWish,
): readonly KnownTypeName[] {
  const kinds = list.startsWith('triggers') ? TRIGGERS : TASKS
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return types
    .filter(({ type, kind }) => kinds.has(kind) && words.every(word => type.toLowerCase().includes(word)))
    .map(known => ({ known, score: scoreOf(known, words, installed) }))
    .toSorted((one, other) => other.score - one.score || (one.known.type < other.known.type ? -1 : 1))
    .slice(0, SHOWN_MAX)
    .map(({ known }) => known)
}

function scoreOf(
  { type, isDeprecated }: KnownTypeName,
  words: readonly string[],
  installed: ReadonlySet<string>,
): number {
  const simple = type.slice(type.lastIndexOf('.') + 1).toLowerCase()
  const isExact = words.includes(simple)
  const isBegin = words.some(word => simple.startsWith(word))
  const common = COMMON.findIndex(name => type.endsWith(`.core.${name}`))
  return (
    (installed.has(type) ? 100 : 0) +
    (isExact ? 60 : 0) +
    (isBegin ? 30 : 0) +
    (words.length === 0 && common >= 0 ? 50 - common : 0) +
    (type.includes('.core.') ? 5 : 0) -
    (isDeprecated ? 200 : 0)
  )
}
