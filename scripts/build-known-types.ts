// Bakes the list of all known types into `packages/core/src/flow/known-types.generated.ts`.
// Usage: node scripts/build-known-types.ts <path of plugins.types.json>
//
// The result is one text in three parts, parted by an empty line, so that nothing is parsed before a type is asked for:
// texts of property types; properties (`name flags type default`); types (`name|kind|flags|aliases|properties|outputs`). References are
// line numbers of the part before, to the base of 36. Flags: * required, ~ rendered, ! deprecated. Defaults are written as documented:
// texts in quotes, everything else bare; `{…}`, `(…)` and calls are only told to people.
import { readFileSync, writeFileSync } from 'node:fs'
import { ADDED_ALIASES, ADDED_PROPERTIES, ADDED_TYPES, NOT_TYPES, WRONG_ALIASES } from './known-types-additions.ts'

interface SourceProperty {
  readonly name: string
  readonly type: string
  readonly required?: boolean
  readonly default?: unknown
  readonly dynamic?: boolean
  readonly deprecated?: boolean
}

interface SourceType {
  readonly kind: string
  readonly aliases: readonly string[]
  readonly deprecated: boolean
  readonly properties: readonly SourceProperty[]
  readonly outputs: readonly SourceProperty[]
}

const KINDS: Readonly<Record<string, string>> = {
  task: 'task',
  'flowable task': 'flowable',
  'executable (child-flow) task': 'executable',
  'execution-updating task': 'updating',
  trigger: 'trigger',
  'polling trigger': 'polling',
  'realtime trigger': 'realtime',
  condition: 'condition',
  'task runner': 'runner',
  'dashboard chart': 'dashboard',
  'dashboard data source': 'dashboard',
}
const CORE = 'io.kestra.plugin.core.'
const TARGET = new URL('../packages/core/src/flow/known-types.generated.ts', import.meta.url)

main()

function main(): void {
  const path = process.argv[2]
  if (path === undefined) throw new Error('name the file plugins.types.json as the first argument')
  const source: unknown = JSON.parse(readFileSync(path, 'utf8'))
  if (!isTypes(source)) throw new Error(`${path} is not a map of types`)
  const types = withAdditions(new Map(Object.entries(source)))
  const text = encode(types)
  writeFileSync(TARGET, moduleText(text))
  console.log(`${types.size} types, ${text.length} characters`)
}

function isTypes(value: unknown): value is Record<string, SourceType> {
  return typeof value === 'object' && value !== null && Object.values(value).every(type => typeof type === 'object')
}

function withAdditions(types: Map<string, SourceType>): Map<string, SourceType> {
  for (const name of NOT_TYPES) types.delete(name)
  for (const [name, alias] of Object.entries(WRONG_ALIASES)) {
    const type = required(types, name)
    types.set(name, { ...type, aliases: type.aliases.filter(other => other !== alias) })
  }
  dropRenamed(types)
  for (const { type, kind, properties, outputs } of ADDED_TYPES) {
    const added = { kind, aliases: [], deprecated: false, properties: parse(properties), outputs: parse(outputs) }
    types.set(complete(type), added)
  }
  for (const [name, text] of Object.entries(ADDED_PROPERTIES)) {
    const type = required(types, complete(name))
    const added = parse(text)
    const kept = type.properties.filter(property => added.every(other => other.name !== property.name))
    types.set(complete(name), { ...type, properties: [...kept, ...added] })
  }
  for (const [alias, name] of Object.entries(ADDED_ALIASES)) {
    const type = required(types, complete(name))
    if (types.has(complete(alias)) || type.aliases.includes(complete(alias))) continue
    types.set(complete(name), { ...type, aliases: [...type.aliases, complete(alias)] })
  }
  for (const [name, type] of types) {
    const moved = movedNotifications(name).filter(alias => !types.has(alias))
    if (moved.length > 0) types.set(name, { ...type, aliases: [...type.aliases, ...moved] })
  }
  return types
}

/** A type that another one names as its old name is listed twice; the newer one stays. */
function dropRenamed(types: Map<string, SourceType>): void {
  for (const [name, { aliases }] of [...types]) for (const alias of aliases) if (alias !== name) types.delete(alias)
}

/** Notifications left their common plugin, each for one of its own. */
function movedNotifications(name: string): readonly string[] {
  const match = /^io\.kestra\.plugin\.notifications\.(\w+)\.(\w+)$/.exec(name)
  if (match === null) return []
  return [`io.kestra.plugin.${match[1]}.${match[2]}`, `io.kestra.plugin.meta.${match[1]}.${match[2]}`]
}

function required(types: ReadonlyMap<string, SourceType>, name: string): SourceType {
  const type = types.get(name)
  if (type === undefined) throw new Error(`an addition names the type ${name}, which is not listed`)
  return type
}

function complete(name: string): string {
  return name.startsWith('io.kestra.') ? name : CORE + name
}

function parse(text: string): readonly SourceProperty[] {
  if (text === '') return []
  return text.split(/, (?![^{]*\})/).map(part => {
    const match = /^(\w+)([*~!]*):(.+)$/.exec(part)
    if (match === null) throw new Error(`cannot read the property ${part}`)
    const [, name = '', flags = '', type = ''] = match
    return { name, type, required: flags.includes('*'), dynamic: flags.includes('~'), deprecated: flags.includes('!') }
  })
}

function encode(types: ReadonlyMap<string, SourceType>): string {
  const texts = new Map<string, number>()
  const properties = new Map<string, number>()
  const refer = (list: readonly SourceProperty[]): string =>
    list.map(property => reference(properties, propertyLine(property, texts))).join(' ')
  const lines = Array.from(types, ([name, type]) =>
    [
      name,
      KINDS[type.kind] ?? 'other',
      type.deprecated ? '!' : '',
      type.aliases.filter(alias => alias !== name).join(' '),
      refer(type.properties.filter(property => property.name !== 'type')),
      refer(type.outputs),
    ].join('|'),
  )
  return [[...texts.keys()].join('\n'), [...properties.keys()].join('\n'), lines.join('\n')].join('\n\n')
}

/** A property with a default need not be written, whatever its own constraint says. */
function propertyLine(property: SourceProperty, texts: Map<string, number>): string {
  const isRequired = property.required === true && property.default === undefined
  const flags = `${isRequired ? '*' : ''}${property.dynamic === true ? '~' : ''}${property.deprecated === true ? '!' : ''}`
  const { default: given } = property
  const value = given === undefined ? '' : ` ${typeof given === 'string' ? given : JSON.stringify(given)}`
  return `${property.name} ${flags} ${reference(texts, property.type.replace(/\s+/g, ' '))}${value.replaceAll('\n', '\\n')}`
}

function reference(seen: Map<string, number>, line: string): string {
  const index = seen.get(line) ?? seen.size
  seen.set(line, index)
  return index.toString(36)
}

function moduleText(text: string): string {
  return [
    '// Generated by scripts/build-known-types.ts: do not edit. What the text means is told there.',
    '/* prettier-ignore */',
    `export const KNOWN_TYPES: string = ${JSON.stringify(text)}`,
    '',
  ].join('\n')
}
