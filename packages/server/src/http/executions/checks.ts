// The checks of a flow: what must hold of the inputs before anything starts.
import {
  ExpressionError,
  compileTemplate,
  evaluateAsync,
  isTruthyText,
  mapGet,
  printValue,
  type Plan,
  type Scope,
  type Value,
  type ValueMap,
} from '@batuta/core'
import { scopeOf } from '../../flows/births.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { unprocessable } from '../request-error.ts'
import { askOf } from './prepare-execution.ts'

export interface FailedCheck {
  readonly message: string
  readonly style: string
  readonly behavior: string
}

export async function failedChecks(
  plan: Plan,
  inputs: ValueMap,
  dependencies: HttpDependencies,
): Promise<readonly FailedCheck[]> {
  const scope = withInputs(scopeOf(plan, dependencies.startWorld()), inputs)
  const ask = askOf(plan, '', dependencies)
  const render = (text: string): Promise<string> => {
    const template = compileTemplate(text, { dialect: plan.flow.dialect })
    return evaluateAsync(inner => template.render(inner), scope, ask)
  }
  const failed: FailedCheck[] = []
  for (const check of plan.flow.checks) {
    const found = await judge(check, render)
    if (found) failed.push(found)
  }
  return failed
}

type Render = (text: string) => Promise<string>

/** A check that cannot be judged blocks: nobody can say that it holds. */
async function judge(check: ValueMap, render: Render): Promise<FailedCheck | undefined> {
  const condition = textOf(check, 'condition') ?? textOf(check, 'when')
  try {
    if (condition === undefined || isTruthyText(await render(condition))) return undefined
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    const message = `The check "${condition ?? ''}" cannot be judged: ${error.message}`
    return { message, style: 'ERROR', behavior: 'BLOCK_EXECUTION' }
  }
  return {
    message: await messageOf(textOf(check, 'message') ?? '', render),
    style: textOf(check, 'style') ?? 'INFO',
    behavior: textOf(check, 'behavior') ?? 'BLOCK_EXECUTION',
  }
}

/** One that cannot be rendered is told as it is written. */
async function messageOf(text: string, render: Render): Promise<string> {
  try {
    return await render(text)
  } catch (error) {
    if (error instanceof ExpressionError) return text
    throw error
  }
}

/** Why the execution is to be FAILED from birth; undefined when no check wants that. */
export function problemOfChecks(failed: readonly FailedCheck[]): string | undefined {
  const failing = failed.filter(({ behavior }) => behavior === 'FAIL_EXECUTION')
  return failing.length === 0 ? undefined : failing.map(({ message }) => message).join('; ')
}

/** BLOCK_EXECUTION keeps the execution from being created, whatever other checks say. */
export function refuseByChecks(failed: readonly FailedCheck[]): void {
  const blocking = failed.filter(({ behavior }) => behavior === 'BLOCK_EXECUTION')
  if (blocking.length === 0) return
  const details = blocking.map(({ message }) => ({ message }))
  throw unprocessable('check-failed', `Invalid entity: ${blocking.map(({ message }) => message).join('; ')}`, details)
}

function withInputs(scope: Scope, inputs: ValueMap): Scope {
  return { ...scope, lookup: root => (root === 'inputs' ? inputs : scope.lookup(root)) }
}

function textOf(check: ValueMap, key: string): string | undefined {
  const value: Value | undefined = mapGet(check, key)
  return value === undefined || value === null ? undefined : printValue(value)
}
