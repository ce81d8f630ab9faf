// An execution as the store knows it: the fold of its journal; a large one as the engine has it in memory, when all of it is committed.
import { openJournal, type ExecutionState, type Plan } from '@batuta/core'
import { foldJournal } from '../../flows/fold-journal.ts'
import type { JournalRowOf } from '../../storage/batch.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { notFound } from '../request-error.ts'

export interface ReadExecution {
  readonly state: ExecutionState
  readonly plan: Plan
}

type ReadDependencies = Pick<HttpDependencies, 'store' | 'flows'> &
  Partial<Pick<HttpDependencies, 'platform' | 'look' | 'large' | 'snapshots'>>

/** Undefined when there is no such execution, or when its flow revision is gone. */
export async function findExecution(id: string, dependencies: ReadDependencies): Promise<ReadExecution | undefined> {
  const { large } = dependencies
  const found = await (large ? large.read(id, dependencies) : foldJournal(id, dependencies))
  if (found.type === 'broken') throw found.error
  return found.type === 'folded' ? found : undefined
}

/** What `view` makes of the execution. */
export async function viewExecution<T>(
  id: string,
  dependencies: ReadDependencies,
  view: (state: ExecutionState, plan: Plan) => T,
): Promise<T | undefined> {
  const seen = await dependencies.look?.(id, view)
  if (seen !== undefined) return seen
  const found = await findExecution(id, dependencies)
  return found && view(found.state, found.plan)
}

export async function foldExecution(
  id: string,
  rows: readonly JournalRowOf[],
  flows: HttpDependencies['flows'],
): Promise<ReadExecution | undefined> {
  if (rows.length === 0) return undefined
  const { birth, fold } = openJournal(id, rows)
  const plan = await flows.loadPlan(birth, birth.revision)
  return plan && { state: fold(plan), plan }
}

export async function getExecution(id: string, dependencies: ReadDependencies): Promise<ReadExecution> {
  const found = await findExecution(id, dependencies)
  if (!found) throw notFound(`The execution "${id}"`)
  return found
}
