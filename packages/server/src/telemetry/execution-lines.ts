// Lines of executions, as they are stored, on their way to the server's own log: for whoever collects that log and wants them in it. A line of a
// task belongs to the loggers `flow.<namespace>.<flow>` and `task.<namespace>.<flow>.<task>`, one of the execution to the first and
// `execution.<namespace>.<flow>`. All are OFF until somebody sets a level.
import { ROOT, taskRunId, trust } from '@batuta/core'
import type { LogRow, StoredLogLine } from '../storage/batch.ts'
import type { LogFields, ServerLog } from './log.ts'

export interface ExecutionLine {
  readonly row: LogRow
  readonly line: StoredLogLine
}

export function* linesOf(rows: readonly LogRow[]): Generator<ExecutionLine> {
  for (const row of rows) for (const line of trust<readonly StoredLogLine[]>(JSON.parse(row.lines))) yield { row, line }
}

export function forwardLines(log: ServerLog): (rows: readonly LogRow[]) => void {
  return rows => {
    if (!log.levels.hasOpenExecutions()) return
    for (const found of linesOf(rows)) {
      const { atMs, level, message } = found.line
      const logger = loggersOf(found).find(name => log.takes(name, level))
      if (logger !== undefined)
        log.write({
          atMs,
          level,
          logger,
          message: log.isText ? `${placeOf(found)} ${message}` : message,
          fields: fieldsOf(found),
        })
    }
  }
}

function loggersOf({ row: { namespace, flowId }, line: { taskId } }: ExecutionLine): readonly string[] {
  const flow = `${namespace}.${flowId}`
  return [`flow.${flow}`, taskId === null ? `execution.${flow}` : `task.${flow}.${taskId}`]
}

function placeOf({ row, line }: ExecutionLine): string {
  const task = line.taskId === null ? '' : ` ${line.taskId}`
  return `[${row.namespace}.${row.flowId} ${row.executionId}${task}]`
}

export function fieldsOf({ row, line }: ExecutionLine): LogFields {
  const { executionId, namespace, flowId } = row
  const { taskId, run, attempt } = line
  return {
    executionId,
    namespace,
    flowId,
    ...(taskId === null ? {} : { taskId }),
    ...(run === ROOT ? {} : { taskRunId: taskRunId(executionId, run), attempt }),
  }
}
