// The calls behind the actions over many executions, and what takes them back where something can.
import { api } from '../../lib/api.ts'
import type { Label } from './labels-dialog.tsx'
import { queryOfFit, splitByFit } from './possible-actions.ts'
import type { ExecutionQuery, ExecutionRow } from './use-executions.ts'

export type BulkAction = 'restart' | 'replay' | 'kill' | 'pause' | 'resume' | 'labels' | 'delete'

export interface BulkWish {
  readonly action: BulkAction
  readonly rows: readonly ExecutionRow[]
  /** Instead of the rows: all that it keeps. */
  readonly query?: ExecutionQuery
  readonly latestRevision?: boolean
  readonly labels?: readonly Label[]
}

const SYSTEM = 'system.'
/** Calls that are out at the same time. */
const AT_ONCE = 6

/** Returns to how many it was done. */
export async function actOnMany(wish: BulkWish): Promise<number> {
  const { action, rows, query } = wish
  if (action === 'labels') return await setLabels(wish, labels => [...labels, ...(wish.labels ?? [])])
  if (query) {
    const narrowed = queryOfFit(action, query)
    return narrowed === undefined ? 0 : await byQuery(wish, narrowed)
  }
  const ids = splitByFit(action, rows).fit.map(({ id }) => id)
  return await byIds(wish, ids)
}

/** Undefined: it cannot be taken back. */
export function undoOf(wish: BulkWish): (() => Promise<unknown>) | undefined {
  const { action, query, rows } = wish
  if (action === 'labels') return () => setLabels(wish, labels => labels)
  if (query) return undefined
  const ids = splitByFit(action, rows).fit.map(({ id }) => id)
  if (action === 'pause') return () => api.executions.resumeByIds({ body: ids })
  if (action === 'resume') return () => api.executions.pauseByIds({ body: ids })
  return undefined
}

async function byIds({ action, latestRevision = false }: BulkWish, body: string[]): Promise<number> {
  const { executions } = api
  switch (action) {
    case 'restart':
      return (await executions.restartByIds({ body })).count
    case 'replay':
      return (await executions.replayByIds({ body, query: { latestRevision } })).count
    case 'kill':
      return (await executions.killByIds({ body })).count
    case 'pause':
      return (await executions.pauseByIds({ body })).count
    case 'resume':
      return (await executions.resumeByIds({ body })).count
    case 'delete':
      return (await executions.deleteByIds({ body })).count
    case 'labels':
      return 0
  }
}

async function byQuery({ action, latestRevision = false }: BulkWish, query: ExecutionQuery): Promise<number> {
  const { executions } = api
  switch (action) {
    case 'restart':
      return (await executions.restartByQuery({ query })).count
    case 'replay':
      return (await executions.replayByQuery({ query: { ...query, latestRevision } })).count
    case 'kill':
      return (await executions.killByQuery({ query })).count
    case 'pause':
      return (await executions.pauseByQuery({ query })).count
    case 'resume':
      return (await executions.resumeByQuery({ query })).count
    case 'delete':
      return (await executions.deleteByQuery({ query })).count
    case 'labels':
      return 0
  }
}

/** One call for each: the server replaces the labels of an execution, and each has others. */
async function setLabels({ rows }: BulkWish, change: (labels: readonly Label[]) => readonly Label[]): Promise<number> {
  const { fit } = splitByFit('labels', rows)
  for (let from = 0; from < fit.length; from += AT_ONCE)
    await Promise.all(
      fit.slice(from, from + AT_ONCE).map(({ id, labels = [] }) => {
        const own = labels.filter(({ key }) => !key.startsWith(SYSTEM))
        return api.executions.setLabels({ params: { executionId: id }, body: [...change(own)] })
      }),
    )
  return fit.length
}
