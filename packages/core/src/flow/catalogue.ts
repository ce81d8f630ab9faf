// Which types exist. Every type ever published is known by name, with its properties; what is installed says so by its manifest. The
// known ones lie in one text that is indexed at the first question and read type by type: an idle server pays for none of it.
import { KNOWN_TYPES } from './known-types.generated.ts'
import { nearest } from './nearest.ts'
import { isTaskFile, taskFileType } from './task-file.ts'

export type TypeKind =
  | 'task'
  | 'flowable'
  | 'executable'
  | 'updating'
  | 'trigger'
  | 'polling'
  | 'realtime'
  | 'condition'
  | 'runner'
  | 'dashboard'
  | 'other'

export interface TypeProperty {
  readonly name: string
  /** As documented: `string`, `int`, `map<any>`, `enum A|B`, `Auth{token*, user}[]`, …; never more than a hint. */
  readonly type: string
  readonly isRequired: boolean
  readonly isDynamic: boolean
  readonly isDeprecated: boolean
  /** As documented: texts in quotes, numbers, enum constants and durations bare; `{…}`, `(…)` and calls only tell people. */
  readonly defaultText?: string
}

export interface KnownType {
  /** Canonical name, e.g. `io.kestra.plugin.core.log.Log`. */
  readonly type: string
  readonly kind: TypeKind
  readonly isDeprecated: boolean
  readonly aliases: readonly string[]
  readonly properties: ReadonlyMap<string, TypeProperty>
  readonly outputs: readonly TypeProperty[]
}

export interface ResolvedType extends KnownType {
  /** True when the name asked for is an old name of the type. */
  readonly alias: boolean
  /** The engine or an installed plugin can run it. */
  readonly implemented: boolean
  /** All of its properties are known, so that any other is a mistake. */
  readonly isStrict: boolean
  /** JSON Schema of its properties, from the manifest. */
  readonly schema?: unknown
  /** The same of its outputs. */
  readonly outputsSchema?: unknown
  /** Why a task cannot be of it, though its name is that of a type. */
  readonly problem?: string
}

/** What the catalogue reads of a plugin's manifest. */
export interface TypeManifest {
  readonly type: string
  readonly kind: TypeKind
  readonly aliases?: readonly string[]
  readonly schema?: unknown
  readonly outputsSchema?: unknown
}

export interface Catalogue {
  /** By canonical, old or short name; undefined when nobody ever heard of it. */
  resolve(name: string): ResolvedType | undefined
  /** A known name close to one that is unknown. */
  suggest(name: string): string | undefined
  /** Canonical names of all known types. */
  names(): Iterable<string>
}

const PREFIX = 'io.kestra.plugin.'
const CORE = 'io.kestra.plugin.core.'
const NAME_LENGTH_MAX = 256

/** Types that the engine itself runs or understands; everything else comes from plugins. */
const ENGINE_TYPES: ReadonlySet<string> = new Set(
  [
    ...[
      'AllowFailure',
      'Approval',
      'Dag',
      'EachParallel',
      'EachSequential',
      'ForEach',
      'ForEachItem',
      'If',
      'Loop',
    ].map(nameOfFlow),
    ...['LoopUntil', 'Parallel', 'Pause', 'Sequential', 'Subflow', 'Switch', 'Wait', 'WorkingDirectory'].map(
      nameOfFlow,
    ),
    ...['Flow', 'McpToolTrigger', 'Schedule', 'ScheduleOnDates', 'Webhook'].map(name => `trigger.${name}`),
    ...['DateTimeBetween', 'DayWeek', 'DayWeekInMonth', 'ExecutionFlow', 'ExecutionLabels'].map(nameOfCondition),
    ...['ExecutionNamespace', 'ExecutionOutputs', 'ExecutionStatus', 'Expression', 'FlowCondition'].map(
      nameOfCondition,
    ),
    ...['FlowNamespaceCondition', 'HasRetryAttempt', 'MultipleCondition', 'Not', 'Or'].map(nameOfCondition),
    ...['PublicHoliday', 'TimeBetween', 'Weekend'].map(nameOfCondition),
  ].map(name => CORE + name),
)

/** Lists all known types, and of the installed ones their manifests. */
export function createCatalogue(manifests: readonly TypeManifest[] = []): Catalogue {
  let index: Index | undefined
  const resolved = new Map<string, ResolvedType | undefined>()
  const open = (): Index => (index ??= openIndex(manifests))
  const resolve = (name: string): ResolvedType | undefined => {
    if (isTaskFile(name)) return taskFileType(name)
    if (resolved.has(name)) return resolved.get(name)
    const type = name.length > NAME_LENGTH_MAX ? undefined : resolveName(open(), name)
    if (type !== undefined) resolved.set(name, type)
    return type
  }
  return {
    resolve,
    suggest: name => suggestName(open(), name),
    names: () => open().canonical,
  }
}

interface NamedLine {
  readonly type: string
  /** Of the list of types; empty when only a manifest knows the type. */
  readonly line: string
}

interface Index {
  /** By canonical name and alias. */
  readonly lines: ReadonlyMap<string, NamedLine>
  readonly canonical: readonly string[]
  readonly manifests: ReadonlyMap<string, TypeManifest>
  readonly typeTexts: readonly string[]
  readonly propertyLines: readonly string[]
}

