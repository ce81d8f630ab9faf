// A search over the logs without an index of its own: it walks the newest executions that match and reads theirs, up to a bound. Enough for
// "what went wrong lately"; the log of one execution is read whole.
import type { ExecutionRow } from '../../storage/batch.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { readLogs, type LogEntryDocument, type LogFilter } from './read-logs.ts'

export interface LogSearch extends LogFilter {
  readonly q?: string
  readonly namespace?: string
  readonly flowId?: string
  readonly executionId?: string
  readonly triggerId?: string
  readonly fromMs?: number
  readonly toMs?: number
  readonly isAscending?: boolean
}

const EXECUTIONS_MAX = 500
const ENTRIES_MAX = 10_000

export interface LogPage {
  readonly results: readonly LogEntryDocument[]
  readonly total: number
}

export async function searchLogs(
  search: LogSearch,
  { offset, size }: { readonly offset: number; readonly size: number },
  dependencies: HttpDependencies,
): Promise<LogPage> {
  // Logs of triggers are not kept apart yet: none can match.
  if (search.triggerId !== undefined) return { results: [], total: 0 }
  const found: LogEntryDocument[] = []
  for (const { id } of await findRows(search, dependencies)) {
    for await (const entries of readLogs(id, search, dependencies))
      found.push(...entries.filter(entry => matches(entry, search)))
    if (found.length >= ENTRIES_MAX) break
  }
  const sign = search.isAscending ? 1 : -1
  found.sort((left, right) =>
    left.timestamp === right.timestamp ? 0 : left.timestamp < right.timestamp ? -sign : sign,
  )
  return { results: found.slice(offset, offset + size), total: found.length }
}

async function findRows(search: LogSearch, { store, config }: HttpDependencies): Promise<readonly ExecutionRow[]> {
  const { executionId, namespace, flowId, fromMs, toMs } = search
  if (executionId !== undefined) {
    const row = await store.read.findExecution(executionId)
    return row ? [row] : []
  }
  return await store.read.listExecutions({
    tenant: config.tenant,
    ...(namespace === undefined ? {} : { namespace, isPrefix: true }),
    ...(flowId === undefined ? {} : { flowId }),
    ...(toMs === undefined ? {} : { startToMs: toMs }),
    limit: fromMs === undefined ? EXECUTIONS_MAX : EXECUTIONS_MAX * 2,
  })
}

export function matches({ timestamp, message }: LogEntryDocument, { q, fromMs, toMs }: LogSearch): boolean {
  const atMs = Date.parse(timestamp)
  if (fromMs !== undefined && atMs < fromMs) return false
  if (toMs !== undefined && atMs > toMs) return false
  return q === undefined || message.toLowerCase().includes(q.toLowerCase())
}
