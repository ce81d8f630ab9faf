// The metrics of executions, newest first, in pages: one statement for the executions of a page and one for all that they measured.
import type { ExecutionRow, MetricRow } from '../../storage/batch.ts'
import type { ExecutionQuery, Store } from '../../storage/store.ts'
import type { Scheduler } from '../../platform/platform.ts'

/** Of a page; so many ids fit into a statement of either database, and their metrics are read in some milliseconds. */
const PAGE = 250
/** Looked at by one call. */
const EXECUTIONS_MAX = 20_000
const METRICS_MAX = 200_000

export interface MeasuredExecution {
  readonly row: ExecutionRow
  readonly metrics: readonly MetricRow[]
}

export interface Measured {
  readonly executions: readonly MeasuredExecution[]
  /** Undefined when all were looked at: the birth of the oldest one that was. */
  readonly fromMs?: number
}

export async function walkMetrics(
  query: Omit<ExecutionQuery, 'limit' | 'afterId'>,
  { store, platform }: { readonly store: Pick<Store, 'read'>; readonly platform: Pick<Scheduler, 'defer'> },
): Promise<Measured> {
  const executions: MeasuredExecution[] = []
  let found = 0
  for (;;) {
    const last = executions.at(-1)?.row
    const after = last ? { afterId: last.id } : {}
    const rows = await store.read.listExecutions({ ...query, ...after, limit: PAGE })
    const metrics = await store.read.metricsAmong(rows.map(({ id }) => id))
    const byExecution = Map.groupBy(metrics, ({ executionId }) => executionId)
    for (const row of rows) executions.push({ row, metrics: byExecution.get(row.id) ?? [] })
    found += metrics.length
    if (rows.length < PAGE) return { executions }
    if (executions.length >= EXECUTIONS_MAX || found >= METRICS_MAX)
      return { executions, fromMs: executions.at(-1)?.row.createdMs ?? 0 }
    await new Promise<void>(resolve => platform.defer(resolve))
  }
}
