import { mapFrom } from '../std/value.ts'
import { isList, isMap, mapEntries } from '../std/value.ts'
import type { Value } from '../std/value.ts'
import { plainText } from '../std/value-text.ts'

/** A YAML tree with the offset in the source of every node; −1 where a node has no text, as those of configured plugin defaults. */
export type YamlNode = YamlScalar | YamlList | YamlMap

export interface YamlScalar {
  readonly type: 'scalar'
  readonly start: number
  /** Nodes in this tree, aliases followed. */
  readonly size: number
  readonly value: Value
  /** As written, without quotes: `1.10` for the number 1.1. */
  readonly text: string
  /** The raw text in the source; absent when there is none. */
  readonly place?: ScalarPlace
}

export interface ScalarPlace {
  readonly start: number
  readonly end: number
  readonly quote: '' | "'" | '"'
}

export interface YamlList {
  readonly type: 'list'
  readonly start: number
  readonly size: number
  readonly items: readonly YamlNode[]
}

export interface YamlMap {
  readonly type: 'map'
  readonly start: number
  readonly size: number
  readonly entries: ReadonlyMap<string, YamlEntry>
}

export interface YamlEntry {
  readonly keyStart: number
  readonly value: YamlNode
}

export function isNullNode(node: YamlNode | undefined): boolean {
  return node === undefined || (node.type === 'scalar' && node.value === null)
}

/** The text of an entry that is a text, undefined for anything else. */
export function entryText(map: YamlMap, key: string): string | undefined {
  const node = map.entries.get(key)?.value
  return node?.type === 'scalar' && node.value !== null ? node.text : undefined
}

export function valueOf(node: YamlNode): Value {
  switch (node.type) {
    case 'scalar':
      return node.value
    case 'list':
      return node.items.map(valueOf)
    case 'map':
      return mapFrom(Array.from(node.entries, ([key, entry]) => [key, valueOf(entry.value)] as const))
  }
}

/** The tree of a value that was never written in this source. */
export function nodeOf(value: Value): YamlNode {
  if (isList(value)) {
    const items = value.map(nodeOf)
    return { type: 'list', start: -1, size: sizeOf(items), items }
  }
  if (isMap(value)) {
    const entries = new Map(
      Array.from(mapEntries(value), ([key, item]) => [key, { keyStart: -1, value: nodeOf(item) }]),
    )
    return { type: 'map', start: -1, size: sizeOf(Array.from(entries.values(), entry => entry.value)), entries }
  }
  return { type: 'scalar', start: -1, size: 1, value, text: value === null ? '' : plainText(value) }
}

function sizeOf(nodes: readonly YamlNode[]): number {
  return nodes.reduce((sum, node) => sum + node.size, 1)
}
