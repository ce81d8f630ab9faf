// What reaches the model from outside: what workers, children, hours and the world say (§5, §7), and the commands of people (§13).
import { settle } from './model-attempts.ts'
import type { Model } from './model.ts'
import { below, isFinal, isWaitingPause, tolerated, type Run, type State } from './model-run.ts'
import { enabled } from './model-run.ts'

type Outputs = Record<string, unknown>

export type Answer = 'yes' | 'no' | 'broken'

export function settleJob(model: Model, run: Run, state: State, outputs?: Outputs): void {
  settle(model, run, state, outputs)
  model.goOn()
}

/** §6.8: what the end of the child makes of the run; CANCELLED and RETRIED count as success. */
export function endChild(model: Model, run: Run, state: State): void {
  const isGood = run.node.isTolerant === true || state === 'CANCELLED' || state === 'RETRIED'
  settle(model, run, isGood ? 'SUCCESS' : state, { executionId: '*', state, outputs: {} })
  model.goOn()
}

export function answer(model: Model, run: Run, given: Answer): void {
  if (run.question !== undefined) run.answers.set(run.question, given)
  run.question = undefined
  model.goOn()
}

export function fire(model: Model, run: Run): void {
  const timer = run.timer
  run.timer = undefined
  if (timer === 'pass') return beginPass(model, run)
  if (timer === 'retry') {
    model.move(run, 'CREATED')
    if (model.state === 'RETRYING' && !model.runs.some(other => other.timer === 'retry')) model.moveTo('RUNNING')
    return model.goOn()
  }
  if (timer === 'timeout') return endWait(model, run, 'FAILED')
  switch (run.node.until) {
    case 'WARN':
      return endWait(model, run, 'WARNING', true)
    case 'FAIL':
      return endWait(model, run, 'FAILED', true)
    case 'CANCEL':
      resumed(model, run, 'CANCELLED')
      return model.exit(run, 'CANCELLED')
    case 'RESUME':
    case 'person':
    case 'timeout':
    case undefined:
      return resume(model, run)
  }
}

function resumed(model: Model, run: Run, to: string): void {
  run.outputs = { resumed: { on: new Date(model.nowMs).toISOString(), to } }
}

/** §6.12: without tasks it is over, with tasks they begin. */
export function resume(model: Model, run: Run): void {
  run.timer = undefined
  const hasTasks = enabled(run.node.tasks).length > 0
  if (!hasTasks) return endWait(model, run, 'SUCCESS', true)
  resumed(model, run, 'RUNNING')
  const isLast = isLastPaused(model)
  model.move(run, 'RUNNING')
  if (isLast) comeBack(model)
  model.goOn()
}

function endWait(model: Model, run: Run, state: State, hasOutputs = false): void {
  if (hasOutputs) resumed(model, run, state === 'SUCCESS' ? 'RUNNING' : state)
  const isLast = isLastPaused(model)
  model.move(run, tolerated(run.node, state))
  if (isLast) comeBack(model)
  model.goOn()
}

function isLastPaused(model: Model): boolean {
  return model.state === 'PAUSED' && model.runs.filter(run => !run.isRemoved && run.state === 'PAUSED').length === 1
}

function comeBack(model: Model): void {
  model.moveTo('RESTARTED')
  model.moveTo('RUNNING')
}

/** §6.10: the runs of the pass before are not there any more. */
export function beginPass(model: Model, run: Run): void {
  for (const other of below(run)) if (!isFinal(other.state)) model.stop(other, 'KILLED')
  model.remove(run, run.children)
  const isLast = isLastPaused(model)
  run.timer = undefined
  run.iteration = (run.iteration ?? 0) + 1
  run.pass = run.iteration
  run.answers.clear()
  model.move(run, 'RUNNING')
  if (isLast) model.moveTo('RUNNING')
  model.goOn()
}

/** §5.6: what has not begun and what waits is KILLED at once, what is out is waited for. */
export function kill(model: Model): void {
  if (isFinal(model.state) || model.isKilled) return
  model.isKilled = true
  model.moveTo('KILLING')
  model.root.question = undefined
  for (const run of model.runs) {
    if (run.isRemoved || isFinal(run.state)) continue
    run.timer = undefined
    if (!run.isOpen && run.out === undefined) model.move(run, 'KILLED')
  }
  model.hasGrace = model.runs.some(run => run.out !== undefined)
  model.goOn()
}

/** The grace is over. */
export function forceKill(model: Model): void {
  model.hasGrace = false
  for (const run of model.runs) {
    if (run.out !== undefined) model.stop(run, 'KILLED')
  }
  model.goOn()
}

export function pause(model: Model): void {
  if (model.state === 'RUNNING') model.moveTo('PAUSED')
}

export function resumeAll(model: Model): void {
  model.moveTo('RUNNING')
  model.goOn()
}

export function waitingPauses(model: Model): readonly Run[] {
  return model.runs.filter(run => !run.isRemoved && isWaitingPause(run))
}

export function waitingLoops(model: Model): readonly Run[] {
  return model.runs.filter(run => !run.isRemoved && run.timer === 'pass')
}
