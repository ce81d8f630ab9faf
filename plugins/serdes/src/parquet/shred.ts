// Takes rows apart into columns, as Dremel does: beside each value stands how deep it is repeated and how much of its path is there.
import { TaskError } from '@batuta/plugin-sdk'
import type { AvroField, AvroFixed, AvroPrimitive, AvroType } from '../avro/avro-schema.ts'
import { Branch } from '../avro/physical.ts'
import type { Physical } from '../avro/physical.ts'
import { PHYSICAL, ParquetColumn } from './parquet-column.ts'
import type { PageOptions, PhysicalName } from './parquet-column.ts'
import { boolean, i32, struct, text } from './thrift.ts'
import type { Thrift } from './thrift.ts'

export interface Shredder {
  readonly columns: readonly ParquetColumn[]
  /** What the file says of its schema, in the order of a walk through the tree. */
  readonly elements: readonly Thrift[]
  add(row: Physical): void
}

interface Node {
  readonly elements: readonly Thrift[]
  add(value: Physical, rep: number): void
  /** Nothing from that level of definition on. */
  addEmpty(rep: number, def: number): void
}

interface Place {
  readonly path: readonly string[]
  readonly def: number
  readonly rep: number
  readonly repetition: 0 | 1 | 2
}

const REQUIRED = 0
const OPTIONAL = 1
const REPEATED = 2
const CONVERTED = { UTF8: 0, MAP: 1, LIST: 3, ENUM: 4, DECIMAL: 5 } as const

export function newShredder(schema: AvroType, pages: PageOptions): Shredder {
  if (schema.type !== 'record') throw new TaskError(`the schema of a Parquet file must be a record, not ${schema.type}`)
  if (schema.fields.length === 0)
    throw new TaskError('a Parquet file needs at least one field: there are no rows to infer them from')
  const columns: ParquetColumn[] = []
  const compiler = new Compiler(columns, pages)
  const fields = schema.fields.map(field => compiler.field(field, { path: [], def: 0, rep: 0, repetition: REQUIRED }))
  const root = struct([4, text('root')], [5, i32(fields.length)])
  return {
    columns,
    elements: [root, ...fields.flatMap(({ elements }) => elements)],
    add: row => {
      if (!Array.isArray(row)) throw new Error('a row that is no record')
      for (const [at, node] of fields.entries()) node.add(row[at], 0)
    },
  }
}

class Compiler {
  readonly #columns: ParquetColumn[]
  readonly #pages: PageOptions

  constructor(columns: ParquetColumn[], pages: PageOptions) {
    this.#columns = columns
    this.#pages = pages
  }

  field({ name, schema }: AvroField, parent: Place): Node {
    return this.#node(schema, { ...parent, path: [...parent.path, name], repetition: REQUIRED })
  }

  #node(schema: AvroType, place: Place): Node {
    switch (schema.type) {
      case 'union':
        return this.#union(schema.branches, place)
      case 'record': {
        const fields = schema.fields.map(field => this.field(field, place))
        return {
          elements: [element(place, [5, i32(fields.length)]), ...fields.flatMap(({ elements }) => elements)],
          add: (value, rep) => {
            if (Array.isArray(value)) for (const [at, node] of fields.entries()) node.add(value[at], rep)
          },
          addEmpty: (rep, def) => {
            for (const node of fields) node.addEmpty(rep, def)
          },
        }
      }
      case 'array':
        return this.#list(schema.items, place)
      case 'map':
        return this.#map(schema.values, place)
      default:
        return this.#leaf(schema, place)
    }
  }

  #union(branches: readonly AvroType[], place: Place): Node {
    const types = branches.filter(({ type }) => type !== 'null')
    const [only] = types
    if (only === undefined || types.length > 1)
      throw new TaskError(`the field "${place.path.join('.')}" has several types at once, which Parquet cannot keep`)
    if (types.length === branches.length) return unwrapped(this.#node(only, place))
    const node = this.#node(only, { ...place, def: place.def + 1, repetition: OPTIONAL })
    const nullAt = branches.findIndex(({ type }) => type === 'null')
    return {
      elements: node.elements,
      add: (value, rep) => {
        if (value instanceof Branch && value.at !== nullAt) node.add(value.value, rep)
        else node.addEmpty(rep, place.def)
      },
      addEmpty: (rep, def) => node.addEmpty(rep, def),
    }
  }

  #list(items: AvroType, place: Place): Node {
    const inner = { ...place, def: place.def + 1, rep: place.rep + 1 }
    const item = this.#node(items, { ...inner, path: [...place.path, 'list', 'element'], repetition: REQUIRED })
    const repeated: Place = { ...inner, path: [...place.path, 'list'], repetition: REPEATED }
    const logical = struct([3, struct()])
    return {
      elements: [
        element(place, [5, i32(1)], [6, i32(CONVERTED.LIST)], [10, logical]),
        element(repeated, [5, i32(1)]),
        ...item.elements,
      ],
      add: (value, rep) => {
        const list: readonly Physical[] = Array.isArray(value) ? value : []
        if (list.length === 0) item.addEmpty(rep, place.def)
        for (const [at, each] of list.entries()) item.add(each, at === 0 ? rep : inner.rep)
      },
      addEmpty: (rep, def) => item.addEmpty(rep, def),
    }
  }

  #map(values: AvroType, place: Place): Node {
    const inner = { ...place, def: place.def + 1, rep: place.rep + 1, repetition: REQUIRED } as const
    const path = [...place.path, 'key_value']
    const keys = this.#node({ type: 'string' }, { ...inner, path: [...path, 'key'] })
    const items = this.#node(values, { ...inner, path: [...path, 'value'] })
    const logical = struct([2, struct()])
    return {
      elements: [
        element(place, [5, i32(1)], [6, i32(CONVERTED.MAP)], [10, logical]),
        element({ ...inner, path, repetition: REPEATED }, [5, i32(2)]),
        ...keys.elements,
        ...items.elements,
      ],
      add: (value, rep) => {
        const entries = value instanceof Map ? [...value] : []
        if (entries.length === 0) for (const node of [keys, items]) node.addEmpty(rep, place.def)
        for (const [at, [key, each]] of entries.entries()) {
          keys.add(key, at === 0 ? rep : inner.rep)
          items.add(each, at === 0 ? rep : inner.rep)
        }
      },
      addEmpty: (rep, def) => {
        for (const node of [keys, items]) node.addEmpty(rep, def)
      },
    }
  }

  #leaf(schema: Exclude<AvroType, { type: 'union' | 'record' | 'array' | 'map' }>, place: Place): Node {
    const type = schema.type === 'enum' || schema.type === 'fixed' ? undefined : TYPES[schema.type]
    if (schema.type === 'null' || (type === undefined && schema.type !== 'enum' && schema.type !== 'fixed'))
      throw new TaskError(`the field "${place.path.join('.')}" is always null, which Parquet cannot keep`)
    const physical: PhysicalName = type ?? (schema.type === 'fixed' ? 'FIXED' : 'BYTE_ARRAY')
    const column = new ParquetColumn(
      {
        ...{ path: place.path, type: physical, defMax: place.def, repMax: place.rep },
        ...(schema.type === 'enum' ? { symbols: schema.symbols } : {}),
      },
      this.#pages,
    )
    this.#columns.push(column)
    const size = schema.type === 'fixed' ? i32(schema.size) : undefined
    return {
      elements: [leafElement(place, { physical, size, meaning: meaningOf(schema) })],
      add: (value, rep) => column.add(value, rep),
      addEmpty: (rep, def) => column.addNull(rep, def),
    }
  }
}

