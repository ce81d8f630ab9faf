// Large executions that somebody read from the store, kept for the next one who does: what they did since is folded on. As many as there is room for, the
// one that was asked for least recently going first.
import { foldJournal, type Fold, type JournalWorld } from '../../flows/fold-journal.ts'
import type { Snapshots } from '../../flows/snapshots.ts'
import type { Clock, Scheduler } from '../../platform/platform.ts'

/** Runs; smaller ones are read as fast as they are found here. */
const KEPT_FROM = 500
/** Runs of all that are kept: some forty bytes each, and their outputs. */
const KEPT_RUNS_MAX = 1_300_000
/** Whoever looks at one looks again: at another page of it, at its logs, after a look elsewhere. */
const KEPT_MS = 5 * 60_000

export interface LargeWorld extends JournalWorld {
  readonly snapshots?: Pick<Snapshots, 'read' | 'isDue' | 'keep'>
}

interface Kept {
  readonly reading: Promise<Fold>
  runs: number
  askedMs: number
}

export class LargeExecutions {
  /** The one that was asked for last at the end. */
  readonly #kept = new Map<string, Kept>()
  readonly #clock: Pick<Clock & Scheduler, 'nowMs' | 'at'>
  #callOff: (() => void) | undefined

  constructor(clock: Pick<Clock & Scheduler, 'nowMs' | 'at'>) {
    this.#clock = clock
  }

  /** One after the other for each execution: a state is changed in place. */
  async read(id: string, world: LargeWorld): Promise<Fold> {
    const before = this.#kept.get(id)
    const again = (): Promise<Fold> => foldJournal(id, world)
    const reading = before ? before.reading.then(fold => readOn(id, world, fold), again) : again()
    const own: Kept = { reading, runs: before?.runs ?? 0, askedMs: this.#clock.nowMs() }
    this.#kept.delete(id)
    this.#kept.set(id, own)
    try {
      const fold = await reading
      own.runs = runsOf(fold)
      if (!before) keepSnapshot(fold, world)
      if (own.runs < KEPT_FROM || own.runs > KEPT_RUNS_MAX) this.#forget(id, own)
      this.#makeRoom()
      this.#sweepLater()
      return fold
    } catch (error) {
      this.#forget(id, own)
      throw error
    }
  }

  stop(): void {
    this.#callOff?.()
    this.#callOff = undefined
    this.#kept.clear()
  }

  #forget(id: string, own: Kept): void {
    if (this.#kept.get(id) === own) this.#kept.delete(id)
  }

  #sweepLater(): void {
    if (this.#callOff || this.#kept.size === 0) return
    this.#callOff = this.#clock.at(this.#clock.nowMs() + KEPT_MS, () => {
      this.#callOff = undefined
      const sinceMs = this.#clock.nowMs() - KEPT_MS
      for (const [id, { askedMs }] of this.#kept) if (askedMs <= sinceMs) this.#kept.delete(id)
      this.#sweepLater()
    })
  }

  #makeRoom(): void {
    let runs = 0
    for (const kept of this.#kept.values()) runs += kept.runs
    for (const [id, kept] of this.#kept) {
      if (runs <= KEPT_RUNS_MAX) return
      this.#kept.delete(id)
      runs -= kept.runs
    }
  }
}

async function readOn(id: string, world: JournalWorld, fold: Fold): Promise<Fold> {
  if (fold.type !== 'folded') return await foldJournal(id, world)
  // A deleted one has no header.
  if (!(await world.store.read.findExecution(id))) return { type: 'unknown' }
  return await foldJournal(id, world, fold)
}

/** Of one that has ended and has none: it was written by a version before, or could not be kept. */
function keepSnapshot(fold: Fold, { snapshots }: LargeWorld): void {
  if (fold.type === 'folded' && fold.state.isEnded && snapshots?.isDue(fold.state, fold.snapshotTurn))
    snapshots.keep(fold)
}

function runsOf(fold: Fold): number {
  return fold.type === 'folded' ? fold.state.runs.length : 0
}
