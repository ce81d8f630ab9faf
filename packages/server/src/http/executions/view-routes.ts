// Executions looked at from aside: the graph of their flow, the newest of each flow, rows of a search, outputs apart from the document.
import { encodeValue, flowGraph, formatDuration, getTask, mapSize, taskRunId } from '@batuta/core'
import type { ExecutionRow } from '../../storage/batch.ts'
import { csvText } from '../csv.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { csv, json, jsonText, listText, type Reply } from '../reply.ts'
import { getRunById } from './evaluate-expression.ts'
import { executionSearchOf } from './execution-search.ts'
import { getExecution } from './read-execution.ts'
import { findNewestRows } from './search-executions.ts'

type View =
  | 'graph'
  | 'latest'
  | 'exportCsv'
  | 'outputs'
  | 'outputsOfRun'
  | 'outputsOfExecution'
  | 'outputsOfTasks'
  | 'outputsOfTaskRun'
  | 'averageDuration'

const ROWS_MAX = 10_000
/** So many of the last executions of a flow. */
const AVERAGED_MAX = 100

export function viewHandlers(dependencies: HttpDependencies): Pick<Handlers<'executions'>, View> {
  const { store, config } = dependencies
  const { tenant } = config
  return {
    graph: async ({ params }) => {
      const { plan } = await getExecution(params.executionId, dependencies)
      return json(flowGraph(plan.flow))
    },
    latest: async ({ body }) => {
      const newest: unknown[] = []
      for (const { namespace, id, flowId = id } of body) {
        if (flowId === undefined) continue
        const [row] = await store.read.listExecutions({ tenant, namespace, flowId, limit: 1 })
        if (row) newest.push(outlineOf(row))
      }
      return json(newest)
    },
    exportCsv: async ({ query, filters }) => {
      const rows = await findNewestRows(executionSearchOf(query, filters, dependencies), ROWS_MAX, dependencies)
      return csv(csvText([HEADER, ...rows.map(cellsOf)]))
    },
    outputs: ({ params }) => listOutputs(params.executionId, dependencies),
    outputsOfTasks: ({ params }) => listOutputs(params.executionId, dependencies),
    outputsOfRun: ({ params }) => outputsOfRun(params, dependencies),
    outputsOfTaskRun: ({ params }) => outputsOfRun(params, dependencies),
    outputsOfExecution: async ({ params }) => {
      const { state } = await getExecution(params.executionId, dependencies)
      return jsonText(encodeValue(state.outputs ?? {}))
    },
    averageDuration: async ({ params: { namespace, flowId } }) => {
      const rows = await store.read.listExecutions({ tenant, namespace, flowId, limit: AVERAGED_MAX })
      const took = rows.flatMap(({ createdMs, endMs }) => (endMs === null ? [] : [endMs - createdMs]))
      if (took.length === 0) return json({ count: 0 })
      const meanMs = took.reduce((sum, ms) => sum + ms, 0) / took.length
      return json({ averageDuration: formatDuration(Math.round(meanMs)), count: took.length })
    },
  }
}

async function listOutputs(executionId: string, dependencies: HttpDependencies): Promise<Reply> {
  const { state, plan } = await getExecution(executionId, dependencies)
  const rows = state.runs.flatMap(run => {
    if (run.isRemoved || run.isInner || !run.outputs || mapSize(run.outputs) === 0) return []
    const { id: taskId, isHidden } = getTask(plan, run.task)
    if (isHidden) return []
    const place = { value: run.value, iteration: run.iteration, inline: true }
    return [JSON.stringify({ taskId, taskRunId: taskRunId(state.id, run.ordinal), ...place })]
  })
  return listText(rows)
}

async function outputsOfRun(
  { executionId, taskRunId: runId }: { readonly executionId: string; readonly taskRunId: string },
  dependencies: HttpDependencies,
): Promise<Reply> {
  const found = await getExecution(executionId, dependencies)
  return jsonText(encodeValue(getRunById(found, runId).outputs ?? {}))
}

function outlineOf({ id, namespace, flowId, state, createdMs }: ExecutionRow): Readonly<Record<string, string>> {
  return { id, namespace, flowId, startDate: new Date(createdMs).toISOString(), status: state }
}

const HEADER: readonly string[] = ['id', 'namespace', 'flowId', 'flowRevision', 'state', 'startDate', 'endDate']

function cellsOf({ id, namespace, flowId, revision, state, createdMs, endMs }: ExecutionRow): readonly string[] {
  const end = endMs === null ? '' : new Date(endMs).toISOString()
  return [id, namespace, flowId, String(revision), state, new Date(createdMs).toISOString(), end]
}
