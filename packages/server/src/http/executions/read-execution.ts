// An execution as the store knows it: the fold of its journal.
import { birthOf, fold, type ExecutionState, type Plan } from '@batuta/core'
import type { JournalRowOf } from '../../storage/batch.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { notFound } from '../request-error.ts'

export interface ReadExecution {
  readonly state: ExecutionState
  readonly plan: Plan
}

/** Undefined when there is no such execution, or when its flow revision is gone. */
export async function findExecution(
  id: string,
  { store, flows }: Pick<HttpDependencies, 'store' | 'flows'>,
): Promise<ReadExecution | undefined> {
  return await foldExecution(id, await store.read.journalOf(id), flows)
}

export async function foldExecution(
  id: string,
  rows: readonly JournalRowOf[],
  flows: HttpDependencies['flows'],
): Promise<ReadExecution | undefined> {
  if (rows.length === 0) return undefined
  const birth = birthOf(id, rows)
  const plan = await flows.loadPlan(birth, birth.revision)
  return plan && { state: fold(id, rows, plan), plan }
}

export async function getExecution(
  id: string,
  dependencies: Pick<HttpDependencies, 'store' | 'flows'>,
): Promise<ReadExecution> {
  const found = await findExecution(id, dependencies)
  if (!found) throw notFound(`The execution "${id}"`)
  return found
}
