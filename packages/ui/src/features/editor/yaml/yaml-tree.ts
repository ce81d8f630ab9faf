// The text of a flow as a tree with the places of everything in it. It reads what is half written as well: what has no form yet is left out, the rest stands.
// Only what is asked for is read of the syntax: of thousands of lines most is never looked at.
import type { SyntaxNode, Tree } from '@lezer/common'
import { isWhole } from './first-error.ts'
import { parseAfter, parseSlowly, type ParsedText } from './parse-after.ts'
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

interface Parsed extends ParsedText {
  readonly tree: YamlNode | undefined
}

const KEPT_MAX = 2
let kept: readonly Parsed[] = []
/** The newest without an error: what is read next is most likely a change of it. */
let whole: ParsedText | undefined

/** Of the texts that were asked for last the trees are there: form, drawing and menus ask for the same one after another. */
export function parseYamlTree(text: string): YamlNode | undefined {
  return keep(kept.find(one => one.text === text) ?? readTree(text, parseAfter(whole, text))).tree
}

/** So that the first who asks for the tree of a long text finds it, to its last node: in steps, between which the thread may do something else. */
export function* readInSteps(text: string): Generator<undefined, void> {
  if (kept.some(one => one.text === text)) return
  const parse = parseSlowly(text)
  let syntax = parse()
  for (; !syntax; syntax = parse()) yield
  yield* visit(keep(readTree(text, syntax)).tree)
}

/** What is asked for of a node is read then, and kept. */
function* visit(node: YamlNode | undefined): Generator<undefined, void> {
  const inner = node?.type === 'map' ? node.entries : node?.type === 'list' ? node.items : []
  for (const { value } of inner) {
    yield
    yield* visit(value)
  }
}

function keep(parsed: Parsed): Parsed {
  kept = [parsed, ...kept.filter(one => one !== parsed)].slice(0, KEPT_MAX)
  return parsed
}

function readTree(text: string, syntax: Tree): Parsed {
  if (isWhole(syntax)) whole = { text, syntax }
  return { text, syntax, tree: nodeOf(firstOf(syntax.topNode), { text, depth: 0 }) }
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
  const entries = once(() => childrenOf(node, 'Pair').flatMap(pair => entryOf(pair, reading)))
  return {
    type: 'map',
    isFlow: node.name === 'FlowMapping',
    get from() {
      return entries()[0]?.from ?? node.from
    },
    to: endOf(node, reading.text),
    get entries() {
      return entries()
    },
  }
}

function once<Value>(read: () => Value): () => Value {
  let known: { readonly value: Value } | undefined
  return () => (known ??= { value: read() }).value
}

function entryOf(pair: SyntaxNode, reading: Reading): readonly YamlEntry[] {
  const keyNode = pair.getChild('Key')
  const key = keyNode && scalarOf(keyNode.firstChild ?? keyNode, reading.text)
  if (!keyNode || !key) return []
  const value = once(() => valueBehind(keyNode, reading))
  const { from, to: keyTo } = keyNode
  // A key without a colon is a word that is still being written.
  return [
    {
      key: String(key.value),
      keyFrom: from,
      keyTo,
      from,
      to: endOf(pair, reading.text),
      get value() {
        return value()
      },
    },
  ]
}

function valueBehind(key: SyntaxNode, reading: Reading): YamlNode | undefined {
  let value: YamlNode | undefined
  for (let child = key.nextSibling; child; child = child.nextSibling)
    if (child.name !== ':' && !SKIPPED.has(child.name)) value = nodeOf(child, reading) ?? value
  return value
}

function listOf(node: SyntaxNode, reading: Reading): YamlList {
  const isFlow = node.name === 'FlowSequence'
  const items = once(() => itemsOf(node, isFlow, reading))
  return {
    type: 'list',
    isFlow,
    from: node.from,
    to: endOf(node, reading.text),
    get items() {
      return items()
    },
  }
}

