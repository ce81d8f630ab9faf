// `fields` as authors write them: an expression alone, or with the type that its value is to have.
import { TaskError, isMap, mapEntries, mapFrom, mapGet } from '@batuta/plugin-sdk'
import type { Value, ValueMap } from '@batuta/plugin-sdk'
import { castTo, evaluate } from './evaluate-expression.ts'
import type { Scope } from './evaluate-expression.ts'
import { parseExpression } from './parse-expression.ts'
import type { Expression } from './parse-expression.ts'

export interface Field {
  readonly name: string
  readonly expression: Expression
  readonly type: string | undefined
  readonly isOptional: boolean
}

export function fieldsOf(fields: ValueMap): readonly Field[] {
  return Array.from(mapEntries(fields), ([name, written]) => {
    const definition: ValueMap = isMap(written) ? written : { expr: written }
    const expr = mapGet(definition, 'expr')
    const type = mapGet(definition, 'type')
    const optional = mapGet(definition, 'optional')
    if (typeof expr !== 'string') throw new TaskError(`the field "${name}" has no expression \`expr\``)
    return {
      name,
      expression: parseExpression(expr),
      type: typeof type === 'string' ? type : undefined,
      isOptional: optional === true || optional === 'true',
    }
  })
}

export function valueOf({ name, expression, type, isOptional }: Field, row: Value, scope: Scope = {}): Value {
  try {
    const value = evaluate(expression, row, scope)
    if (value === null && type !== undefined && !isOptional)
      throw new TaskError('there is no value; set `optional: true` to allow that')
    return value === null || type === undefined ? value : castTo(value, type)
  } catch (error) {
    if (!(error instanceof TaskError)) throw error
    throw new TaskError(`the field "${name}": ${error.message}`)
  }
}

export interface RowMaker {
  readonly fields: readonly Field[]
  readonly dropNulls: boolean
  /** Fields that cannot be computed become null. */
  readonly isForgiving: boolean
}

/** `kept` are the fields that the new row has already. */
export function makeRow(
  row: Value,
  kept: ValueMap,
  { fields, dropNulls, isForgiving }: RowMaker,
  scope: Scope = {},
): ValueMap {
  const entries = new Map<string, Value>(mapEntries(kept))
  for (const field of fields) {
    const value = isForgiving ? orNull(() => valueOf(field, row, scope)) : valueOf(field, row, scope)
    if (value === null && dropNulls) entries.delete(field.name)
    else entries.set(field.name, value)
  }
  return mapFrom(entries)
}

function orNull(compute: () => Value): Value {
  try {
    return compute()
  } catch (error) {
    if (error instanceof TaskError) return null
    throw error
  }
}
