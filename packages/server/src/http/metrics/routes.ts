// Metrics: of one execution from its journal, of a flow from the rows of its executions.
import { getTask, taskRunId, type ExecutionState, type Metric, type Plan, type TaskRun } from '@batuta/core'
import type { MetricRow } from '../../storage/batch.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { getRunById } from '../executions/evaluate-expression.ts'
import { getExecution } from '../executions/read-execution.ts'
import { parseMoment } from '../parse-moment.ts'
import { json, type Reply } from '../reply.ts'
import { aggregate, type Aggregation, type Sample } from './aggregate.ts'
import { walkMetrics } from './walk-metrics.ts'

const WINDOW_MS = 30 * 86_400_000
const AGGREGATIONS: readonly Aggregation[] = ['sum', 'avg', 'min', 'max']

interface OfFlow {
  readonly namespace: string
  readonly flowId: string
  readonly taskId?: string
}

export function metricHandlers(dependencies: HttpDependencies): Handlers<'metrics'> {
  const names = async (params: OfFlow): Promise<Reply> => {
    const rows = await readRows(params, {}, dependencies)
    return json([...new Set(rows.map(({ name }) => name))].sort())
  }
  return {
    ofExecution: async ({ params, query }) => {
      const found = await getExecution(params.executionId, dependencies)
      const { state, plan } = found
      const { taskId, taskRunId: runId, page = 1, size = 10 } = query
      const ordinal = runId === undefined ? undefined : getRunById(found, runId).ordinal
      const entries = state.runs
        .filter(run => !run.isRemoved && (ordinal === undefined || run.ordinal === ordinal))
        .filter(run => taskId === undefined || getTask(plan, run.task).id === taskId)
        .flatMap(run => entriesOf(run, state, plan))
      return json({ results: entries.slice((page - 1) * size, page * size), total: entries.length })
    },
    namesOfFlow: ({ params }) => names(params),
    namesOfTask: ({ params }) => names(params),
    tasks: async ({ params }) => {
      const rows = await readRows(params, {}, dependencies)
      return json([...new Set(rows.map(({ taskId }) => taskId))].sort())
    },
    aggregateOfFlow: ({ params, query }) => aggregated(params, query, dependencies),
    aggregateOfTask: ({ params, query }) => aggregated(params, query, dependencies),
  }
}

function entriesOf(run: TaskRun, state: ExecutionState, plan: Plan): readonly Readonly<Record<string, unknown>>[] {
  const { id: taskId } = getTask(plan, run.task)
  return run.attempts.flatMap(({ metrics = [], endedMs }) =>
    metrics.map(({ name, type, value, tags = {} }: Metric) => ({
      namespace: state.namespace,
      flowId: state.flowId,
      executionId: state.id,
      taskId,
      taskRunId: taskRunId(state.id, run.ordinal),
      // Of an iteration: its task alone does not tell which one it is.
      ...(run.value === undefined ? {} : { taskRunValue: run.value }),
      type,
      name,
      value,
      timestamp: new Date(endedMs).toISOString(),
      tags,
    })),
  )
}

interface Span {
  readonly startMs?: number
  readonly endMs?: number
}

async function readRows(
  { namespace, flowId, taskId }: OfFlow,
  { startMs, endMs }: Span,
  dependencies: HttpDependencies,
): Promise<readonly MetricRow[]> {
  const span = {
    ...(startMs === undefined ? {} : { startFromMs: startMs }),
    ...(endMs === undefined ? {} : { startToMs: endMs }),
  }
  const { tenant } = dependencies.config
  const { executions } = await walkMetrics({ tenant, namespace, flowId, ...span }, dependencies)
  return executions.flatMap(({ metrics }) => metrics).filter(row => taskId === undefined || row.taskId === taskId)
}

interface AggregateQuery {
  readonly startDate?: string
  readonly endDate?: string
  readonly aggregation?: string
}

async function aggregated(
  { metric, ...of }: OfFlow & { readonly metric: string },
  { startDate, endDate, aggregation }: AggregateQuery,
  dependencies: HttpDependencies,
): Promise<Reply> {
  const endMs = endDate === undefined ? dependencies.platform.nowMs() : parseMoment(endDate, 'endDate')
  const startMs = startDate === undefined ? endMs - WINDOW_MS : parseMoment(startDate, 'startDate')
  const rows = await readRows(of, { startMs, endMs }, dependencies)
  const samples: Sample[] = rows
    .filter(({ name, atMs }) => name === metric && atMs >= startMs && atMs <= endMs)
    .map(({ value, atMs }) => ({ value, atMs }))
  const how = AGGREGATIONS.find(known => known === aggregation) ?? 'sum'
  return json(aggregate(samples, { startMs, endMs, how }))
}
