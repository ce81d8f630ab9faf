// Changes of a flow as the smallest changes of its text: comments, order, quotes and blank lines around them stay as they are. Each takes the text and says
// what to replace; nothing here writes.
import { readBlockScalar, writeScalar } from './read-scalar.ts'
import {
  entryAt,
  nodeAt,
  parseYamlTree,
  plainOf,
  stepsOf,
  type YamlList,
  type YamlMap,
  type YamlNode,
} from './yaml-tree.ts'

export interface TextEdit {
  readonly from: number
  readonly to: number
  readonly insert: string
}

export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  return edits
    .toSorted((one, other) => other.from - one.from || other.to - one.to)
    .reduce((whole, { from, to, insert }) => whole.slice(0, from) + insert + whole.slice(to), text)
}

const STEP = 2

/** Sets a property of the map at a path; undefined takes it out. */
export function setProperty(text: string, path: string, key: string, value: unknown): readonly TextEdit[] {
  const root = parseYamlTree(text)
  const map = path === '' ? root : nodeAt(root, path)
  if (map?.type !== 'map') return []
  const entry = entryAt(map, key)
  if (value === undefined) return entry ? removeEntry(text, map, key) : []
  const indent = columnOf(text, map.entries[0]?.from ?? map.from)
  if (!entry)
    return addEntry(text, map, map.isFlow ? `${key}: ${flowText(value)}` : `${key}:${valueText(value, indent)}`)
  const { value: old } = entry
  if (old?.type === 'scalar' && map.isFlow) return [{ ...rangeOf(old), insert: flowText(value) }]
  if (old?.type === 'scalar' && isScalar(value)) return replaceScalar(text, old, { value, indent })
  // Everything behind the colon is written anew.
  const colon = text.indexOf(':', entry.keyTo)
  const isFlow = map.isFlow
  return [{ from: colon + 1, to: entry.to, insert: isFlow ? ` ${flowText(value)}` : valueText(value, indent) }]
}

interface NewScalar {
  readonly value: unknown
  readonly indent: number
}

function replaceScalar(
  text: string,
  old: { readonly from: number; readonly to: number; readonly style: string },
  { value, indent }: NewScalar,
): readonly TextEdit[] {
  const raw = text.slice(old.from, old.to)
  const isText = typeof value === 'string'
  if (old.style === 'quoted' && isText && !value.includes('\n'))
    return [{ ...rangeOf(old), insert: sameQuotes(raw, value) }]
  if (old.style === 'block' && isText && value.includes('\n')) {
    const header = /^[^\n]*/.exec(raw)?.[0] ?? '|'
    // What the text means decides about the sign at the end, the rest of the header stays.
    if (header.startsWith('|') && readBlockScalar(raw).endsWith('\n') === value.endsWith('\n')) {
      const body = writeScalar(value, indent + STEP).replace(/^[^\n]*/, header)
      return [{ ...rangeOf(old), insert: body }]
    }
  }
  const insert = writeScalar(value, indent + STEP)
  // A comment behind the old value goes behind the first line of the new one.
  const comment = /^[ \t]+#[^\n]*/.exec(text.slice(old.to))?.[0]
  if (!insert.includes('\n') || comment === undefined) return [{ ...rangeOf(old), insert }]
  return [{ from: old.from, to: old.to + comment.length, insert: insert.replace('\n', `${comment}\n`) }]
}

function sameQuotes(raw: string, value: string): string {
  return raw.startsWith("'") ? `'${value.replaceAll("'", "''")}'` : JSON.stringify(value)
}

function removeEntry(text: string, map: YamlMap, key: string): readonly TextEdit[] {
  const index = map.entries.findIndex(entry => entry.key === key)
  const entry = map.entries[index]
  if (!entry) return []
  if (map.isFlow) {
    const next = map.entries[index + 1]
    const before = map.entries[index - 1]
    if (next) return [{ from: entry.from, to: next.from, insert: '' }]
    return [{ from: before ? before.to : entry.from, to: entry.to, insert: '' }]
  }
  const start = lineStart(text, entry.from)
  const isAfterDash = text.slice(start, entry.from).trim() !== ''
  const next = map.entries[index + 1]
  // The first one stands behind the dash of its item: the next one takes its place.
  if (isAfterDash)
    return next ? [{ from: entry.from, to: next.from, insert: '' }] : [{ from: entry.from, to: entry.to, insert: '{}' }]
  return [{ from: start, to: lineEnd(text, entry.to), insert: '' }]
}

function addEntry(text: string, map: YamlMap, line: string): readonly TextEdit[] {
  const last = map.entries.at(-1)
  if (map.isFlow)
    return [{ from: last ? last.to : map.to - 1, to: last ? last.to : map.to - 1, insert: last ? `, ${line}` : line }]
  if (!last) return [{ from: map.to, to: map.to, insert: line }]
  // Lists of tasks stand at the end of a task: properties go before them.
  const before = map.entries.find(entry => entry !== map.entries[0] && isTaskList(entry.value))
  const indent = ' '.repeat(columnOf(text, map.entries[0]?.from ?? map.from))
  if (before) return [{ from: before.from, to: before.from, insert: `${line}\n${indent}` }]
  const end = endOfItem(text, last)
  return [{ from: end, to: end, insert: `\n${indent}${line}` }]
}

