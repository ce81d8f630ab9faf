// Properties of a task type, described once: from the description come the TypeScript types that `run` sees, the JSON schema that
// the editor sees, and the conversion of what the author wrote. Builders are immutable; each call returns a new description.
import type { Value, ValueMap } from '@batuta/core'

/** Whether a rendered value is always there: required, or with a default. */
export type Presence = 'optional' | 'present'

export type PropertyKind =
  | { readonly type: 'string' | 'boolean' | 'integer' | 'number' | 'duration' | 'bytes' | 'any' }
  | { readonly type: 'enum'; readonly values: readonly string[] }
  | { readonly type: 'list'; readonly item: PropertyKind }
  | { readonly type: 'map'; readonly item: PropertyKind }
  | { readonly type: 'object'; readonly shape: Shape }

export interface PropertySpec {
  readonly kind: PropertyKind
  readonly isDynamic: boolean
  readonly isRequired: boolean
  /** As an author would write it: a literal, or a template when the property is dynamic. */
  readonly defaultValue?: Value
  /** Older names, still read. */
  readonly aliases: readonly string[]
  readonly title?: string
  readonly description?: string
  readonly group?: string
  readonly language?: string
  readonly isStorageUri: boolean
  readonly isSecret: boolean
  /** Why the property should not be used any more, and what instead. */
  readonly deprecated?: string
  /** Extra JSON schema keywords, for instance `minimum`. */
  readonly keywords?: Readonly<Record<string, Value>>
}

export type Shape = { readonly [name: string]: Property<unknown, Presence> }

export interface Property<T, P extends Presence = 'optional'> {
  readonly spec: PropertySpec
  /** Carries the types; never set. */
  readonly '~types'?: readonly [T, P]
  /** Rendered as a template before it is converted. */
  dynamic(): Property<T, P>
  required(): Property<T, 'present'>
  /** The value when the author wrote none, spelled as in YAML. */
  default(value: Value): Property<T, 'present'>
  /** An older name under which the property is still read. */
  alias(...names: string[]): Property<T, P>
  /** Holds a `kestra://` URI. */
  storageUri(): Property<T, P>
  /** Shown as a password field, never logged. */
  secret(): Property<T, P>
  deprecated(advice: string): Property<T, P>
  /** Section of the form: main, connection, source, processing, execution, destination, reliability, advanced. */
  group(name: string): Property<T, P>
  /** Language of the editor, e.g. `sql`. */
  language(name: string): Property<T, P>
  title(text: string): Property<T, P>
  describe(text: string): Property<T, P>
  keywords(keywords: Readonly<Record<string, Value>>): Property<T, P>
}

/** What `render()` of each property of the shape gives. */
export type Rendered<S extends Shape> = {
  readonly [K in keyof S]: S[K] extends Property<infer T, infer P> ? (P extends 'present' ? T : T | undefined) : never
}

function property<T, P extends Presence>(spec: PropertySpec): Property<T, P> {
  return {
    spec,
    dynamic: () => property<T, P>({ ...spec, isDynamic: true }),
    required: () => property<T, 'present'>({ ...spec, isRequired: true }),
    default: value => property<T, 'present'>({ ...spec, defaultValue: value }),
    alias: (...names) => property<T, P>({ ...spec, aliases: [...spec.aliases, ...names] }),
    storageUri: () => property<T, P>({ ...spec, isStorageUri: true }),
    secret: () => property<T, P>({ ...spec, isSecret: true }),
    deprecated: advice => property<T, P>({ ...spec, deprecated: advice }),
    group: name => property<T, P>({ ...spec, group: name }),
    language: name => property<T, P>({ ...spec, language: name }),
    title: text => property<T, P>({ ...spec, title: text }),
    describe: text => property<T, P>({ ...spec, description: text }),
    keywords: keywords => property<T, P>({ ...spec, keywords: { ...spec.keywords, ...keywords } }),
  }
}

function ofKind<T>(kind: PropertyKind): Property<T> {
  return property<T, 'optional'>({
    kind,
    isDynamic: false,
    isRequired: false,
    aliases: [],
    isStorageUri: false,
    isSecret: false,
  })
}

function map(): Property<ValueMap>
function map<T, P extends Presence>(item: Property<T, P>): Property<ReadonlyMap<string, T>>
function map(item?: Property<unknown, Presence>): Property<unknown> {
  return ofKind({ type: 'map', item: item?.spec.kind ?? { type: 'any' } })
}

/** The builder of properties: `p.string().dynamic().required()`. */
export const p = {
  string: (): Property<string> => ofKind({ type: 'string' }),
  boolean: (): Property<boolean> => ofKind({ type: 'boolean' }),
  /** A safe integer. */
  integer: (): Property<number> => ofKind({ type: 'integer' }),
  number: (): Property<number> => ofKind({ type: 'number' }),
  /** ISO 8601 (`PT1M`) or a number of seconds; gives milliseconds. */
  duration: (): Property<number> => ofKind({ type: 'duration' }),
  /** A number, or a text with a unit of 1024 (`10MB`); gives bytes. */
  bytes: (): Property<number> => ofKind({ type: 'bytes' }),
  enum: <const V extends readonly string[]>(...values: V): Property<V[number]> => ofKind({ type: 'enum', values }),
  list: <T, P extends Presence>(item: Property<T, P>): Property<readonly T[]> =>
    ofKind({ type: 'list', item: item.spec.kind }),
  map,
  object: <S extends Shape>(shape: S): Property<Rendered<S>> => ofKind({ type: 'object', shape }),
  any: (): Property<Value> => ofKind({ type: 'any' }),
}
