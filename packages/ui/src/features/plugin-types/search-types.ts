// Search over all types while one types: names count most, then what a type is for, then its properties.

export interface TypeEntry {
  readonly cls: string
  readonly kind: string
  readonly title?: string
  readonly implemented: boolean
  readonly deprecated?: boolean
  readonly aliases?: readonly string[]
  readonly properties: readonly string[]
}

export interface FoundType {
  readonly entry: TypeEntry
  /** The property that was meant. */
  readonly property?: string
}

export const KINDS = ['all', 'tasks', 'triggers', 'runners', 'conditions', 'others'] as const
export type KindFilter = (typeof KINDS)[number]

const KIND_OF: Readonly<Record<string, KindFilter>> = {
  task: 'tasks',
  flowable: 'tasks',
  executable: 'tasks',
  updating: 'tasks',
  trigger: 'triggers',
  polling: 'triggers',
  realtime: 'triggers',
  runner: 'runners',
  condition: 'conditions',
}

export function kindOf({ kind }: Pick<TypeEntry, 'kind'>): KindFilter {
  return KIND_OF[kind] ?? 'others'
}

export interface TypeSearch {
  readonly text: string
  readonly kind: KindFilter
  readonly isHereOnly: boolean
}

/** What runs here goes before a slightly better name of what does not. */
const HERE = 4

/** All words must be found. What is deprecated stands last among equals. */
export function searchTypes(all: readonly TypeEntry[], { text, kind, isHereOnly }: TypeSearch): readonly FoundType[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const found: { readonly score: number; readonly type: FoundType }[] = []
  for (const entry of all) {
    if (isHereOnly && !entry.implemented) continue
    if (kind !== 'all' && kindOf(entry) !== kind) continue
    const judged = words.map(word => scoreOf(entry, word))
    if (judged.some(({ score }) => score === 0)) continue
    const property = judged.find(each => each.property !== undefined)?.property
    const bonus = (entry.implemented ? HERE : 0) - (entry.deprecated === true ? 1 : 0)
    found.push({
      score: judged.reduce((sum, { score }) => sum + score, bonus),
      type: property === undefined ? { entry } : { entry, property },
    })
  }
  return found
    .sort((a, b) => b.score - a.score || a.type.entry.cls.localeCompare(b.type.entry.cls))
    .map(({ type }) => type)
}

function scoreOf(entry: TypeEntry, word: string): { readonly score: number; readonly property?: string } {
  const name = simpleName(entry.cls).toLowerCase()
  if (name === word) return { score: 10 }
  if (name.startsWith(word)) return { score: 8 }
  if (name.includes(word)) return { score: 6 }
  if (entry.cls.toLowerCase().includes(word)) return { score: 5 }
  if (entry.aliases?.some(alias => alias.toLowerCase().includes(word)) === true) return { score: 4 }
  if (entry.title?.toLowerCase().includes(word) === true) return { score: 3 }
  const property = entry.properties.find(each => each.toLowerCase().includes(word))
  return property === undefined ? { score: 0 } : { score: 1, property }
}

export function simpleName(cls: string): string {
  return cls.slice(cls.lastIndexOf('.') + 1)
}

/** `io.kestra.plugin.core.flow.If` → `core.flow`. */
export function familyOf(cls: string): string {
  return cls.slice(0, cls.lastIndexOf('.')).replace(/^io\.kestra\.(plugin\.)?/, '')
}
