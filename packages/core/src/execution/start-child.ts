// Subflow: the child is born in the flush that links it, and its last turn tells the parent. A restarted run whose child failed restarts that
// child instead of making another (`restartBehavior`).
import { trust } from '../std/trust.ts'
import { isMap, isTruthyText, type Value } from '../std/value.ts'
import { readLabels } from '../inline/labels.ts'
import type { View } from './context.ts'
import { plainRunId } from './context.ts'
import { iterationOf } from './outputs.ts'
import { slugOf } from '../std/slug.ts'
import type { Birth, Decision, Effect, Event } from './event.ts'
import { getRun } from './look-up.ts'
import { getTask, type PlanTask } from './plan.ts'
import { NeedsEvaluation, RunError, rendererOf, type Renderer } from './renderer.ts'
import { settleAttempt } from './settle.ts'
import type { ExecutionState, TaskRun } from './state.ts'
import type { ChildRequest } from './turn-env.ts'

/** A subflow that calls itself in a circle ends here. */
export const DEPTH_MAX = 32

export function startChild(
  view: View,
  run: TaskRun,
  { task, render }: { readonly task: PlanTask; readonly render: Renderer },
): Decision {
  const { state, env } = view
  // Asked now if it asks the world: when the child has ended there is no second look.
  render.text('transmitFailed')
  if (
    run.state === 'RESTARTED' &&
    run.childId !== undefined &&
    (render.text('restartBehavior') ?? 'RETRY_FAILED') === 'RETRY_FAILED'
  ) {
    return restartChild(state, run, run.childId)
  }
  if (state.depth + 1 > DEPTH_MAX) {
    throw new RunError(
      `The call of "${render.text('flowId') ?? ''}" is ${DEPTH_MAX + 1} levels deep, and at most ${DEPTH_MAX} are run (LINEAGE_LIMIT): when flows call one another in a circle, a condition must end it.`,
    )
  }
  const prepared = prepare(view, run, { task, render })
  const isAwaited = isTruthyText(render.text('wait') ?? 'true')
  const childId = env.newId(prepared)
  const birth = {
    ...prepared,
    parentLink: { executionId: state.id, run: run.ordinal, isAwaited },
    depth: state.depth + 1,
    rootId: state.rootId,
    ...(state.traceparent === undefined ? {} : { traceparent: state.traceparent }),
  }
  const effects: Effect[] = [
    {
      type: 'log',
      entry: {
        run: run.ordinal,
        level: 'INFO',
        message: `Created new execution ${childId} of flow ${birth.namespace}.${birth.flowId}`,
        atMs: env.nowMs,
        attempt: run.attempts.length,
      },
    },
    { type: 'signal', signal: { type: 'create', executionId: childId, birth } },
  ]
  if (!isAwaited) return startedOnly(view, run, childId, effects)
  const events: Event[] = [
    { type: 'run-moved', run: run.ordinal, to: 'RUNNING' },
    { type: 'child-linked', run: run.ordinal, childId },
  ]
  return { events, effects }
}

function startedOnly(view: View, run: TaskRun, childId: string, effects: readonly Effect[]): Decision {
  const { env } = view
  const settled = settleAttempt(view, run, {
    run: run.ordinal,
    epoch: run.epoch,
    state: 'SUCCESS',
    outputs: { executionId: childId, state: 'CREATED', outputs: {} },
    startedMs: env.nowMs,
    endedMs: env.nowMs,
  })
  return { events: settled.events, effects: [...effects, ...settled.effects] }
}

function restartChild({ id }: ExecutionState, run: TaskRun, childId: string): Decision {
  const command = { name: 'restart', parent: { executionId: id, run: run.ordinal } } as const
  return {
    events: [
      { type: 'run-moved', run: run.ordinal, to: 'RUNNING' },
      { type: 'child-linked', run: run.ordinal, childId },
    ],
    effects: [{ type: 'signal', signal: { type: 'command', executionId: childId, command } }],
  }
}

/** The slot of the answer, where the child had to be prepared outside of the turn. */
const CHILD_SLOT = 'child:birth'

function prepare(view: View, run: TaskRun, subject: { readonly task: PlanTask; readonly render: Renderer }): Birth {
  const known = run.evaluated?.get(CHILD_SLOT)
  if (known === 'asked') throw new NeedsEvaluation(CHILD_SLOT)
  if (known && 'error' in known) throw new RunError(known.error)
  if (known) return trust<Birth>(known.value)
  const prepared = view.env.prepareChild(childRequestOf(view, run, subject))
  if ('isAsking' in prepared) throw new NeedsEvaluation(CHILD_SLOT)
  if ('problem' in prepared) throw new RunError(prepared.problem)
  return prepared.birth
}

