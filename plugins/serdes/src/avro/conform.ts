// Brings a value into the form that its schema says. What does not fit exactly is refused: a number is never rounded and a moment never
// cut, but for the digits behind the unit that the schema itself names.
import {
  Bytes,
  DateTime,
  Decimal,
  TaskError,
  isList,
  isMap,
  mapEntries,
  mapFrom,
  mapGet,
  plainText,
} from '@batuta/plugin-sdk'
import type { Value, ValueMap } from '@batuta/plugin-sdk'
import { compileDateParser } from '../date-parser.ts'
import type { DateParser } from '../date-parser.ts'
import { NANOS_A_DAY, dayNanos, floorDiv, instantNanos, localNanos } from '../epoch.ts'
import { getZone, toMoment } from '../moment.ts'
import type { Moment } from '../moment.ts'
import type { Zone } from '../zone.ts'
import type { AvroFixed, AvroPrimitive, AvroRecord, AvroType, AvroUnion, LogicalName } from './avro-schema.ts'
import { Branch } from './physical.ts'
import type { Physical } from './physical.ts'

export interface ConformOptions {
  readonly trueValues: readonly string[]
  readonly falseValues: readonly string[]
  readonly nullValues: readonly string[]
  readonly dateFormat: string
  readonly timeFormat: string
  readonly datetimeFormat: string
  readonly decimalSeparator: string
  readonly strictSchema: boolean
  readonly inferAllFields: boolean
  readonly timeZoneId?: string | undefined
}

const SHOWN_CHARS = 60

export class Conformer {
  readonly #true: ReadonlySet<string>
  readonly #false: ReadonlySet<string>
  readonly #null: ReadonlySet<string>
  readonly #parsers: readonly DateParser[]
  readonly #separator: string
  readonly #isStrict: boolean
  readonly #infersAll: boolean
  readonly #zone: Zone

  constructor(options: ConformOptions) {
    const lower = (texts: readonly string[]): Set<string> => new Set(texts.map(text => text.toLowerCase()))
    this.#true = lower(options.trueValues)
    this.#false = lower(options.falseValues)
    this.#null = lower(options.nullValues)
    this.#parsers = [options.datetimeFormat, options.dateFormat, options.timeFormat].map(compileDateParser)
    this.#separator = options.decimalSeparator
    this.#isStrict = options.strictSchema
    this.#infersAll = options.inferAllFields
    this.#zone = getZone(options.timeZoneId)
  }

  conform(schema: AvroType, value: Value, path = 'the row'): Physical {
    const given = this.#infersAll && typeof value === 'string' ? this.#inferred(value) : value
    switch (schema.type) {
      case 'union':
        return this.#union(schema, given, path)
      case 'record':
        return this.#record(schema, given, path)
      case 'array':
        if (!isList(given)) throw refusal(path, given, 'a list')
        return given.map((item, at) => this.conform(schema.items, item, `${path}[${at}]`))
      case 'map': {
        if (!isMap(given)) throw refusal(path, given, 'a map')
        const entries = new Map<string, Physical>()
        for (const [key, item] of mapEntries(given))
          entries.set(key, this.conform(schema.values, item, `${path}.${key}`))
        return entries
      }
      case 'enum': {
        const at = schema.symbols.indexOf(given === null ? '' : plainText(given))
        const known = at < 0 && schema.fallback !== undefined ? schema.symbols.indexOf(schema.fallback) : at
        if (known < 0) throw refusal(path, given, `one of ${schema.symbols.join(', ')}`)
        return known
      }
      case 'fixed':
        return this.#fixed(schema, given, path)
      default:
        return schema.logical === undefined ? this.#plain(schema, given, path) : this.#logical(schema, given, path)
    }
  }