function isTaskList(node: YamlNode | undefined): boolean {
  return node?.type === 'list' && node.items.some(({ value }) => entryAt(value, 'type') !== undefined)
}

/** Puts a task, given as YAML without indentation, into a list at a place; the list is made where there is none. */
export function addTask(text: string, list: string, index: number, task: string): readonly TextEdit[] {
  const root = parseYamlTree(text)
  const node = nodeAt(root, list)
  if (node?.type === 'list' && node.items.length > 0)
    return node.isFlow ? addFlowItem(node, index, task) : addItem(text, node, index, task)
  const steps = stepsOf(list)
  const key = String(steps.at(-1))
  const owner = ownerOf(list)
  const map = owner === '' ? root : nodeAt(root, owner)
  if (root === undefined && owner === '')
    return [{ from: text.length, to: text.length, insert: `${key}:\n${item(task, STEP)}\n` }]
  if (map?.type !== 'map' || map.isFlow) return []
  const indent = columnOf(text, map.entries[0]?.from ?? map.from)
  const lines = `${key}:\n${item(task, indent + STEP)}`
  const entry = entryAt(map, key)
  if (entry) return [{ from: entry.from, to: entry.to, insert: lines }]
  const end = endOfItem(text, map.entries.at(-1) ?? map)
  return [{ from: end, to: end, insert: `\n${' '.repeat(indent)}${lines}` }]
}

function addItem(text: string, list: YamlList, index: number, task: string): readonly TextEdit[] {
  const indent = columnOf(text, list.items[0]?.from ?? list.from)
  const next = list.items[index]
  if (next) {
    const at = blockRange(text, next).from
    return [{ from: at, to: at, insert: `${item(task, indent)}\n${separator(text, list)}` }]
  }
  const end = endOfItem(text, list.items.at(-1) ?? list)
  return [{ from: end, to: end, insert: `\n${separator(text, list)}${item(task, indent)}` }]
}

/** Into a list in brackets, in the same way. */
function addFlowItem({ items }: YamlList, index: number, task: string): readonly TextEdit[] {
  const properties = plainOf(parseYamlTree(task))
  const inner = Object.entries(properties ?? {}).map(([key, value]) => `${key}: ${flowText(value)}`)
  const one = `{ ${inner.join(', ')} }`
  const next = items[index]
  if (next) return [{ from: next.from, to: next.from, insert: `${one}, ` }]
  const end = items.at(-1)?.to ?? 0
  return [{ from: end, to: end, insert: `, ${one}` }]
}

/** Whether items of this list stand apart by a blank line. */
function separator(text: string, { items: [first, second] }: YamlList): string {
  if (!first || !second) return ''
  return /\n[ \t]*\n/.test(text.slice(first.to, second.from)) ? '\n' : ''
}

function item(task: string, indent: number): string {
  const pad = ' '.repeat(indent)
  return task
    .trimEnd()
    .split('\n')
    .map((line, at) => (line === '' ? '' : `${pad}${at === 0 ? '- ' : '  '}${line}`))
    .join('\n')
}

export function removeTask(text: string, path: string): readonly TextEdit[] {
  const found = itemAt(text, path)
  if (!found) return []
  const { list, index, entry } = found
  const one = list.items[index]
  if (!one) return []
  // The last one of a list takes the list along, but for the tasks of the flow itself.
  if (list.items.length === 1 && entry) {
    if (entry.path === 'tasks') return [{ from: list.from, to: list.to, insert: '[]' }]
    return setProperty(text, ownerOf(entry.path), String(stepsOf(entry.path).at(-1)), undefined)
  }
  const { from, to } = blockRange(text, one)
  // Blank lines that stood before the next one go as well.
  const blank = /^(?:[ \t]*\n)+/.exec(text.slice(to))?.[0].length ?? 0
  const isLast = index === list.items.length - 1
  return [{ from, to: isLast ? to : to + blank, insert: '' }]
}

/** One place up or down within its list. */
export function moveTask(text: string, path: string, by: -1 | 1): readonly TextEdit[] {
  const found = itemAt(text, path)
  const [one, other] = found ? [found.list.items[found.index], found.list.items[found.index + by]] : []
  if (!one || !other) return []
  const [upper, lower] =
    by < 0 ? [blockRange(text, other), blockRange(text, one)] : [blockRange(text, one), blockRange(text, other)]
  const [first, second] = [text.slice(upper.from, upper.to), text.slice(lower.from, lower.to)]
  return [
    { from: upper.from, to: upper.to, insert: withBreak(second) },
    { from: lower.from, to: lower.to, insert: second.endsWith('\n') ? withBreak(first) : first.trimEnd() },
  ]
}

