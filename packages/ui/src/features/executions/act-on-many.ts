// What is wished for many executions, as an operation of the server.
import type { OperationWish } from '../operations/use-operations.ts'
import type { Label } from './labels-dialog.tsx'
import { splitByFit } from './possible-actions.ts'
import type { ExecutionQuery, ExecutionRow } from './use-executions.ts'

export type BulkAction = 'restart' | 'replay' | 'kill' | 'pause' | 'resume' | 'labels' | 'delete'

export interface BulkWish {
  readonly action: BulkAction
  readonly rows: readonly ExecutionRow[]
  /** Instead of the rows: all that it keeps. */
  readonly query?: ExecutionQuery
  readonly latestRevision?: boolean
  readonly labels?: readonly Label[]
  readonly perMinute?: number
}

export function operationOf({ action, rows, query, latestRevision, labels, perMinute }: BulkWish): OperationWish {
  const whom = query ? { query: textOf(query) } : { ids: splitByFit(action, rows).fit.map(({ id }) => id) }
  return {
    resource: 'executions',
    action,
    ...whom,
    ...(labels ? { labels: [...labels] } : {}),
    ...(latestRevision === true ? { latestRevision } : {}),
    ...(perMinute === undefined ? {} : { perMinute }),
  }
}

export function textOf(query: ExecutionQuery): string {
  return new URLSearchParams(Object.entries(query)).toString()
}
