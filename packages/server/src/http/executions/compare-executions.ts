// What two executions have not in common: what they were given, the revision of their flow, and task by task how these went and what they gave. Iterations
// of loops are put side by side by their value.
import {
  encodeValue,
  getTask,
  isFinal,
  mapEntries,
  taskRunId,
  type ExecutionState,
  type Plan,
  type TaskRun,
  type Value,
  type ValueMap,
} from '@batuta/core'
import type { HttpDependencies } from '../dependencies.ts'
import { jsonText, type Reply } from '../reply.ts'
import { notFound } from '../request-error.ts'
import { lightText } from './light-rows.ts'
import { viewExecution } from './read-execution.ts'

const RUNS_MAX = 2_000
const VALUE_LENGTH_MAX = 2_000
const DIFFERENCES_MAX = 500
/** Shorter differences are chance. */
const SLOWER_MIN_MS = 50
const SLOWER_PART = 0.2

interface Side {
  readonly document: string
  readonly facts: ReadonlyMap<string, string>
  readonly runs: ReadonlyMap<string, SideRun>
  readonly isPartial: boolean
}

interface SideRun {
  readonly taskId: string
  readonly value?: string
  readonly shown: {
    readonly state: string
    readonly durationMs: number | null
    readonly attempts: number
    readonly taskRunId: string
  }
  readonly outputs: ReadonlyMap<string, string>
}

interface Difference {
  readonly path: string
  readonly left: string | undefined
  readonly right: string | undefined
}

export async function compareExecutions(
  { left, right }: { readonly left: string; readonly right: string },
  dependencies: HttpDependencies,
): Promise<Reply> {
  const [one, other] = [await sideOf(left, dependencies), await sideOf(right, dependencies)]
  const differences = [...differencesOf('', one.facts, other.facts)]
  const tasks: string[] = []
  for (const key of new Set([...one.runs.keys(), ...other.runs.keys()])) {
    const [a, b] = [one.runs.get(key), other.runs.get(key)]
    const found = compareRuns(a, b)
    differences.push(...found.differences)
    const { taskId, value } = a ?? b ?? { taskId: key, value: undefined }
    tasks.push(JSON.stringify({ taskId, value, left: a?.shown, right: b?.shown, differs: found.differs }))
  }
  const texts = differences.slice(0, DIFFERENCES_MAX).map(differenceText)
  const isPartial = one.isPartial || other.isPartial || differences.length > DIFFERENCES_MAX
  return jsonText(
    `{"left":${one.document},"right":${other.document},"first":${texts[0] ?? 'null'},"differences":[${texts.join(',')}],"tasks":[${tasks.join(',')}],"isPartial":${isPartial}}`,
  )
}

async function sideOf(id: string, dependencies: HttpDependencies): Promise<Side> {
  const side = await viewExecution(id, dependencies, (state, plan) => lookAtSide(state, plan, dependencies))
  if (!side) throw notFound(`The execution "${id}"`)
  return side
}

function lookAtSide(state: ExecutionState, plan: Plan, dependencies: HttpDependencies): Side {
  const runs = new Map<string, SideRun>()
  const seen = new Map<string, number>()
  let count = 0
  for (const run of state.runs) {
    const { id: taskId, isHidden } = getTask(plan, run.task)
    if (isHidden || run.isRemoved) continue
    if (++count > RUNS_MAX) break
    const name = `${taskId}\u0000${pathOf(state, run)}`
    const nth = (seen.get(name) ?? 0) + 1
    seen.set(name, nth)
    runs.set(`${name}\u0000${nth}`, sideRun(state, run, taskId))
  }
  const facts = new Map<string, string>()
  for (const [name, value] of mapEntries(state.inputs)) facts.set(`inputs.${name}`, encodeValue(value))
  facts.set('revision', String(state.revision))
  for (const { key, value } of state.labels) {
    if (!key.startsWith('system.')) facts.set(`labels.${key}`, JSON.stringify(value))
  }
  return { document: lightText(state, plan, dependencies), facts, runs, isPartial: count > RUNS_MAX }
}

/** The values of the loops that it is in. */
function pathOf(state: ExecutionState, run: TaskRun): string {
  const values: string[] = []
  let at: TaskRun | undefined = run
  while (at) {
    if (at.value !== undefined) values.push(at.value)
    at = at.parent < 0 ? undefined : state.runs.at(at.parent)
  }
  return values.join('\u0000')
}

function sideRun(state: ExecutionState, run: TaskRun, taskId: string): SideRun {
  const { history, attempts, value } = run
  const tookMs = (history.at(-1)?.atMs ?? 0) - (history[0]?.atMs ?? 0)
  return {
    taskId,
    ...(value === undefined ? {} : { value }),
    shown: {
      state: run.state,
      durationMs: isFinal(run.state) ? tookMs : null,
      attempts: attempts.length,
      taskRunId: taskRunId(state.id, run.ordinal),
    },
    outputs: new Map(entriesOf(run.outputs).map(([name, given]) => [name, encodeValue(given)])),
  }
}

function entriesOf(map: ValueMap | undefined): readonly (readonly [string, Value])[] {
  return map ? [...mapEntries(map)] : []
}

function compareRuns(
  one: SideRun | undefined,
  other: SideRun | undefined,
): { readonly differs: readonly string[]; readonly differences: readonly Difference[] } {
  const known = one ?? other
  if (!known) return { differs: [], differences: [] }
  const path = `tasks.${known.taskId}${known.value === undefined ? '' : `[${known.value}]`}`
  const [left, right] = [one?.shown, other?.shown]
  const differences: Difference[] = []
  const differs: string[] = []
  if (left?.state !== right?.state) {
    differs.push('state')
    differences.push({ path: `${path}.state`, left: textOf(left?.state), right: textOf(right?.state) })
  }
  if (!one || !other) return { differs, differences }
  if (left?.attempts !== right?.attempts) differs.push('attempts')
  const outputs = [...differencesOf(`${path}.outputs.`, one.outputs, other.outputs)]
  if (outputs.length > 0) differs.push('outputs')
  if (isSlower(left?.durationMs, right?.durationMs)) differs.push('duration')
  return { differs, differences: [...differences, ...outputs] }
}

function isSlower(one: number | null | undefined, other: number | null | undefined): boolean {
  if (typeof one !== 'number' || typeof other !== 'number') return false
  const apart = Math.abs(one - other)
  return apart >= SLOWER_MIN_MS && apart > Math.max(one, other) * SLOWER_PART
}

function* differencesOf(
  prefix: string,
  left: ReadonlyMap<string, string>,
  right: ReadonlyMap<string, string>,
): Generator<Difference> {
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    const [one, other] = [left.get(name), right.get(name)]
    if (one !== other) yield { path: `${prefix}${name}`, left: one, right: other }
  }
}

function textOf(state: string | undefined): string | undefined {
  return state === undefined ? undefined : JSON.stringify(state)
}

/** Values are JSON already. */
function differenceText({ path, left, right }: Difference): string {
  const side = (name: string, text: string | undefined): string =>
    text === undefined
      ? ''
      : `,"${name}":${text.length > VALUE_LENGTH_MAX ? JSON.stringify(`${text.slice(0, VALUE_LENGTH_MAX)}…`) : text}`
  return `{"path":${JSON.stringify(path)}${side('left', left)}${side('right', right)}}`
}
