// Where an app stands: nothing was started yet, or an execution goes on, waits, has ended; and what its blocks may show of it.
import {
  evaluateAsync,
  findWaiting,
  getTask,
  mapEntries,
  taskRunId,
  type AppEvent,
  type ExecutionState,
  type Plan,
  type ResolvedInput,
  type Value,
  type ValueMap,
} from '@batuta/core'
import { resolve, scopeOf, watchSecrets } from '../../flows/births.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { askOf } from '../executions/prepare-execution.ts'
import { viewExecution } from '../executions/read-execution.ts'
import { lookAtWaiting } from '../executions/resume-execution.ts'
import { readLogs, type LogEntryDocument } from '../logs/read-logs.ts'
import { notFound } from '../request-error.ts'

/** What is seen of an execution by whoever was given its address. */
export interface SeenExecution {
  readonly id: string
  readonly state: string
  readonly event: AppEvent
  readonly isLive: boolean
  readonly inputs: readonly Shown[]
  readonly outputs: readonly Shown[]
  /** Where it waits for an answer. */
  readonly waiting: { readonly taskRunId: string; readonly question?: string } | undefined
}

export interface Shown {
  readonly id: string
  readonly title: string
  readonly value: Value
}

export async function seeExecution(id: string, dependencies: HttpDependencies): Promise<SeenExecution> {
  const seen = await viewExecution(id, dependencies, (state, plan) => seenOf(id, state, plan))
  if (!seen) throw notFound('What this address shows')
  return seen
}

function seenOf(id: string, state: ExecutionState, plan: Plan): SeenExecution {
  const { flow } = plan
  const run = state.state === 'PAUSED' || state.paused > 0 ? findWaiting({ state, plan }) : undefined
  const question = run && getTask(plan, run.task).task.description
  const titleOf = (name: string, declared: readonly { readonly id: string; readonly displayName?: string }[]): string =>
    declared.find(item => item.id === name)?.displayName ?? name
  const shown = (values: ValueMap | undefined, declared: Parameters<typeof titleOf>[1]): readonly Shown[] =>
    Array.from(values ? mapEntries(values) : [], ([name, value]) => ({
      id: name,
      title: titleOf(name, declared),
      value,
    }))
  const event = eventOf(state, run !== undefined)
  return {
    id,
    state: state.state,
    event,
    isLive: event === 'CREATED' || event === 'RUNNING' || event === 'PAUSE',
    inputs: shown(state.inputs, flow.inputs),
    outputs: shown(state.outputs, flow.outputs),
    waiting: run && { taskRunId: taskRunId(id, run.ordinal), ...(question !== undefined && { question }) },
  }
}

function eventOf({ state }: ExecutionState, isAsking: boolean): AppEvent {
  switch (state) {
    case 'SUCCESS':
    case 'WARNING':
      return 'SUCCESS'
    case 'FAILED':
    case 'KILLED':
    case 'CANCELLED':
      return 'FAILURE'
    case 'PAUSED':
      return isAsking ? 'PAUSE' : 'RUNNING'
    case 'CREATED':
    case 'QUEUED':
      return 'CREATED'
    case 'BREAKPOINT':
    case 'KILLING':
    case 'RESTARTED':
    case 'RETRIED':
    case 'RETRYING':
    case 'RUNNING':
    case 'SKIPPED':
    case 'SUBMITTED':
      return 'RUNNING'
  }
}

/** What the flow asks for, with what was given. */
export async function askedByFlow(
  plan: Plan,
  inputs: ValueMap,
  dependencies: HttpDependencies,
): Promise<readonly ResolvedInput[]> {
  const world = dependencies.startWorld()
  const secrets = watchSecrets(world)
  const ask = secrets.watch(askOf(plan, '', dependencies))
  const request = { plan, inputs, isForm: true }
  const { perInput } = await evaluateAsync(scope => resolve(request, world, scope), scopeOf(plan, world), ask)
  return perInput.map(each => ({ ...each, problems: each.problems.map(text => secrets.mask(text)) }))
}

/** What a run that waits asks for; nothing when it waits no longer. */
export async function askedByRun(
  place: { readonly executionId: string; readonly taskRunId: string; readonly inputs: ValueMap },
  dependencies: HttpDependencies,
): Promise<{ readonly perInput: readonly ResolvedInput[]; readonly isDecision: boolean } | undefined> {
  const found = await lookAtWaiting(place, dependencies)
  return found && { perInput: found.resolved.perInput, isDecision: found.isDecision }
}

const LINES_MAX = 500

/** The last lines. */
export async function linesOf(
  executionId: string,
  { level, taskIds }: { readonly level: string; readonly taskIds: readonly string[] },
  dependencies: HttpDependencies,
): Promise<readonly LogEntryDocument[]> {
  const lines: LogEntryDocument[] = []
  for await (const entries of readLogs(executionId, { minLevel: level }, dependencies)) {
    lines.push(...entries.filter(({ taskId }) => taskIds.length === 0 || taskIds.includes(taskId ?? '')))
    if (lines.length > LINES_MAX) lines.splice(0, lines.length - LINES_MAX)
  }
  return lines
}
