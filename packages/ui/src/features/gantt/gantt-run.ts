// A task run as the Gantt chart reads it: what the API tells, and nothing of where it came from.

export interface RunState {
  readonly current: string
  readonly histories: readonly { readonly state: string; readonly date: string }[]
  readonly startDate: string
  readonly endDate?: string
}

export interface GanttRun {
  readonly id: string
  readonly taskId: string
  readonly type?: string
  readonly parentTaskRunId?: string
  readonly value?: string
  readonly iteration?: number
  readonly attempts?: readonly { readonly state: RunState }[]
  readonly state: RunState
  readonly childExecutionId?: string
  readonly children?: {
    readonly total: number
    readonly live: number
    readonly failed: number
    readonly warned: number
    readonly lanes: number
    readonly ended?: Readonly<Record<string, number>>
  }
}

/** A group with something in it; a pause is none. */
export function isGroup({ children }: GanttRun): boolean {
  return children !== undefined && children.total > 0
}

export function isLoop({ type = '', children }: GanttRun): boolean {
  return children !== undefined && /\.(ForEach|EachSequential|EachParallel|Loop|LoopUntil|ForEachItem)$/.test(type)
}

/** Where a subflow is that can be unfolded. */
export function isSubflow({ childExecutionId }: GanttRun): boolean {
  return childExecutionId !== undefined
}

/** Whether its own failure is one, and not that of what is in it. */
export function isLeaf(run: GanttRun): boolean {
  return !isGroup(run)
}

export function startMsOf({ state }: Pick<GanttRun, 'state'>): number {
  return Date.parse(state.startDate)
}
