// Large executions that somebody read from the store, kept for the next one who does: what they did since is folded on. Only a few, and none that takes
// more memory than an engine gives to all that rest.
import { foldJournal, type Fold, type JournalWorld } from '../../flows/fold-journal.ts'

const KEPT_MAX = 2
/** Runs; smaller ones are read as fast as they are found here. */
const KEPT_FROM = 1_000
const KEPT_UP_TO = 500_000

export class LargeExecutions {
  /** The one that was asked for last at the end. */
  readonly #reads = new Map<string, Promise<Fold>>()

  /** One after the other for each execution: a state is changed in place. */
  async read(id: string, world: JournalWorld): Promise<Fold> {
    const before = this.#reads.get(id)
    const reading = before
      ? before.then(
          fold => readOn(id, world, fold),
          () => foldJournal(id, world),
        )
      : foldJournal(id, world)
    this.#reads.delete(id)
    this.#reads.set(id, reading)
    try {
      const fold = await reading
      if (!isKept(fold)) this.#forget(id, reading)
      return fold
    } catch (error) {
      this.#forget(id, reading)
      throw error
    } finally {
      for (const oldest of this.#reads.keys()) {
        if (this.#reads.size <= KEPT_MAX) break
        this.#reads.delete(oldest)
      }
    }
  }

  #forget(id: string, reading: Promise<Fold>): void {
    if (this.#reads.get(id) === reading) this.#reads.delete(id)
  }
}

async function readOn(id: string, world: JournalWorld, fold: Fold): Promise<Fold> {
  if (fold.type !== 'folded') return await foldJournal(id, world)
  // A deleted one has no header.
  if (!(await world.store.read.findExecution(id))) return { type: 'unknown' }
  return await foldJournal(id, world, fold)
}

function isKept(fold: Fold): boolean {
  if (fold.type !== 'folded') return false
  const { length } = fold.state.runs
  return length >= KEPT_FROM && length <= KEPT_UP_TO
}
