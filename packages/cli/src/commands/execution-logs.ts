// batuta execution logs ID: what an execution wrote so far, or with --follow until it has ended.
import { connect } from '../connect.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import { followExecution } from '../follow-execution.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printJsonLine, printLine } from '../print.ts'
import { logLine } from '../view/log-line.ts'

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] as const

export interface ExecutionLogsOptions extends GlobalOptions {
  readonly level?: string
  readonly task?: string
  readonly follow?: boolean
}

export async function executionLogs(executionId: string, options: ExecutionLogsOptions): Promise<ExitCode> {
  const client = connect(options)
  const level = levelOf(options.level)
  const isShown = (log: { readonly level: string; readonly taskId?: string }): boolean =>
    LEVELS.findIndex(name => name === log.level) >= LEVELS.indexOf(level) &&
    (options.task === undefined || log.taskId === options.task)
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

function levelOf(text: string | undefined): (typeof LEVELS)[number] {
  const level = LEVELS.find(name => name === (text ?? 'TRACE').toUpperCase())
  if (level !== undefined) return level
  throw new CommandError(EXIT.usage, `"${text}" is no level: it is one of ${LEVELS.join(', ')}`)
}