function unwrapped(node: Node): Node {
  return { ...node, add: (value, rep) => node.add(value instanceof Branch ? value.value : value, rep) }
}

const TYPES: Readonly<Partial<Record<AvroPrimitive['type'], PhysicalName>>> = {
  boolean: 'BOOLEAN',
  int: 'INT32',
  long: 'INT64',
  float: 'FLOAT',
  double: 'DOUBLE',
  bytes: 'BYTE_ARRAY',
  string: 'BYTE_ARRAY',
}

type Field = readonly [id: number, value: Thrift | undefined]

function element({ path, repetition }: Place, ...more: readonly Field[]): Thrift {
  return struct([3, i32(repetition)], [4, text(path.at(-1) ?? '')], ...more)
}

interface Meaning {
  readonly converted?: number
  readonly logical?: Thrift
  readonly precision?: number
  readonly scale?: number
}

function leafElement(
  { path, repetition }: Place,
  { physical, size, meaning }: { physical: PhysicalName; size: Thrift | undefined; meaning: Meaning },
): Thrift {
  const maybe = (value: number | undefined): Thrift | undefined => (value === undefined ? undefined : i32(value))
  return struct(
    [1, i32(PHYSICAL[physical])],
    [2, size],
    [3, i32(repetition)],
    [4, text(path.at(-1) ?? '')],
    [6, maybe(meaning.converted)],
    [7, maybe(meaning.scale)],
    [8, maybe(meaning.precision)],
    [10, meaning.logical],
  )
}

function meaningOf(schema: AvroPrimitive | AvroFixed | Extract<AvroType, { type: 'enum' }>): Meaning {
  if (schema.type === 'enum') return { converted: CONVERTED.ENUM, logical: struct([4, struct()]) }
  const { logical, precision = 38, scale = 0 } = schema
  if (logical === 'decimal') {
    const kind = struct([5, struct([1, i32(scale)], [2, i32(precision)])])
    return { converted: CONVERTED.DECIMAL, logical: kind, precision, scale }
  }
  if (schema.type === 'string') return { converted: CONVERTED.UTF8, logical: struct([1, struct()]) }
  return logical === undefined ? {} : momentMeaning(logical)
}

const UNITS = { millis: 1, micros: 2, nanos: 3 } as const

function momentMeaning(logical: string): Meaning {
  if (logical === 'date') return { converted: 6, logical: struct([6, struct()]) }
  const unit = logical.endsWith('nanos') ? 'nanos' : logical.endsWith('micros') ? 'micros' : 'millis'
  const isUtc = !logical.startsWith('local-')
  const kind = struct([1, boolean(isUtc)], [2, struct([UNITS[unit], struct()])])
  const isTime = logical.startsWith('time-')
  const old = unit === 'nanos' || !isUtc ? undefined : (isTime ? 7 : 9) + (unit === 'micros' ? 1 : 0)
  return { ...(old === undefined ? {} : { converted: old }), logical: struct([isTime ? 7 : 8, kind]) }
}
