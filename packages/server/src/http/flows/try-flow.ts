// Runs a flow as it stands in an editor, or one of its tasks, and tells what came of it.
import {
  calledFlows,
  encodeValue,
  isEncrypted,
  mapEntries,
  mapFrom,
  trust,
  valueChain,
  type ApiDialect,
  type Flow,
  type TaskFixture,
  type Value,
  type ValueMap,
} from '@batuta/core'
import { judgeFlow, withTaskFiles } from '../../flows/save-flow.ts'
import type { Tried } from '../../rehearsal/try-flow.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { getExecution, type ReadExecution } from '../executions/read-execution.ts'
import { refuseSealed } from '../refuse-sealed.ts'
import { jsonText, type Reply } from '../reply.ts'
import { RequestError } from '../request-error.ts'
import { inRehearsal } from '../tests/in-rehearsal.ts'
import type { PlanWish } from './plan-flow.ts'
import { invalidFlow } from './report-flow.ts'

const FLOWS_MAX = 100
/** Runs of loops have their own; beyond, the first ones stand in for all. */
const PINS_MAX = 1_000

export interface TryWish extends PlanWish {
  readonly taskId?: string
  readonly until?: boolean
  readonly reuse?: boolean
  readonly outputs?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export interface TryCall {
  readonly dialect: ApiDialect
  readonly signal: AbortSignal
}

export async function tryFlow(wish: TryWish, call: TryCall, dependencies: HttpDependencies): Promise<Reply> {
  const { saveWorld, newId, tryFlow: run } = dependencies
  if (!run) throw new RequestError(501, 'tries-unavailable', 'This server tries no flows.')
  const { flow, diagnostics } = judgeFlow(wish.source, await withTaskFiles(wish.source, saveWorld))
  if (!flow) throw invalidFlow(diagnostics)
  const earlier = wish.executionId === undefined ? undefined : await getExecution(wish.executionId, dependencies)
  const typed = trust<ValueMap>(wish.inputs ?? {})
  refuseSealed(typed, 'An input')
  const { taskId, until = false } = wish
  const tried = await inRehearsal(() =>
    run({
      flow,
      others: othersOf(flow, dependencies),
      ...(taskId === undefined ? {} : { target: { taskId, isUntil: until } }),
      inputs: mapFrom([...(earlier ? inputsOf(earlier, flow) : []), ...mapEntries(typed)]),
      pins: pinsOf(wish, earlier),
      seed: newId(),
      ...call,
    }),
  )
  return jsonText(textOf(tried))
}

/** What was given as a SECRET has to be given again. */
function inputsOf({ state }: ReadExecution, { inputs }: Flow): readonly (readonly [string, Value])[] {
  const known = new Set(inputs.map(({ id }) => id))
  return [...mapEntries(state.inputs)].filter(([id, value]) => known.has(id) && value !== null && !isEncrypted(value))
}

/** Typed ones win over those of the earlier execution. */
function pinsOf({ reuse = false, outputs = {} }: TryWish, earlier: ReadExecution | undefined): readonly TaskFixture[] {
  const typed = Object.entries(outputs).map(([id, values]): TaskFixture => {
    const map = trust<ValueMap>(values)
    refuseSealed(map, 'An output')
    return { id, state: 'SUCCESS', outputs: map }
  })
  const own = new Set(typed.map(({ id }) => id))
  return reuse && earlier ? [...typed, ...earlierPins(earlier).filter(({ id }) => !own.has(id))] : typed
}

function earlierPins({ state, plan }: ReadExecution): readonly TaskFixture[] {
  const pins = state.runs.flatMap((run): readonly TaskFixture[] => {
    const task = plan.tasks[run.task]
    const isOver = run.state === 'SUCCESS' || run.state === 'WARNING'
    if (!task || task.isHidden === true || task.kind.type === 'control' || run.isRemoved || !isOver) return []
    const chain = valueChain(state, run)
    const value = chain.length === 0 ? {} : { value: chain.join('/') }
    return [{ id: task.id, state: 'SUCCESS', outputs: run.outputs ?? {}, ...value }]
  })
  return pins.slice(0, PINS_MAX)
}

/** Those that it may start, and those that they may. */
function othersOf(flow: Flow, { flows, config }: HttpDependencies): readonly Flow[] {
  const found = new Map<string, Flow>([[`${flow.namespace}.${flow.id}`, flow]])
  const queue = [flow]
  for (let next = queue.pop(); next !== undefined && found.size <= FLOWS_MAX; next = queue.pop())
    for (const { namespace, id } of calledFlows(next)) {
      const called = flows.flowOf({ tenant: config.tenant, namespace, flowId: id })
      if (!called || found.has(`${namespace}.${id}`)) continue
      found.set(`${namespace}.${id}`, called)
      queue.push(called)
    }
  return [...found.values()].slice(1)
}

function textOf({ problems, execution, logs, pinned, isCut }: Tried): string {
  const lines = logs.map(({ atMs, level, message, taskId }) => ({
    timestamp: new Date(atMs).toISOString(),
    level,
    message,
    ...(taskId === null ? {} : { taskId }),
  }))
  const head = encodeValue(trust<Value>({ problems, logs: lines, pinned, isCut }))
  return execution === undefined ? head : `${head.slice(0, -1)},"execution":${execution}}`
}
