// From a place in a flow (`tasks[0].message`), or a character inside its text, to line and column of the source.
import type { ScalarPlace, YamlEntry, YamlNode, YamlScalar } from './yaml-node.ts'

export interface Position {
  /** Both 1-based. */
  readonly line: number
  readonly column: number
}

export interface Positions {
  ofOffset(offset: number): Position
  /** Of the value at a path, or of its nearest ancestor that has a text of its own. */
  ofPath(path: string): Position | undefined
  /** Of a character of the text at a path, also inside block scalars and escapes. */
  ofCharacter(path: string, index: number): Position | undefined
}

export function openPositions(source: string, root: YamlNode | undefined): Positions {
  let lineStarts: readonly number[] | undefined
  const ofOffset = (offset: number): Position => {
    lineStarts ??= findLineStarts(source)
    const line = lastAtMost(lineStarts, offset)
    return { line: line + 1, column: offset - (lineStarts[line] ?? 0) + 1 }
  }
  return {
    ofOffset,
    ofPath: path => {
      const start = findStart(root, path)
      return start < 0 ? undefined : ofOffset(start)
    },
    ofCharacter: (path, index) => {
      const { node, rest } = findNode(root, path)
      if (rest !== '' || node?.type !== 'scalar' || node.place === undefined) return undefined
      return ofOffset(sourceOffset(source, node, node.place, index))
    },
  }
}

function findLineStarts(source: string): readonly number[] {
  const starts = [0]
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function lastAtMost(sorted: readonly number[], value: number): number {
  let low = 0
  let high = sorted.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) <= value) low = middle
    else high = middle
  }
  return low
}

function findStart(root: YamlNode | undefined, path: string): number {
  let node = root
  let rest = path
  let start = root?.start ?? -1
  for (;;) {
    const step = node === undefined ? undefined : stepInto(node, rest)
    if (step === undefined) return start
    if (step.node.start >= 0) start = step.node.start
    node = step.node
    rest = step.rest
  }
}

function findNode(root: YamlNode | undefined, path: string): { node: YamlNode | undefined; rest: string } {
  let node = root
  let rest = path
  for (;;) {
    const step = node === undefined ? undefined : stepInto(node, rest)
    if (step === undefined) return { node, rest }
    node = step.node
    rest = step.rest
  }
}

/** Keys may hold dots themselves: of the keys that the path begins with, the longest is meant. */
function stepInto(node: YamlNode, path: string): { node: YamlNode; rest: string } | undefined {
  if (path === '') return undefined
  if (node.type === 'list') {
    const match = /^\[(\d{1,6})\]\.?/.exec(path)
    const item = match === null ? undefined : node.items[Number(match[1])]
    return match === null || item === undefined ? undefined : { node: item, rest: path.slice(match[0].length) }
  }
  if (node.type === 'scalar') return undefined
  let best: { key: string; entry: YamlEntry } | undefined
  for (const [key, entry] of node.entries) {
    if (!path.startsWith(key) || (best !== undefined && key.length <= best.key.length)) continue
    const next = path.charAt(key.length)
    if (next === '' || next === '.' || next === '[') best = { key, entry }
  }
  if (best === undefined) return undefined
  const rest = path.slice(best.key.length)
  return { node: best.entry.value, rest: rest.startsWith('.') ? rest.slice(1) : rest }
}

/**
 * Folding, indentation and line breaks change white space only, so the character is found by counting the others: as many of them lie
 * before it in the source as in the text.
 */
function sourceOffset(source: string, node: YamlScalar, place: ScalarPlace, index: number): number {
  let wanted = 0
  for (let i = 0; i < index; i++) if (!isSpace(node.text.charCodeAt(i))) wanted++
  const isWanted = !isSpace(node.text.charCodeAt(index))
  let at = place.start
  while (at < place.end) {
    const unit = unitAt(source, at, place.quote)
    if (wanted === 0 && (!unit.isSpace || !isWanted)) return at
    if (!unit.isSpace) wanted--
    at += unit.length
  }
  return Math.max(place.start, Math.min(at, place.end - 1))
}

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 9 || code === 13
}

/** What stands for one character of the text: escapes are longer, and in single quotes a quote is doubled. */
function unitAt(source: string, at: number, quote: ScalarPlace['quote']): { length: number; isSpace: boolean } {
  const character = source.charAt(at)
  if (quote === "'" && character === "'") return { length: 2, isSpace: false }
  if (quote !== '"' || character !== '\\') return { length: 1, isSpace: isSpace(source.charCodeAt(at)) }
  const escaped = source.charAt(at + 1)
  const hexDigits = escaped === 'x' ? 2 : escaped === 'u' ? 4 : escaped === 'U' ? 8 : 0
  return { length: 2 + hexDigits, isSpace: ' \n\r\tntr'.includes(escaped) }
}
