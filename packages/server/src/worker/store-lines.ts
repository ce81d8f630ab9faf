// What a job says, on its way into the store: kept up as long as the worker is, for a result whose log is missing would hide what was said.
import { keyText, type HostJob, type JobKey, type LogLine } from '@batuta/plugin-sdk'
import type { LogRow, StoredLogLine } from '../storage/batch.ts'
import { rankOf } from '../storage/levels.ts'
import { FlushError, type Store } from '../storage/store.ts'

export function logRow(job: HostJob, key: JobKey, lines: readonly LogLine[]): LogRow {
  return {
    executionId: key.executionId,
    tenant: job.flow.tenant,
    namespace: job.flow.namespace,
    flowId: job.flow.id,
    atMs: lines[0]?.atMs ?? 0,
    levelMax: Math.max(...lines.map(line => rankOf(line.level))),
    lines: JSON.stringify(
      lines.map((line): StoredLogLine => ({
        atMs: line.atMs,
        level: line.level,
        message: line.message,
        run: key.run,
        taskId: job.taskId,
        attempt: line.attempt,
      })),
    ),
  }
}

export interface Patience {
  readonly store: Pick<Store, 'perform'>
  /** Nobody waits for an answer any more. */
  isOver(): boolean
  /** Until the next try. */
  pause(): Promise<void>
  onNotice(message: string, error?: unknown): void
}

/** False when it was given up while the store was away: whether the lines are there is not known. What the store refuses for good is told, and goes. */
export async function storeLines(row: LogRow, key: JobKey, patience: Patience): Promise<boolean> {
  for (;;) {
    try {
      await patience.store.perform('appendLogs', { rows: [row] })
      return true
    } catch (error) {
      const isRefused = !isPassing(error)
      if (isRefused || patience.isOver()) {
        patience.onNotice(`log lines of ${keyText(key)} could not be stored`, error)
        return isRefused
      }
      await patience.pause()
    }
  }
}

/** There will be room again, and an answer. Without one the lines may be there already: twice is better than never. */
function isPassing(error: unknown): boolean {
  return error instanceof FlushError && (error.fault === 'full' || error.fault === 'unknown')
}
