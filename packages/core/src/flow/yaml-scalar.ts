import { toDouble, toInteger } from '../std/value.ts'
import type { Value } from '../std/value.ts'

export interface PlainScalar {
  readonly value: Value
  readonly warning?: { readonly code: string; readonly message: string }
}

const WORDS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ...['', '~', 'null', 'Null', 'NULL'].map(word => [word, null] as const),
  ...['true', 'True', 'TRUE'].map(word => [word, true] as const),
  ...['false', 'False', 'FALSE'].map(word => [word, false] as const),
  ...['.nan', '.NaN', '.NAN'].map(word => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map(word => [word, Infinity] as const),
  ...['-.inf', '-.Inf', '-.INF'].map(word => [word, -Infinity] as const),
])

const INTEGER = /^[-+]?\d+$/
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/
const BASED = /^0(?:o[0-7]+|x[0-9a-fA-F]+)$/
const BOOLEAN_1_1 = /^(?:yes|no|on|off)$/i
const OCTAL_1_1 = /^[-+]?0[0-7]+$/
const SEXAGESIMAL_1_1 = /^[-+]?[1-9]\d*(?::[0-5]?\d)+(?:\.\d*)?$/
const SEPARATED_1_1 = /^[-+]?\d[\d_]*_[\d_]*(?:\.[\d_]*)?$/
/** No number of a flow has more digits; longer ones are texts. */
const NUMBER_LENGTH_MAX = 400

/** A scalar without quotes, by the core schema of YAML 1.2: integers and doubles stay apart, and wide integers exact. */
export function readPlainScalar(text: string, canWarn: boolean): PlainScalar {
  const word = WORDS.get(text)
  if (word !== undefined) return { value: word }
  const first = text.charCodeAt(0)
  const mayBeNumber = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46
  const value = mayBeNumber && text.length <= NUMBER_LENGTH_MAX ? readNumber(text) : text
  const warning = canWarn ? trapOf(text, mayBeNumber) : undefined
  return warning === undefined ? { value } : { value, warning }
}

function readNumber(text: string): Value {
  if (INTEGER.test(text)) return toInteger(BigInt(text.startsWith('+') ? text.slice(1) : text))
  if (FLOAT.test(text)) return toDouble(Number(text))
  return BASED.test(text) ? toInteger(BigInt(text)) : text
}

/** What YAML 1.1, which Kestra reads, made something else of. */
function trapOf(text: string, mayBeNumber: boolean): { code: string; message: string } | undefined {
  const code = 'yaml-1.1'
  if (!mayBeNumber) {
    if (text.length > 3 || !BOOLEAN_1_1.test(text)) return undefined
    return {
      code,
      message: `\`${text}\` is a text here, but a boolean in YAML 1.1; write true or false, or put it in quotes.`,
    }
  }
  if (OCTAL_1_1.test(text)) {
    return {
      code,
      message: `\`${text}\` is a decimal number here, but octal in YAML 1.1; drop the leading zero, or put it in quotes.`,
    }
  }
  if (SEXAGESIMAL_1_1.test(text)) {
    return {
      code,
      message: `\`${text}\` is a text here, but a number to the base of 60 in YAML 1.1; put it in quotes.`,
    }
  }
  if (SEPARATED_1_1.test(text)) {
    return {
      code,
      message: `\`${text}\` is a text here, but a number in YAML 1.1; drop the underscores, or put it in quotes.`,
    }
  }
  return undefined
}
