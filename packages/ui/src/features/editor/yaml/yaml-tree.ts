// The text of a flow as a tree with the places of everything in it. It reads what is half written as well: what has no form yet is left out, the rest stands.
import type { SyntaxNode } from '@lezer/common'
import { parser } from '@lezer/yaml'
import { readBlockScalar, readPlain, readQuoted } from './read-scalar.ts'

interface Range {
  readonly from: number
  /** Behind the last letter. */
  readonly to: number
}

export interface YamlEntry extends Range {
  readonly key: string
  readonly keyFrom: number
  readonly keyTo: number
  readonly value: YamlNode | undefined
}

export interface YamlItem extends Range {
  readonly value: YamlNode | undefined
}

export interface YamlMap extends Range {
  readonly type: 'map'
  /** `{ a: 1 }` in one line. */
  readonly isFlow: boolean
  readonly entries: readonly YamlEntry[]
}

export interface YamlList extends Range {
  readonly type: 'list'
  readonly isFlow: boolean
  /** `from` is the dash. */
  readonly items: readonly YamlItem[]
}

export interface YamlScalar extends Range {
  readonly type: 'scalar'
  readonly style: 'plain' | 'quoted' | 'block' | 'alias'
  readonly value: unknown
}

export type YamlNode = YamlMap | YamlList | YamlScalar

const DEPTH_MAX = 60

interface Parsed {
  readonly text: string
  readonly tree: YamlNode | undefined
}

const KEPT_MAX = 2
let kept: readonly Parsed[] = []

/** Of the texts that were asked for last the trees are there: form, drawing and menus ask for the same one after another. */
export function parseYamlTree(text: string): YamlNode | undefined {
  const known = kept.find(one => one.text === text)
  const parsed = known ?? { text, tree: nodeOf(firstOf(parser.parse(text).topNode), { text, depth: 0 }) }
  kept = [parsed, ...kept.filter(one => one !== parsed)].slice(0, KEPT_MAX)
  return parsed.tree
}

interface Reading {
  readonly text: string
  readonly depth: number
}

const SKIPPED: ReadonlySet<string> = new Set(['Comment', 'Directive', 'DirectiveEnd', 'DocEnd', '⚠', 'Anchor', 'Tag'])

function firstOf(stream: SyntaxNode): SyntaxNode | null {
  const document = stream.getChild('Document')
  return document && contentOf(document)
}

function contentOf(node: SyntaxNode): SyntaxNode | null {
  for (let child = node.firstChild; child; child = child.nextSibling) if (!SKIPPED.has(child.name)) return child
  return null
}

function nodeOf(node: SyntaxNode | null, reading: Reading): YamlNode | undefined {
  if (!node || reading.depth > DEPTH_MAX) return undefined
  const inner = { text: reading.text, depth: reading.depth + 1 }
  switch (node.name) {
    case 'BlockMapping':
    case 'FlowMapping':
      return mapOf(node, inner)
    case 'BlockSequence':
    case 'FlowSequence':
      return listOf(node, inner)
    case 'Tagged':
    case 'Anchored':
      return nodeOf(contentOf(node), inner)
    default:
      return scalarOf(node, reading.text)
  }
}

function scalarOf({ name, from, to }: SyntaxNode, text: string): YamlScalar | undefined {
  const raw = text.slice(from, to)
  switch (name) {
    case 'Literal':
      return { type: 'scalar', style: 'plain', from, to, value: readPlain(raw) }
    case 'QuotedLiteral':
      return { type: 'scalar', style: 'quoted', from, to, value: readQuoted(raw) }
    case 'BlockLiteral':
      return { type: 'scalar', style: 'block', from, to, value: readBlockScalar(raw) }
    case 'Alias':
      return { type: 'scalar', style: 'alias', from, to, value: raw }
    default:
      return undefined
  }
}

function mapOf(node: SyntaxNode, reading: Reading): YamlMap {
  const entries = childrenOf(node, 'Pair').flatMap(pair => entryOf(pair, reading))
  const from = entries[0]?.from ?? node.from
  return { type: 'map', isFlow: node.name === 'FlowMapping', from, to: endOf(node, reading.text), entries }
}

function entryOf(pair: SyntaxNode, reading: Reading): readonly YamlEntry[] {
  const keyNode = pair.getChild('Key')
  const key = keyNode && scalarOf(keyNode.firstChild ?? keyNode, reading.text)
  if (!keyNode || !key) return []
  let value: YamlNode | undefined
  for (let child = keyNode.nextSibling; child; child = child.nextSibling)
    if (child.name !== ':' && !SKIPPED.has(child.name)) value = nodeOf(child, reading) ?? value
  const { from, to: keyTo } = keyNode
  // A key without a colon is a word that is still being written.
  return [{ key: String(key.value), keyFrom: from, keyTo, from, to: endOf(pair, reading.text), value }]
}

