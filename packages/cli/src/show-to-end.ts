// Shows an execution until it has ended and turns its end into an exit code.
import type { Client, ExecutionDocument } from '@batuta/api'
import { EXIT, type ExitCode } from './exit-code.ts'
import { exitCodeOfState } from './execution-state.ts'
import { summarize } from './execution-summary.ts'
import { followExecution } from './follow-execution.ts'
import { isAtLeast, type LogLevel } from './log-level.ts'
import { printJson, printLine, remark } from './print.ts'
import { openFollowView, type FollowView } from './view/follow-view.ts'
import { logLine } from './view/log-line.ts'

export interface ShowOptions {
  /** Only the end is shown. */
  readonly isQuiet: boolean
  /** The log is shown from this level on; not at all when absent. */
  readonly level?: LogLevel
  readonly json?: boolean
}

const REASONS_MAX = 5

export async function showToEnd(client: Client, executionId: string, options: ShowOptions): Promise<ExitCode> {
  const leaving = new AbortController()
  const leave = (): void => leaving.abort()
  process.once('SIGINT', leave)
  const view = options.isQuiet ? openQuietView(options.json === true) : openFollowView(options.json === true)
  try {
    const { level } = options
    const follow = { withLogs: level !== undefined, signal: leaving.signal }
    const last = await followExecution(client, executionId, follow, event => {
      if (event.type !== 'log' || isAtLeast(event.log.level, level ?? 'INFO')) view.take(event)
    })
    view.close(last)
    if (last !== undefined) {
      const exitCode = exitCodeOfState(last.state.current)
      if (exitCode !== EXIT.ok && level === undefined && !options.json) await printReasons(client, executionId)
      return exitCode
    }
    remark(`the execution goes on; stop it with "batuta execution kill ${executionId}"`)
    return EXIT.interrupted
  } catch (error) {
    view.close(undefined)
    throw error
  } finally {
    process.off('SIGINT', leave)
  }
}

/** Who did not see the log wants to know at least why. */
async function printReasons(client: Client, executionId: string): Promise<void> {
  const logs = await client.logs.ofExecution({ params: { executionId } })
  const errors = logs.filter(log => log.level === 'ERROR')
  for (const log of errors.slice(-REASONS_MAX)) printLine(`  ${logLine(log)}`)
}

function openQuietView(json: boolean): FollowView {
  return {
    take: () => undefined,
    close: (last: ExecutionDocument | undefined) => {
      if (last === undefined) return
      if (json) printJson(last)
      else for (const line of summarize(last)) printLine(line)
    },
  }
}
