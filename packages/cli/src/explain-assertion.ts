import { jsonText, printValue, type Value } from '@batuta/core'
import type { AssertionResult } from '@batuta/server'

/** Why an assertion does not hold, in one sentence. */
export function explainAssertion(result: AssertionResult): string {
  const { operator, expected, actual, taskId, description, errorMessage, problem } = result
  const name = errorMessage ?? description
  const head = name === undefined ? '' : `${name}: `
  const where = taskId === undefined ? '' : ` (task ${taskId})`
  if (problem !== undefined) return `${head}${problem}${where}`
  if (operator === 'state')
    return `${head}the execution should have ended ${textOf(expected)}, but ended ${textOf(actual)}`
  return `${head}expected ${operator} ${textOf(expected)}, but it is ${textOf(actual)}${where}`
}

function textOf(value: Value): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return JSON.stringify(value)
  return typeof value === 'object' ? jsonText(value) : printValue(value)
}
