import type { LatestReads } from '../store.ts'
import type { Tables } from './tables.ts'

export function latestReads({ executions, logs }: Pick<Tables, 'executions' | 'logs'>): LatestReads {
  return {
    latestExecutions: async ({ tenant, flows, limit }) =>
      flows.map(({ namespace, flowId }) =>
        [...executions.values()]
          .filter(row => row.tenant === tenant && row.namespace === namespace && row.flowId === flowId)
          .sort((one, other) => (one.id < other.id ? 1 : -1))
          .slice(0, limit)
          .map(({ id, state, createdMs, endMs, triggerId }) => ({ id, state, createdMs, endMs, triggerId })),
      ),
    latestLogs: async ({ executionIds, levelMin }) =>
      executionIds.map(id => logs.get(id)?.findLast(({ levelMax }) => levelMax >= levelMin)?.lines),
  }
}
