// LoopUntil runs its tasks pass by pass until its condition holds. Between passes it waits, PAUSED. `iterationCount` is the number of the pass, which
// 1.x counts on before it looks at the maximum and 2.0 after (recorded): of three, 1.x runs three passes and 2.0 four.
import type { PlanTask } from '../execution/plan.ts'
import { RunError, type Renderer } from '../execution/renderer.ts'
import { parseDuration } from '../std/duration.ts'
import { isMap, isTruthyText, mapGet, type ValueMap } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'
import type { Control, Pass, PassEnd } from './control.ts'

const INTERVAL_MS = 60_000

export const loopUntil: Control = {
  type: 'io.kestra.plugin.core.flow.LoopUntil',
  aliases: ['io.kestra.plugin.core.flow.WaitFor', 'io.kestra.core.tasks.flows.WaitFor'],
  open: task => ({ branch: task.lists.tasks, outputs: { iterationCount: 1 } }),
  afterPass: (task, render, pass) => {
    const iterationCount = countOf(pass)
    const isMet = isTruthyText((render.text('condition') ?? '').trim())
    // A condition that holds after a pass in which a task failed does not save the loop.
    if (isMet) return { type: 'over', iterationCount, verdict: pass.isFailed ? 'FAILED' : 'SUCCESS' }
    return goOn(task, render, { ...pass, iterationCount })
  },
}

function goOn(task: PlanTask, render: Renderer, pass: Pass & { readonly iterationCount: number }): PassEnd {
  const { maxIterations, maxDurationMs, intervalMs } = frequencyOf(task, render)
  const next = pass.iterationCount + 1
  const reached = pass.dialect === 1 ? next : pass.iterationCount
  const ageMs = render.scope.nowMs - (pass.run.history[0]?.atMs ?? 0)
  const isOver =
    (maxIterations !== undefined && reached > maxIterations) || (maxDurationMs !== undefined && ageMs > maxDurationMs)
  if (!isOver) return { type: 'again', iterationCount: next, intervalMs }
  const isFailing = isTruthyText(render.text('failOnMaxReached') ?? printValue(render.raw('failOnMaxReached') ?? false))
  return {
    type: 'over',
    iterationCount: reached,
    verdict: isFailing ? 'FAILED' : 'SUCCESS',
    ...(isFailing ? { problem: `The loop "${task.id}" reached its maximum before its condition held.` } : {}),
  }
}

function countOf({ run }: Pass): number {
  const count = run.outputs && mapGet(run.outputs, 'iterationCount')
  return typeof count === 'number' ? count : 1
}

interface Frequency {
  readonly maxIterations: number | undefined
  readonly maxDurationMs: number | undefined
  readonly intervalMs: number
}

function frequencyOf(task: PlanTask, render: Renderer): Frequency {
  const given = render.value('checkFrequency') ?? {}
  if (!isMap(given)) throw new RunError(`The checkFrequency of "${task.id}" is no map.`)
  const maxIterations = textOf(given, 'maxIterations')
  if (maxIterations !== undefined && !/^\d+$/.test(maxIterations))
    throw new RunError(`The maxIterations of "${task.id}" must be a whole number, but is "${maxIterations}".`)
  return {
    maxIterations: maxIterations === undefined ? undefined : Number(maxIterations),
    maxDurationMs: durationOf(task, given, 'maxDuration'),
    intervalMs: durationOf(task, given, 'interval') ?? INTERVAL_MS,
  }
}

function durationOf(task: PlanTask, given: ValueMap, name: string): number | undefined {
  const text = textOf(given, name)
  if (text === undefined) return undefined
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : parseDuration(text)
  if (ms !== undefined) return Math.max(0, ms)
  throw new RunError(`The ${name} of "${task.id}" must be an ISO 8601 duration such as PT30S, but is "${text}".`)
}

function textOf(given: ValueMap, name: string): string | undefined {
  const value = mapGet(given, name)
  const text = value === undefined || value === null ? '' : printValue(value).trim()
  return text === '' || text === 'null' ? undefined : text
}
