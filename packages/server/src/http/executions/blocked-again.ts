// What began before a policy was there is not begun again against it: a restart goes on where it was, but its tasks are new ones.
import type { Plan } from '@batuta/core'
import type { ExecutionRow } from '../../storage/batch.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { RequestError } from '../request-error.ts'

type Judges = Pick<HttpDependencies, 'flows' | 'saveWorld'>

export function refuseBlocked({ flow }: Plan, { saveWorld }: Pick<HttpDependencies, 'saveWorld'>): void {
  const blocked = saveWorld.policies?.blockOf(flow)
  if (blocked !== undefined) throw new RequestError(403, 'policy-violation', `Execution blocked by policy: ${blocked}`)
}

/** Of the revision that it runs. */
export async function whyBlocked(row: ExecutionRow, { flows, saveWorld }: Judges): Promise<string | undefined> {
  const { policies } = saveWorld
  if (policies === undefined || policies.isEmpty) return undefined
  const plan = await flows.loadPlan(row, row.revision)
  return plan && policies.blockOf(plan.flow)
}

export async function refuseBlockedRestart(
  executionId: string,
  dependencies: Judges & Pick<HttpDependencies, 'store'>,
): Promise<void> {
  const { saveWorld, store } = dependencies
  if (saveWorld.policies?.isEmpty !== false) return
  const row = await store.read.findExecution(executionId)
  const blocked = row && (await whyBlocked(row, dependencies))
  if (blocked !== undefined) throw new RequestError(403, 'policy-violation', `Execution blocked by policy: ${blocked}`)
}
