// Which stored signals are being taken, and which were taken a moment ago. A list of signals that was read before they went still names them; taken
// a second time they would be refused by the store, with all that was decided in the same turn.

/** More than are taken while a list of them is on its way. */
const TAKEN_KEPT = 10_000

export class RowMemory {
  readonly #inHand = new Set<string>()
  readonly #taken = new Set<string>()

  /** False when it is in hand already, or was taken. */
  begin(rowId: string): boolean {
    if (this.#inHand.has(rowId) || this.#taken.has(rowId)) return false
    this.#inHand.add(rowId)
    return true
  }

  end(rowId: string, isTaken: boolean): void {
    this.#inHand.delete(rowId)
    if (!isTaken) return
    this.#taken.add(rowId)
    if (this.#taken.size <= TAKEN_KEPT) return
    const [oldest] = this.#taken
    if (oldest !== undefined) this.#taken.delete(oldest)
  }
}
