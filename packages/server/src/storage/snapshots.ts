// What is folded of a long journal, so that an execution of a million task runs need not be folded from its first event again. A snapshot is a
// cache that anybody may drop: the journal stays the truth.

/** One part of what was folded of a journal up to a turn. The store does not look into the bytes. Part 0 is written last: with it the snapshot is whole. */
export interface SnapshotPart {
  readonly part: number
  readonly bytes: Uint8Array
}

export interface SnapshotOperations {
  /**
   * Nothing is written of an execution that is not there. Part 0 takes the place of the snapshots of all other turns. Writing a part again replaces it.
   * True when it was written.
   */
  saveSnapshotPart: {
    readonly args: {
      readonly executionId: string
      readonly turn: number
      readonly part: number
      readonly bytes: Uint8Array
    }
    readonly result: boolean
  }
}

export interface SnapshotReads {
  /** Part 0 of the newest turn that has one. */
  findSnapshot(executionId: string): Promise<{ readonly turn: number; readonly bytes: Uint8Array } | undefined>
  /** The parts after `after`, in their order, `limit` at most. */
  snapshotPartsOf(
    executionId: string,
    turn: number,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly SnapshotPart[]>
}
