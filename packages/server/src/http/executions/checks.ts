// The checks of a flow: what must hold of the inputs before anything starts.
import {
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
    const condition = textOf(check, 'condition') ?? textOf(check, 'when')
    if (condition === undefined || isTruthyText(await render(condition))) continue
    failed.push({
      message: await render(textOf(check, 'message') ?? ''),
      style: textOf(check, 'style') ?? 'INFO',
      behavior: textOf(check, 'behavior') ?? 'BLOCK_EXECUTION',
    })
  }
  return failed
}

/** CREATE_EXECUTION only tells; the others keep the execution from starting. */
export function refuseByChecks(failed: readonly FailedCheck[]): void {
  const blocking = failed.filter(({ behavior }) => behavior !== 'CREATE_EXECUTION')
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
