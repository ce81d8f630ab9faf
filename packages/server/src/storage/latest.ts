// The newest executions of many flows at once: what a list of flows, or of executions, shows beside its rows. Few columns, for there are a thousand of them.
import type { ExecutionRow } from './batch.ts'

export interface LatestQuery {
  readonly tenant: string
  readonly flows: readonly { readonly namespace: string; readonly flowId: string }[]
  /** Of each flow. */
  readonly limit: number
}

export type ExecutionGlance = Pick<ExecutionRow, 'id' | 'state' | 'createdMs' | 'endMs' | 'triggerId'>

export interface LatestReads {
  /** Of each of the flows, in their order: its executions, newest first. */
  latestExecutions(query: LatestQuery): Promise<readonly (readonly ExecutionGlance[])[]>
}
