// Steps through the journal of an execution: by events, by what happens to tasks, to the next failure.
import type { Client } from '@batuta/api'

export type JournalEvent = Awaited<ReturnType<Client['executions']['journal']>>['events'][number]

export type Step = 'first' | 'back' | 'forward' | 'last' | 'task' | 'taskBack' | 'failure'

export interface Place {
  readonly events: readonly Pick<JournalEvent, 'to' | 'taskRunId'>[]
  readonly seq: number
  readonly total: number
}

export function stepTo(step: Step, { events, seq, total }: Place): number {
  const last = Math.max(0, total - 1)
  const isMove = ({ to, taskRunId }: Place['events'][number]): boolean => to !== undefined && taskRunId !== undefined
  switch (step) {
    case 'first':
      return 0
    case 'back':
      return Math.max(0, seq - 1)
    case 'forward':
      return Math.min(last, seq + 1)
    case 'last':
      return last
    case 'task': {
      const found = events.findIndex((event, at) => at > seq && isMove(event))
      return found < 0 ? last : found
    }
    case 'taskBack':
      return Math.max(
        0,
        events.findLastIndex((event, at) => at < seq && isMove(event)),
      )
    case 'failure': {
      const found = events.findIndex(({ to }, at) => at > seq && to === 'FAILED')
      return found >= 0
        ? found
        : Math.max(
            0,
            events.findIndex(({ to }) => to === 'FAILED'),
          )
    }
  }
}
