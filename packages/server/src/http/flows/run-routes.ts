// The last executions of flows: bars for a list of flows, and a grid of executions and tasks for one.
import {
  getTask,
  isFinal,
  isId,
  taskRunId,
  type ExecutionState,
  type Plan,
  type StateName,
  type TaskRun,
} from '@batuta/core'
import type { ExecutionRow, JournalRowOf } from '../../storage/batch.ts'
import type { ExecutionGlance, FlowKey } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { foldExecution, viewExecution } from '../executions/read-execution.ts'
import { mapInTurns } from '../map-in-turns.ts'
import { json } from '../reply.ts'
import { notFound, unprocessable } from '../request-error.ts'

const BARS = 20
/** Of one read: others have their turn between two of them. */
const ROWS_OF_READ = 500
const GRID_RUNS = 30
/** Longer journals are read alone. */
const TURNS_SHORT_MAX = 40
/** Of larger executions the grid shows the head. */
const TURNS_MAX = 1_000
const TASK_RUNS_MAX = 5_000

export function runHandlers(dependencies: HttpDependencies): Pick<Handlers<'flows'>, 'runBars' | 'grid'> {
  const { store, config, platform, flows } = dependencies
  const { tenant } = config
  return {
    runBars: async ({ query: { flows: names, runs = BARS, only } }) => {
      const wanted = names.map(flowOf)
      const found = await latestOf(wanted, runs, dependencies)
      const told = await mapInTurns(
        wanted,
        async ({ namespace, flowId }, index) => {
          const rows = found[index] ?? []
          const head = { namespace, flowId }
          if (only === 'speed') return { ...head, runs: [], ...statisticsOf(rows) }
          const facts = await flowFacts({ tenant, namespace, flowId }, dependencies)
          return { ...head, ...facts, runs: rows.map(barOf), ...statisticsOf(rows) }
        },
        platform,
      )
      return json(told)
    },
    grid: async ({ params: { namespace, id: flowId }, query: { runs = GRID_RUNS, before } }) => {
      const entry = flows.newest({ tenant, namespace, flowId })
      if (!entry) throw notFound(`The flow "${namespace}.${flowId}"`)
      if (before !== undefined && !isId(before))
        throw unprocessable('cursor-invalid', `"${before.slice(0, 100)}" is no id of an execution.`)
      const after = before === undefined ? {} : { afterId: before }
      const rows = await store.read.listExecutions({ tenant, namespace, flowId, limit: runs, ...after })
      const short = rows.filter(row => row.turn <= TURNS_SHORT_MAX).map(row => row.id)
      const journals = await store.read.journalsOf(short)
      const shown = await mapInTurns(rows, row => gridRun(row, journals.get(row.id), dependencies), platform)
      return json({ namespace, flowId, revision: entry.revision, tasks: tasksOf(flows.planOf(entry)), runs: shown })
    },
  }
}

function flowOf(name: string): { readonly namespace: string; readonly flowId: string } {
  const at = name.lastIndexOf('.')
  if (at < 1) throw unprocessable('flow-invalid', `"${name.slice(0, 100)}" names no flow: write namespace.id.`)
  return { namespace: name.slice(0, at), flowId: name.slice(at + 1) }
}

async function latestOf(
  flows: readonly ReturnType<typeof flowOf>[],
  limit: number,
  { store, config: { tenant }, platform }: HttpDependencies,
): Promise<readonly (readonly ExecutionGlance[])[]> {
  const size = Math.max(1, Math.floor(ROWS_OF_READ / limit))
  const found: (readonly ExecutionGlance[])[] = []
  for (let from = 0; from < flows.length; from += size) {
    if (from > 0) await new Promise<void>(resolve => platform.defer(resolve))
    found.push(...(await store.read.latestExecutions({ tenant, flows: flows.slice(from, from + size), limit })))
  }
  return found
}

interface FlowFacts {
  readonly revision?: number
  readonly nextDate?: string
}

/** In a flow as it is stored; within a text the quotes would be escaped. */
const TRIGGERS = '"triggers":[{'
const IS_OFF = '"disabled":true'

/** Of the flow as it is now: nothing of one that is gone. */
async function flowFacts(key: FlowKey, { flows, store, triggerDesk }: HttpDependencies): Promise<FlowFacts> {
  const entry = flows.newest(key)
  if (!entry) return {}
  const { revision, isDisabled, parsed } = entry
  // Flows without triggers, which most are, cost no question.
  if (isDisabled || !parsed.includes(TRIGGERS)) return { revision }
  // What says whether one is switched off is compiled only where one might be: most flows have nothing that is.
  const mayBeOff = parsed.includes(IS_OFF)
  const dates = (await store.read.listTriggers(key)).flatMap(stored => {
    const { nextMs } = stored
    const isOff = stored.isDisabled || (mayBeOff && triggerDesk.triggerOf(stored)?.disabled === true)
    return isOff || nextMs === null ? [] : [nextMs]
  })
  return { revision, ...(dates.length === 0 ? {} : { nextDate: new Date(Math.min(...dates)).toISOString() }) }
}

