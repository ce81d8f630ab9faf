// Loops over files: every line is one iteration, or one child, and none comes twice.
import { mapGet, printValue, type ExecutionState } from '@batuta/core'
import type { Audit, Shadow } from './audit.ts'
import { count, type Ledger } from './ledger.ts'
import { linesIn } from './simulated-files.ts'

export function checkLoops(shadow: Shadow, audit: Audit, ledger: Ledger, wrong: (what: string) => void): void {
  const { state, plan } = shadow
  for (const run of state.runs) {
    const task = plan.tasks[run.task]
    if (run.isRemoved || !task || run.outputs === undefined) continue
    if (task.kind.type === 'control' && task.type.endsWith('$ForEachItemExecutable')) {
      const lines = linesOf(plan.tasks[task.parent], 'items')
      const batches = mapGet(run.outputs, 'numberOfBatches')
      if (lines === undefined || batches === undefined) continue
      count(ledger, 'batches counted')
      if (batches !== lines) wrong(`run ${run.ordinal} has ${String(batches)} batches, its file ${lines} lines`)
    }
    if (task.type.endsWith('.Loop') && mapGet(task.task.properties, 'breakWhen') === undefined) {
      const lines = linesOf(task, 'values')
      const iterations = mapGet(run.outputs, 'iterationCount')
      if (lines === undefined || iterations === undefined) continue
      count(ledger, 'lines counted')
      if (iterations !== lines)
        wrong(`run ${run.ordinal} has ${String(iterations)} iterations, its file ${lines} lines`)
    }
  }
  if (state.generation === 1 && state.originalId === state.id) checkBatches(state, audit, wrong)
}

/** A batch has as many children as it was tried. */
function checkBatches({ id, runs }: ExecutionState, audit: Audit, wrong: (what: string) => void): void {
  const children = new Map<number, number>()
  for (const { state } of audit.shadows.values()) {
    const { parentLink, trigger } = state
    if (parentLink?.executionId !== id || !trigger?.type.endsWith('$ForEachItemExecutable')) continue
    if (state.originalId !== state.id) continue
    children.set(parentLink.run, (children.get(parentLink.run) ?? 0) + 1)
  }
  for (const [ordinal, count] of children) {
    // Of one that was taken out nothing is kept.
    if (runs.at(ordinal)?.isRemoved) continue
    const tries = 1 + (runs.at(ordinal)?.history.filter(moment => moment.state === 'RETRYING').length ?? 0)
    if (count > tries) wrong(`the batch of run ${ordinal} has ${count} children, and was tried ${tries} times`)
  }
}

function linesOf(task: Shadow['plan']['tasks'][number] | undefined, property: string): number | undefined {
  const text = task && printValue(mapGet(task.task.properties, property) ?? '')
  return text?.startsWith('kestra:///items/') ? linesIn(text).length : undefined
}