function itemsOf(node: SyntaxNode, isFlow: boolean, reading: Reading): readonly YamlItem[] {
  const items: YamlItem[] = []
  let dash: number | undefined
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (child.name === '-') {
      // A dash with nothing behind it.
      if (dash !== undefined) items.push({ from: dash, to: dash + 1, value: undefined })
      dash = child.from
    } else if (child.name === 'Item') {
      items.push(itemOf(child, isFlow ? child.from : (dash ?? child.from), reading))
      dash = undefined
    }
  }
  if (dash !== undefined) items.push({ from: dash, to: dash + 1, value: undefined })
  return items
}

function itemOf(node: SyntaxNode, from: number, reading: Reading): YamlItem {
  const value = once(() => nodeOf(contentOf(node), reading))
  return {
    from,
    to: endOf(node, reading.text),
    get value() {
      return value()
    },
  }
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

const plain = new WeakMap<YamlNode, unknown>()

/** The same for the whole of a document, which several ask for: made once. */
export function documentOf(root: YamlNode | undefined): unknown {
  if (root === undefined) return null
  if (!plain.has(root)) plain.set(root, plainOf(root))
  return plain.get(root)
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
  return stepsTo(root, offset).at(-1)?.path ?? ''
}

interface Step extends Range {
  readonly path: string
  readonly node: YamlNode | undefined
}

/** From what stands at the left edge to the innermost. */
function stepsTo(root: YamlNode | undefined, offset: number): readonly Step[] {
  const steps: Step[] = []
  const holds = ({ from, to }: Range): boolean => from <= offset && offset <= to
  for (let node = root, path = ''; node !== undefined && node.type !== 'scalar'; node = steps.at(-1)?.node) {
    const entry = node.type === 'map' ? node.entries.find(holds) : undefined
    const index = node.type === 'list' ? node.items.findIndex(holds) : -1
    const found = entry ?? (node.type === 'list' ? node.items[index] : undefined)
    if (!found) return steps
    path = entry ? below(path, entry.key) : `${path}[${index}]`
    steps.push({ path, node: found.value, from: found.from, to: found.to })
  }
  return steps
}

function below(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

export interface TaskPlace extends Range {
  readonly id: string
  readonly type: string
  readonly path: string
}

/** All tasks and triggers with their places: what has an id and a type. */
export function tasksIn(root: YamlNode | undefined): readonly TaskPlace[] {
  const found: TaskPlace[] = []
  const walk = (step: Step): void => {
    const { node, path } = step
    if (node?.type === 'list')
      node.items.forEach(({ value, from, to }, index) => walk({ path: `${path}[${index}]`, node: value, from, to }))
    if (node?.type !== 'map') return
    const task = taskOf(step)
    if (task) found.push(task)
    for (const { key, value, from, to } of node.entries) walk({ path: below(path, key), node: value, from, to })
  }
  walk({ path: '', node: root, from: 0, to: 0 })
  return found
}

function taskOf({ path, node, from, to }: Step): TaskPlace | undefined {
  const [id, type] = [entryAt(node, 'id')?.value, entryAt(node, 'type')?.value]
  if (path === '' || id?.type !== 'scalar' || type?.type !== 'scalar') return undefined
  return { id: String(id.value), type: String(type.value), path, from, to }
}

/** The innermost task at a place of the text; behind a comment at the end of a line, that of the line. */
export function taskAt(root: YamlNode | undefined, offset: number, text: string): TaskPlace | undefined {
  const at = (place: number): TaskPlace | undefined =>
    stepsTo(root, place).reduce<TaskPlace | undefined>((task, step) => {
      return step.path.startsWith('inputs') ? task : (taskOf(step) ?? task)
    }, undefined)
  const line = text.lastIndexOf('\n', offset - 1) + 1
  const indent = /^ */.exec(text.slice(line))?.[0].length ?? 0
  return at(offset) ?? at(line + indent)
}