  #inferred(text: string): Value {
    const word = text.trim().toLowerCase()
    if (this.#null.has(word)) return null
    if (word === 'true' || (this.#true.has(word) && !/^\d/.test(word))) return true
    return word === 'false' || (this.#false.has(word) && !/^\d/.test(word)) ? false : text
  }

  /** The first branch that takes the value. */
  #union({ branches }: AvroUnion, value: Value, path: string): Physical {
    const refusals: string[] = []
    for (const [at, branch] of branches.entries()) {
      // Nearly every value of nearly every field comes by here: an exception for each of them would take most of the time.
      if (branch.type === 'null' && !this.#isNull(value)) continue
      try {
        return new Branch(at, this.conform(branch, value, path))
      } catch (error) {
        if (!(error instanceof TaskError)) throw error
        refusals.push(error.message)
      }
    }
    throw new TaskError(refusals.at(-1) ?? `${path} has a type that nothing fits`)
  }

  #record(schema: AvroRecord, value: Value, path: string): Physical {
    if (isList(value)) {
      if (value.length > schema.fields.length && this.#isStrict)
        throw new TaskError(`${path} has ${value.length} values, the schema ${schema.fields.length} fields`)
      const { fields } = schema
      return fields.map(({ schema: type, name }, at) => this.conform(type, value[at] ?? null, inside(path, name)))
    }
    if (!isMap(value)) throw refusal(path, value, 'a map')
    if (this.#isStrict) expectKnown(schema, value, path)
    return schema.fields.map(field => {
      const { name, aliases, defaultValue } = field
      const given = [name, ...aliases].map(key => mapGet(value, key)).find(each => each !== undefined)
      return this.conform(
        field.schema,
        given ?? (given === undefined ? (defaultValue ?? null) : null),
        inside(path, name),
      )
    })
  }

  #plain({ type }: AvroPrimitive, value: Value, path: string): Physical {
    switch (type) {
      case 'null':
        if (this.#isNull(value)) return null
        throw refusal(path, value, 'null')
      case 'boolean':
        return this.#boolean(value, path)
      case 'int':
      case 'long':
        return this.#integer(value, type === 'int' ? 31n : 63n, path)
      case 'float':
      case 'double':
        return this.#double(value, path)
      case 'bytes':
        if (value instanceof Bytes) return value.bytes
        if (typeof value === 'string') return Buffer.from(value)
        throw refusal(path, value, 'bytes')
      case 'string':
        if (value === null) throw refusal(path, value, 'a text')
        return plainText(value)
    }
  }

  #isNull(value: Value): boolean {
    return value === null || (typeof value === 'string' && this.#null.has(value.trim().toLowerCase()))
  }

  #boolean(value: Value, path: string): boolean {
    if (typeof value === 'boolean') return value
    const word = value === null ? undefined : plainText(value).trim().toLowerCase()
    if (word !== undefined && this.#true.has(word)) return true
    if (word !== undefined && this.#false.has(word)) return false
    throw refusal(path, value, 'a boolean')
  }

  #integer(value: Value, bits: bigint, path: string): number | bigint {
    const found = typeof value === 'number' && Number.isSafeInteger(value) ? value : integerOf(this.#decimal(value))
    if (found === undefined) throw refusal(path, value, 'an integer')
    const wide = BigInt(found)
    if (wide >= 1n << bits || wide < -(1n << bits)) throw refusal(path, value, `an integer of ${bits + 1n} bits`)
    return found
  }

  #double(value: Value, path: string): number {
    if (typeof value === 'number') return value
    const text =
      value === null || typeof value === 'boolean' ? '' : plainText(value).replace(this.#separator, '.').trim()
    const number = text === '' ? Number.NaN : Number(text)
    if (Number.isNaN(number) && text.toLowerCase() !== 'nan') throw refusal(path, value, 'a number')
    return number
  }

  #decimal(value: Value): Decimal | undefined {
    if (value instanceof Decimal) return value
    if (value === null || typeof value === 'boolean' || isList(value) || isMap(value)) return undefined
    const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,5}))?$/i.exec(
      plainText(value).trim().replace(this.#separator, '.'),
    )
    const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? []
    if (match === null || whole + fraction === '') return undefined
    const unscaled = BigInt(whole + fraction)
    return new Decimal(sign === '-' ? -unscaled : unscaled, fraction.length - Number(exponent))
  }

  #fixed(schema: AvroFixed, value: Value, path: string): Physical {
    if (schema.logical === 'decimal') {
      const bytes = signedBytes(this.#unscaled(schema, value, path))
      if (bytes.length > schema.size) throw refusal(path, value, `a number of ${schema.size} bytes`)
      return Buffer.concat([Buffer.alloc(schema.size - bytes.length, (bytes[0] ?? 0) > 127 ? 255 : 0), bytes])
    }
    if (!(value instanceof Bytes) || value.bytes.length !== schema.size)
      throw refusal(path, value, `${schema.size} bytes`)
    return value.bytes
  }

  #unscaled({ precision = 38, scale = 0 }: AvroPrimitive | AvroFixed, value: Value, path: string): bigint {
    const decimal = this.#decimal(value)
    if (decimal === undefined) throw refusal(path, value, 'a number')
    const more = scale - decimal.scale
    const unscaled = more >= 0 ? decimal.unscaled * 10n ** BigInt(more) : dropZeros(decimal.unscaled, -more)
    if (unscaled === undefined) throw refusal(path, value, `a number of ${scale} decimals`)
    if (String(unscaled).replace('-', '').length > precision)
      throw refusal(path, value, `a number of ${precision} digits`)
    return unscaled
  }

  #logical(schema: AvroPrimitive, value: Value, path: string): Physical {
    const { logical } = schema
    if (logical === undefined || logical === 'uuid') return this.#plain(schema, value, path)
    if (logical === 'decimal') return signedBytes(this.#unscaled(schema, value, path))
    // Already counted in the unit of the schema.
    if (typeof value === 'number' || typeof value === 'bigint') return this.#plain(schema, value, path)
    const moment = this.#moment(value)
    const nanos = moment === undefined ? undefined : this.#nanosOf(logical, moment)
    if (nanos === undefined) throw refusal(path, value, WANTED[logical.replace(/-[^-]+$/, '')] ?? 'a date with a time')
    const units = floorDiv(nanos, unitOf(logical))
    return schema.type === 'int' ? Number(units) : units
  }

  #moment(value: Value): Moment | undefined {
    if (value instanceof DateTime) return toMoment(value, this.#zone)
    if (typeof value !== 'string') return undefined
    for (const parse of this.#parsers) {
      const moment = parse(value)
      if (moment !== undefined) return moment
    }
    return undefined
  }

  #nanosOf(logical: LogicalName, moment: Moment): bigint | undefined {
    if (logical === 'date') return localNanos(moment)
    if (logical.startsWith('time-')) return dayNanos(moment)
    return logical.startsWith('local-') ? localNanos(moment) : instantNanos(moment, this.#zone)
  }
}

const WANTED: Readonly<Record<string, string>> = { date: 'a date', time: 'a time of day' }

function unitOf(logical: LogicalName): bigint {
  if (logical === 'date') return NANOS_A_DAY
  if (logical.endsWith('-millis')) return 1_000_000n
  return logical.endsWith('-micros') ? 1_000n : 1n
}

function integerOf(decimal: Decimal | undefined): number | bigint | undefined {
  if (decimal === undefined || decimal.scale < -38) return undefined
  return decimal.scale <= 0
    ? decimal.unscaled * 10n ** BigInt(-decimal.scale)
    : dropZeros(decimal.unscaled, decimal.scale)
}

/** Undefined when digits would be lost. */
function dropZeros(unscaled: bigint, count: number): bigint | undefined {
  if (unscaled === 0n) return 0n
  if (count > 10_000) return undefined
  const by = 10n ** BigInt(count)
  return unscaled % by === 0n ? unscaled / by : undefined
}

/** Two's complement, the highest byte first, as short as it can be. */
export function signedBytes(value: bigint): Buffer {
  let size = 1
  while (BigInt.asIntN(size * 8, value) !== value) size++
  return Buffer.from(
    BigInt.asUintN(size * 8, value)
      .toString(16)
      .padStart(size * 2, '0'),
    'hex',
  )
}

export function signedNumber(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`))
}

function expectKnown({ fields }: AvroRecord, value: ValueMap, path: string): void {
  for (const [key] of mapEntries(value)) {
    if (!fields.some(({ name, aliases }) => name === key || aliases.includes(key)))
      throw new TaskError(`${path} has the field "${key}", which the schema lacks, and \`strictSchema\` is true`)
  }
}

function inside(path: string, name: string): string {
  return path === 'the row' ? `the field "${name}"` : `${path} → "${name}"`
}

function refusal(path: string, value: Value, wanted: string): TaskError {
  const text = value === null ? 'null' : isList(value) ? 'a list' : isMap(value) ? 'a map' : `"${plainText(value)}"`
  return new TaskError(
    `${path} must be ${wanted}, not ${text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text}`,
  )
}

/** A row as a map, for rows that are lists. */
export function rowMap(row: Value): ValueMap | undefined {
  if (isMap(row)) return row
  return isList(row) ? mapFrom(row.map((value, at) => [`field_${at}`, value] as const)) : undefined
}
