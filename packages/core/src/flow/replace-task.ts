// One task of a source exchanged for another, the rest of the text left as it was: comments, order and style of everything around it stay.
import { writeYaml } from '../flow-test/write-yaml.ts'
import type { Value } from '../std/value.ts'
import { encodeValue } from '../std/value-json.ts'
import { readYaml } from './yaml.ts'
import { entryText, type YamlMap, type YamlNode } from './yaml-node.ts'

/** Undefined when the source has no such task. */
export function replaceTask(source: string, taskId: string, task: Value): string | undefined {
  const { root } = readYaml(source)
  const found = root && findTask(root, taskId)
  if (!found || found.start < 0) return undefined
  const { start } = found
  const before = source.slice(0, start)
  // Inside braces and brackets there are no blocks.
  if (source.charAt(start) === '{') return before + encodeValue(task) + source.slice(endOfBraces(source, start))
  const indent = columnAt(source, start)
  return before + blockOf(task, indent) + source.slice(endOfBlock(source, start, indent))
}

/** At any depth; a task is a map with this id and a type. */
function findTask(node: YamlNode, id: string): YamlMap | undefined {
  switch (node.type) {
    case 'scalar':
      return undefined
    case 'list':
      return firstOf(node.items, id)
    case 'map':
      if (entryText(node, 'id') === id && entryText(node, 'type') !== undefined) return node
      return firstOf(
        Array.from(node.entries.values(), entry => entry.value),
        id,
      )
  }
}

function firstOf(nodes: readonly YamlNode[], id: string): YamlMap | undefined {
  for (const node of nodes) {
    const found = findTask(node, id)
    if (found) return found
  }
  return undefined
}

function columnAt(source: string, offset: number): number {
  return offset - (source.lastIndexOf('\n', offset - 1) + 1)
}

function blockOf(task: Value, indent: number): string {
  const [first = '', ...more] = writeYaml(task).trimEnd().split('\n')
  return [first, ...more.map(line => (line === '' ? line : ' '.repeat(indent) + line))].join('\n')
}

/** The last line that stands deeper than the block begins, or as deep and is not another item. */
function endOfBlock(source: string, start: number, indent: number): number {
  let end = start
  for (let at = start; at < source.length;) {
    const newline = source.indexOf('\n', at)
    const lineEnd = newline < 0 ? source.length : newline
    const line = source.slice(at, lineEnd)
    const depth = at === start ? indent : line.length - line.trimStart().length
    const isEmpty = line.trim() === '' || (at !== start && line.trimStart().startsWith('#') && depth < indent)
    if (!isEmpty && depth < indent) break
    if (!isEmpty) end = lineEnd
    at = lineEnd + 1
  }
  return end
}

/** After the brace that closes the one at `start`; quoted texts are skipped. */
function endOfBraces(source: string, start: number): number {
  let depth = 0
  for (let at = start; at < source.length; at += 1) {
    const char = source.charAt(at)
    if (char === '"' || char === "'") at = endOfQuote(source, at)
    else if (char === '{' || char === '[') depth += 1
    else if (char === '}' || char === ']') depth -= 1
    if (depth === 0) return at + 1
  }
  return source.length
}

function endOfQuote(source: string, start: number): number {
  const quote = source.charAt(start)
  for (let at = start + 1; at < source.length; at += 1) {
    if (quote === '"' && source.charAt(at) === '\\') at += 1
    else if (source.charAt(at) === quote) return at
  }
  return source.length
}
