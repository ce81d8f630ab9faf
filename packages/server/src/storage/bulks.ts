// The same to many, in the background: a header that tells how far it has come, and chunks of what it is done to. Whoever works on one holds a claim that
// runs out; what an older claim writes changes nothing.

export interface BulkKey {
  readonly tenant: string
  readonly id: string
}

export type BulkState = 'gathering' | 'running' | 'paused' | 'done' | 'cancelled' | 'failed'
export type BulkWish = 'cancel' | 'pause' | 'resume'

export interface BulkRow extends BulkKey {
  readonly state: BulkState
  /** What whoever works on it is to do next. */
  readonly wish: BulkWish | null
  readonly node: string | null
  /** Of the claim. */
  readonly epoch: number
  readonly untilMs: number
  /** JSON: what is to be done, and how far that has come. */
  readonly body: string
  readonly updatedMs: number
}

export interface BulkChunk {
  readonly seq: number
  /** JSON: items, what they were before, and what came of them. */
  readonly body: string
}

export interface BulkSave extends BulkKey {
  readonly epoch: number
  readonly state: BulkState
  readonly body: string
  readonly untilMs: number
  readonly updatedMs: number
  /** The wish that was followed. */
  readonly heeded: BulkWish | null
  readonly chunks: readonly BulkChunk[]
}

export interface BulkOperations {
  createBulk: {
    readonly args: BulkKey & {
      readonly body: string
      readonly updatedMs: number
      readonly chunks: readonly BulkChunk[]
    }
    readonly result: null
  }
  /** The number of the claim; null when it has ended, rests, or is in the hands of a node that lives. */
  claimBulk: {
    readonly args: BulkKey & { readonly node: string; readonly nowMs: number; readonly untilMs: number }
    readonly result: number | null
  }
  /** False when the claim is not the newest one: nothing is written then. */
  saveBulk: { readonly args: BulkSave; readonly result: boolean }
  /** False when it has ended. */
  wishBulk: { readonly args: BulkKey & { readonly wish: BulkWish }; readonly result: boolean }
  /** Those that ended and have not been touched since, with their chunks. */
  purgeBulks: {
    readonly args: { readonly tenant: string; readonly beforeMs: number }
    readonly result: number
  }
}

export interface BulkReads {
  findBulk(key: BulkKey): Promise<BulkRow | undefined>
  /** The newest first. */
  listBulks(tenant: string, limit: number): Promise<readonly BulkRow[]>
  /** Those that have not ended, oldest first. */
  listOpenBulks(tenant: string): Promise<readonly BulkRow[]>
  listBulkChunks(key: BulkKey, afterSeq: number, limit: number): Promise<readonly BulkChunk[]>
}
