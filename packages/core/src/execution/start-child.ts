// Subflow: the child is born in the flush that links it, and its last turn tells the parent. A restarted run whose child failed restarts that
// child instead of making another (`restartBehavior`).
import { isMap, isTruthyText, type Value } from '../std/value.ts'
import { readLabels } from '../inline/labels.ts'
import type { View } from './context.ts'
import { plainRunId } from './context.ts'
import type { Decision, Effect, Event } from './event.ts'
import type { PlanTask } from './plan.ts'
import { RunError, type Renderer } from './renderer.ts'
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
  const prepared = env.prepareChild(requestOf(view, run, { task, render }))
  if ('problem' in prepared) throw new RunError(prepared.problem)
  const isAwaited = isTruthyText(render.text('wait') ?? 'true')
  const childId = env.newId(prepared.birth)
  const birth = {
    ...prepared.birth,
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

function requestOf(
  { state, plan }: View,
  run: TaskRun,
  { task, render }: { readonly task: PlanTask; readonly render: Renderer },
): ChildRequest {
  const inputs = render.value('inputs') ?? {}
  if (!isMap(inputs)) throw new RunError(`The inputs of the subflow "${task.id}" are no map.`)
  const revision = render.raw('revision')
  const isInheriting = isTruthyText(render.text('inheritLabels') ?? 'false')
  const inherited = state.labels.filter(label => isInheriting || label.key.startsWith('system.'))
  const own = readLabels(task.id, render.value('labels') ?? [])
  const variables: Record<string, Value> = {
    executionId: state.id,
    namespace: state.namespace,
    flowId: state.flowId,
    flowRevision: state.revision,
    taskId: task.id,
    taskRunId: plainRunId(state.id, run.ordinal),
  }
  if (run.value !== undefined) variables['taskRunValue'] = run.value
  if (run.iteration !== undefined) variables['taskRunIteration'] = run.iteration
  if (run.outputs && plan.flow.dialect === 1) variables['taskRunOutputs'] = run.outputs
  return {
    tenant: state.tenant,
    namespace: render.text('namespace') ?? state.namespace,
    flowId: render.text('flowId') ?? '',
    ...(typeof revision === 'number' ? { revision } : {}),
    inputs,
    labels: [...inherited, ...own],
    trigger: { id: task.id, type: task.type, variables },
  }
}
