// YAML of people we do not know, as a tree that remembers where everything stood. Read from js-yaml's flat events, because only those
// carry offsets, and within bounds: a document that is too long, too deep, aliased too often or too big once its aliases are
// followed is refused before anything walks it. Scalars follow YAML 1.2; what YAML 1.1 read differently gets a warning.
import { explainYaml } from './explain-yaml.ts'
import { EVENT_ID, SCALAR_STYLE, YAMLException, getScalarValue, parseEvents } from 'js-yaml'
import type { Event, MappingEvent, ScalarEvent, SequenceEvent } from 'js-yaml'
import type { Value } from '../std/value.ts'
import { valueOf } from './yaml-node.ts'
import { readPlainScalar } from './yaml-scalar.ts'
import type { ScalarPlace, YamlList, YamlMap, YamlNode } from './yaml-node.ts'

export const FLOW_SIZE_MAX = 1024 * 1024
const ALIASES_MAX = 100
const DEPTH_MAX = 64
/** Nodes of the tree with every alias followed. */
const NODES_MAX = 200_000

export interface YamlProblem {
  readonly severity: 'error' | 'warning'
  readonly code: string
  readonly message: string
  readonly offset: number
}

export interface YamlDocument {
  /** Absent when the text is no YAML, or is empty. */
  readonly root?: YamlNode
  readonly problems: readonly YamlProblem[]
}

export function readYaml(source: string): YamlDocument {
  if (byteLength(source) > FLOW_SIZE_MAX) {
    return refuse(
      'yaml-too-large',
      `The document is larger than ${FLOW_SIZE_MAX / 1024} KiB; split it or move its data to files.`,
      0,
    )
  }
  try {
    return compose(source, parseEvents(source, { maxDepth: DEPTH_MAX }))
  } catch (error) {
    if (error instanceof YamlRefusal) return refuse(error.code, error.message, error.offset)
    if (error instanceof YAMLException && error.reason.includes('maxDepth')) {
      return refuse(
        'yaml-too-deep',
        `The document is nested deeper than ${DEPTH_MAX} levels; move the inner parts to a flow of their own.`,
        error.mark?.position ?? 0,
      )
    }
    if (error instanceof YAMLException) {
      const { message, offset } = explainYaml(source, error.reason, error.mark?.position ?? 0)
      return refuse('yaml-syntax', message, offset)
    }
    throw error
  }
}

