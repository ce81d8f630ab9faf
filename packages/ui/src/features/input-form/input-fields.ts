// The form of a start or of an answer as data. The server is the judge: its report says which inputs there are now, what they may be, what they
// are unless said otherwise and what is wrong with them. Here is kept only what somebody has typed, and how it travels.
import { isoLengthOf, parseLengthMs } from '../../lib/filters/moments.ts'

/** As the routes that judge inputs answer. */
export interface InputReport {
  readonly inputs: readonly {
    readonly input: Readonly<Record<string, unknown>>
    readonly value?: unknown
    readonly enabled: boolean
    readonly isDefault: boolean
    readonly errors?: readonly { readonly message: string }[]
  }[]
  readonly checks: readonly Readonly<Record<string, unknown>>[]
}

export interface Choice {
  readonly value: string
  readonly label: string
}

export interface Field {
  /** With that of its form before it. */
  readonly id: string
  readonly type: string
  readonly label: string
  readonly description?: string
  readonly isRequired: boolean
  /** Its condition holds. */
  readonly isShown: boolean
  readonly choices: readonly Choice[]
  readonly isRadio: boolean
  readonly takesOthers: boolean
  /** Of a file: `.csv`. */
  readonly extensions: readonly string[]
  readonly itemType?: string
  /** What it is while nobody says anything. */
  readonly usual?: Entry
  readonly problems: readonly string[]
}

/** What somebody typed, ticked or dropped. */
export type Entry = string | boolean | readonly string[] | File

export type Entries = ReadonlyMap<string, Entry>

export interface Check {
  readonly message: string
  readonly isBlocking: boolean
  readonly style: string
}

export function fieldsOf({ inputs }: Pick<InputReport, 'inputs'>): readonly Field[] {
  return inputs.map(({ input, value, enabled, isDefault, errors = [] }) => {
    const id = textOf(input['id']) ?? ''
    const type = textOf(input['type']) ?? 'STRING'
    const description = textOf(input['description'])
    const itemType = textOf(input['itemType'])
    const usual = type === 'SECRET' ? undefined : usualOf(type, input, isDefault ? value : undefined)
    return {
      id,
      type,
      label: textOf(input['displayName']) ?? id,
      isRequired: input['required'] !== false,
      isShown: enabled,
      choices: choicesOf(input['values'] ?? input['options']),
      isRadio: input['isRadio'] === true,
      takesOthers: input['allowCustomValue'] === true,
      extensions: listOf(input['allowedFileExtensions'] ?? input['accept']).map(String),
      problems: errors.map(({ message }) => plainProblem(message)),
      ...(description === undefined ? {} : { description }),
      ...(itemType === undefined ? {} : { itemType }),
      ...(usual === undefined ? {} : { usual }),
    }
  })
}

export function checksOf({ checks }: Pick<InputReport, 'checks'>): readonly Check[] {
  return checks.map(check => ({
    message: textOf(check['message']) ?? '',
    style: textOf(check['style']) ?? 'INFO',
    isBlocking: (textOf(check['behavior']) ?? 'BLOCK_EXECUTION') === 'BLOCK_EXECUTION',
  }))
}

/** What stands in the control. */
export function entryOf(field: Field, entries: Entries): Entry | undefined {
  return entries.get(field.id) ?? field.usual
}

export function entryText(entry: Entry | undefined): string {
  return typeof entry === 'string' ? entry : ''
}

export interface Sent {
  /** Texts are read by the server as what they should be; `null` is what was given up. */
  readonly values: Readonly<Record<string, unknown>>
  readonly files: Readonly<Record<string, File>>
}

/** What travels: only what somebody said, of inputs that take part. */
export function sentOf(fields: readonly Field[], entries: Entries): Sent {
  const values: Record<string, unknown> = {}
  const files: Record<string, File> = {}
  for (const field of fields) {
    const entry = entries.get(field.id)
    if (!field.isShown || entry === undefined) continue
    if (entry instanceof File) files[field.id] = entry
    else if (entry !== '') values[field.id] = valueOf(field, entry)
    // An empty text is a text where there would be another one; elsewhere it is nothing.
    else if (isText(field) && field.usual !== undefined) values[field.id] = ''
  }
  return { values, files }
}

/** What is asked while one types: a file is only named, and sent once, at the start. */
export function askedOf({ values, files }: Sent): Readonly<Record<string, unknown>> {
  const named = Object.entries(files).map(([id, file]) => [id, `kestra:///upload/${encodeURIComponent(file.name)}`])
  return { ...values, ...Object.fromEntries(named) }
}

