// Which stored signals are being taken, and which were taken a moment ago. A list of signals that was read before they went still names them; taken
// a second time they would be refused by the store, with all that was decided in the same turn.

/** More than are taken while a list of them is on its way. */
const TAKEN_KEPT = 10_000

export class RowMemory {
  readonly #inHand = new Set<string>()
  /** Two generations: taking the oldest one out of a set is slow, for the set walks over all that was taken out before. */
  #taken = new Set<string>()
  #takenBefore = new Set<string>()

  /** False when it is in hand already, or was taken. */
  begin(rowId: string): boolean {
    if (this.#inHand.has(rowId) || this.#taken.has(rowId) || this.#takenBefore.has(rowId)) return false
    this.#inHand.add(rowId)
    return true
  }

  end(rowId: string, isTaken: boolean): void {
    this.#inHand.delete(rowId)
    if (!isTaken) return
    this.#taken.add(rowId)
    if (this.#taken.size < TAKEN_KEPT) return
    this.#takenBefore = this.#taken
    this.#taken = new Set()
  }
}
