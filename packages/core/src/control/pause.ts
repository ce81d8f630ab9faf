// Pause waits until somebody resumes it, or until its hour. What it was asked (`onResume`) is its output. Tasks of its own, the older form,
// begin once it is resumed.
import type { PlanTask } from '../execution/plan.ts'
import { RunError, type Renderer } from '../execution/renderer.ts'
import type { FinalState } from '../execution/state.ts'
import { mapSize, type ValueMap } from '../std/value.ts'
import type { Control, Resumption, Waiting } from './control.ts'
import { readDurationMs } from './read-duration.ts'

type Behavior = 'RESUME' | 'WARN' | 'FAIL' | 'CANCEL'
const BEHAVIORS: readonly Behavior[] = ['RESUME', 'WARN', 'FAIL', 'CANCEL']

const waiting: Waiting = {
  hook: 'onPause',
  resumed: (task, render, { inputs, by }) => goOn(task, outputsOf(render, { inputs, by, to: 'RUNNING' })),
  expired: (task, render, { cause, inputs }) => {
    if (cause === 'timeout')
      return { to: 'FAILED', problem: `The Pause "${task.id}" was not resumed within its timeout.` }
    return afterDelay(task, render, inputs)
  },
}

export const pause: Control = {
  type: 'io.kestra.plugin.core.flow.Pause',
  aliases: ['io.kestra.core.tasks.flows.Pause'],
  waiting,
  open: (task, render) => {
    behaviorOf(task, render)
    const delayMs = readDurationMs(task, render, 'pauseDuration') ?? readDurationMs(task, render, 'delay')
    // With both only the duration counts.
    const timeoutMs = delayMs === undefined ? readDurationMs(task, render, 'timeout') : undefined
    const wait = { ...(delayMs === undefined ? {} : { delayMs }), ...(timeoutMs === undefined ? {} : { timeoutMs }) }
    return { branch: task.lists.tasks, wait }
  },
}

/** A Pause that only ever waits for its hour; a person may end it early all the same. */
export const wait: Control = {
  type: 'io.kestra.plugin.core.flow.Wait',
  aliases: [],
  waiting: { resumed: waiting.resumed, expired: (task, render, { inputs }) => afterDelay(task, render, inputs) },
  open: (task, render) => {
    behaviorOf(task, render)
    const delayMs = readDurationMs(task, render, 'pauseDuration') ?? readDurationMs(task, render, 'duration')
    if (delayMs === undefined)
      throw new RunError(`The Wait "${task.id}" does not say how long: set pauseDuration, such as PT30S.`)
    return { branch: [], wait: { delayMs } }
  },
}

function afterDelay(task: PlanTask, render: Renderer, inputs: ValueMap): Resumption {
  const behavior = behaviorOf(task, render)
  const outputs = (to: FinalState | 'RUNNING'): ValueMap => outputsOf(render, { inputs, by: undefined, to })
  switch (behavior) {
    case 'RESUME':
      return goOn(task, outputs('RUNNING'))
    case 'WARN':
      return { to: 'WARNING', outputs: outputs('WARNING') }
    case 'FAIL':
      return { to: 'FAILED', outputs: outputs('FAILED') }
    case 'CANCEL':
      return { to: 'CANCELLED', outputs: outputs('CANCELLED'), exit: 'CANCELLED' }
  }
}

function goOn(task: PlanTask, outputs: ValueMap): Resumption {
  return { to: task.lists.tasks.length > 0 ? 'RUNNING' : 'SUCCESS', outputs }
}

interface Resumed {
  readonly inputs: ValueMap
  readonly by: string | undefined
  readonly to: FinalState | 'RUNNING'
}

function outputsOf({ scope }: Renderer, { inputs, by, to }: Resumed): ValueMap {
  const on = new Date(scope.nowMs).toISOString()
  return {
    ...(mapSize(inputs) > 0 ? { onResume: inputs } : {}),
    resumed: { ...(by === undefined ? {} : { by }), on, to },
  }
}

function behaviorOf(task: PlanTask, render: Renderer): Behavior {
  const text = render.text('behavior')?.trim() ?? ''
  if (text === '') return 'RESUME'
  const known = BEHAVIORS.find(behavior => behavior === text)
  if (known) return known
  throw new RunError(`The behavior of "${task.id}" must be one of ${BEHAVIORS.join(', ')}, but is "${text}".`)
}
