import {
  DateTime,
  TaskError,
  isInteger,
  isList,
  isMap,
  isNumber,
  jsonText,
  mapGet,
  mapSize,
  plainText,
  toDouble,
  toInteger,
} from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import { calculate, compareNumbers, decimalOf, doubleOf, numberOf, rounded, shown, simplest } from './numbers.ts'
import type { Expression } from './parse-expression.ts'

export interface Scope {
  /** Names that are no fields: `$1`, the row of the first input. */
  readonly names?: ReadonlyMap<string, Value>
  /** What calls of aggregates are, where there are any. */
  readonly calls?: ReadonlyMap<Expression, Value>
}

export function evaluate(expression: Expression, row: Value, scope: Scope = {}): Value {
  const inner = (each: Expression): Value => evaluate(each, row, scope)
  switch (expression.type) {
    case 'literal':
      return expression.value
    case 'name':
      return scope.names?.get(expression.name) ?? fieldOf(row, expression.name)
    case 'field':
      return fieldOf(inner(expression.of), expression.name)
    case 'at':
      return itemOf(inner(expression.of), inner(expression.index))
    case 'all': {
      const list = inner(expression.of)
      return isList(list) ? list : list === null ? [] : [list]
    }
    case 'not':
      return !isTrue(inner(expression.of))
    case 'minus':
      return calculate('-', 0, inner(expression.of))
    case 'choice':
      return isTrue(inner(expression.test)) ? inner(expression.then) : inner(expression.otherwise)
    case 'binary':
      return binary(expression, inner)
    case 'call': {
      const known = scope.calls?.get(expression)
      if (known !== undefined) return known
      const call = Object.hasOwn(FUNCTIONS, expression.name) ? FUNCTIONS[expression.name] : undefined
      if (call === undefined)
        throw new TaskError(`there is no function "${expression.name}"; there are ${Object.keys(FUNCTIONS).join(', ')}`)
      return call(expression.args.map(inner))
    }
  }
}

/** Of a list the fields of all its items, as `items[].price` means. */
function fieldOf(value: Value, name: string): Value {
  if (isMap(value)) return mapGet(value, name) ?? null
  return isList(value) ? value.map(item => fieldOf(item, name)) : null
}

function itemOf(value: Value, index: Value): Value {
  if (isMap(value)) return mapGet(value, plainText(index ?? '')) ?? null
  if (!isList(value) || !isInteger(index)) return null
  return value.at(Number(index)) ?? null
}

export function isTrue(value: Value): boolean {
  if (typeof value === 'boolean') return value
  if (value === null) return false
  throw new TaskError(`${shown(value)} is neither true nor false`)
}

function binary(
  { operator, left, right }: Extract<Expression, { type: 'binary' }>,
  inner: (each: Expression) => Value,
): Value {
  switch (operator) {
    case '&&':
      return isTrue(inner(left)) && isTrue(inner(right))
    case '||':
      return isTrue(inner(left)) || isTrue(inner(right))
    case '??':
      return inner(left) ?? inner(right)
    case '==':
      return isSame(inner(left), inner(right))
    case '!=':
      return !isSame(inner(left), inner(right))
    case '<':
      return compare(inner(left), inner(right)) < 0
    case '<=':
      return compare(inner(left), inner(right)) <= 0
    case '>':
      return compare(inner(left), inner(right)) > 0
    case '>=':
      return compare(inner(left), inner(right)) >= 0
    case '+':
      return add(inner(left), inner(right))
    case '-':
    case '*':
    case '/':
    case '%': {
      const [one, other] = [inner(left), inner(right)]
      return one === null || other === null ? null : calculate(operator, one, other)
    }
    default:
      throw new TaskError(`the operator "${operator}" is not known`)
  }
}

/** Texts are joined, numbers added; with null there is nothing. */
function add(left: Value, right: Value): Value {
  if (left === null || right === null) return null
  const isText = (value: Value): boolean => typeof value === 'string' && !isNumber(value)
  return isText(left) || isText(right) ? plainText(left) + plainText(right) : calculate('+', left, right)
}

