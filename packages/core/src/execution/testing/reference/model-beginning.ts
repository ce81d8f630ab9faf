// §5.5: what a failure waits for before it closes the group around it.
import { goesOn } from './model-loops.ts'
import { below, hasFailed, isFinal, nextRuns, type Run } from './model-run.ts'

/**
 * What was created together begins together, and a group in which nothing runs, or which has room for another task, goes on or ends, before the failure
 * of one closes the group; a retry is waited for. Whoever asks the world is waited for by nobody.
 */
export function isBeginning(group: Run): boolean {
  if (group.children.some(run => isFresh(run) || run.state === 'RETRYING')) return true
  return below(group).some(
    run => run.question === undefined && (isFresh(run) || isAtRest(run) || isToBegin(run) || isToFail(run)),
  )
}

function isFresh({ state }: Run): boolean {
  return state === 'CREATED' || state === 'RESTARTED'
}

function isAtRest(run: Run): boolean {
  return run.isOpen && run.state === 'RUNNING' && run.children.every(child => isFinal(child.state))
}

function isToBegin(run: Run): boolean {
  return isInTasks(run) && !hasFailed(run) && nextRuns(run).length > 0
}

/** Of failures within one another the inner one closes its group first. */
function isToFail(run: Run): boolean {
  return isInTasks(run) && !goesOn(run) && hasFailed(run) && !isBeginning(run)
}

function isInTasks(run: Run): boolean {
  return run.isOpen && run.state === 'RUNNING' && run.children.every(child => child.list === 'tasks')
}
