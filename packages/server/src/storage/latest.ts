// The newest of many at once: of flows their executions, of executions the end of their logs. What a list shows beside its rows, in few columns, for there
// may be a thousand of them.
import type { ExecutionRow } from './batch.ts'

export interface LatestQuery {
  readonly tenant: string
  readonly flows: readonly { readonly namespace: string; readonly flowId: string }[]
  /** Of each flow. */
  readonly limit: number
}

export interface LatestLogsQuery {
  readonly executionIds: readonly string[]
  readonly levelMin: number
}

export type ExecutionGlance = Pick<ExecutionRow, 'id' | 'state' | 'createdMs' | 'endMs' | 'triggerId'>

export interface LatestReads {
  /** Of each of the flows, in their order: its executions, newest first. */
  latestExecutions(query: LatestQuery): Promise<readonly (readonly ExecutionGlance[])[]>
  /** Of each of the executions, in their order: the lines, as JSON, of its last log chunk with such a level; undefined where there is none. */
  latestLogs(query: LatestLogsQuery): Promise<readonly (string | undefined)[]>
}