function listOf(node: SyntaxNode, reading: Reading): YamlList {
  const isFlow = node.name === 'FlowSequence'
  const items: YamlItem[] = []
  let dash: number | undefined
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (child.name === '-') {
      // A dash with nothing behind it.
      if (dash !== undefined) items.push({ from: dash, to: dash + 1, value: undefined })
      dash = child.from
    } else if (child.name === 'Item') {
      const from = isFlow ? child.from : (dash ?? child.from)
      items.push({ from, to: endOf(child, reading.text), value: nodeOf(contentOf(child), reading) })
      dash = undefined
    }
  }
  if (dash !== undefined) items.push({ from: dash, to: dash + 1, value: undefined })
  return { type: 'list', isFlow, from: node.from, to: endOf(node, reading.text), items }
}

function childrenOf(node: SyntaxNode, name: string): readonly SyntaxNode[] {
  const found: SyntaxNode[] = []
  for (let child = node.firstChild; child; child = child.nextSibling) if (child.name === name) found.push(child)
  return found
}

/** Without the white space behind it. */
function endOf({ from, to }: SyntaxNode, text: string): number {
  return from + text.slice(from, to).trimEnd().length
}

/** The values without their places. */
export function plainOf(node: YamlNode | undefined): unknown {
  if (node === undefined) return null
  switch (node.type) {
    case 'scalar':
      return node.value
    case 'list':
      return node.items.map(({ value }) => plainOf(value))
    case 'map':
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, plainOf(value)]))
  }
}

/** Steps of `tasks[1].then[0]`: `tasks`, 1, `then`, 0. */
export function stepsOf(path: string): readonly (string | number)[] {
  return [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, key]) =>
    index === undefined ? (key ?? '') : Number(index),
  )
}

export function nodeAt(root: YamlNode | undefined, path: string): YamlNode | undefined {
  let node = root
  for (const step of stepsOf(path)) {
    if (node?.type === 'map') node = node.entries.find(({ key }) => key === step)?.value
    else if (node?.type === 'list' && typeof step === 'number') node = node.items[step]?.value
    else return undefined
  }
  return node
}

export function entryAt(map: YamlNode | undefined, key: string): YamlEntry | undefined {
  return map?.type === 'map' ? map.entries.find(entry => entry.key === key) : undefined
}

/** The path of what stands at a place of the text, the innermost. */
export function pathAt(root: YamlNode | undefined, offset: number): string {
  let node = root
  let path = ''
  for (;;) {
    const step = node && stepAt(node, offset)
    if (!step) return path
    path = typeof step.step === 'number' ? `${path}[${step.step}]` : path === '' ? step.step : `${path}.${step.step}`
    node = step.node
  }
}

function stepAt(
  node: YamlNode,
  offset: number,
): { readonly step: string | number; readonly node: YamlNode | undefined } | undefined {
  if (node.type === 'map') {
    const entry = node.entries.find(({ from, to }) => from <= offset && offset <= to)
    return entry && { step: entry.key, node: entry.value }
  }
  if (node.type === 'list') {
    const index = node.items.findIndex(({ from, to }) => from <= offset && offset <= to)
    return index < 0 ? undefined : { step: index, node: node.items[index]?.value }
  }
  return undefined
}

export interface TaskPlace extends Range {
  readonly id: string
  readonly type: string
  readonly path: string
}

/** All tasks and triggers with their places: what has an id and a type. */
export function tasksIn(root: YamlNode | undefined): readonly TaskPlace[] {
  const found: TaskPlace[] = []
  const walk = (node: YamlNode | undefined, path: string, range: Range): void => {
    if (node?.type === 'list') node.items.forEach((item, index) => walk(item.value, `${path}[${index}]`, item))
    if (node?.type !== 'map') return
    const [id, type] = [entryAt(node, 'id')?.value, entryAt(node, 'type')?.value]
    if (path !== '' && id?.type === 'scalar' && type?.type === 'scalar')
      found.push({ id: String(id.value), type: String(type.value), path, from: range.from, to: range.to })
    for (const entry of node.entries) walk(entry.value, path === '' ? entry.key : `${path}.${entry.key}`, entry)
  }
  walk(root, '', { from: 0, to: 0 })
  return found
}

/** The innermost task at a place of the text; behind a comment at the end of a line, that of the line. */
export function taskAt(root: YamlNode | undefined, offset: number, text: string): TaskPlace | undefined {
  const tasks = tasksIn(root).filter(({ path }) => !path.startsWith('inputs'))
  const at = (place: number): TaskPlace | undefined => tasks.findLast(({ from, to }) => from <= place && place <= to)
  const line = text.lastIndexOf('\n', offset - 1) + 1
  const indent = /^ */.exec(text.slice(line))?.[0].length ?? 0
  return at(offset) ?? at(line + indent)
}
