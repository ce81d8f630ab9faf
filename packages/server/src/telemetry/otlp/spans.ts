// Spans of what was committed: one of each execution when it ends, one of each attempt, group and subflow when that ends.
import {
  isFinal,
  taskRunId,
  type Event,
  type ExecutionState,
  type Plan,
  type StateName,
  type TaskRun,
} from '@batuta/core'
import type { CommittedTurn } from '../engine-meter.ts'
import { attemptSpanId, executionSpanId, parentSpanId, traceOf, type Trace } from '../trace-context.ts'
import type { SpanRecord } from './otlp-json.ts'

export type EmitSpan = (make: () => SpanRecord) => void

type Settled = Extract<Event, { type: 'attempt-settled' }>

/** Nothing for executions whose trace is not recorded. */
export function emitSpans({ plan, env, result }: CommittedTurn, sampledPart: number, emit: EmitSpan): void {
  const { state, events } = result
  if (!events.some(isEnding)) return
  const trace = traceOf(state, sampledPart)
  if (!trace.isSampled) return
  for (const event of events) {
    if (event.type === 'moved' && isFinal(event.to))
      emit(() => executionSpan(state, trace, { to: event.to, endMs: env.nowMs }))
    if (event.type === 'attempt-settled') emit(() => attemptSpan(state, plan, trace, event))
    if (event.type === 'run-moved' && isFinal(event.to) && event.to !== 'SKIPPED') {
      const run = state.runs.at(event.run)
      // What has attempts is told by them.
      if (run && run.attempts.length === 0)
        emit(() => groupSpan(state, { run, plan, trace }, { to: event.to, endMs: env.nowMs }))
    }
  }
}

function isEnding(event: Event): boolean {
  return (
    event.type === 'attempt-settled' || ((event.type === 'moved' || event.type === 'run-moved') && isFinal(event.to))
  )
}

interface End {
  readonly to: StateName
  readonly endMs: number
}

function executionSpan(state: ExecutionState, trace: Trace, { to, endMs }: End): SpanRecord {
  const { id, namespace, flowId, generation, parentLink } = state
  return {
    traceId: trace.traceId,
    spanId: executionSpanId(id, generation),
    parentSpanId: parentLink ? attemptSpanId(parentLink.executionId, parentLink.run, 0) : trace.callerSpanId,
    name: `${namespace}.${flowId}`,
    startMs: startOf(state),
    endMs,
    isFailed: to === 'FAILED',
    attributes: {
      ...flowAttributes(state),
      'batuta.execution.state': to,
      'batuta.execution.generation': generation > 1 ? generation : undefined,
      'batuta.trigger.id': state.trigger?.id,
      'batuta.trigger.type': state.trigger?.type,
    },
  }
}

/** Of a restarted execution: since it was restarted. */
function startOf({ history }: ExecutionState): number {
  const restarted = history.findLast(({ state }) => state === 'RESTARTED')
  return (restarted ?? history[0])?.atMs ?? 0
}

function attemptSpan(state: ExecutionState, plan: Plan, trace: Trace, { run: ordinal, attempt }: Settled): SpanRecord {
  const run = state.runs.at(ordinal)
  const number = Math.max(0, run?.attempts.indexOf(attempt) ?? 0)
  return {
    traceId: trace.traceId,
    spanId: attemptSpanId(state.id, ordinal, number),
    parentSpanId: run ? parentSpanId(state, run) : undefined,
    name: (run && plan.tasks[run.task]?.id) ?? 'task',
    startMs: attempt.startedMs,
    endMs: attempt.endedMs,
    isFailed: attempt.state === 'FAILED',
    attributes: {
      ...flowAttributes(state),
      ...(run ? taskAttributes(state, run, plan) : {}),
      'batuta.task_run.state': attempt.state,
      'batuta.task_run.attempt': number,
    },
  }
}

interface Grouped {
  readonly run: TaskRun
  readonly plan: Plan
  readonly trace: Trace
}

function groupSpan(state: ExecutionState, { run, plan, trace }: Grouped, { to, endMs }: End): SpanRecord {
  return {
    traceId: trace.traceId,
    spanId: attemptSpanId(state.id, run.ordinal, 0),
    parentSpanId: parentSpanId(state, run),
    name: plan.tasks[run.task]?.id ?? 'task',
    startMs: run.history[0]?.atMs ?? endMs,
    endMs,
    isFailed: to === 'FAILED',
    attributes: { ...flowAttributes(state), ...taskAttributes(state, run, plan), 'batuta.task_run.state': to },
  }
}

function flowAttributes({ id, namespace, flowId, revision }: ExecutionState): SpanRecord['attributes'] {
  return {
    'batuta.execution.id': id,
    'batuta.namespace': namespace,
    'batuta.flow.id': flowId,
    'batuta.flow.revision': revision,
  }
}

function taskAttributes(state: ExecutionState, run: TaskRun, plan: Plan): SpanRecord['attributes'] {
  const task = plan.tasks[run.task]
  return {
    'batuta.task.id': task?.id,
    'batuta.task.type': task?.type,
    'batuta.task_run.id': taskRunId(state.id, run.ordinal),
  }
}