function isSame(left: Value, right: Value): boolean {
  if (left === null || right === null) return left === right
  if (isNumber(left) && isNumber(right)) return compareNumbers(left, right) === 0
  if (isNumber(left) !== isNumber(right)) {
    const [one, other] = [numberOf(left), numberOf(right)]
    return one !== undefined && other !== undefined && compareNumbers(one, other) === 0
  }
  return isList(left) || isMap(left) ? jsonText(left) === jsonText(right) : plainText(left) === plainText(right)
}

/** Not a number, hence never true, where two have no order. */
export function compare(left: Value, right: Value): number {
  if (left === null || right === null) return Number.NaN
  if (isNumber(left) || isNumber(right)) {
    const [one, other] = [numberOf(left), numberOf(right)]
    return one === undefined || other === undefined ? Number.NaN : compareNumbers(one, other)
  }
  if (left instanceof DateTime || right instanceof DateTime) {
    const [one, other] = [Date.parse(plainText(left)), Date.parse(plainText(right))]
    if (!Number.isNaN(one) && !Number.isNaN(other)) return one - other
  }
  const [one, other] = [plainText(left), plainText(right)]
  return one < other ? -1 : one > other ? 1 : 0
}

type Call = (args: readonly Value[]) => Value

const text = (value: Value | undefined): string => (value === undefined || value === null ? '' : plainText(value))
/** Null stays null. */
const onText =
  (change: (value: string, args: readonly Value[]) => Value): Call =>
  ([first = null, ...rest]) =>
    first === null ? null : change(plainText(first), rest)

function items(args: readonly Value[]): readonly Value[] {
  const list = args.length === 1 && isList(args[0] ?? null) ? args[0] : args
  return list !== undefined && isList(list) ? list.flat().filter(value => value !== null) : []
}

const integer = (value: Value | undefined, fallback = 0): number =>
  value === undefined || value === null ? fallback : Math.trunc(doubleOf(value))

const toText: Call = ([value = null]) => (value === null ? null : castTo(value, 'STRING'))

export const FUNCTIONS: Readonly<Record<string, Call>> = {
  sum: args => sumOf(items(args)),
  count: args => items(args).length,
  min: args => extremeOf(items(args), -1),
  max: args => extremeOf(items(args), 1),
  avg: args => averageOf(items(args)),
  first: args => items(args)[0] ?? null,
  last: args => items(args).at(-1) ?? null,
  firstNotNull: args => args.find(value => value !== null) ?? null,
  coalesce: args => args.find(value => value !== null) ?? null,
  isNull: args => (args[0] ?? null) === null,
  concat: args => args.map(text).join(''),
  upper: onText(value => value.toUpperCase()),
  lower: onText(value => value.toLowerCase()),
  trim: onText(value => value.trim()),
  length: ([value = null]) => (isList(value) ? value.length : isMap(value) ? mapSize(value) : [...text(value)].length),
  substring: onText((value, [from, to]) => value.slice(integer(from), to === undefined ? undefined : integer(to))),
  replace: onText((value, [what, by]) => value.replaceAll(text(what), () => text(by))),
  contains: ([value = null, what = null]) =>
    isList(value) ? value.some(item => isSame(item, what)) : text(value).includes(text(what)),
  startsWith: onText((value, [what]) => value.startsWith(text(what))),
  endsWith: onText((value, [what]) => value.endsWith(text(what))),
  split: onText((value, [by]) => value.split(text(by))),
  join: ([list = null, by = '']) => (isList(list) ? list.map(text).join(text(by)) : text(list)),
  abs: ([value = null]) => (value === null || compare(value, 0) >= 0 ? value : calculate('-', 0, value)),
  round: ([value = null, digits]) => (value === null ? null : rounded(value, integer(digits))),
  floor: ([value = null]) => (value === null ? null : toInteger(BigInt(Math.floor(doubleOf(value))))),
  ceil: ([value = null]) => (value === null ? null : toInteger(BigInt(Math.ceil(doubleOf(value))))),
  toInt: ([value = null]) => (value === null ? null : castTo(value, 'INT')),
  toDecimal: ([value = null]) => (value === null ? null : castTo(value, 'DECIMAL')),
  toFloat: ([value = null]) => (value === null ? null : castTo(value, 'FLOAT')),
  toDouble: ([value = null]) => (value === null ? null : castTo(value, 'FLOAT')),
  toString: toText,
  toBoolean: ([value = null]) => (value === null ? null : castTo(value, 'BOOLEAN')),
  parseTimestamp: ([value = null]) => (value === null ? null : castTo(value, 'TIMESTAMP')),
}

