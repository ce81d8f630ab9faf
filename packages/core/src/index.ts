export { assert, AssertionError, unreachable } from './std/assert.ts'
export { decodeBase64, encodeBase64 } from './std/base64.ts'
export { BatutaError, ERROR_CODES, ExpressionError } from './std/errors.ts'
export type { ErrorCode, ExpressionErrorDetails, ExpressionErrorKind } from './std/errors.ts'
export {
  Bytes,
  DateTime,
  Decimal,
  Double,
  Float,
  isInteger,
  isList,
  isMap,
  isNumber,
  isTruthyText,
  mapEntries,
  mapFrom,
  mapGet,
  mapHas,
  mapKeys,
  mapSize,
  toDouble,
  toInteger,
} from './std/value.ts'
export type { DateTimeType, Value, ValueMap } from './std/value.ts'
export { decodeFirstValue, decodeValue, encodeValue } from './std/value-json.ts'
export { fromPlain, toPlain } from './std/value-plain.ts'
export { jsonText, plainText, printValue } from './std/value-text.ts'
