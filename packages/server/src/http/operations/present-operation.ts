import type { BulkRow } from '../../storage/bulks.ts'
import { readOperation, UNDO_MS } from './operation.ts'
import { whyNoUndo } from './why-no-undo.ts'

/** As the API shows it. */
export function presentOperation(row: BulkRow, nowMs: number): Readonly<Record<string, unknown>> {
  const operation = readOperation(row)
  const { resource, action, owner, total, done, skipped, failed, problems, message } = operation
  const { undoOf, undoneBy, createdMs, endedMs } = operation
  const canUndo = whyNoUndo(row, operation, nowMs) === undefined && done > 0
  return {
    ...{ id: row.id, resource, action, state: shownState(row), total, done, skipped, failed, problems },
    ...(owner === '' ? {} : { owner }),
    ...(message === undefined ? {} : { message }),
    ...(undoOf === undefined ? {} : { undoOf }),
    ...(undoneBy === undefined ? {} : { undoneBy }),
    canUndo,
    ...(canUndo && endedMs !== undefined ? { undoUntil: new Date(endedMs + UNDO_MS).toISOString() } : {}),
    created: new Date(createdMs).toISOString(),
    ...(endedMs === undefined ? {} : { ended: new Date(endedMs).toISOString() }),
  }
}

/** What waits for whoever works on it to hear of it is told as what it is to be. */
function shownState({ state, wish }: BulkRow): string {
  return state === 'paused' && wish === 'resume' ? 'running' : state
}