function withBreak(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`
}

/** A copy behind it, with ids that nobody has. */
export function duplicateTask(text: string, path: string, takenIds: readonly string[]): readonly TextEdit[] {
  const found = itemAt(text, path)
  const task = taskText(text, path)
  if (!found || task === undefined) return []
  const taken = new Set(takenIds)
  const copy = task.replace(
    /^(\s*(?:- )?id:\s*)(["']?)([\w.-]+)\2/gm,
    (_, before: string, quote: string, id: string) => {
      const fresh = freshId(id, taken)
      taken.add(fresh)
      return `${before}${quote}${fresh}${quote}`
    },
  )
  return addItem(text, found.list, found.index + 1, copy)
}

export function freshId(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted
  for (let number = 2; ; number++) if (!taken.has(`${wanted}_${number}`)) return `${wanted}_${number}`
}

export type Wrapping = 'Parallel' | 'Sequential' | 'If' | 'ForEach'

/** Puts a group around a task. */
export function wrapTask(text: string, path: string, wrapping: Wrapping, id: string): readonly TextEdit[] {
  const found = itemAt(text, path)
  const one = found?.list.items[found.index]
  const task = taskText(text, path)
  if (!found || !one || task === undefined) return []
  const more: Readonly<Record<Wrapping, string>> = {
    Parallel: '',
    Sequential: '',
    If: 'condition: "{{ true }}"\n',
    ForEach: 'values: [1, 2, 3]\n',
  }
  const list = wrapping === 'If' ? 'then' : 'tasks'
  const group = `id: ${id}\ntype: io.kestra.plugin.core.flow.${wrapping}\n${more[wrapping]}${list}:\n${item(task, STEP)}`
  const indent = columnOf(text, one.from)
  const end = endOfItem(text, one)
  return [{ from: lineStart(text, one.from), to: end, insert: item(group, indent) }]
}

/** The YAML of one task without its indentation. */
export function taskText(text: string, path: string): string | undefined {
  const found = itemAt(text, path)
  const one = found?.list.items[found.index]
  if (!one) return undefined
  const indent = columnOf(text, one.from) + STEP
  const lines = text.slice(one.from, endOfItem(text, one)).replace(/^- +/, '').split('\n')
  return lines
    .map((line, at) => (at === 0 ? line : line.slice(Math.min(indent, line.length - line.trimStart().length))))
    .join('\n')
}

interface FoundItem {
  readonly list: YamlList
  readonly index: number
  readonly entry: { readonly path: string } | undefined
}

function itemAt(text: string, path: string): FoundItem | undefined {
  // An entry of a Dag is moved with what it waits for.
  const steps = stepsOf(path.endsWith('.task') ? path.slice(0, -'.task'.length) : path)
  const index = steps.at(-1)
  const own = path.replace(/\.task$/, '').replace(/\[\d+\]$/, '')
  const list = nodeAt(parseYamlTree(text), own)
  if (typeof index !== 'number' || list?.type !== 'list' || list.isFlow) return undefined
  return { list, index, entry: { path: own } }
}

function ownerOf(path: string): string {
  return path.replace(/\.?[^.[\]]+$/, '')
}

interface Range {
  readonly from: number
  readonly to: number
}

function rangeOf({ from, to }: Range): Range {
  return { from, to }
}

/** An item with the comments right above it, from the beginning of its line to the end of its last one. */
function blockRange(text: string, one: Range): Range {
  let from = lineStart(text, one.from)
  const indent = columnOf(text, one.from)
  for (;;) {
    if (from === 0) break
    const above = lineStart(text, from - 1)
    const line = text.slice(above, from - 1)
    if (!line.trim().startsWith('#') || line.length - line.trimStart().length !== indent) break
    from = above
  }
  return { from, to: lineEnd(text, one.to) }
}

/** Behind a comment that stands on its last line. */
function endOfItem(text: string, { to }: Range): number {
  const end = text.indexOf('\n', to)
  return end < 0 ? text.trimEnd().length : end
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

/** Behind the line break. */
function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset)
  return end < 0 ? text.length : end + 1
}

function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset)
}

function isScalar(value: unknown): boolean {
  return typeof value !== 'object' || value === null
}

/** What stands behind the colon. */
function valueText(value: unknown, indent: number): string {
  if (isScalar(value)) return ` ${writeScalar(value, indent + STEP)}`
  if (isEmpty(value)) return Array.isArray(value) ? ' []' : ' {}'
  return `\n${writeBlock(value, indent + STEP)}`
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

function writeBlock(value: unknown, indent: number): string {
  const pad = ' '.repeat(indent)
  if (Array.isArray(value))
    return value
      .map(one =>
        isScalar(one) || isEmpty(one) ? `${pad}- ${valueText(one, indent).trim()}` : item(writeBlock(one, 0), indent),
      )
      .join('\n')
  return Object.entries(value ?? {})
    .map(([key, one]) => `${pad}${writeScalar(key, 0)}:${valueText(one, indent)}`)
    .join('\n')
}

function flowText(value: unknown): string {
  const plain = typeof value === 'string' && /^[\w./-]+$/.test(value) ? writeScalar(value, 0) : undefined
  return plain ?? JSON.stringify(value ?? null)
}

/** A value as YAML of its own. */
export function writePlain(value: unknown): string {
  return isScalar(value) ? writeScalar(value, STEP) : isEmpty(value) ? valueText(value, 0).trim() : writeBlock(value, 0)
}