interface Bar {
  readonly id: string
  readonly state: string
  readonly startDate: string
  readonly durationMs: number | null
  readonly triggerId?: string
}

function barOf({ id, state, createdMs, endMs, triggerId }: ExecutionGlance): Bar {
  const durationMs = endMs === null ? null : endMs - createdMs
  const trigger = triggerId === null ? {} : { triggerId }
  return { id, state, startDate: new Date(createdMs).toISOString(), durationMs, ...trigger }
}

const GOOD: ReadonlySet<string> = new Set(['SUCCESS', 'WARNING'])

function statisticsOf(rows: readonly ExecutionGlance[]): {
  readonly p50Ms?: number
  readonly p95Ms?: number
  readonly successRate?: number
} {
  const ended = rows.filter(row => row.endMs !== null)
  const took = ended.map(({ endMs, createdMs }) => (endMs ?? createdMs) - createdMs).sort((a, b) => a - b)
  if (took.length === 0) return {}
  const at = (part: number): number => took[Math.min(took.length - 1, Math.floor(took.length * part))] ?? 0
  const good = ended.filter(({ state }) => GOOD.has(state)).length
  return { p50Ms: at(0.5), p95Ms: at(0.95), successRate: Math.round((good / ended.length) * 1_000) / 1_000 }
}

function tasksOf(plan: Plan): readonly unknown[] {
  const depthOf = (index: number): number => {
    const { parent } = getTask(plan, index)
    return parent < 0 ? 0 : depthOf(parent) + 1
  }
  return plan.tasks
    .filter(task => !task.isHidden)
    .map(({ index, id, type, parent, look }) => ({
      id,
      type,
      ...(parent < 0 ? {} : { parent: getTask(plan, parent).id }),
      depth: depthOf(index),
      isGroup: look === 'group',
    }))
}

async function gridRun(
  row: ExecutionRow,
  journal: readonly JournalRowOf[] | undefined,
  dependencies: HttpDependencies,
): Promise<unknown> {
  const head = { ...barOf(row), revision: row.revision }
  const found = journal && (await foldExecution(row.id, journal, dependencies.flows))
  if (found) return { ...head, ...cellsOf(found.state, found.plan) }
  if (row.turn > TURNS_MAX) return { ...head, cells: {}, isPartial: true }
  return { ...head, ...((await viewExecution(row.id, dependencies, cellsOf)) ?? { cells: {} }) }
}

interface Cell {
  state: StateName
  count: number
  durationMs: number | null
  taskRunId: string
  attempts: number
}

/** What people should look at first. */
const WORST: readonly StateName[] = [
  'FAILED',
  'KILLED',
  'CANCELLED',
  'KILLING',
  'RETRYING',
  'RETRIED',
  'BREAKPOINT',
  'PAUSED',
  'RUNNING',
  'RESTARTED',
  'SUBMITTED',
  'QUEUED',
  'CREATED',
  'WARNING',
  'SUCCESS',
  'SKIPPED',
]

function cellsOf(state: ExecutionState, plan: Plan): { readonly cells: unknown; readonly isPartial?: boolean } {
  if (state.runs.length > TASK_RUNS_MAX) return { cells: {}, isPartial: true }
  const cells = new Map<string, Cell>()
  for (const run of state.runs) {
    const { id, isHidden } = getTask(plan, run.task)
    if (run.isRemoved || isHidden) continue
    const cell = cells.get(id) ?? { state: run.state, count: 0, durationMs: 0, taskRunId: '', attempts: 0 }
    cells.set(id, cell)
    const isWorse = WORST.indexOf(run.state) < WORST.indexOf(cell.state)
    if (cell.count === 0 || isWorse) {
      cell.state = run.state
      cell.taskRunId = taskRunId(state.id, run.ordinal)
    }
    cell.count += 1
    cell.attempts = Math.max(cell.attempts, run.attempts.length)
    const tookMs = durationOf(run)
    cell.durationMs = tookMs === null || cell.durationMs === null ? null : cell.durationMs + tookMs
  }
  return { cells: Object.fromEntries(cells) }
}

function durationOf({ state, history }: TaskRun): number | null {
  if (!isFinal(state)) return null
  return (history.at(-1)?.atMs ?? 0) - (history[0]?.atMs ?? 0)
}
