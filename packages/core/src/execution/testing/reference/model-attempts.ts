// §7: what the end of an attempt means – another attempt, another execution, or the end of the run.
import type { Model } from './model.ts'
import { iterationAround } from './model-outputs.ts'
import { isFinal, tolerated, type Run, type State } from './model-run.ts'
import type { Kind, RetryNode } from './tree.ts'

/** An attempt has ended. */
export function settle(model: Model, run: Run, state: State, outputs?: Record<string, unknown>): void {
  const wasTried = run.attempts.length > 0
  run.out = undefined
  run.attempts.push(state)
  if (outputs) run.outputs = outputs
  if (run.state !== 'RUNNING') run.history.push('RUNNING')
  if (model.isKilled && !isFinal(model.state))
    return model.end(run, state === 'SUCCESS' || state === 'WARNING' ? state : 'KILLED')
  if (state === 'FAILED' && tryAgain(model, run)) return
  const isLate = state === 'SUCCESS' && wasTried && run.node.retry?.isWarning === true
  model.end(run, tolerated(run.node, isLate ? 'WARNING' : state))
}

/** §6.8, §6.13: a child that cannot be made, a change that is refused: the attempt has failed before it began. Only a child is tried again. */
export function refuse(model: Model, run: Run): void {
  const isCall = run.node.kind === 'Subflow'
  if (isCall && tryAgain(model, run)) return
  const state = !isCall && model.tree.dialect === 2 ? tolerated(run.node, 'FAILED') : 'FAILED'
  run.attempts.push(state)
  model.end(run, state)
}

/** A worker may be lost this often. */
const LOST_MAX = 3

/** Its worker is gone: another one takes it, which is no attempt; after the third it has failed. */
export function lose(model: Model, run: Run): void {
  run.lost += 1
  run.out = undefined
  if (model.isKilled && !isFinal(model.state)) settle(model, run, 'KILLED')
  else if (run.lost >= LOST_MAX) settle(model, run, 'FAILED')
  model.goOn()
}

/** §7.3: its own policy, else that of the nearest group around it, else that of the flow. */
function policyOf(model: Model, run: Run): RetryNode | undefined {
  for (let at: Run | undefined = run; at; at = at.parent) {
    if (at.node.retry) return at === run || run.node.allowFailure !== true ? at.node.retry : undefined
  }
  return run.node.allowFailure === true ? undefined : model.tree.retry
}

/** §7.5: a directory is done again as a whole. */
export function tryDirectoryAgain(model: Model, group: Run): boolean {
  group.attempts.push('FAILED')
  if (tryAgain(model, group)) {
    group.isOpen = false
    return true
  }
  group.attempts.pop()
  return false
}

/** Nothing is left of what was done in the folder before. */
export function clearOut(group: Run): void {
  for (const child of group.children) child.isRemoved = true
  group.children = []
  group.verdict = undefined
}

function tryAgain(model: Model, run: Run): boolean {
  const policy = policyOf(model, run)
  const isInside = run.parent?.node.kind === 'WorkingDirectory' && (run.list === 'tasks' || run.list === 'closing')
  if (isInside && !run.node.retry) return false
  if (!policy) return false
  const isRenewing = policy.isRenewing === true
  if (isFinal(model.state) && (isRenewing || !model.isAfter(run))) return false
  if ((isRenewing ? model.attemptNumber : run.attempts.length) >= policy.maxAttempts) return false
  if (isRenewing) renew(model, run)
  else {
    run.timer = 'retry'
    model.move(run, 'RETRYING')
    if (model.state === 'RUNNING' && !iterationAround(run)) model.moveTo('RETRYING')
  }
  return true
}

const TASKS: ReadonlySet<Kind> = new Set(['Job', 'Return', 'Probe', 'Fail', 'Assert', 'Labels', 'Exit', 'Subflow'])

/** What was begun goes on, what was created with it begins, groups that were not opened are not. */
function renew(model: Model, run: Run): void {
  model.move(run, 'RETRIED')
  for (let at = run.parent; at?.parent; at = at.parent) if (!isFinal(at.state)) model.move(at, 'RETRIED')
  for (const other of model.runs.toReversed()) {
    const isFresh = other.state === 'CREATED' || other.state === 'RESTARTED'
    if (other.isRemoved || isFinal(other.state) || other.out !== undefined) continue
    if (other.isOpen && other.state === 'RUNNING') other.isLeaving = true
    else if (!isFresh || !TASKS.has(other.node.kind)) model.move(other, 'CANCELLED')
  }
  model.isRenewing = true
  model.moveTo('RETRIED')
}
