// After a failover to a standby that lagged behind, or after a backup was put back, the database has forgotten what it acknowledged. A node knows
// the number of its last acknowledged flush: a database that knows a smaller one has lost the rest, and that is said aloud.
export class LossDetector {
  readonly #acknowledged = new Map<string, number>()

  acknowledge(node: string, seq: number): void {
    this.#acknowledged.set(node, seq)
  }

  /** What to tell the operator, once, when the database knows of fewer flushes than it acknowledged. */
  compare(node: string, flushSeq: number): string | undefined {
    const acknowledged = this.#acknowledged.get(node)
    this.#acknowledged.delete(node)
    if (acknowledged === undefined || flushSeq >= acknowledged) return undefined
    return `TIMELINE REGRESSION: the database has forgotten the last ${acknowledged - flushSeq} flushes that it acknowledged to the node "${node}" (${flushSeq + 1} to ${acknowledged}), as after a failover to a standby that lagged behind or a restored backup. What they said is lost; everything goes on from what is there. A synchronous standby (synchronous_standby_names) prevents it.`
  }
}
