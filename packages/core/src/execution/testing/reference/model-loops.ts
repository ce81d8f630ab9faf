// §6.10 and §6.15: the passes of a LoopUntil and the iterations of a Loop.
import type { Model } from './model.ts'
import { isFinal, runsOf, type Run } from './model-run.ts'
import type { TaskNode } from './tree.ts'

/** §6.15: of an iteration that is over nothing is left but its state; one that failed keeps its runs for a restart. */
export function closeIterations(model: Model, group: Run): void {
  group.values.forEach((_, lane) => {
    const runs = runsOf(group, 'tasks').filter(run => run.lane === lane)
    const isOver = runs.length === group.branch.length || runs.some(run => run.state === 'FAILED')
    if (group.ended.has(lane) || runs.length === 0 || !isOver || runs.some(run => !isFinal(run.state))) return
    const states = runs.map(run => run.state)
    const state = (['KILLED', 'FAILED', 'WARNING'] as const).find(name => states.includes(name)) ?? 'SUCCESS'
    group.ended.set(lane, state)
    if (states.includes('FAILED')) group.hasFailedLane = true
    // A batch whose child was killed keeps its run, too.
    const isKept = state === 'FAILED' || (group.node.kind === 'Items' && state === 'KILLED')
    // What still waits in there, beside a failure within, waits for nobody any more.
    if (!isKept) model.wakeAfter(() => model.remove(group, runs))
  })
}

/** True when another pass is waited for. */
export function endPass(model: Model, group: Run): boolean {
  const { node } = group
  const isFailed = runsOf(group, 'tasks').some(run => run.state === 'FAILED')
  // Runs of `errors` count as well (recorded).
  const good = group.children.filter(run => ['SUCCESS', 'WARNING', 'SKIPPED'].includes(run.state)).length
  if (isFailed && good !== group.branch.length) return false
  const said = model.sayingOf(
    group,
    'condition',
    node.condition === 'second' ? (group.iteration === 1 ? 'yes' : 'no') : node.condition,
  )
  if (said === 'asked') return true
  if (said === 'broken') group.verdict = 'FAILED'
  if (said === 'yes') group.verdict = isFailed ? 'FAILED' : 'SUCCESS'
  if (said !== 'no') return false
  const count = Number(group.outputs?.['iterationCount'] ?? 1)
  const reached = model.tree.dialect === 1 ? count + 1 : count
  if (reached > (node.limit ?? 2)) {
    group.verdict = node.failsOnMaximum === true ? 'FAILED' : 'SUCCESS'
    group.outputs = { iterationCount: reached }
    return false
  }
  group.outputs = { iterationCount: count + 1 }
  group.timer = 'pass'
  model.pause(group)
  return true
}

/** What a Loop came to. */
export function sumUp(group: Run): void {
  const states = [...group.ended.values()]
  const state = (['KILLED', 'FAILED', 'WARNING'] as const).find(name => states.includes(name)) ?? 'SUCCESS'
  group.verdict = group.node.isTolerant === true ? 'SUCCESS' : state
  const counts: Record<string, number> = {}
  for (const name of states) counts[name] = (counts[name] ?? 0) + 1
  group.outputs = { iterationCount: group.values.length, runningIterations: 0, terminatedIterations: counts }
}

/** A lane that failed keeps no other from running. */
export function goesOn({ node: { kind, isTolerant } }: Run): boolean {
  return kind === 'Items' || (kind === 'Loop' && isTolerant === true)
}

/** §6.9: what a ForEachItem stands for. Its flags are those of the middle one as well. */
export function expand({ id, allowFailure, allowWarning, isUnawaited, isTolerant, isRenewing }: TaskNode): TaskNode[] {
  const flags = { allowFailure: allowFailure === true, allowWarning: allowWarning === true }
  const call = { isUnawaited: isUnawaited === true, isTolerant: isTolerant === true, isRenewing: isRenewing === true }
  return [
    { kind: 'Job', id: `${id}_split` },
    { kind: 'Items', id: `${id}_items`, limit: 0, ...flags, ...call },
    { kind: 'Job', id: `${id}_merge` },
  ]
}

/** §6.9: of batches a failure counts before a kill. */
export function sumUpItems(group: Run): void {
  const states = [...group.ended.values()]
  group.verdict = (['FAILED', 'KILLED', 'WARNING'] as const).find(name => states.includes(name)) ?? 'SUCCESS'
}

/** §6.9: one subflow for each batch, all at once; over nothing it is over, and leaves nothing. */
export function openItems(model: Model, run: Run): void {
  const said = model.sayingOf(run, 'batches', 'asked')
  if (said === 'asked') return
  if (said === 'broken') return model.failUnopened(run)
  if (said === 'no') return model.end(run, 'SUCCESS')
  run.values = ['0', '1']
  run.ended.clear()
  run.hasFailedLane = false
  run.outputs = { numberOfBatches: run.values.length }
  model.openWith(run, [{ ...run.node, kind: 'Subflow', allowFailure: false, allowWarning: false }])
}
