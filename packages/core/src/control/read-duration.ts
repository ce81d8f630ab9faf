import type { PlanTask } from '../execution/plan.ts'
import { RunError, type Renderer } from '../execution/renderer.ts'
import { parseDuration } from '../std/duration.ts'

/** A property that renders to an ISO 8601 duration, or to a bare number of seconds; undefined when it is absent or renders to nothing. */
export function readDurationMs(task: PlanTask, render: Renderer, name: string): number | undefined {
  const text = render.text(name)?.trim() ?? ''
  if (text === '' || text === 'null') return undefined
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : parseDuration(text)
  if (ms !== undefined) return Math.max(0, ms)
  throw new RunError(
    `The ${name} of "${task.id}" must be an ISO 8601 duration such as PT30S, but rendered to "${text.slice(0, 200)}".`,
  )
}