export function sumOf(values: readonly Value[]): Value {
  return values.reduce<Value>((sum, value) => calculate('+', sum, value), 0)
}

export function averageOf(values: readonly Value[]): Value {
  return values.length === 0 ? null : calculate('/', sumOf(values), values.length)
}

function extremeOf(values: readonly Value[], sign: 1 | -1): Value {
  let best: Value = null
  for (const value of values) if (best === null || compare(value, best) * sign > 0) best = value
  return best
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
  ['1', true],
  ['0', false],
  ['yes', true],
  ['no', false],
])

/** A value as the type says; what does not fit exactly is refused. */
export function castTo(value: Value, type: string): Value {
  const wanted = type.trim().toUpperCase()
  const refuse = (): never => {
    throw new TaskError(`${shown(value)} is no ${wanted}`)
  }
  switch (wanted) {
    case 'INT':
    case 'INTEGER':
    case 'LONG': {
      const decimal = decimalOf(value)
      const whole = decimal === undefined ? undefined : simplest(decimalWithoutZeros(decimal) ?? decimal)
      return whole !== undefined && isInteger(whole) ? whole : refuse()
    }
    case 'DECIMAL':
    case 'NUMBER':
      return decimalOf(value) ?? refuse()
    case 'FLOAT':
    case 'DOUBLE':
      return numberOf(value) === undefined ? refuse() : toDouble(doubleOf(value))
    case 'STRING':
      return isList(value) || isMap(value) ? jsonText(value) : plainText(value)
    case 'BOOL':
    case 'BOOLEAN':
      return typeof value === 'boolean' ? value : (BOOLEANS.get(plainText(value).toLowerCase()) ?? refuse())
    case 'TIMESTAMP':
    case 'DATETIME':
    case 'DATE':
      return momentOf(value, wanted) ?? refuse()
    case 'LIST':
    case 'ARRAY':
      return isList(value) ? value : refuse()
    case 'STRUCT':
    case 'MAP':
    case 'OBJECT':
      return isMap(value) ? value : refuse()
    case 'ANY':
      return value
    default:
      throw new TaskError(
        `there is no type "${type}"; there are INT, DECIMAL, FLOAT, STRING, BOOLEAN, TIMESTAMP, DATE, LIST and STRUCT`,
      )
  }
}

function decimalWithoutZeros(decimal: NonNullable<ReturnType<typeof decimalOf>>): typeof decimal | undefined {
  if (decimal.scale <= 0) return undefined
  const by = 10n ** BigInt(decimal.scale)
  if (decimal.unscaled % by !== 0n) return undefined
  const whole = decimalOf(toInteger(decimal.unscaled / by))
  return whole
}

const MOMENT = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?)?$/

function momentOf(value: Value, wanted: string): DateTime | undefined {
  if (value instanceof DateTime && (wanted !== 'DATE' || value.type === 'local-date')) return value
  const match = MOMENT.exec(plainText(value).trim())
  if (match === null || Number.isNaN(Date.parse(match[1] ?? ''))) return undefined
  const [, date = '', time, offset] = match
  if (wanted === 'DATE') return new DateTime('local-date', date)
  return new DateTime('instant', `${date}T${time ?? '00:00:00'}${offset ?? 'Z'}`)
}
