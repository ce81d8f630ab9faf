// Texts in other notations, as values.
import { BatutaError } from '../../std/errors.ts'
import { Bytes } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { decodeFirstValue } from '../../std/value-json.ts'
import type { Args, FunctionDefinition } from '../definition.ts'
import { Fault, fail } from '../fault.ts'
import type { Fuel } from '../fuel.ts'
import type { Frame } from '../frame.ts'
import { readIon } from '../ion/read-ion.ts'
import { typeName } from '../type-name.ts'
import { readYaml } from '../yaml/read-yaml.ts'

export const READ_TEXT_FUNCTIONS: readonly FunctionDefinition[] = [
  { name: 'fromJson', parameters: ['json'], call: args => readJson(args, 'fromJson') },
  { name: 'json', parameters: ['json'], onlyDialect: 1, call: args => readJson(args, 'json') },
  { name: 'yaml', parameters: ['yaml'], call: callYaml },
  { name: 'fromIon', parameters: ['ion', 'allRows'], call: callIon },
]

function givenText(value: Value | undefined, name: string): string | null {
  if (value === undefined) return fail('ARGUMENT', `\`${name}\` needs a text`)
  if (value === null || typeof value === 'string') return value
  return fail('TYPE', `\`${name}\` reads texts, not ${typeName(value)}`)
}

/** The first value of the text; what follows it is ignored. */
function readJson([json]: Args, name: string): Value {
  const text = givenText(json, name)
  if (text === null) return null
  try {
    return decodeFirstValue(text).value
  } catch (cause) {
    if (!(cause instanceof BatutaError)) throw cause
    throw new Fault('VALUE', `The text is ${cause.message}`, { cause })
  }
}

function callYaml([yaml]: Args, { fuel }: Frame): Value {
  const text = givenText(yaml, 'yaml')
  return text === null ? fail('TYPE', '`yaml` reads texts, not null') : readYaml(text, fuel)
}

function callIon([ion, allRows]: Args, { fuel }: Frame): Value {
  if (ion instanceof Bytes) return fail('VALUE', 'Binary Ion cannot be read; convert it to text first')
  const text = givenText(ion, 'fromIon')
  return text === null ? null : firstOrAll(readIon(text, fuel), allRows, fuel)
}

function firstOrAll(rows: readonly Value[], allRows: Value | undefined, fuel: Fuel): Value {
  fuel.spend(rows.length)
  if (allRows === true) return rows
  return rows.length === 0 ? fail('VALUE', 'The Ion text holds no value') : (rows[0] ?? null)
}
