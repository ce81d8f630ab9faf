// Shows an execution until it has ended and turns its end into an exit code.
import type { Client, ExecutionDocument } from '@batuta/api'
import { EXIT, type ExitCode } from './exit-code.ts'
import { exitCodeOfState } from './execution-state.ts'
import { summarize } from './execution-summary.ts'
import { followExecution } from './follow-execution.ts'
import { printJson, printLine, remark } from './print.ts'
import { openFollowView, type FollowView } from './view/follow-view.ts'

export interface ShowOptions {
  /** Only the end is shown. */
  readonly isQuiet: boolean
  readonly withLogs: boolean
  readonly json?: boolean
}

export async function showToEnd(client: Client, executionId: string, options: ShowOptions): Promise<ExitCode> {
  const leaving = new AbortController()
  const leave = (): void => leaving.abort()
  process.once('SIGINT', leave)
  const view = options.isQuiet ? openQuietView(options.json === true) : openFollowView(options.json === true)
  try {
    const last = await followExecution(
      client,
      executionId,
      { withLogs: options.withLogs, signal: leaving.signal },
      event => view.take(event),
    )
    view.close(last)
    if (last !== undefined) return exitCodeOfState(last.state.current)
    remark(`the execution goes on; stop it with "batuta execution kill ${executionId}"`)
    return EXIT.interrupted
  } catch (error) {
    view.close(undefined)
    throw error
  } finally {
    process.off('SIGINT', leave)
  }
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
