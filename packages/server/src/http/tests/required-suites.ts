// Suites that say `required: true` stand before the door: a flow that breaks one of them is not saved.
import { encodeValue, type Flow } from '@batuta/core'
import type { CaseResult } from '../../rehearsal/run-test-case.ts'
import type { SuiteResult } from '../../rehearsal/rehearse.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { RequestError, type ErrorDetail } from '../request-error.ts'
import { trySuite } from './run-suite.ts'
import { suiteOf } from './suites.ts'

/** Spares all other suites from being read. */
const MENTION = /^required[ \t]*:/m

export async function refuseFailing(
  unsaved: { readonly source: string; readonly flow: Flow },
  dependencies: HttpDependencies,
): Promise<void> {
  const { store, config, rehearse } = dependencies
  const { namespace, id } = unsaved.flow
  if (!rehearse) return
  const rows = await store.read.listTestSuites(config.tenant)
  for (const row of rows) {
    if (row.namespace !== namespace || row.flowId !== id || !MENTION.test(row.source)) continue
    const suite = suiteOf(row, dependencies)
    if (suite?.required !== true || suite.disabled) continue
    const result = await trySuite(row, unsaved, dependencies)
    const details = failuresOf(result)
    if (details.length > 0)
      throw new RequestError(
        422,
        'tests-failed',
        `The flow "${namespace}.${id}" is not saved: the test suite "${row.id}", which is required, does not hold. ${details[0]?.message ?? ''}`,
        { details, fields: { testSuiteId: row.id } },
      )
  }
}

function failuresOf({ problems, cases }: SuiteResult): readonly ErrorDetail[] {
  const failed = cases.filter(({ state }) => state === 'FAILED' || state === 'ERROR')
  return [
    ...problems.map(message => ({ message })),
    ...failed.map(each => ({ path: each.id, message: `${each.id}: ${reasonsOf(each).join('; ')}` })),
  ]
}

function reasonsOf({ assertions, errors, state }: CaseResult): readonly string[] {
  const broken = assertions
    .filter(({ isSuccess }) => !isSuccess)
    .map(({ operator, expected, actual, expression = 'execution.state', problem, errorMessage }) => {
      const what = `${String(expression)} is ${encodeValue(actual)}, not ${operator} ${encodeValue(expected)}`
      return errorMessage ?? problem ?? what
    })
  const reasons = [...broken, ...errors]
  return reasons.length > 0 ? reasons : [state]
}
