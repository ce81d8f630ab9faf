// Which task run an execution failed by.
import { endMsOf } from '../gantt/gantt-bars.ts'
import { isLeaf, type GanttRun } from '../gantt/gantt-run.ts'

/** The last that failed by itself: groups fail because of what is in them, handlers of errors begin after it. */
export function failedRun<Run extends GanttRun>(runs: readonly Run[]): Run | undefined {
  return runs
    .filter(run => run.state.current === 'FAILED' && isLeaf(run))
    .reduce<Run | undefined>((last, run) => (last && endMsOf(last, 0) > endMsOf(run, 0) ? last : run), undefined)
}

/** Which of the lines tell what went wrong: the errors of the last attempt, or the last line. */
export function messageOfLines<
  Line extends { readonly level: string; readonly message: string; readonly attemptNumber?: number },
>(lines: readonly Line[]): string | undefined {
  const last = lines.at(-1)
  const errors = lines.filter(({ level, attemptNumber }) => level === 'ERROR' && attemptNumber === last?.attemptNumber)
  const told =
    errors.length > 0 ? errors.slice(-MESSAGES_MAX) : [lines.findLast(({ level }) => level === 'ERROR') ?? last]
  const messages = new Set(told.flatMap(line => line?.message ?? []))
  return messages.size === 0 ? undefined : [...messages].join('\n')
}

const MESSAGES_MAX = 5