/** Those whose condition holds, in groups by the part of their ids before the dot when it is shared. */
export function groupsOf(
  fields: readonly Field[],
): readonly { readonly name: string; readonly fields: readonly Field[] }[] {
  const shown = fields.filter(({ isShown }) => isShown)
  const groups: { name: string; fields: Field[] }[] = []
  for (const field of shown) {
    const name = groupName(field.id, shown)
    const last = groups.at(-1)
    if (last?.name === name) last.fields.push(field)
    else groups.push({ name, fields: [field] })
  }
  return groups
}

/** Inside of a group the name of the group is not repeated. */
export function labelIn(group: string, { id, label }: Field): string {
  return group !== '' && label === id ? id.slice(group.length + 1) : label
}

/** From what an execution was started with, or from a file: entries as if they had been typed. */
export function entriesFrom(values: Readonly<Record<string, unknown>>, fields: readonly Field[]): Entries {
  const found = fields.flatMap((field): readonly (readonly [string, Entry])[] => {
    const value = lookUp(values, field.id)
    const entry = value === undefined || value === null || isSealed(value) ? undefined : entryFrom(field.type, value)
    return entry === undefined || field.type === 'SECRET' ? [] : [[field.id, entry]]
  })
  return new Map(found)
}

/** Moments stand in the control by the clock of this browser. */
export function localMoment(iso: string): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return ''
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

function valueOf(field: Field, entry: string | boolean | readonly string[]): unknown {
  if (typeof entry !== 'string') return entry
  if (field.type === 'DATETIME') {
    const date = new Date(entry)
    return Number.isNaN(date.getTime()) ? entry : date.toISOString()
  }
  if (field.type === 'DURATION') {
    const ms = parseLengthMs(entry.trim())
    return ms === undefined ? entry : isoLengthOf(ms)
  }
  if (field.type === 'BOOLEAN') return entry === 'true'
  return entry
}

function usualOf(type: string, input: Readonly<Record<string, unknown>>, value: unknown): Entry | undefined {
  const { defaults, prefill } = { defaults: input['defaults'], prefill: input['prefill'] }
  // A duration is told in seconds: what was written reads better.
  const written = type === 'DURATION' && typeof defaults === 'string' && !defaults.includes('{{') ? defaults : undefined
  const known = written ?? value ?? (typeof prefill === 'string' && prefill.includes('{{') ? undefined : prefill)
  return known === undefined || known === null ? undefined : entryFrom(type, known)
}

function entryFrom(type: string, value: unknown): Entry | undefined {
  switch (type) {
    case 'BOOL':
      return value === true || value === 'true'
    case 'BOOLEAN':
      return String(value)
    case 'MULTISELECT':
      return listOf(value).map(String)
    case 'DATETIME':
      return localMoment(String(value))
    case 'TIME':
      return String(value).slice(0, 8)
    case 'DURATION':
      return typeof value === 'number' ? isoLengthOf(value * 1_000) : String(value)
    case 'JSON':
    case 'YAML':
    case 'ARRAY':
    case 'OBJECT':
    case 'ION':
    case 'TABLE':
      return typeof value === 'string' ? value : JSON.stringify(value, null, type === 'ARRAY' ? 0 : 2)
    default:
      return typeof value === 'object' ? JSON.stringify(value) : String(value)
  }
}

const TEXTS = ['STRING', 'SECRET', 'EMAIL', 'SELECT', 'ENUM']

function isText({ type }: Field): boolean {
  return TEXTS.includes(type)
}

function groupName(id: string, shown: readonly Field[]): string {
  const dot = id.indexOf('.')
  if (dot < 0) return ''
  const name = id.slice(0, dot)
  return shown.filter(other => other.id.startsWith(`${name}.`)).length > 1 ? name : ''
}

/** Below the field nobody needs to be told of which field. */
function plainProblem(message: string): string {
  const inner = /^Invalid input for `[^`]*`, (.+?)(?:, but received `[\s\S]*`)?$/.exec(message)?.[1]
  if (inner !== undefined) return inner.charAt(0).toUpperCase() + inner.slice(1)
  return message.startsWith('Missing required input') ? 'This is required.' : message
}

function choicesOf(values: unknown): readonly Choice[] {
  return listOf(values).map(value => {
    if (typeof value !== 'object' || value === null) return { value: String(value), label: String(value) }
    const given = new Map<string, unknown>(Object.entries(value))
    const chosen = String(given.get('value') ?? '')
    return { value: chosen, label: String(given.get('label') ?? chosen) }
  })
}

function lookUp(values: Readonly<Record<string, unknown>>, id: string): unknown {
  if (values[id] !== undefined) return values[id]
  let at: unknown = values
  for (const part of id.split('.')) {
    at = typeof at === 'object' && at !== null ? new Map<string, unknown>(Object.entries(at)).get(part) : undefined
  }
  return at
}

function isSealed(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && String(value.type).includes('aes_encrypted')
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
