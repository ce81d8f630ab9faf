// What is done under a key that somebody else chose, and is not done twice.
import type { OperationRow } from './batch.ts'

export interface ClaimOperations {
  purgeOperations: { readonly args: { readonly nowMs: number; readonly limit: number }; readonly result: number }
  /** Null when the row is written; else the one that is there under this key. One whose time is over is not there. */
  claimOperation: {
    readonly args: { readonly row: OperationRow; readonly nowMs: number }
    readonly result: OperationRow | null
  }
  /** Compare and set: the row must still have this body. It goes where nothing is to take its place. */
  changeOperation: {
    readonly args: {
      readonly key: string
      readonly body: string
      readonly to: Pick<OperationRow, 'status' | 'body'> | null
    }
    readonly result: boolean
  }
}
