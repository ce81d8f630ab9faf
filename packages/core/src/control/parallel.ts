import { isInteger } from '../std/value.ts'
import type { Control } from './control.ts'

export const parallel: Control = {
  type: 'io.kestra.plugin.core.flow.Parallel',
  aliases: ['io.kestra.core.tasks.flows.Parallel'],
  onChildFailure: 'FAIL',
  open: (task, render) => {
    const branch = task.lists.tasks
    return {
      branch,
      isFanned: true,
      laneCount: branch.length,
      laneLimit: laneLimitOf(render.raw('concurrent'), branch.length),
    }
  },
}

/** 2.0 opens a Parallel with fewer lanes than none, and fails it (recorded). */
export function laneProblem(type: string, concurrent: unknown): string | undefined {
  if (type !== parallel.type || typeof concurrent !== 'number' || concurrent >= 0) return undefined
  return `${concurrent} tasks cannot run at once: "concurrent" must be 0, for no limit, or more.`
}

/** 0, nothing or (in flows written for 1.x) a negative number means no limit. */
export function laneLimitOf(concurrent: unknown, laneCount: number): number {
  const limit = typeof concurrent === 'number' && isInteger(concurrent) ? concurrent : 0
  return limit > 0 ? limit : Math.max(laneCount, 1)
}
