// An operation on many as it is kept: what is to be done, how far it has come, and, item by item, what was before.
import { trust, type Label, type RecoverPolicy } from '@batuta/core'
import type { BulkChunk, BulkRow } from '../../storage/bulks.ts'

export type Resource = 'executions' | 'flows' | 'triggers'

export interface OperationWish {
  readonly resource: Resource
  readonly action: string
  readonly ids?: readonly string[]
  readonly query?: string
  readonly labels?: readonly Label[]
  readonly latestRevision?: boolean
  /** Of schedules that are switched on. */
  readonly missed?: RecoverPolicy
  readonly perMinute?: number
}

/** `ids` stand in the chunks from the beginning. */
export interface OperationBody extends Omit<OperationWish, 'ids'> {
  readonly owner: string
  /** Absent where nobody logs in. */
  readonly by?: { readonly userId: string; readonly tokenId?: string }
  readonly createdMs: number
  readonly canUndo: boolean
  /** The one that this one takes back. */
  readonly undoOf?: string
  undoneBy?: string
  /** Where the search goes on; absent when all is gathered. */
  cursor?: string
  /** Chunks that there are. */
  chunks: number
  /** The chunk that is worked on. */
  at: number
  total: number
  done: number
  skipped: number
  failed: number
  problems: Problem[]
  message?: string
  endedMs?: number
}

export interface Problem {
  readonly item: string
  readonly message: string
}

export interface Item {
  readonly id: string
  /** What taking it back needs; there once the item is prepared. */
  before?: unknown
  isPrepared?: boolean
  outcome?: 'done' | 'skipped' | 'failed'
}

/** Undo is offered for so long. */
export const UNDO_MS: number = 24 * 60 * 60_000
const PROBLEMS_MAX = 50
const MESSAGE_MAX = 500

export function readOperation({ body }: Pick<BulkRow, 'body'>): OperationBody {
  return trust<OperationBody>(JSON.parse(body))
}

export function readItems({ body }: BulkChunk): readonly Item[] {
  return trust<readonly Item[]>(JSON.parse(body))
}

/** What came of an item is said once. */
export function settleItem(operation: OperationBody, item: Item, outcome: Outcome): void {
  item.outcome = outcome.type
  operation[outcome.type] += 1
  if (outcome.type === 'done' || operation.problems.length >= PROBLEMS_MAX) return
  operation.problems.push({ item: item.id, message: outcome.message.slice(0, MESSAGE_MAX) })
}

export type Outcome = { readonly type: 'done' } | { readonly type: 'skipped' | 'failed'; readonly message: string }

export const DONE: Outcome = { type: 'done' }

export function skipped(message: string): Outcome {
  return { type: 'skipped', message }
}

/** How one item is dealt with. Each part may be called again after a death. */
export interface Actor {
  /** Before anything is done: what taking it back will need, or why it cannot be done. */
  prepare(id: string): Promise<{ readonly before: unknown } | Outcome>
  act(id: string, before: unknown): Promise<Outcome>
  /** Absent: it cannot be taken back. */
  undo?(id: string, before: unknown): Promise<Outcome>
}
