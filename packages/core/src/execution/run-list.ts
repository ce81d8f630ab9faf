// The runs of an execution by their ordinal. Those that are under way, and all of small executions, are objects. A run of a large loop that has ended well is
// packed: some 40 bytes in typed arrays and the text of its outputs, instead of a kilobyte. It is made again whenever somebody looks at it; whoever
// wants to change it takes it out first (`reopen`).
import { assert } from '../std/assert.ts'
import type { ValueMap } from '../std/value.ts'
import { PackedRuns } from './packed-runs.ts'
import { ROOT, type TaskRun } from './state.ts'

/** The value that its loop gives to a lane. */
export type ValueAt = (parent: number, lane: number) => string | undefined

/** Executions with fewer runs pack none. */
export const PACKED_FROM = 64

export class RunList implements Iterable<TaskRun> {
  readonly #runs: (TaskRun | undefined)[] = []
  #packed: PackedRuns | undefined
  #valueAt: ValueAt = noValue

  get length(): number {
    return this.#runs.length
  }

  /** How many are objects. */
  get openCount(): number {
    return this.#runs.length - (this.#packed?.count ?? 0)
  }

  at(ordinal: number): TaskRun | undefined {
    return this.#runs[ordinal] ?? this.#packed?.read(ordinal, this.#valueAt)
  }

  /** What it gave, without the rest of it. */
  outputsAt(ordinal: number): ValueMap | undefined {
    const run = this.#runs[ordinal]
    return run ? run.outputs : this.#packed?.outputsOf(ordinal)
  }

  push(run: TaskRun): void {
    assert(run.ordinal === this.#runs.length, `the run ${run.ordinal} is out of order`)
    this.#runs.push(run)
  }

  /** Packs a run that nothing will happen to any more, unless it is out of the ordinary. */
  close(run: TaskRun): void {
    if (this.#runs.length <= PACKED_FROM || this.#runs[run.ordinal] !== run) return
    const packed = (this.#packed ??= this.#openPacked())
    if (packed.put(run, this.#valueAt)) this.#runs[run.ordinal] = undefined
  }

  /** The values that loops give are found by their runs. */
  #openPacked(): PackedRuns {
    this.#valueAt = (parent, lane) => (parent === ROOT ? undefined : this.at(parent)?.group?.values?.[lane])
    return new PackedRuns()
  }

  /** The run as an object that may be changed. */
  reopen(ordinal: number): TaskRun {
    const known = this.#runs[ordinal]
    if (known) return known
    const run = this.#packed?.read(ordinal, this.#valueAt)
    assert(run !== undefined, `there is no run ${ordinal}`)
    this.#packed?.take(ordinal)
    this.#runs[ordinal] = run
    return run
  }

  *[Symbol.iterator](): Iterator<TaskRun> {
    for (let ordinal = 0; ordinal < this.#runs.length; ordinal++) {
      const run = this.at(ordinal)
      if (run) yield run
    }
  }

  some(test: (run: TaskRun) => boolean): boolean {
    for (const run of this) if (test(run)) return true
    return false
  }

  every(test: (run: TaskRun) => boolean): boolean {
    return !this.some(run => !test(run))
  }

  find(test: (run: TaskRun) => boolean): TaskRun | undefined {
    for (const run of this) if (test(run)) return run
    return undefined
  }

  findLast(test: (run: TaskRun) => boolean): TaskRun | undefined {
    for (let ordinal = this.#runs.length - 1; ordinal >= 0; ordinal--) {
      const run = this.at(ordinal)
      if (run && test(run)) return run
    }
    return undefined
  }

  filter(test: (run: TaskRun) => boolean): TaskRun[] {
    const found: TaskRun[] = []
    for (const run of this) if (test(run)) found.push(run)
    return found
  }

  map<T>(change: (run: TaskRun) => T): T[] {
    return Array.from(this, change)
  }

  flatMap<T>(change: (run: TaskRun) => readonly T[]): T[] {
    const all: T[] = []
    for (const run of this) all.push(...change(run))
    return all
  }

  reduce<T>(join: (sum: T, run: TaskRun) => T, first: T): T {
    let sum = first
    for (const run of this) sum = join(sum, run)
    return sum
  }

  toReversed(): TaskRun[] {
    return [...this].reverse()
  }
}

function noValue(): undefined {
  return undefined
}
