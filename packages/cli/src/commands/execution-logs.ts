// batuta execution logs ID: what an execution wrote so far, or with --follow until it has ended.
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { followExecution } from '../follow-execution.ts'
import type { GlobalOptions } from '../global-options.ts'
import { isAtLeast, parseLevel } from '../log-level.ts'
import { printJson, printJsonLine, printLine } from '../print.ts'
import { logLine } from '../view/log-line.ts'

export interface ExecutionLogsOptions extends GlobalOptions {
  readonly level: string
  readonly task?: string
  readonly follow?: boolean
}

export async function executionLogs(executionId: string, options: ExecutionLogsOptions): Promise<ExitCode> {
  const client = connect(options)
  const level = parseLevel(options.level)
  const isShown = (log: { readonly level: string; readonly taskId?: string }): boolean =>
    isAtLeast(log.level, level) && (options.task === undefined || log.taskId === options.task)
  if (options.follow) {
    const { signal } = new AbortController()
    await followExecution(client, executionId, { withLogs: true, signal }, event => {
      if (event.type !== 'log' || !isShown(event.log)) return
      if (options.json) printJsonLine(event.log)
      else printLine(logLine(event.log))
    })
    return EXIT.ok
  }
  const logs = (await client.logs.ofExecution({ params: { executionId } })).filter(isShown)
  if (options.json) printJson(logs)
  else for (const log of logs) printLine(logLine(log))
  return EXIT.ok
}
