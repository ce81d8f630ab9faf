// batuta execution list: the executions that a search finds, newest first; and the newest of each of some flows.
import { connect } from '../connect.ts'
import { elapsedOf } from '../elapsed.ts'
import type { ExitCode } from '../exit-code.ts'
import { parsePair } from '../flow-name.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson } from '../print.ts'
import { filterQuery } from '../query-filters.ts'
import { field, moment, show, showTable, textOf } from '../show.ts'

export interface ExecutionQueryOptions {
  readonly namespace?: string
  readonly flow?: string
  readonly query?: string
  readonly state: readonly string[]
  readonly labels: readonly string[]
  readonly since?: string
  readonly startDate?: string
  readonly endDate?: string
  readonly filter: readonly string[]
}

const ROWS_USUAL = 50

export type ExecutionListOptions = GlobalOptions &
  ExecutionQueryOptions & { readonly page?: string; readonly size?: string; readonly sort?: string }

export async function executionList(options: ExecutionListOptions): Promise<ExitCode> {
  const { page, size, sort } = options
  const { results } = await connect(options).executions.search({
    query: {
      ...executionQuery(options),
      page: Number(page ?? 1),
      size: Number(size ?? ROWS_USUAL),
      sort: [sort ?? 'state.startDate:desc'],
    },
  })
  return showTable(options, results, [
    ['ID', ({ id }) => id],
    ['FLOW', ({ namespace, flowId }) => `${namespace}.${flowId}`],
    ['STATE', ({ state }) => state.current],
    ['STARTED', ({ state }) => moment(state.startDate)],
    ['TIME', ({ state }) => elapsedOf(state)],
    ['LABELS', ({ labels = [] }) => labels.map(({ key, value }) => `${key}=${value}`)],
  ])
}

/** Absent wishes are absent: what is left empty would narrow nothing. */
export function executionQuery(options: ExecutionQueryOptions): {
  readonly namespace?: string
  readonly flowId?: string
  readonly q?: string
  readonly state?: string[]
  readonly labels?: string[]
  readonly timeRange?: string
  readonly startDate?: string
  readonly endDate?: string
} {
  const { namespace, flow, query, state, labels, since, startDate, endDate, filter } = options
  const states = state.flatMap(text => text.split(',')).map(text => text.trim().toUpperCase())
  return {
    ...(namespace !== undefined && { namespace }),
    ...(flow !== undefined && { flowId: flow }),
    ...(query !== undefined && { q: query }),
    ...(states.length > 0 && { state: states }),
    ...(labels.length > 0 && { labels: labels.map(text => text.replace('=', ':')) }),
    ...(since !== undefined && { timeRange: since }),
    ...(startDate !== undefined && { startDate }),
    ...(endDate !== undefined && { endDate }),
    ...filterQuery(filter),
  }
}

export async function executionLatest(
  names: readonly string[],
  options: GlobalOptions & { readonly flow: readonly string[] },
): Promise<ExitCode> {
  const body = [...names, ...options.flow].map(parsePair).map(({ namespace, id }) => ({ namespace, id }))
  const found = await connect(options).executions.latest({ body })
  return showTable(options, found, [
    ['ID', row => field(row, 'id') ?? field(row, 'executionId')],
    ['FLOW', row => `${textOf(field(row, 'namespace'))}.${textOf(field(row, 'flowId'))}`],
    ['STATE', row => field(row, 'status') ?? field(row, 'state', 'current')],
    ['STARTED', row => moment(field(row, 'startDate') ?? field(row, 'state', 'startDate'))],
  ])
}

export async function executionFlow(args: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const { executions } = connect(options)
  const [first = '', id] = args
  const flow =
    id === undefined
      ? await executions.flowOfExecution({ params: { executionId: first } })
      : await executions.flow({ params: { namespace: first, flowId: id } })
  printJson(flow)
  return 0
}

export async function executionGraph([executionId = '']: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  printJson(await connect(options).executions.graph({ params: { executionId } }))
  return 0
}

/** An expression as the execution, or one of its task runs, would have it. */
export async function executionEvaluate(
  [executionId = '', expression = '']: readonly string[],
  options: GlobalOptions & { readonly taskRun?: string },
): Promise<ExitCode> {
  const { executions } = connect(options)
  const { taskRun } = options
  const reply =
    taskRun === undefined
      ? await executions.evaluate({ params: { executionId }, body: expression })
      : await executions.evaluateInTaskRun({ params: { executionId, taskRunId: taskRun }, body: expression })
  const error = field(reply, 'error')
  show(options, reply, textOf(error ?? field(reply, 'result')))
  return error === undefined || error === null ? 0 : 1
}
