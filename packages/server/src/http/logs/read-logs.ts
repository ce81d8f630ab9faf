// The log lines of an execution: chunks from the store, flattened to Kestra's entries.
import { trust } from '@batuta/core'
import type { ExecutionRow, LogRow, StoredLogLine } from '../../storage/batch.ts'
import { rankOf } from '../../storage/levels.ts'
import type { HttpDependencies } from '../dependencies.ts'

export interface LogFilter {
  readonly minLevel?: string
  readonly taskRunId?: string
  readonly taskId?: string
  readonly attempt?: number
}

export interface LogEntryDocument {
  readonly namespace: string
  readonly flowId: string
  readonly executionId: string
  readonly taskId?: string
  readonly taskRunId?: string
  readonly attemptNumber?: number
  readonly timestamp: string
  readonly level: string
  readonly message: string
}

const CHUNKS_MAX = 500

/** Entries chunk by chunk, in the order of writing; a chunk holds up to some fifty lines. */
export async function* readLogs(
  executionId: string,
  filter: LogFilter,
  { store }: Pick<HttpDependencies, 'store'>,
): AsyncGenerator<readonly LogEntryDocument[]> {
  const levelMin = filter.minLevel === undefined ? 0 : rankOf(filter.minLevel)
  for (let offset = 0; ; offset += CHUNKS_MAX) {
    const rows = await store.read.logsOf({ executionId, levelMin, limit: CHUNKS_MAX, offset })
    for (const row of rows) yield entriesOf(row, filter)
    if (rows.length < CHUNKS_MAX) return
  }
}

export function entriesOf(row: LogRow, filter: LogFilter): readonly LogEntryDocument[] {
  const lines = trust<readonly StoredLogLine[]>(JSON.parse(row.lines))
  return lines
    .filter(line => fits(line, row.executionId, filter))
    .map(line => entryOf(line, { ...row, id: row.executionId }))
}

export function fits(line: StoredLogLine, executionId: string, filter: LogFilter): boolean {
  const { minLevel, taskId, taskRunId, attempt } = filter
  if (minLevel !== undefined && rankOf(line.level) < rankOf(minLevel)) return false
  if (taskId !== undefined && line.taskId !== taskId) return false
  if (taskRunId !== undefined && `${executionId}-${line.run}` !== taskRunId) return false
  return attempt === undefined || line.attempt === attempt
}

export function entryOf(
  { atMs, level, message, run, taskId, attempt }: StoredLogLine,
  { namespace, flowId, id: executionId }: Pick<ExecutionRow, 'namespace' | 'flowId' | 'id'>,
): LogEntryDocument {
  return {
    namespace,
    flowId,
    ...(taskId === null ? {} : { taskId }),
    executionId,
    ...(run < 0 ? {} : { taskRunId: `${executionId}-${run}`, attemptNumber: attempt }),
    timestamp: new Date(atMs).toISOString(),
    level,
    message,
  }
}

export function lineText({ timestamp, level, message }: LogEntryDocument): string {
  return `${timestamp} ${level} ${message}\n`
}
