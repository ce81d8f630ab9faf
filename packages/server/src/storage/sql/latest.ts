import type { ExecutionGlance, LatestQuery, LatestReads } from '../store.ts'
import { LATEST_OF_FLOW, LATEST_OF_FLOWS } from './latest.sql.ts'
import type { SqlDialect } from './perform.ts'
import type { Query } from './reads.ts'
import { number, numberOrNull, text, textOrNull, type SqlRow } from './rows.ts'

export function latestReads(query: Query, { merge }: SqlDialect): LatestReads {
  return { latestExecutions: wanted => (merge === 'lateral' ? ofAll(wanted, query) : ofEach(wanted, query)) }
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

function glanceOf(row: SqlRow): ExecutionGlance {
  return {
    id: text(row, 'id'),
    state: text(row, 'state'),
    createdMs: number(row, 'created_ms'),
    endMs: numberOrNull(row, 'end_ms'),
    triggerId: textOrNull(row, 'trigger_id'),
  }
}
