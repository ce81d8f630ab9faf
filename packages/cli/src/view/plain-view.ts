// For pipes and build logs: a line for each change of state, and the log between them.
import type { ExecutionDocument } from '@batuta/api'
import { elapsedOf } from '../elapsed.ts'
import { isFinal } from '../execution-state.ts'
import { summarize } from '../execution-summary.ts'
import { printLine, remark } from '../print.ts'
import type { FollowView, TaskRun } from './follow-view.ts'
import { clockOf, logLine } from './log-line.ts'

export function openPlainView(): FollowView {
  const shown = new Map<string, string>()
  const show = (key: string, name: string, state: ExecutionDocument['state']): void => {
    if (shown.get(key) === state.current) return
    shown.set(key, state.current)
    const atMs = state.histories.at(-1)?.date ?? state.startDate
    printLine(
      `${clockOf(atMs)} ${state.current.padEnd(9)} ${name}${isFinal(state.current) ? `  ${elapsedOf(state)}` : ''}`,
    )
  }
  return {
    take: event => {
      switch (event.type) {
        case 'log':
          return printLine(logLine(event.log))
        case 'lost':
          return event.attempt === 1 ? remark('the connection to the server is lost; trying again …') : undefined
        case 'execution': {
          const { execution } = event
          if (!isFinal(execution.state.current)) show('', `${execution.namespace}.${execution.flowId}`, execution.state)
          for (const run of execution.taskRunList ?? []) show(run.id, nameOf(run), run.state)
        }
      }
    },
    close: last => {
      if (last !== undefined) for (const line of summarize(last)) printLine(line)
    },
  }
}

/** `each[3]`: a task run of a loop is told by its value. */
export function nameOf({ taskId, value }: TaskRun): string {
  return value === undefined ? taskId : `${taskId}[${value}]`
}
