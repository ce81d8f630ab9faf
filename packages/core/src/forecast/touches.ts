// What a task would touch outside of the engine, read off its properties: hosts, tables, files, secrets, keys and other flows. A guess by form
// where a type does not say more; what is not recognised is not listed.
import { findReferences } from '../expression/references.ts'
import type { Dialect, Task } from '../flow/flow.ts'
import { coreName } from '../flow/graph.ts'
import { isList, isMap, mapEntries, mapGet } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'

export const TOUCH_KINDS = ['host', 'table', 'file', 'secret', 'key', 'subflow', 'script'] as const
export type TouchKind = (typeof TOUCH_KINDS)[number]

export interface Touch {
  readonly kind: TouchKind
  readonly name: string
  /** Absent where it is not known. */
  readonly access?: 'read' | 'write'
}

/** `rendered` are the task's properties as far as they are known. */
export function touchesOf(task: Task, rendered: ValueMap, dialect: Dialect): readonly Touch[] {
  const found: Touch[] = []
  const name = coreName(task.type)
  eachText(task.properties, [], text => found.push(...asked(text, dialect)))
  if (task.runIf !== undefined) found.push(...asked(task.runIf, dialect))
  eachText(rendered, [], (text, path) => found.push(...placesIn(text, path)))
  if (name.startsWith('kv.')) found.push(...keyOf(name, rendered))
  if (name === 'flow.Subflow' || name === 'flow.ForEachItem') {
    const part = (key: string): string => String(mapGet(rendered, key) ?? '?')
    found.push({ kind: 'subflow', name: `${part('namespace')}.${part('flowId')}` })
  }
  if (task.type.includes('.scripts.')) found.push({ kind: 'script', name: scriptOf(task.type) })
  return distinct(found)
}

function eachText(value: Value, path: readonly string[], visit: (text: string, path: readonly string[]) => void): void {
  if (typeof value === 'string') visit(value, path)
  else if (isList(value)) for (const item of value) eachText(item, path, visit)
  else if (value !== null && isMap(value))
    for (const [key, item] of mapEntries(value)) eachText(item, [...path, key], visit)
}

function asked(text: string, dialect: Dialect): readonly Touch[] {
  return findReferences(text, dialect).flatMap((reference): Touch[] => {
    if (reference.type !== 'call') return []
    const given = reference.positional[0] ?? reference.named.get('key') ?? reference.named.get('path')
    const name = typeof given === 'string' ? given : '?'
    if (reference.name === 'secret') return [{ kind: 'secret', name, access: 'read' }]
    if (reference.name === 'kv') return [{ kind: 'key', name, access: 'read' }]
    return FILE_FUNCTIONS.has(reference.name) ? [{ kind: 'file', name, access: 'read' }] : []
  })
}

const FILE_FUNCTIONS: ReadonlySet<string> = new Set(['read', 'fileURI', 'fileSize', 'fileExists', 'isFileEmpty'])
const ADDRESS = /(?:jdbc:)?([a-z][a-z0-9+.-]*):\/\/(?:[^\s/@"']*@)?([^\s/?#"'`,;)\]}]+)?([^\s"'`,;)\]}]*)/gi
const FILE_SCHEMES: ReadonlySet<string> = new Set(['kestra', 'nsfile', 'file'])
const HOST_KEYS: ReadonlySet<string> = new Set(['host', 'hostname', 'bootstrap.servers'])
const SQL_KEYS: ReadonlySet<string> = new Set(['sql', 'query', 'inputSql', 'afterSQL'])
const TABLE_KEYS: ReadonlySet<string> = new Set(['table', 'tableName', 'destinationTable'])

function placesIn(text: string, path: readonly string[]): readonly Touch[] {
  const found: Touch[] = []
  const key = path.at(-1) ?? ''
  for (const [whole, scheme = '', host = ''] of text.matchAll(ADDRESS)) {
    if (FILE_SCHEMES.has(scheme.toLowerCase())) found.push({ kind: 'file', name: whole })
    else if (host !== '') found.push({ kind: 'host', name: host })
  }
  if (HOST_KEYS.has(key)) found.push({ kind: 'host', name: text })
  if (SQL_KEYS.has(key)) found.push(...tablesIn(text))
  if (TABLE_KEYS.has(key) && path.length === 1) found.push({ kind: 'table', name: text })
  if (path.includes('inputFiles')) found.push({ kind: 'file', name: key, access: 'read' })
  if (key === 'outputFiles') found.push({ kind: 'file', name: text, access: 'write' })
  return found
}

const NAME = String.raw`((?:["\w$]|\{\{[^}]*\}\})(?:[".\w$]|\{\{[^}]*\}\})*)`
const WRITES = new RegExp(
  String.raw`\b(?:insert\s+(?:overwrite\s+)?into|update|delete\s+from|merge\s+into|truncate(?:\s+table)?|(?:create|alter|drop)\s+(?:or\s+replace\s+)?(?:table|view)(?:\s+if\s+(?:not\s+)?exists)?|copy)\s+${NAME}`,
  'gi',
)
const READS = new RegExp(String.raw`\b(?:from|join)\s+${NAME}`, 'gi')

/** By the words before them; names that the statement itself defines (`with x as`) are left out. */
function tablesIn(sql: string): readonly Touch[] {
  const plain = sql.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'/g, ' ')
  const own = new Set(
    Array.from(plain.matchAll(/(?:\bwith|,)\s+(\w+)\s+as\s*\(/gi), ([, name = '']) => name.toLowerCase()),
  )
  const written = Array.from(plain.matchAll(WRITES), ([, name = '']) => name).filter(
    name => !SQL_WORDS.has(name.toLowerCase()),
  )
  const read = Array.from(plain.replaceAll(/\bdelete\s+from\b/gi, ' ').matchAll(READS), ([, name = '']) => name)
  return [
    ...written.map((name): Touch => ({ kind: 'table', name, access: 'write' })),
    ...read
      .filter(name => !own.has(name.toLowerCase()) && !SQL_WORDS.has(name.toLowerCase()))
      .map((name): Touch => ({ kind: 'table', name, access: 'read' })),
  ]
}

const SQL_WORDS: ReadonlySet<string> = new Set(['select', 'set', 'lateral', 'unnest', 'values', 'only'])

function keyOf(name: string, rendered: ValueMap): readonly Touch[] {
  const key = mapGet(rendered, 'key')
  const access = name === 'kv.Get' || name === 'kv.GetKeys' ? 'read' : 'write'
  return [{ kind: 'key', name: typeof key === 'string' ? key : '*', access }]
}

function scriptOf(type: string): string {
  return type.split('.').slice(-2).join('.')
}

function distinct(touches: readonly Touch[]): readonly Touch[] {
  const seen = new Map(touches.map(touch => [`${touch.kind} ${touch.name} ${touch.access ?? ''}`, touch]))
  return [...seen.values()]
}
