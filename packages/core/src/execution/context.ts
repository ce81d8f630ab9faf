// The variables that expressions see, root by root and only when asked for: nothing is merged or copied for a render.
// Shapes: expressions specification §5.
import type { Scope } from '../expression/scope.ts'
import { distanceOfIds, moveId } from '../std/id.ts'
import { isEmptyMap, isMap, mapFrom, mapGet, mapSize, type Value, type ValueMap } from '../std/value.ts'
import { inputsForRendering } from '../flow/inputs.ts'
import { getRun } from './look-up.ts'
import { namespaceRoot } from './namespace-root.ts'
import { iterationOf, outputsSeenBy } from './outputs.ts'
import type { Plan } from './plan.ts'
import { RunError } from './run-error.ts'
import { HANDLER, ROOT, type ExecutionState, type TaskRun } from './state.ts'
import type { TurnEnv } from './turn-env.ts'
import { variablesOf } from './variables.ts'

export interface View {
  readonly state: ExecutionState
  readonly plan: Plan
  readonly env: TurnEnv
}

/** The scope of a run's templates, or without a run, of the execution's own (flow outputs). */
export function scopeOf(view: View, run?: TaskRun): Scope {
  const { env } = view
  const { isSealed, hasStored } = view.state
  const scope: Scope = {
    lookup: root => lookupRoot(view, run, root),
    nowMs: env.nowMs,
    random: () => env.random(),
    zone: env.zone,
    locale: env.locale,
    fuel: env.fuel,
  }
  if (!isSealed && !hasStored) return scope
  return {
    ...scope,
    ...(isSealed ? { isSealed, open: (cipher: string) => openIn(env, cipher) } : {}),
    ...(hasStored ? { hasStored } : {}),
  }
}

/** What is opened counts as a secret for the rest of the turn. */
function openIn(env: TurnEnv, cipher: string): Value {
  env.secrets ??= env.openSecrets?.()
  if (!env.secrets) throw new RunError('An encrypted value cannot be read: no encryption key is configured.')
  try {
    return env.secrets.open(cipher)
  } catch (cause) {
    const message =
      'An encrypted value cannot be read: it was encrypted with another key than the one that is configured.'
    throw new RunError(message, { cause })
  }
}

/** The roots a job takes along: those that its templates can reach. */
export function contextOf(view: View, run: TaskRun, roots: Iterable<string>): ValueMap {
  const entries: [string, Value][] = []
  for (const root of roots) {
    const value = lookupRoot(view, run, root)
    if (value !== undefined) entries.push([root, value])
  }
  return mapFrom(entries)
}

export function lookupRoot(view: View, run: TaskRun | undefined, root: string): Value | undefined {
  const { state, plan, env } = view
  switch (root) {
    case 'flow':
      return { id: state.flowId, namespace: state.namespace, revision: state.revision, tenantId: state.tenant }
    case 'execution':
      return executionRoot(state, plan)
    case 'inputs':
      return inputsRoot(state, plan)
    case 'outputs':
      return outputsSeenBy(state, run)
    case 'vars':
      return varsRoot(state, plan)
    case 'labels':
      return labelsRoot(state)
    case 'trigger':
      return state.trigger?.variables
    case 'namespace':
      return namespaceRoot(env.configuredRoots, state.namespace)
    case 'schedule':
      return plan.flow.dialect === 1 && state.trigger?.type.endsWith('.Schedule') ? state.trigger.variables : undefined
    case 'tasks':
      return tasksRoot(state, plan)
  }
  if (run) {
    const value = runRoot(view, run, root)
    if (value !== undefined) return value
  }
  return env.configuredRoots.get(root) ?? (plan.flow.dialect === 1 ? mapGet(state.variables, root) : undefined)
}

function inputsRoot({ inputs }: ExecutionState, { defaulted }: Plan): ValueMap | undefined {
  const shown = defaulted.length === 0 ? inputs : inputsForRendering(defaulted, inputs)
  return isEmptyMap(shown) ? undefined : shown
}

function runRoot(view: View, run: TaskRun, root: string): Value | undefined {
  const { state, plan } = view
  switch (root) {
    case 'task': {
      const task = plan.tasks[run.task]
      return task && { id: task.id, type: task.type }
    }
    case 'taskrun':
      return taskRunRoot(state, run)
    case 'parents':
      return parentsOf(view, run)
    case 'parent':
      return parentsOf(view, run)[0]
    case 'item':
      return itemsOf(state, run)[0]
    default:
      return undefined
  }
}

export function taskRunId(executionId: string, ordinal: number): string {
  return `${executionId}-${ordinal}`
}

/** The same run in one word: the id of the execution, moved on by its ordinal. */
export function plainRunId(executionId: string, ordinal: number): string {
  return moveId(executionId, ordinal + 1)
}

/** The ordinal of a run by either form of its id; undefined when it is none of this execution's. */
export function ordinalOf(executionId: string, runId: string): number | undefined {
  const text = runId.startsWith(`${executionId}-`) ? runId.slice(executionId.length + 1) : undefined
  const ordinal = text === undefined ? (distanceOfIds(executionId, runId) ?? 0) - 1 : Number(text)
  return Number.isSafeInteger(ordinal) && ordinal >= 0 ? ordinal : undefined
}

