// The filter `jq`: a program over one input, and the list of everything it emits.
import { encodeBase64 } from '../../std/base64.ts'
import { BatutaError } from '../../std/errors.ts'
import { MapEntry } from '../../std/map-entry.ts'
import { remember } from '../../std/remember.ts'
import { Bytes, DateTime, Decimal, Float, isList, isMap, mapEntries, mapFrom, toDouble } from '../../std/value.ts'
import type { Value, ValueMap } from '../../std/value.ts'
import { decodeFirstValue } from '../../std/value-json.ts'
import { decimalText } from '../../std/value-text.ts'
import { Fault } from '../fault.ts'
import type { Fuel } from '../fuel.ts'
import { compileJq } from './compile-jq.ts'
import { JqScope } from './scope-jq.ts'
import { describe, JqError } from './jq-error.ts'
import { parseJq } from './parse-jq.ts'
import { JqRun } from './run-time-jq.ts'
import type { Filter } from './run-time-jq.ts'
import { toText } from './text-jq.ts'

const compileProgram: (source: string) => Filter = remember(500, source => compileJq(parseJq(source), new JqScope()))

export interface JqOptions {
  readonly fuel: Fuel
  readonly nowMs: number
}

export function runJq(program: string, input: Value, { fuel, nowMs }: JqOptions): readonly Value[] {
  const filter = compileProgram(program)
  const start = typeof input === 'string' ? readInput(input) : withoutNulls(input, fuel)
  const env = { run: new JqRun(fuel, nowMs), parent: undefined, value: null, closure: undefined }
  const outputs: Value[] = []
  try {
    filter(start, undefined, env, value => {
      fuel.spend(1)
      outputs.push(value)
    })
  } catch (error) {
    if (!(error instanceof JqError)) throw error
    throw new Fault('VALUE', `The jq program failed: ${messageOf(error.value, fuel)}`)
  }
  return outputs
}

/** Reads a program without running it; what is wrong with it is a fault of kind VALUE. */
export function checkJq(program: string): void {
  compileProgram(program)
}

function messageOf(value: Value, fuel: Fuel): string {
  if (value === null) return 'null (null) not a string'
  return isMap(value) || isList(value) ? `${describe(value)} (not a string)` : toText(value, fuel)
}

/** A text is JSON; an empty one is null, and what follows the first value is ignored. */
function readInput(text: string): Value {
  if (text.trim() === '') return null
  try {
    return decodeFirstValue(text).value
  } catch (cause) {
    if (!(cause instanceof BatutaError)) throw cause
    throw new Fault('VALUE', `The text given to jq is ${cause.message}`, { cause })
  }
}

/** Entries of maps that are null are gone before the program sees them; rare types become what JSON knows. Shared where nothing changes. */
function withoutNulls(value: Value, fuel: Fuel): Value {
  if (value === null || typeof value !== 'object') return value
  fuel.spend(1)
  if (isList(value)) {
    const items = value.map(item => withoutNulls(item, fuel))
    return items.every((item, index) => item === value[index]) ? value : items
  }
  if (value instanceof Float) return toDouble(value.value)
  if (value instanceof Decimal) return toDouble(Number(decimalText(value)))
  if (value instanceof Bytes) return encodeBase64(value.bytes)
  if (value instanceof DateTime) return value.text
  if (value instanceof MapEntry) return mapFrom([[value.key, withoutNulls(value.value, fuel)]])
  return isMap(value) ? mapWithoutNulls(value, fuel) : value
}

function mapWithoutNulls(map: ValueMap, fuel: Fuel): Value {
  let isSame = true
  const kept: [string, Value][] = []
  for (const [key, item] of mapEntries(map)) {
    const clean = withoutNulls(item, fuel)
    isSame &&= clean === item && clean !== null
    if (clean !== null) kept.push([key, clean])
  }
  return isSame ? map : mapFrom(kept)
}
