// What is being written at a place of the text: a key, a type, a value, or a part of an expression. Read from the lines around it, because the text is
// broken while one writes.
import { entryAt, nodeAt, parseYamlTree, pathAt, type YamlNode } from '../yaml/yaml-tree.ts'

export type CompletionPlace =
  | { readonly type: 'expression'; readonly from: number; readonly path: readonly string[]; readonly isFilter: boolean }
  | { readonly type: 'type'; readonly from: number; readonly list: string }
  | {
      readonly type: 'key'
      readonly from: number
      readonly owner: string
      readonly taskType: string | undefined
      readonly taken: readonly string[]
    }
  | { readonly type: 'value'; readonly from: number; readonly key: string; readonly taskType: string | undefined }

const WORD = /[\w.$-]*$/
const KEY_LINE = /^(\s*(?:- +)*)([\w.-]*)$/
const VALUE_LINE = /^\s*(?:- +)*(["']?)([\w.-]+)\1:[ \t]+(["']?)([^"'#]*)$/

export function completionPlace(text: string, offset: number): CompletionPlace | undefined {
  const lineFrom = text.lastIndexOf('\n', offset - 1) + 1
  const before = text.slice(lineFrom, offset)
  const expression = expressionPlace(text, offset)
  if (expression) return expression
  if (before.includes(' #') || before.trimStart().startsWith('#')) return undefined
  const value = VALUE_LINE.exec(before)
  if (value) {
    const [, , key = '', , typed = ''] = value
    const from = offset - typed.length
    const owner = ownerAt(text, lineFrom, before)
    if (key === 'type') return { type: 'type', from, list: listOf(owner.path) }
    return { type: 'value', from, key, taskType: owner.taskType }
  }
  const key = KEY_LINE.exec(before)
  if (!key) return undefined
  const owner = ownerAt(text, lineFrom, before)
  return {
    type: 'key',
    from: offset - (key[2] ?? '').length,
    owner: owner.path,
    taskType: owner.taskType,
    taken: owner.taken,
  }
}

function expressionPlace(text: string, offset: number): CompletionPlace | undefined {
  const open = text.lastIndexOf('{{', offset)
  if (open < 0 || open + 2 > offset || text.slice(open, offset).includes('}}') || offset - open > 2_000)
    return undefined
  const inside = text.slice(open + 2, offset)
  // Within a text in quotes nothing is named.
  if ((inside.match(/'/g)?.length ?? 0) % 2 === 1) return undefined
  const word = WORD.exec(inside)?.[0] ?? ''
  const parts = word.split('.')
  const last = parts.at(-1) ?? ''
  const isFilter = parts.length === 1 && /\|\s*$/.test(inside.slice(0, inside.length - word.length))
  return { type: 'expression', from: offset - last.length, path: parts.slice(0, -1), isFilter }
}

interface Owner {
  /** Of the map that the line belongs to. */
  readonly path: string
  readonly taskType: string | undefined
  readonly taken: readonly string[]
}

/** The map that a line belongs to is found with the line taken out, by how far it is indented. */
function ownerAt(text: string, lineFrom: number, before: string): Owner {
  const column = /^\s*(?:- +)*/.exec(before)?.[0].length ?? 0
  const lineEnd = text.indexOf('\n', lineFrom)
  const rest = lineEnd < 0 ? '' : text.slice(lineEnd)
  // A stand-in key keeps the line where it is for the reader.
  const dashes = before.slice(0, column)
  const marked = `${text.slice(0, lineFrom)}${dashes}zzcompletion: 1${rest}`
  const root = parseYamlTree(marked)
  const path = pathAt(root, lineFrom + column + 1).replace(/\.?zzcompletion$/, '')
  const map = path === '' ? root : nodeAt(root, path)
  const taken = map?.type === 'map' ? map.entries.map(entry => entry.key).filter(key => key !== 'zzcompletion') : []
  return { path, taken, taskType: typeOf(map) }
}

function typeOf(map: YamlNode | undefined): string | undefined {
  const value = entryAt(map, 'type')?.value
  return value?.type === 'scalar' && typeof value.value === 'string' ? value.value : undefined
}

/** The name of the list that a map stands in: `tasks`, `triggers`, `inputs`. */
function listOf(path: string): string {
  return /([\w-]+)\[\d+\](?:\.task)?$/.exec(path)?.[1] ?? /([\w-]+)$/.exec(path)?.[1] ?? ''
}

export interface NameOption {
  readonly name: string
  /** `string`, `any`, or how much is below it. */
  readonly detail: string
}

/** What stands below a path of names, `outputs.load`, as the language tells its shape. */
export function namesBelow(shape: unknown, path: readonly string[]): readonly NameOption[] {
  let node = shape
  for (const step of path) {
    if (typeof node !== 'object' || node === null || Array.isArray(node)) return []
    const entries = Object.entries(node)
    node = (entries.find(([key]) => key === step) ?? entries.find(([key]) => key === '*'))?.[1]
  }
  if (Array.isArray(node))
    return node.every(item => typeof item === 'string') ? node.map(name => ({ name, detail: '' })) : []
  if (typeof node !== 'object' || node === null) return []
  return Object.entries(node).flatMap(([name, value]) => (name === '*' ? [] : [{ name, detail: detailOf(value) }]))
}

function detailOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return 'list'
  return typeof value === 'object' && value !== null ? 'map' : ''
}
