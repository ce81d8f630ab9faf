import { ordinalOf } from '@batuta/core'
import type { HttpDependencies } from '../dependencies.ts'
import { events } from '../event-stream.ts'
import type { Handlers } from '../exchange.ts'
import { parseMoment } from '../parse-moment.ts'
import { applyFilters, type Filter, type FilterTable } from '../read-filters.ts'
import { json, type Reply } from '../reply.ts'
import { notFound } from '../request-error.ts'
import { followLogs } from './follow-logs.ts'
import { lineText, readLogs, type LogEntryDocument, type LogFilter } from './read-logs.ts'
import { LogIndexes } from './log-index.ts'
import { searchLogsByKey } from './search-by-key.ts'
import { searchLogs, type LogSearch } from './search-logs.ts'
import { windowHandlers } from './window-routes.ts'

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] as const

/** More lines than this are for `download`. */
const ENTRIES_MAX = 100_000

export function logHandlers(dependencies: HttpDependencies): Handlers<'logs'> {
  const { store, platform, config } = dependencies
  const indexes = new LogIndexes()
  const mustExist = async (executionId: string): Promise<void> => {
    if (!(await store.read.findExecution(executionId))) throw notFound(`The execution "${executionId}"`)
  }
  return {
    ...windowHandlers(dependencies, indexes),
    search: async ({ query, filters }) => {
      const { page = 1, size = 10, sort = [], startDate, endDate, cursor, ...flat } = query
      const search = applyFilters<LogSearch>(
        {
          ...flat,
          ...(startDate === undefined ? {} : { fromMs: parseMoment(startDate, 'startDate') }),
          ...(endDate === undefined ? {} : { toMs: parseMoment(endDate, 'endDate') }),
          isAscending: sort[0]?.endsWith(':asc') ?? false,
        },
        filters,
        FILTERS,
      )
      if (cursor !== undefined) return await searchLogsByKey(search, { cursor, size }, dependencies)
      return json(await searchLogs(search, { offset: (page - 1) * size, size }, dependencies))
    },
    ofExecution: async ({ params, query, filters }) => {
      const entries: LogEntryDocument[] = []
      for await (const chunk of readLogs(params.executionId, withFilters(query, filters), dependencies)) {
        entries.push(...chunk)
        if (entries.length >= ENTRIES_MAX) break
      }
      return json(entries.slice(0, ENTRIES_MAX))
    },
    delete: async ({ params: { executionId }, query }) => {
      await mustExist(executionId)
      const { minLevel, taskRunId, taskId, attempt } = query
      const run = taskRunId === undefined ? undefined : ordinalOf(executionId, taskRunId)
      if (taskRunId !== undefined && run === undefined) throw notFound(`The task run "${taskRunId}"`)
      const count = await store.perform('purgeLogs', {
        executionId,
        fromMs: 0,
        toMs: Number.MAX_SAFE_INTEGER,
        levels: minLevel === undefined ? null : LEVELS.slice(LEVELS.indexOf(minLevel)),
        ...(run === undefined ? {} : { run }),
        ...(taskId === undefined ? {} : { taskId }),
        ...(attempt === undefined ? {} : { attempt }),
      })
      indexes.forget(executionId)
      return json({ count })
    },
    deleteOfTrigger: async ({ params, query: { triggerId } }) => {
      const key = { tenant: config.tenant, ...params, triggerId }
      return json({ count: await store.perform('deleteReasons', key) })
    },
    download: async ({ params, query, filters }) => {
      await mustExist(params.executionId)
      return download(params.executionId, withFilters(query, filters), dependencies)
    },
    follow: async ({ params, query: { resumable = false, ...query }, filters, signal, incoming }) => {
      await mustExist(params.executionId)
      const filter = withFilters(query, filters)
      const after = [incoming.headers['last-event-id']].flat()[0]
      const following = { filter, dependencies, signal: signal(), ...(resumable ? { resume: { after } } : {}) }
      return events(followLogs(params.executionId, following), platform)
    },
  }
}

function download(executionId: string, filter: LogFilter, dependencies: HttpDependencies): Reply {
  async function* chunks(): AsyncGenerator<string> {
    for await (const entries of readLogs(executionId, filter, dependencies)) yield entries.map(lineText).join('')
  }
  return {
    type: 'stream',
    status: 200,
    contentType: 'text/plain; charset=utf-8',
    chunks: chunks(),
    headers: { 'content-disposition': `attachment; filename="${executionId.replace(/[^\w-]/g, '')}.log"` },
  }
}

/** Of dialect c: the level is a minimum. */
const FILTERS: FilterTable<LogSearch> = {
  q: { EQUALS: (search, q) => ({ ...search, q }), CONTAINS: (search, q) => ({ ...search, q }) },
  scope: { EQUALS: search => search, NOT_EQUALS: search => search, IN: search => search },
  namespace: {
    EQUALS: (search, namespace) => ({ ...search, namespace }),
    PREFIX: (search, namespace) => ({ ...search, namespace }),
  },
  flowId: { EQUALS: (search, flowId) => ({ ...search, flowId }) },
  executionId: { EQUALS: (search, executionId) => ({ ...search, executionId }) },
  triggerId: { EQUALS: (search, triggerId) => ({ ...search, triggerId }) },
  taskId: { EQUALS: (search, taskId) => ({ ...search, taskId }) },
  taskRunId: { EQUALS: (search, taskRunId) => ({ ...search, taskRunId }) },
  level: {
    EQUALS: (search, minLevel) => ({ ...search, minLevel }),
    GREATER_THAN_OR_EQUAL_TO: (search, minLevel) => ({ ...search, minLevel }),
  },
  startDate: {
    GREATER_THAN: (search, value) => ({ ...search, fromMs: parseMoment(value, 'startDate') }),
    GREATER_THAN_OR_EQUAL_TO: (search, value) => ({ ...search, fromMs: parseMoment(value, 'startDate') }),
  },
  endDate: {
    LESS_THAN: (search, value) => ({ ...search, toMs: parseMoment(value, 'endDate') }),
    LESS_THAN_OR_EQUAL_TO: (search, value) => ({ ...search, toMs: parseMoment(value, 'endDate') }),
  },
}

function withFilters(query: LogFilter, filters: readonly Filter[]): LogFilter {
  return applyFilters<LogSearch>(query, filters, FILTERS)
}
