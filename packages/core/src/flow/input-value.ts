// One value of an input or output, parsed to its type. Every type takes its text form, and what is of the type already. Problems come
// without a subject ("it must be …"), for the caller to say of which input and value.
import { parseDuration } from '../std/duration.ts'
import { formatIsoInstant, formatIsoTime, parseIsoDate, parseIsoInstant, parseIsoTime } from '../std/iso-time.ts'
import { BatutaError } from '../std/errors.ts'
import { Double, Float, isInteger, isList, isMap, isNumber, mapGet, toDouble } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import { decodeValue } from '../std/value-json.ts'
import { plainText, printValue } from '../std/value-text.ts'
import type { Input, InputType } from './flow.ts'
import { INPUT_TYPES } from './parse-input.ts'
import { readYaml } from './yaml.ts'
import { valueOf } from './yaml-node.ts'

export type Parsed =
  { readonly type: 'value'; readonly value: Value } | { readonly type: 'problem'; readonly problem: string }

const INT_MIN = -(2 ** 31)
const INT_MAX = 2 ** 31 - 1
/** The host has a dot: what is only a name of the local network is none. */
const URI = /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^\s/?#]+\.[^\s/?#.]+(?:[/?#]\S*)?$/
const STORAGE_URI = /^(?:kestra|nsfile|file):\/\/\S*$/
const EMAIL = /^[^\s@<>()[\],;:"\\]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+$/
/** `type` of the map in which an encrypted text is stored. */
export const ENCRYPTED_TYPE = 'io.kestra.datatype:aes_encrypted'

/** How values of a type are read; `spelling` tells instants of inputs (six digits) from those of outputs (as many as it takes). */
export interface ValueForm {
  readonly type: InputType
  readonly itemType?: string
  readonly spelling?: 'input' | 'output'
}

/** How a declared input is read; the items of a MULTISELECT are texts unless it says otherwise. */
export function formOf({ type, properties }: Input): ValueForm {
  const itemType = mapGet(properties, 'itemType') ?? (type === 'MULTISELECT' ? 'STRING' : null)
  return typeof itemType === 'string' ? { type, itemType } : { type }
}

export function parseTyped(value: Value, form: ValueForm): Parsed {
  switch (form.type) {
    case 'STRING':
    case 'SECRET':
    case 'ENUM':
    case 'SELECT':
      return { type: 'value', value: typeof value === 'string' ? value : printValue(value) }
    case 'INT':
      return parseInt32(value)
    case 'FLOAT':
      return parseFloating(value)
    case 'BOOL':
    case 'BOOLEAN':
      return { type: 'value', value: typeof value === 'boolean' ? value : plainText(value).toLowerCase() === 'true' }
    case 'DATETIME':
      return parseDateTime(plainText(value), form.spelling ?? 'input')
    case 'DATE':
      return checked(
        plainText(value).trim(),
        text => parseIsoDate(text) !== undefined,
        'an ISO date such as 2031-04-05',
      )
    case 'TIME':
      return parseTime(plainText(value))
    case 'DURATION':
      return parseSpan(value)
    case 'FILE':
      return checked(plainText(value), text => STORAGE_URI.test(text), 'a file, or the URI of a stored one')
    case 'URI':
      return parseUri(plainText(value))
    case 'EMAIL':
      return checked(plainText(value), text => text === '' || EMAIL.test(text), 'an email address')
    case 'JSON':
      return parseJson(value)
    case 'YAML':
      return parseYaml(value)
    case 'ION':
    case 'OBJECT':
      return typeof value === 'string' ? parseJson(value) : ok(value)
    case 'MULTISELECT':
    case 'ARRAY':
    case 'TABLE':
      return parseItems(value, form)
    case 'FORM':
      return isMap(value) ? ok(value) : problem('it must be a map')
  }
}

function ok(value: Value): Parsed {
  return { type: 'value', value }
}

function problem(text: string): Parsed {
  return { type: 'problem', problem: text }
}

function checked(text: string, isValid: (text: string) => boolean, expected: string): Parsed {
  return isValid(text) ? ok(text) : problem(`it must be ${expected}`)
}

function parseInt32(value: Value): Parsed {
  const number = typeof value === 'string' ? readInteger(value) : integerValue(value)
  if (number === undefined || number < INT_MIN || number > INT_MAX)
    return problem('expected `INT`, an integer of 32 bits')
  return ok(number)
}

function readInteger(text: string): number | undefined {
  return /^[+-]?\d{1,20}$/.test(text) ? Number(text) : undefined
}

function integerValue(value: Value): number | undefined {
  if (isInteger(value)) return Number(value)
  return value instanceof Double ? value.value : undefined
}

function parseFloating(value: Value): Parsed {
  if (typeof value === 'string') {
    const isNumeral = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value.trim())
    return isNumeral ? ok(toDouble(Number(value))) : problem('expected `FLOAT`, a number')
  }
  if (value instanceof Double || value instanceof Float) return ok(toDouble(value.value))
  return isNumber(value) ? ok(toDouble(Number(plainText(value)))) : problem('expected `FLOAT`, a number')
}

function parseDateTime(text: string, spelling: 'input' | 'output'): Parsed {
  const instant = parseIsoInstant(text)
  if (instant === undefined) return problem('it must be an ISO instant such as 2031-04-05T06:07:08Z')
  return ok(formatIsoInstant(instant, spelling === 'input' ? 6 : undefined))
}

function parseTime(text: string): Parsed {
  const nanos = parseIsoTime(text)
  return nanos === undefined ? problem('it must be an ISO time such as 08:30:00') : ok(formatIsoTime(nanos))
}

/** A duration is kept in seconds, as expressions see it. */
function parseSpan(value: Value): Parsed {
  if (isNumber(value)) return ok(toDouble(Number(plainText(value))))
  const ms = parseDuration(plainText(value))
  return ms === undefined ? problem('it must be an ISO 8601 duration such as PT15M') : ok(toDouble(ms / 1000))
}

function parseUri(text: string): Parsed {
  return URI.test(text) ? ok(text) : problem(`Expected \`URI\` but received \`${text}\``)
}

function parseJson(value: Value): Parsed {
  if (typeof value !== 'string') return ok(value)
  try {
    return ok(decodeValue(value))
  } catch (error) {
    if (!(error instanceof BatutaError)) throw error
    return problem(`it must be JSON: ${error.message}`)
  }
}

function parseYaml(value: Value): Parsed {
  if (typeof value !== 'string') return ok(value)
  const { root, problems } = readYaml(value)
  const first = problems.find(({ severity }) => severity === 'error')
  if (first !== undefined) return problem(`it must be YAML: ${first.message}`)
  return ok(root === undefined ? null : valueOf(root))
}

function parseItems(value: Value, { itemType, spelling }: ValueForm): Parsed {
  const list = typeof value === 'string' ? parseJson(value) : ok(value)
  if (list.type === 'problem' || !isList(list.value)) return problem('it must be a list, or the JSON text of one')
  const type = INPUT_TYPES.find(known => known === itemType)
  if (type === undefined) return list
  const items: Value[] = []
  for (const item of list.value) {
    const parsed = parseTyped(item, { type, ...(spelling && { spelling }) })
    if (parsed.type === 'problem')
      return problem(`Unable to parse array element as \`${type}\` on \`${printValue(item)}\``)
    items.push(parsed.value)
  }
  return ok(items)
}

/** True for a text that has been encrypted already. */
export function isEncrypted(value: Value): value is ValueMap {
  return isMap(value) && mapGet(value, 'type') === ENCRYPTED_TYPE
}