/** The documents of a stream: `---` at the start of a line always separates, even inside quotes it may not stand there. */
export function splitDocuments(source: string): readonly string[] {
  return source.split(/^---(?=\s|$)/m).filter(text => text.replace(/^\s*#.*$/gm, '').trim() !== '')
}

/** Leaves the composer on what makes the rest meaningless; never seen outside of this file. */
class YamlRefusal extends Error {
  readonly code: string
  readonly offset: number
  constructor(code: string, message: string, offset: number) {
    super(message)
    this.code = code
    this.offset = offset
  }
}

interface Composer {
  readonly source: string
  readonly events: readonly Event[]
  at: number
  aliases: number
  /** Only closed nodes are here, so that an alias can never point into the node that holds it. */
  readonly anchors: Map<string, YamlNode>
  readonly problems: YamlProblem[]
}

function compose(source: string, events: readonly Event[]): YamlDocument {
  const documents = events.filter(event => event.type === EVENT_ID.DOCUMENT).length
  const problems: YamlProblem[] = []
  if (documents > 1) {
    const separators = Array.from(source.matchAll(/^---(?=\s|$)/gm), match => match.index)
    return refuse(
      'yaml-many-documents',
      'A flow is one YAML document; save the others on their own.',
      separators.at(-1) ?? 0,
    )
  }
  // Each node has one event or two, so the tree need not be built to know that it is too big.
  if (events.length > 2 * NODES_MAX) throw tooBig(0)
  const composer: Composer = { source, events, at: 0, aliases: 0, anchors: new Map(), problems }
  const first = events[1]
  if (documents === 0 || first === undefined || first.type === EVENT_ID.POP) return { problems }
  composer.at = 1
  const root = composeNode(composer)
  return { root, problems }
}

function composeNode(composer: Composer): YamlNode {
  const event = composer.events[composer.at++]
  if (event === undefined) throw new YamlRefusal('yaml-syntax', 'The document ends too early.', composer.source.length)
  switch (event.type) {
    case EVENT_ID.SCALAR:
      return anchored(composer, event, composeScalar(composer, event))
    case EVENT_ID.SEQUENCE:
      return anchored(composer, event, composeList(composer, event))
    case EVENT_ID.MAPPING:
      return anchored(composer, event, composeMap(composer, event))
    case EVENT_ID.ALIAS:
      return composeAlias(composer, composer.source.slice(event.anchorStart, event.anchorEnd), event.anchorStart)
    case EVENT_ID.DOCUMENT:
    case EVENT_ID.POP:
      throw new YamlRefusal('yaml-syntax', 'The document ends too early.', composer.source.length)
  }
}

function anchored(composer: Composer, event: ScalarEvent | SequenceEvent | MappingEvent, node: YamlNode): YamlNode {
  if (event.anchorStart >= 0) composer.anchors.set(composer.source.slice(event.anchorStart, event.anchorEnd), node)
  if (node.size > NODES_MAX) throw tooBig(node.start)
  return node
}

function composeAlias(composer: Composer, name: string, offset: number): YamlNode {
  composer.aliases++
  if (composer.aliases > ALIASES_MAX) {
    throw new YamlRefusal(
      'yaml-too-many-aliases',
      `The document has more than ${ALIASES_MAX} aliases; write the values out, or keep them in \`variables\`.`,
      offset,
    )
  }
  const node = composer.anchors.get(name)
  if (node === undefined)
    throw new YamlRefusal('yaml-syntax', `The alias *${name} has no finished anchor &${name} above it.`, offset)
  return node
}

function tooBig(offset: number): YamlRefusal {
  return new YamlRefusal(
    'yaml-too-large',
    `The document grows to more than ${NODES_MAX} nodes when its aliases are followed; do not alias what holds aliases.`,
    offset,
  )
}

function composeList(composer: Composer, event: SequenceEvent): YamlList {
  checkTag(composer, event, ['!!seq', 'tag:yaml.org,2002:seq'])
  const items: YamlNode[] = []
  let size = 1
  while (composer.events[composer.at]?.type !== EVENT_ID.POP) {
    const item = composeNode(composer)
    size += item.size
    if (size > NODES_MAX) throw tooBig(event.start)
    items.push(item)
  }
  composer.at++
  return { type: 'list', start: event.start, size, items }
}

function composeMap(composer: Composer, event: MappingEvent): YamlMap {
  checkTag(composer, event, ['!!map', 'tag:yaml.org,2002:map'])
  const entries = new Map<string, { keyStart: number; value: YamlNode }>()
  let size = 1
  while (composer.events[composer.at]?.type !== EVENT_ID.POP) {
    const { key, keyStart, isPlain } = composeKey(composer, event.start)
    const value = composeNode(composer)
    size += value.size + 1
    if (size > NODES_MAX) throw tooBig(event.start)
    const problem = keyProblem(key, entries.has(key), isPlain)
    if (problem !== undefined) composer.problems.push({ severity: 'error', ...problem, offset: keyStart })
    else entries.set(key, { keyStart, value })
  }
  composer.at++
  return { type: 'map', start: event.start, size, entries }
}

function composeKey(composer: Composer, mapStart: number): { key: string; keyStart: number; isPlain: boolean } {
  const event = composer.events[composer.at]
  if (event?.type !== EVENT_ID.SCALAR) {
    const isExpression = composer.source.startsWith('{{', mapStart)
    const message = isExpression
      ? 'A text that begins with `{{` must stand in quotes, else it is read as a map.'
      : 'A key is a text, not a list, a map or an alias.'
    throw new YamlRefusal('yaml-key', message, mapStart)
  }
  composer.at++
  const key = event.valueStart < 0 ? '' : getScalarValue(composer.source, event)
  return { key, keyStart: Math.max(event.valueStart, mapStart), isPlain: event.style === SCALAR_STYLE.PLAIN }
}

function keyProblem(key: string, isRepeated: boolean, isPlain: boolean): { code: string; message: string } | undefined {
  if (isRepeated)
    return { code: 'yaml-duplicate-key', message: `The key "${key}" occurs twice in the same map; remove one of them.` }
  if (key === '<<' && isPlain)
    return { code: 'yaml-merge-key', message: 'Merge keys (<<) are not supported; write the properties out.' }
  if (key === '__proto__' || key === 'prototype' || key === 'constructor') {
    return { code: 'yaml-key', message: `The key "${key}" is not allowed; choose another name.` }
  }
  return undefined
}

function composeScalar(composer: Composer, event: ScalarEvent): YamlNode {
  const tag = checkTag(composer, event, SCALAR_TAGS)
  const text = event.valueStart < 0 ? '' : getScalarValue(composer.source, event)
  const isPlain = event.style === SCALAR_STYLE.PLAIN
  const quote = quoteOf(event)
  const start = event.valueStart < 0 ? previousEnd(composer) : event.valueStart - quote.length
  const place = { start: event.valueStart, end: event.valueEnd, quote }
  const base = { type: 'scalar', start, size: 1, text, ...(event.valueStart >= 0 && { place }) } as const
  if (tag === 'str' || (!isPlain && tag === undefined)) return { ...base, value: text }
  const { value, warning } = readPlainScalar(text, tag === undefined)
  if (warning !== undefined) composer.problems.push({ severity: 'warning', ...warning, offset: start })
  return { ...base, value }
}

function quoteOf(event: ScalarEvent): ScalarPlace['quote'] {
  if (event.style === SCALAR_STYLE.SINGLE_QUOTED) return "'"
  return event.style === SCALAR_STYLE.DOUBLE_QUOTED ? '"' : ''
}

/** An empty value has no text of its own: it stands where its key ends. */
function previousEnd(composer: Composer): number {
  const previous = composer.events[composer.at - 2]
  return previous?.type === EVENT_ID.SCALAR && previous.valueEnd >= 0 ? previous.valueEnd : 0
}

const SCALAR_TAGS = ['str', 'int', 'float', 'bool', 'null'].flatMap(name => [
  `!!${name}`,
  `!<tag:yaml.org,2002:${name}>`,
])

/** The short name of an explicit tag. Only the core ones are known: any other would ask for code to run. */
function checkTag(
  composer: Composer,
  event: ScalarEvent | SequenceEvent | MappingEvent,
  known: readonly string[],
): string | undefined {
  if (event.tagStart < 0) return undefined
  const tag = composer.source.slice(event.tagStart, event.tagEnd)
  if (tag === '!') return 'str'
  if (!known.includes(tag)) throw new YamlRefusal('yaml-tag', `The tag ${tag} is not supported here.`, event.tagStart)
  return tag.replace(/^.*[!:]/, '').replace('>', '')
}

function refuse(code: string, message: string, offset: number): YamlDocument {
  return { problems: [{ severity: 'error', code, message, offset }] }
}

/** Bytes in UTF-8, counted only where it can matter. */
function byteLength(source: string): number {
  if (source.length > FLOW_SIZE_MAX || source.length * 3 <= FLOW_SIZE_MAX) return source.length
  let bytes = source.length
  for (let at = 0; at < source.length; at++) {
    const code = source.charCodeAt(at)
    if (code >= 0x80) bytes += code >= 0x800 && (code < 0xd800 || code > 0xdfff) ? 2 : 1
  }
  return bytes
}

/** Any YAML document as a value, within the same limits as a flow; a problem tells the first thing that is wrong, with its line. */
export function parseYaml(source: string): { readonly value?: Value; readonly problem?: string } {
  const { root, problems } = readYaml(source)
  const error = problems.find(({ severity }) => severity === 'error')
  if (error) return { problem: `${error.message} (line ${source.slice(0, error.offset).split('\n').length})` }
  return root === undefined ? { value: null } : { value: valueOf(root) }
}
