// What the pages of 0.20 counted, from the counts that charts are made of.
import { presentExecution } from '@batuta/core'
import type { TallyRow } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { executionSearchOf, type ExecutionSearch } from '../executions/execution-search.ts'
import { lookAt } from '../executions/look.ts'
import { viewExecution } from '../executions/read-execution.ts'
import { walkTallies, type Range } from '../executions/walk-tallies.ts'
import { findFlows, flowSearchOf } from '../flows/search-flows.ts'
import { searchLogs } from '../logs/search-logs.ts'
import { parseMoment } from '../parse-moment.ts'
import type { Filter } from '../read-filters.ts'
import { json, listText } from '../reply.ts'

const DAY_MS = 24 * 60 * 60_000
const RANGE_MS = 30 * DAY_MS
const FLOWS_MAX = 100
const LINES_MAX = 10_000
const DAYS_MAX = 1_000

interface Wish {
  readonly q?: string | null
  readonly namespace?: string | null
  readonly flowId?: string | null
  readonly flows?: readonly { readonly namespace: string; readonly id: string }[] | null
  readonly state?: readonly string[] | null
  readonly logLevel?: string | null
  readonly namespaceOnly?: boolean | null
  readonly startDate?: string | null
  readonly endDate?: string | null
}

export function statsHandlers(dependencies: HttpDependencies): Handlers<'stats'> {
  const { flows, config, store } = dependencies
  return {
    daily: async ({ body }) => {
      const range = rangeOf(body, dependencies)
      return json(daysOf(await count(body, range, dependencies), range))
    },
    dailyByFlow: async ({ body }) => {
      const range = rangeOf(body, dependencies)
      const rows = await count(body, range, dependencies)
      const byNamespace: Record<string, Record<string, unknown>> = {}
      for (const [key, own] of Map.groupBy(rows, row => `${row.namespace}/${row.flowId}`)) {
        const [namespace = '', flowId = ''] = key.split('/')
        byNamespace[namespace] = { ...byNamespace[namespace], [flowId]: daysOf(own, range) }
      }
      return json(byNamespace)
    },
    byNamespace: async ({ body }) => {
      const rows = await count(body, rangeOf(body, dependencies), dependencies)
      const groups = [...Map.groupBy(rows, row => row.namespace ?? '')].map(([namespace, own]) => {
        const counts = statesOf(own)
        return [namespace, { counts, total: Object.values(counts).reduce((sum, each) => sum + each, 0) }]
      })
      return json(Object.fromEntries(groups))
    },
    latestByFlow: async ({ body }) => {
      const { tenant } = config
      const wanted = body.flows ?? findFlows(flowSearchOf(flatOf(body), []), dependencies).map(flowOf)
      const shown: string[] = []
      for (const { namespace, id: flowId } of wanted.slice(0, FLOWS_MAX)) {
        const states = body.state ? { states: body.state } : {}
        const [row] = await store.read.listExecutions({ tenant, namespace, flowId, ...states, limit: 1 })
        if (!row) continue
        const look = { ...lookAt(row.id, 'a', dependencies), runsMax: 0 }
        const text = await viewExecution(row.id, dependencies, (state, plan) => presentExecution(state, plan, look))
        if (text !== undefined) shown.push(text)
      }
      return listText(shown)
    },
    logsDaily: async ({ body }) => {
      const range = rangeOf(body, dependencies)
      const { namespace, flowId } = flatOf(body)
      const search = {
        ...range,
        ...(namespace === undefined ? {} : { namespace }),
        ...(flowId === undefined ? {} : { flowId }),
        ...(body.logLevel ? { minLevel: body.logLevel } : {}),
      }
      const { results } = await searchLogs(search, { offset: 0, size: LINES_MAX }, dependencies)
      const days = Map.groupBy(results, ({ timestamp }) => dayOf(Date.parse(timestamp)))
      return json(
        listDays(range).map(dayMs => ({
          timestamp: new Date(dayMs).toISOString(),
          groupBy: 'day',
          counts: countBy(days.get(dayMs) ?? [], ({ level }) => level),
        })),
      )
    },
    summary: ({ body }) => {
      const found = findFlows(flowSearchOf(flatOf(body), []), dependencies)
      const triggers = found.reduce((sum, entry) => sum + flows.readFlow(entry).triggers.length, 0)
      return json({ flows: found.length, triggers })
    },
  }
}

function flowOf({ namespace, flowId }: { readonly namespace: string; readonly flowId: string }): {
  readonly namespace: string
  readonly id: string
} {
  return { namespace, id: flowId }
}

function flatOf({ q, namespace, flowId }: Wish): { q?: string; namespace?: string; flowId?: string } {
  return { ...(q ? { q } : {}), ...(namespace ? { namespace } : {}), ...(flowId ? { flowId } : {}) }
}

function rangeOf({ startDate, endDate }: Wish, { platform }: HttpDependencies): Range {
  const toMs = endDate ? parseMoment(endDate, 'endDate') : platform.nowMs()
  return { fromMs: startDate ? parseMoment(startDate, 'startDate') : toMs - RANGE_MS, toMs }
}

async function count(wish: Wish, range: Range, dependencies: HttpDependencies): Promise<readonly TallyRow[]> {
  const { namespace, flowId } = flatOf(wish)
  const isExact = wish.namespaceOnly === true && namespace !== undefined
  const only: readonly Filter[] = isExact ? [{ field: 'namespace', operation: 'EQUALS', value: namespace }] : []
  const flat = {
    ...(namespace === undefined ? {} : { namespace }),
    ...(flowId === undefined ? {} : { flowId }),
    ...(wish.state ? { state: wish.state } : {}),
  }
  const search: ExecutionSearch = executionSearchOf(flat, only, dependencies)
  const { rows } = await walkTallies({ ...search.query, slotMs: DAY_MS, by: 'flow' }, range, dependencies)
  if (!wish.flows) return rows
  const wanted = new Set(wish.flows.map(flow => `${flow.namespace}/${flow.id}`))
  return rows.filter(row => wanted.has(`${row.namespace}/${row.flowId}`))
}

function daysOf(rows: readonly TallyRow[], range: Range): readonly unknown[] {
  const byDay = Map.groupBy(rows, ({ slotMs }) => dayOf(slotMs))
  return listDays(range).map(dayMs => {
    const own = byDay.get(dayMs) ?? []
    const ended = own.reduce((sum, row) => sum + row.ended, 0)
    const seconds = own.reduce((sum, row) => sum + row.tookMs, 0) / 1_000
    return {
      startDate: new Date(dayMs).toISOString(),
      groupBy: 'day',
      duration: { avg: ended === 0 ? 0 : seconds / ended, sum: seconds, count: ended },
      executionCounts: statesOf(own),
    }
  })
}

function dayOf(atMs: number): number {
  return Math.floor(atMs / DAY_MS) * DAY_MS
}

function listDays({ fromMs, toMs }: Range): readonly number[] {
  const days: number[] = []
  for (let dayMs = dayOf(fromMs); dayMs <= toMs && days.length < DAYS_MAX; dayMs += DAY_MS) days.push(dayMs)
  return days
}

function statesOf(rows: readonly TallyRow[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { state, count } of rows) counts[state] = (counts[state] ?? 0) + count
  return counts
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1
  return counts
}
