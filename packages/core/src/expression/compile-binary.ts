import { plainText } from '../std/value-text.ts'
import type { Value } from '../std/value.ts'
import { add, arithmetic, subtract } from './arithmetic.ts'
import { compileExpression, compileTolerant } from './compile-expression.ts'
import type { CompileUnit } from './compile-unit.ts'
import { contains, equals, isIn, isOrdered, isTrue } from './compare.ts'
import type { Frame, Run } from './frame.ts'
import { makeRange } from './functions/range.ts'
import { locate, wrapAsType } from './locate.ts'
import type { Binary, Dialect } from './syntax.ts'

export function compileBinary(expression: Binary, unit: CompileUnit): Run {
  const { operator, at } = expression
  if (operator === '??' || operator === '???') return compileCoalesce(expression, unit)
  const left = compileExpression(expression.left, unit)
  const right = compileExpression(expression.right, unit)
  switch (operator) {
    case 'and':
      return frame => truth(left(frame), at) && truth(right(frame), at)
    case 'or':
      return frame => truth(left(frame), at) || truth(right(frame), at)
    case '~':
      return frame => concatenate(left(frame), right(frame), frame)
    case 'contains':
      return located(at, frame => {
        const container = left(frame)
        return container !== null && contains(container, right(frame), frame.fuel)
      })
    case 'isIn':
      return located(at, frame => isIn(left(frame), right(frame), frame.fuel))
    case '..':
      return located(at, frame => makeRange(left(frame), right(frame), 1, frame.fuel))
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '==':
    case '!=':
    case '>':
    case '<':
    case '>=':
    case '<=':
      return compileWrapping(expression, operator, unit.dialect, { left, right })
  }
}

/** `??` takes the right side for missing and null, `???` only for missing. */
function compileCoalesce({ operator, left, right }: Binary, unit: CompileUnit): Run {
  const find = compileTolerant(left, unit)
  const otherwise = compileExpression(right, unit)
  if (operator === '??') return frame => find(frame) ?? otherwise(frame)
  return frame => {
    const value = find(frame)
    return value === undefined ? otherwise(frame) : value
  }
}

function truth(value: Value, at: number): boolean {
  if (typeof value === 'boolean') return value
  try {
    return isTrue(value)
  } catch (error) {
    throw locate(error, at)
  }
}

function concatenate(left: Value, right: Value, { fuel }: Frame): string {
  const text = (left === null ? '' : fuel.textOf(left)) + (right === null ? '' : fuel.textOf(right))
  fuel.checkText(text.length)
  return text
}

function located(at: number, run: Run): Run {
  return frame => {
    try {
      return run(frame)
    } catch (error) {
      throw locate(error, at)
    }
  }
}

type WrappingOperator = '+' | '-' | '*' | '/' | '%' | '==' | '!=' | '>' | '<' | '>=' | '<='
type Operate = (left: Value, right: Value, frame: Frame) => Value

function compileWrapping(
  expression: Binary,
  operator: WrappingOperator,
  dialect: Dialect,
  { left, right }: { readonly left: Run; readonly right: Run },
): Run {
  const operate = operationOf(operator, dialect)
  const reason = reasonOf(expression, operator)
  const { at } = expression
  // In dialect 2 the comparisons of order let a missing variable through; all the others make it a fault of type.
  const isOrder = operator !== '==' && operator !== '!=' && /[<>]/.test(operator)
  const wrap =
    isOrder && dialect === 2 ? (error: unknown) => locate(error, at) : (error: unknown) => wrapAsType(error, reason, at)
  return frame => {
    try {
      return operate(left(frame), right(frame), frame)
    } catch (error) {
      throw wrap(error)
    }
  }
}

function operationOf(operator: WrappingOperator, dialect: Dialect): Operate {
  switch (operator) {
    case '+':
      return (left, right, { fuel }) => add(left, right, fuel)
    case '-':
      return (left, right, { fuel }) => subtract(left, right, fuel)
    case '*':
    case '/':
    case '%':
      return (left, right) => arithmetic(operator, left, right)
    case '==':
      return (left, right, { fuel }) => equals(left, right, fuel)
    case '!=':
      return (left, right, { fuel }) => !equals(left, right, fuel)
    case '>':
    case '<':
    case '>=':
    case '<=':
      return (left, right) => isOrdered(operator, left, right, dialect)
  }
}

/** A subtraction that looks like a key with a dash is the most common mistake of all; the message shows the way out. */
function reasonOf({ left, right }: Binary, operator: WrappingOperator): string {
  if (operator === '-' && left.type === 'attribute' && left.name.type === 'literal' && right.type === 'name') {
    const key = `${plainText(left.name.value)}-${right.name}`
    return `Cannot subtract here; for a key with a dash write \`['${key}']\``
  }
  return `The operands of \`${operator}\` do not fit`
}
