// Plugin defaults, merged into the tree before anything is read off it, so that what they bring is judged like what was written there.
// Levels come in order: the flow, its namespace, the configuration. Not forced, the nearer wins and the task wins over all; forced, the
// nearer wins and wins over the task. An exact type goes before a longer prefix, that before a shorter one.
import type { Catalogue, ResolvedType } from './catalogue.ts'
import { TASK_KEYS, TRIGGER_KEYS } from './common-keys.ts'
import type { PluginDefault } from './flow.ts'
import { propertyNamesOf } from './parse-type.ts'
import { entryText, isNullNode, nodeOf } from './yaml-node.ts'
import type { YamlEntry, YamlMap, YamlNode } from './yaml-node.ts'

/** Nodes that all defaults together may add to one flow. */
const ADDED_NODES_MAX = 200_000

export interface NodeDefault {
  readonly type: string
  readonly forced: boolean
  readonly values: YamlMap
}

/** A default that came as values, from the configuration or a namespace. */
export function nodeDefaultOf({ type, forced, values }: PluginDefault): NodeDefault {
  const node = nodeOf(values)
  return { type, forced, values: node.type === 'map' ? node : EMPTY_MAP }
}

const EMPTY_MAP: YamlMap = { type: 'map', start: -1, size: 1, entries: new Map() }

/** The tree with the defaults in every map that has a type; undefined when it grows beyond all bounds. */
export function applyPluginDefaults(
  root: YamlMap,
  levels: readonly (readonly NodeDefault[])[],
  catalogue: Catalogue,
): YamlMap | undefined {
  const prepared = levels.map(level => level.map(item => ({ ...item, canonical: catalogue.resolve(item.type)?.type })))
  if (prepared.every(level => level.length === 0)) return root
  const merger: Merger = { levels: prepared, catalogue, matches: new Map(), addedNodes: 0 }
  const entries = new Map(
    Array.from(root.entries, ([key, entry]) => {
      const isOwnBlock = key === 'pluginDefaults' || key === 'taskDefaults'
      return [key, isOwnBlock ? entry : { ...entry, value: mergeInto(merger, entry.value) }]
    }),
  )
  return merger.addedNodes > ADDED_NODES_MAX ? undefined : { ...root, entries }
}

interface PreparedDefault extends NodeDefault {
  readonly canonical: string | undefined
}

interface Merger {
  readonly levels: readonly (readonly PreparedDefault[])[]
  readonly catalogue: Catalogue
  /** By the type as written: the defaults to merge in, in order, soft ones first. */
  readonly matches: Map<string, Matches>
  addedNodes: number
}

interface Matches {
  readonly soft: readonly NodeDefault[]
  readonly forced: readonly NodeDefault[]
}

function mergeInto(merger: Merger, node: YamlNode): YamlNode {
  if (node.type === 'scalar' || merger.addedNodes > ADDED_NODES_MAX) return node
  if (node.type === 'list') return { ...node, items: node.items.map(item => mergeInto(merger, item)) }
  const merged = withDefaults(merger, node)
  const entries = new Map(
    Array.from(merged.entries, ([key, entry]) => [key, { ...entry, value: mergeInto(merger, entry.value) }]),
  )
  return { ...merged, entries }
}

function withDefaults(merger: Merger, map: YamlMap): YamlMap {
  const written = entryText(map, 'type')
  // Inputs, outputs and retries have a type too, but no dot in it.
  if (written === undefined || !written.includes('.')) return map
  const { soft, forced } = matchesOf(merger, written)
  let merged = map
  for (const { values } of soft) {
    merger.addedNodes += values.size
    merged = merge(merged, values)
  }
  for (const { values } of forced) {
    merger.addedNodes += values.size
    merged = merge(values, merged)
  }
  return merged
}

function matchesOf(merger: Merger, written: string): Matches {
  const known = merger.matches.get(written)
  if (known !== undefined) return known
  const type = merger.catalogue.resolve(written)
  const matches = {
    soft: merger.levels.flatMap(level => matching(level, written, type, false)),
    // Of two forced ones in the same list the later wins, as recorded; of levels the nearer.
    forced: merger.levels.toReversed().flatMap(level => matching(level, written, type, true)),
  }
  merger.matches.set(written, matches)
  return matches
}

/** The defaults of one level that concern a type, the most specific first, or last when they are forced. */
function matching(
  level: readonly PreparedDefault[],
  written: string,
  type: ResolvedType | undefined,
  forced: boolean,
): readonly NodeDefault[] {
  const names = [written, ...(type === undefined ? [] : [type.type, ...type.aliases])]
  return level
    .filter(item => item.forced === forced && names.some(name => name.startsWith(item.type) || name === item.canonical))
    .map(item => ({
      item,
      isExact: item.canonical === undefined ? item.type === written : item.canonical === type?.type,
    }))
    .sort((a, b) => (forced ? specificity(a) - specificity(b) : specificity(b) - specificity(a)))
    .map(({ item, isExact }) => (isExact ? item : { ...item, values: suited(item.values, type) }))
}

function specificity({ item, isExact }: { item: PreparedDefault; isExact: boolean }): number {
  return isExact ? Number.MAX_SAFE_INTEGER : item.type.length
}

/** A prefix reaches types of many kinds: each takes what it knows. */
function suited(values: YamlMap, type: ResolvedType | undefined): YamlMap {
  if (type === undefined || type.properties.size === 0) return values
  const common = isTrigger(type) ? TRIGGER_KEYS : TASK_KEYS
  const ofSchema = propertyNamesOf(type.schema)
  const isKnown = (key: string): boolean =>
    type.properties.has(key) || ofSchema.has(key) || (isTaskOrTrigger(type) && common.has(key))
  return { ...values, entries: new Map(Array.from(values.entries).filter(([key]) => isKnown(key))) }
}

function isTrigger(type: ResolvedType): boolean {
  return type.kind === 'trigger' || type.kind === 'polling' || type.kind === 'realtime'
}

function isTaskOrTrigger(type: ResolvedType): boolean {
  return (
    isTrigger(type) ||
    type.kind === 'task' ||
    type.kind === 'flowable' ||
    type.kind === 'executable' ||
    type.kind === 'updating'
  )
}

/** Maps deeply; a null on the winning side leaves the other value; lists one after the other, the winner's items last. */
function merge(winner: YamlMap, other: YamlMap): YamlMap {
  const entries = new Map<string, YamlEntry>(winner.entries)
  for (const [key, entry] of other.entries) {
    const mine = winner.entries.get(key)
    if (mine === undefined || isNullNode(mine.value)) entries.set(key, entry)
    else entries.set(key, { ...mine, value: mergeNodes(mine.value, entry.value) })
  }
  return { ...winner, entries }
}

function mergeNodes(winner: YamlNode, other: YamlNode): YamlNode {
  if (winner.type === 'map' && other.type === 'map') return merge(winner, other)
  if (winner.type === 'list' && other.type === 'list') return { ...winner, items: [...other.items, ...winner.items] }
  return winner
}
