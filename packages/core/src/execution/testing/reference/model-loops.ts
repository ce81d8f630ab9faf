// §6.10 and §6.15: the passes of a LoopUntil and the iterations of a Loop.
import type { Model } from './model.ts'
import { isFinal, runsOf, type Run } from './model-run.ts'

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
    if (state !== 'FAILED') model.remove(group, runs)
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