/** What is asked for by a slot of that name: the birth of the run's child; undefined for other slots. */
export function childAskedBy(
  view: View,
  { run: ordinal, slot }: { readonly run: number; readonly slot: string },
): ChildRequest | undefined {
  if (slot !== CHILD_SLOT) return undefined
  const run = getRun(view.state, ordinal)
  const task = getTask(view.plan, run.task)
  return childRequestOf(view, run, { task, render: rendererOf(view, run, task) })
}

function revisionOf(task: PlanTask, render: Renderer): number | undefined {
  const raw = render.raw('revision')
  const text = typeof raw === 'number' ? String(raw) : (render.text('revision')?.trim() ?? '')
  if (text === '') return undefined
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new RunError(`The revision of "${task.id}" must be a number from 1, but is "${text}".`)
}

function scheduledMsOf(task: PlanTask, render: Renderer): number | undefined {
  const text = render.text('scheduleDate')?.trim() ?? ''
  if (text === '' || text === 'null') return undefined
  const hasOffset = /(?:Z|[+-]\d\d:?\d\d)(?:\[.*\])?$/.test(text)
  const ms = Date.parse(`${text.replace(/\[.*\]$/, '')}${hasOffset ? '' : 'Z'}`)
  if (Number.isNaN(ms))
    throw new RunError(
      `The scheduleDate of "${task.id}" must be a date such as 2031-04-05T06:07:08Z, but is "${text}".`,
    )
  return ms
}

/** What a child of a ForEachItem is told about its batch. */
function batchVariables(state: ExecutionState, run: TaskRun, task: PlanTask): Readonly<Record<string, Value>> {
  const batch = iterationOf(state, run)
  if (!batch?.iterations.isBatched) return {}
  const { loop, lane } = batch
  const uri = `${batchOutputsUri(state, loop, task.id)}/${lane}/outputs.ion`.slice('kestra:'.length)
  return {
    taskRunId: plainRunId(state.id, loop.ordinal),
    taskRunIteration: lane,
    taskRunOutputs: { numberOfBatches: loop.group?.laneCount ?? 0, uri },
  }
}

/** Where the outputs of the children of a ForEachItem are kept, a folder each. */
export function batchOutputsUri(state: ExecutionState, { ordinal }: TaskRun, taskId: string): string {
  const { id, namespace, flowId } = state
  return `kestra:///${namespace.replaceAll('.', '/')}/${flowId}/executions/${id}/tasks/${slugOf(taskId)}/${plainRunId(id, ordinal)}`
}

function childRequestOf(
  { state, plan }: View,
  run: TaskRun,
  { task, render }: { readonly task: PlanTask; readonly render: Renderer },
): ChildRequest {
  const inputs = render.value('inputs') ?? {}
  if (!isMap(inputs)) throw new RunError(`The inputs of the subflow "${task.id}" are no map.`)
  const revision = revisionOf(task, render)
  const isInheriting = isTruthyText(render.text('inheritLabels') ?? 'false')
  const inherited = state.labels.filter(label => isInheriting || label.key.startsWith('system.'))
  const own = readLabels(task.id, render.value('labels') ?? [])
  const scheduledMs = scheduledMsOf(task, render)
  const variables: Record<string, Value> = {
    executionId: state.id,
    namespace: state.namespace,
    flowId: state.flowId,
    flowRevision: state.revision,
    taskId: task.id,
    taskRunId: plainRunId(state.id, run.ordinal),
  }
  Object.assign(variables, batchVariables(state, run, task))
  if (run.value !== undefined) variables['taskRunValue'] = run.value
  if (run.iteration !== undefined) variables['taskRunIteration'] = run.iteration
  // 2.0 leaves them out (recorded).
  if (run.outputs && plan.flow.dialect === 1) variables['taskRunOutputs'] = run.outputs
  return {
    tenant: state.tenant,
    namespace: render.text('namespace') ?? state.namespace,
    flowId: render.text('flowId') ?? '',
    ...(revision === undefined ? {} : { revision }),
    inputs,
    labels: own,
    inherited,
    ...(scheduledMs === undefined ? {} : { scheduledMs }),
    trigger: { id: task.id, type: task.type, variables },
  }
}
