import type { BulkRow } from '../../storage/bulks.ts'
import { UNDO_MS, type OperationBody } from './operation.ts'

/** Undefined: it can be taken back. */
export function whyNoUndo(
  { state, id }: Pick<BulkRow, 'state' | 'id'>,
  operation: OperationBody,
  nowMs: number,
): string | undefined {
  if (!operation.canUndo) return `What the operation "${id}" did cannot be taken back.`
  if (state === 'gathering' || state === 'running' || state === 'paused')
    return `The operation "${id}" has not ended: cancel it first.`
  if (operation.undoneBy !== undefined) return `The operation "${id}" was taken back already.`
  if (nowMs - (operation.endedMs ?? 0) > UNDO_MS) return `The operation "${id}" ended more than a day ago.`
  return undefined
}