function executionRoot(state: ExecutionState, { flow }: Plan): ValueMap {
  const root: Record<string, Value> = {
    id: state.id,
    startDate: new Date(state.history[0]?.atMs ?? 0).toISOString(),
    originalId: state.originalId,
    state: state.state,
  }
  if (flow.dialect === 2) root['attemptNumber'] = state.attemptNumber
  if (state.outputs) root['outputs'] = state.outputs
  return root
}

function varsRoot(state: ExecutionState, plan: Plan): ValueMap | undefined {
  const variables = variablesOf(state, plan)
  return mapSize(variables) > 0 ? variables : undefined
}

/** Dotted keys nest; of two equal keys the first wins. */
function labelsRoot(state: ExecutionState): ValueMap {
  const root = new Map<string, Value>()
  for (const { key, value } of state.labels) {
    const path = key.split('.')
    let level = root
    for (const part of path.slice(0, -1)) {
      const next = level.get(part)
      const map = next instanceof Map ? next : new Map<string, Value>()
      if (next === undefined) level.set(part, map)
      level = map
    }
    const last = path[path.length - 1] ?? key
    if (!level.has(last)) level.set(last, value)
  }
  return root
}

function tasksRoot(state: ExecutionState, plan: Plan): ValueMap {
  const root = new Map<string, Value>()
  for (const run of state.runs) {
    const task = plan.tasks[run.task]
    if (!task || task.isHidden || run.isRemoved || run.isInner) continue
    const { id } = task
    // Who has it in hand is known outside of the turn only; whoever looks finds it running.
    const entry = { state: run.state === 'SUBMITTED' ? 'RUNNING' : run.state }
    if (run.value === undefined) root.set(id, entry)
    else {
      const known = root.get(id)
      const byValue = known instanceof Map ? known : new Map<string, Value>()
      byValue.set(run.value, entry)
      root.set(id, byValue)
    }
  }
  return root
}

/** Inside a WorkingDirectory a task has the value of the directory; its handlers are outside. */
export function valueOfDirectory(state: ExecutionState, { parent, lane }: TaskRun): string | undefined {
  const directory = parent === ROOT ? undefined : getRun(state, parent)
  const isInside = lane !== HANDLER || directory?.group?.phase === 'closing'
  return directory?.group?.isDirectory && isInside ? directory.value : undefined
}

/** A batch of a ForEachItem is, to its templates, the run of `<id>_items`. */
function batchOf(state: ExecutionState, run: TaskRun): Readonly<Record<string, Value>> {
  const iteration = iterationOf(state, run)
  if (!iteration?.iterations.isBatched) return {}
  const { loop, lane } = iteration
  return { id: taskRunId(state.id, loop.ordinal), items: loop.group?.values?.at(lane) ?? '', iteration: lane }
}

function taskRunRoot(state: ExecutionState, run: TaskRun): ValueMap {
  const root: Record<string, Value> = {
    id: taskRunId(state.id, run.ordinal),
    startDate: new Date(run.history[0]?.atMs ?? 0).toISOString(),
    attemptsCount: run.attempts.length,
  }
  if (run.parent !== ROOT) root['parentId'] = taskRunId(state.id, run.parent)
  const value = run.value ?? valueOfDirectory(state, run)
  if (value !== undefined) root['value'] = value
  if (run.iteration !== undefined) root['iteration'] = run.iteration
  return { ...root, ...batchOf(state, run) }
}

/** What the iterations around the run go over, nearest first; each knows those around it. */
function itemsOf(state: ExecutionState, run: TaskRun): readonly ValueMap[] {
  const iteration = iterationOf(state, run)
  if (!iteration) return []
  const { loop, lane, iterations } = iteration
  const parents = itemsOf(state, loop)
  const item: Record<string, Value> = { value: loop.group?.values?.at(lane) ?? null, index: lane, parents }
  const key = iterations.keys?.[lane]
  if (key !== undefined) item['key'] = key
  const [parent] = parents
  if (parent) item['parent'] = parent
  return [item, ...parents]
}

/** Nearest first. Kestra 1.x leaves out ancestors that have neither value nor outputs; 2.0 counts them. */
function parentsOf({ state, plan }: View, run: TaskRun): ValueMap[] {
  const parents: ValueMap[] = []
  const batches = iterationOf(state, run)
  const from = batches?.iterations.isBatched ? batches.loop.parent : run.parent
  for (let at = from; at !== ROOT; at = getRun(state, at).parent) {
    const ancestor = getRun(state, at)
    const hasOutputs = ancestor.outputs !== undefined && isMap(ancestor.outputs) && mapSize(ancestor.outputs) > 0
    if (plan.flow.dialect === 1 && ancestor.value === undefined && !hasOutputs) continue
    const entry: Record<string, Value> = {}
    if (ancestor.value !== undefined) entry['taskrun'] = { value: ancestor.value }
    if (hasOutputs && ancestor.outputs) entry['outputs'] = ancestor.outputs
    parents.push(entry)
  }
  return parents
}
