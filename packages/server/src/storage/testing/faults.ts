// One statement out of many fails, in a way that the test chooses.
export type Fault =
  /** The connection breaks before the statement was sent. */
  | 'lost-before'
  /** The connection breaks when the statement has been run. */
  | 'lost-after'
  /** The database refuses the statement, and would take it another time. */
  | 'passing'
  /** There is no room. */
  | 'full'

export class Faults {
  #at = Infinity
  #how: Fault = 'full'
  #seen = 0

  /** Statements since it was armed. */
  get seen(): number {
    return this.#seen
  }

  /** The statement with this number fails; Infinity only counts. */
  arm(at: number, how: Fault = 'full'): void {
    this.#at = at
    this.#how = how
    this.#seen = 0
  }

  disarm(): void {
    this.arm(Infinity)
  }

  /** Counts a statement; tells how it is to fail. */
  next(): Fault | undefined {
    this.#seen += 1
    return this.#seen === this.#at ? this.#how : undefined
  }
}
