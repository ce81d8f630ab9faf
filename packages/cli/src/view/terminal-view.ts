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
/** Of a terminal that does not tell its size. */
const USUAL_ROWS = 24
const USUAL_COLUMNS = 80
const LOST = '  the connection to the server is lost; trying again …'
const STATE_WIDTH = 9
const ERASE_BELOW = '\x1b[0J'

export function openTerminalView(out: WriteStream): FollowView {
  const closing = new AbortController()
  let last: ExecutionDocument | undefined
  let isLost = false
  let frame = 0
  let drawn = 0

  /** Lines that stay, and below them the block that the next call draws over. */
  const paint = (staying: readonly string[], block: readonly string[]): void => {
    const up = drawn === 0 ? '\r' : `\x1b[${drawn}F`
    const rows = block.map(row => cut(row, out.columns))
    out.write(`${up}${ERASE_BELOW}${[...staying, ...rows].map(row => `${row}\n`).join('')}`)
    drawn = rows.length
  }
  const draw = (staying: readonly string[] = []): void => {
    const rows = last === undefined ? [] : rowsOf(last, SPINNER[frame % SPINNER.length] ?? '', roomOf(out))
    paint(staying, isLost ? [...rows, styleText('yellow', LOST)] : rows)
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
      const [, ...runs] = final === undefined ? [] : rowsOf(final, '', roomOf(out))
      paint(final === undefined ? [] : [...runs, ...summarize(final)], [])
    },
  }
}

function roomOf({ rows }: WriteStream): number {
  return Math.max(ROWS_MIN, (rows || USUAL_ROWS) - MARGIN_ROWS)
}

/** The execution, then its task runs as a tree. Where there are too many, those that are well and over are only counted. */
function rowsOf(execution: ExecutionDocument, spinner: string, room: number): string[] {
  const { namespace, flowId, id, state, taskRunList = [] } = execution
  const head = `${markOf(state.current, spinner)} ${namespace}.${flowId}  ${paintState(state.current)}  ${elapsedOf(state)}  ${styleText('gray', id)}`
  const isQuiet = ({ run }: Branch): boolean => isFinal(run.state.current) && run.state.current !== 'FAILED'
  const all = treeOf(taskRunList)
  const loud = all.length <= room ? all : all.filter(branch => !isQuiet(branch)).slice(-room)
  const hidden = all.length - loud.length
  const width = Math.max(0, ...loud.map(({ run, depth }) => 2 * depth + nameOf(run).length))
  const rows = loud.map(({ run, depth }) => {
    const { current } = run.state
    const attempts = run.attempts !== undefined && run.attempts.length > 1 ? `  attempt ${run.attempts.length}` : ''
    const name = nameOf(run).padEnd(width - 2 * depth)
    return `${'  '.repeat(1 + depth)}${markOf(current, spinner)} ${name}  ${paintState(current, STATE_WIDTH)}  ${elapsedOf(run.state)}${attempts}`
  })
  return [head, ...rows, ...(hidden > 0 ? [styleText('gray', `  … and ${hidden} more task runs`)] : [])]
}

interface Branch {
  readonly run: TaskRun
  readonly depth: number
}

/** Each task run followed by those inside it. */
function treeOf(runs: readonly TaskRun[]): readonly Branch[] {
  const inside = Map.groupBy(runs, run => run.parentTaskRunId)
  const known = new Set(runs.map(run => run.id))
  const branchesOf = (run: TaskRun, depth: number): readonly Branch[] => [
    { run, depth },
    ...(inside.get(run.id) ?? []).flatMap(child => branchesOf(child, depth + 1)),
  ]
  const isRoot = ({ parentTaskRunId: parent }: TaskRun): boolean => parent === undefined || !known.has(parent)
  return runs.filter(isRoot).flatMap(run => branchesOf(run, 0))
}

/** A row that wraps would make the block higher than it is counted. */
function cut(row: string, columns: number): string {
  const width = (columns || USUAL_COLUMNS) - 1
  const plain = stripVTControlCharacters(row)
  return plain.length <= width ? row : plain.slice(0, width)
}
