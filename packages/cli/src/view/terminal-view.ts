// For a terminal: the log scrolls, and below it stands a block of rows, one per task run, that is drawn anew on each change and a few times
// a second for the spinner and the seconds.
import type { ExecutionDocument } from '@batuta/api'
import type { WriteStream } from 'node:tty'
import { stripVTControlCharacters, styleText } from 'node:util'
import { elapsedOf } from '../elapsed.ts'
import { isFinal, markOf, paintState } from '../execution-state.ts'
import { summarize } from '../execution-summary.ts'
import { pause } from '../platform/clock.ts'
import type { FollowView, TaskRun } from './follow-view.ts'
import { logLine } from './log-line.ts'
import { nameOf } from './plain-view.ts'

const SPINNER = [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏']
const FRAME_MS = 120
/** Lines left to the log and the prompt. */
const MARGIN_ROWS = 6
const ROWS_MIN = 5
const COLUMNS_MIN = 20
const STATE_WIDTH = 9
const ERASE_BELOW = '\x1b[0J'

export function openTerminalView(out: WriteStream): FollowView {
  const closing = new AbortController()
  let last: ExecutionDocument | undefined
  let isLost = false
  let frame = 0
  let drawn = 0

  const draw = (above: readonly string[] = []): void => {
    const rows = last === undefined ? [] : rowsOf(last, SPINNER[frame % SPINNER.length] ?? '', roomOf(out))
    if (isLost) rows.push(styleText('yellow', '  the connection to the server is lost; trying again …'))
    const up = drawn === 0 ? '\r' : `\x1b[${drawn}F`
    out.write(
      `${up}${ERASE_BELOW}${[...above, ...rows.map(row => cut(row, out.columns))].map(row => `${row}\n`).join('')}`,
    )
    drawn = rows.length
  }
  const spin = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await pause(FRAME_MS, closing.signal)
      frame += 1
      if (!closing.signal.aborted) draw()
    }
  }
  void spin()

  return {
    take: event => {
      isLost = event.type === 'lost'
      if (event.type === 'execution') last = event.execution
      draw(event.type === 'log' ? [logLine(event.log)] : [])
    },
    close: final => {
      closing.abort()
      isLost = false
      last = final
      draw(final === undefined ? [] : [...rowsOf(final, '', roomOf(out)).slice(1), ...summarize(final)])
      if (final !== undefined) out.write(`\x1b[${drawn}F${ERASE_BELOW}`)
    },
  }
}

function roomOf({ rows }: WriteStream): number {
  return Math.max(ROWS_MIN, rows - MARGIN_ROWS)
}

/** The execution, then its task runs as a tree. Where there are too many, those that are well and over are only counted. */
function rowsOf(execution: ExecutionDocument, spinner: string, room: number): string[] {
  const { namespace, flowId, id, state, taskRunList = [] } = execution
  const head = `${markOf(state.current, spinner)} ${namespace}.${flowId}  ${paintState(state.current)}  ${elapsedOf(state)}  ${styleText('gray', id)}`
  const isQuiet = (run: TaskRun): boolean => isFinal(run.state.current) && run.state.current !== 'FAILED'
  const loud = taskRunList.length <= room ? taskRunList : taskRunList.filter(run => !isQuiet(run)).slice(-room)
  const hidden = taskRunList.length - loud.length
  const width = Math.max(0, ...loud.map(run => nameOf(run).length))
  const depths = depthsOf(taskRunList)
  const rows = loud.map(run => {
    const indent = '  '.repeat(1 + (depths.get(run.id) ?? 0))
    const { current } = run.state
    const attempts = run.attempts !== undefined && run.attempts.length > 1 ? `  attempt ${run.attempts.length}` : ''
    return `${indent}${markOf(current, spinner)} ${nameOf(run).padEnd(width)}  ${paintState(current, STATE_WIDTH)}  ${elapsedOf(run.state)}${attempts}`
  })
  return [head, ...rows, ...(hidden > 0 ? [styleText('gray', `  … and ${hidden} more task runs`)] : [])]
}

function depthsOf(runs: readonly TaskRun[]): ReadonlyMap<string, number> {
  const depths = new Map<string, number>()
  // A parent stands before its children.
  for (const { id, parentTaskRunId } of runs) {
    depths.set(id, parentTaskRunId === undefined ? 0 : (depths.get(parentTaskRunId) ?? -1) + 1)
  }
  return depths
}

/** A row that wraps would make the block higher than it is counted. */
function cut(row: string, columns: number): string {
  const width = Math.max(COLUMNS_MIN, columns) - 1
  const plain = stripVTControlCharacters(row)
  return plain.length <= width ? row : plain.slice(0, width)
}