function openIndex(manifests: readonly TypeManifest[]): Index {
  const [typeTexts = '', propertyLines = '', types = ''] = KNOWN_TYPES.split('\n\n')
  const lines = new Map<string, NamedLine>()
  const canonical: string[] = []
  for (const line of types.split('\n')) {
    const type = line.slice(0, line.indexOf('|'))
    canonical.push(type)
    lines.set(type, { type, line })
  }
  for (const entry of [...lines.values()]) {
    for (const alias of aliasesIn(entry.line)) if (!lines.has(alias)) lines.set(alias, entry)
  }
  const byType = new Map(manifests.map(manifest => [manifest.type, manifest]))
  for (const manifest of manifests) addManifest(lines, manifest, byType)
  for (const { type } of manifests) if (!canonical.includes(type)) canonical.push(type)
  return {
    lines,
    canonical,
    manifests: byType,
    typeTexts: typeTexts.split('\n'),
    propertyLines: propertyLines.split('\n'),
  }
}

/** What is installed decides which of several names is the canonical one: all of them then lead to it. */
function addManifest(
  lines: Map<string, NamedLine>,
  { type, aliases = [] }: TypeManifest,
  manifests: ReadonlyMap<string, TypeManifest>,
): void {
  const known = [type, ...aliases].map(name => lines.get(name)).find(found => found !== undefined)
  const line = known?.line ?? ''
  const others = line === '' ? [] : [line.slice(0, line.indexOf('|')), ...aliasesIn(line)]
  for (const name of [type, ...aliases, ...others]) {
    if (name === type || !manifests.has(name)) lines.set(name, { type, line })
  }
}

function aliasesIn(line: string): readonly string[] {
  const aliases = line.split('|', 4)[3] ?? ''
  return aliases === '' ? [] : aliases.split(' ')
}

function resolveName(index: Index, name: string): ResolvedType | undefined {
  const complete = index.lines.has(name) ? name : PREFIX + name
  const entry = index.lines.get(complete) ?? index.lines.get(oldFamilyName(name))
  if (entry === undefined) return undefined
  const manifest = index.manifests.get(entry.type)
  const known = entry.line === '' ? unlisted(entry.type, manifest) : readLine(index, entry.line)
  return {
    ...known,
    type: entry.type,
    alias: complete !== entry.type,
    implemented: manifest !== undefined || ENGINE_TYPES.has(entry.type),
    isStrict: entry.type.startsWith(CORE) || manifest?.schema !== undefined,
    ...(manifest?.schema !== undefined && { schema: manifest.schema }),
    ...(manifest?.outputsSchema !== undefined && { outputsSchema: manifest.outputsSchema }),
  }
}

/** Core types moved from `io.kestra.core.tasks.<family>s.X` to `io.kestra.plugin.core.<family>.X`, not all of them by name. */
function oldFamilyName(name: string): string {
  const match = /^io\.kestra\.core\.(?:tasks|models)\.(?:triggers\.types|conditions\.types|[a-z]+)\.(\w+)$/.exec(name)
  if (match === null) return ''
  const family = name.includes('.triggers.') ? 'trigger' : name.includes('.conditions.') ? 'condition' : familyOf(name)
  const simple = family === 'condition' ? (match[1] ?? '').replace(/Condition$/, '') : match[1]
  return `${CORE}${family}.${simple}`
}

function familyOf(name: string): string {
  return (name.split('.')[4] ?? '').replace(/s$/, '')
}

function readLine(index: Index, line: string): KnownType {
  const [type = '', kind = '', flags = '', aliases = '', properties = '', outputs = ''] = line.split('|')
  const read = (references: string): TypeProperty[] =>
    references === '' ? [] : references.split(' ').map(reference => readProperty(index, reference))
  return {
    type,
    kind: kindOf(kind),
    isDeprecated: flags.includes('!'),
    aliases: aliases === '' ? [] : aliases.split(' '),
    properties: new Map(read(properties).map(property => [property.name, property])),
    outputs: read(outputs),
  }
}

function readProperty(index: Index, reference: string): TypeProperty {
  const line = index.propertyLines[Number.parseInt(reference, 36)] ?? ''
  const [name = '', flags = '', type = '0'] = line.split(' ', 3)
  const rest = line.slice(name.length + flags.length + type.length + 3)
  return {
    name,
    type: index.typeTexts[Number.parseInt(type, 36)] ?? 'any',
    isRequired: flags.includes('*'),
    isDynamic: flags.includes('~'),
    isDeprecated: flags.includes('!'),
    ...(rest === '' ? {} : { defaultText: rest }),
  }
}

const KINDS: readonly TypeKind[] = [
  ...(['task', 'flowable', 'executable', 'updating', 'trigger', 'polling', 'realtime'] as const),
  ...(['condition', 'runner', 'dashboard'] as const),
]

function kindOf(text: string): TypeKind {
  return KINDS.find(kind => kind === text) ?? 'other'
}

function unlisted(type: string, manifest: TypeManifest | undefined): KnownType {
  const kind = manifest?.kind ?? 'other'
  return { type, kind, isDeprecated: false, aliases: manifest?.aliases ?? [], properties: new Map(), outputs: [] }
}

/** A name with few other letters; else the same simple name elsewhere, in any case. */
function suggestName(index: Index, name: string): string | undefined {
  const complete = name.startsWith(PREFIX) ? name : PREFIX + name
  const close = nearest(complete, index.canonical, 3)
  if (close !== undefined) return close
  const simple = simpleName(name).toLowerCase()
  return nearest(
    complete,
    index.canonical.filter(type => simpleName(type).toLowerCase() === simple),
    NAME_LENGTH_MAX,
  )
}

function simpleName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

function nameOfFlow(name: string): string {
  return `flow.${name}`
}

function nameOfCondition(name: string): string {
  return `condition.${name}`
}
