import { createdMsOf } from '@batuta/core'
import type { ExecutionGlance, LatestLogsQuery, LatestQuery, LatestReads } from '../store.ts'
import { LATEST_LOG, LATEST_LOG_OF_ALL, LATEST_OF_FLOW, LATEST_OF_FLOWS } from './latest.sql.ts'
import type { SqlDialect } from './perform.ts'
import type { Query } from './reads.ts'
import { number, numberOrNull, text, textOrNull, type SqlRow } from './rows.ts'

export function latestReads(query: Query, { merge }: SqlDialect): LatestReads {
  const isAtOnce = merge === 'lateral'
  return {
    latestExecutions: wanted => (isAtOnce ? ofAll(wanted, query) : ofEach(wanted, query)),
    latestLogs: wanted => (isAtOnce ? logsOfAll(wanted, query) : logsOfEach(wanted, query)),
  }
}

async function ofEach(
  { tenant, flows, limit }: LatestQuery,
  query: Query,
): ReturnType<LatestReads['latestExecutions']> {
  const found: (readonly ExecutionGlance[])[] = []
  for (const { namespace, flowId } of flows)
    found.push((await query(LATEST_OF_FLOW, [tenant, namespace, flowId, limit])).map(glanceOf))
  return found
}

async function ofAll({ tenant, flows, limit }: LatestQuery, query: Query): ReturnType<LatestReads['latestExecutions']> {
  const names = JSON.stringify(flows.map(({ namespace, flowId }) => [namespace, flowId]))
  const rows = Map.groupBy(await query(LATEST_OF_FLOWS, [names, tenant, limit]), row => number(row, 'place'))
  return flows.map((_, index) => (rows.get(index + 1) ?? []).map(glanceOf))
}

async function logsOfEach(
  { executionIds, levelMin }: LatestLogsQuery,
  query: Query,
): ReturnType<LatestReads['latestLogs']> {
  const found: (string | undefined)[] = []
  for (const id of executionIds) {
    const [row] = await query(LATEST_LOG, [id, levelMin])
    found.push(row && text(row, 'lines'))
  }
  return found
}

async function logsOfAll(
  { executionIds, levelMin }: LatestLogsQuery,
  query: Query,
): ReturnType<LatestReads['latestLogs']> {
  const born = JSON.stringify(executionIds.map(id => [createdMsOf(id), id]))
  const lines = new Map(
    (await query(LATEST_LOG_OF_ALL, [born, levelMin])).map(row => [number(row, 'place'), text(row, 'lines')]),
  )
  return executionIds.map((_, index) => lines.get(index + 1))
}

function glanceOf(row: SqlRow): ExecutionGlance {
  return {
    id: text(row, 'id'),
    state: text(row, 'state'),
    createdMs: number(row, 'created_ms'),
    endMs: numberOrNull(row, 'end_ms'),
    triggerId: textOrNull(row, 'trigger_id'),
  }
}
