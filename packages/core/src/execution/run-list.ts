// The runs of an execution by their ordinal. Those that are under way, and all of small executions, are objects. A run of a large execution that has ended
// is packed: a few bytes in typed arrays and the text of its outputs, instead of a kilobyte. It is made again whenever somebody looks at it; whoever
// wants to change it takes it out first (`reopen`).
import { AssertionError } from '../std/assert.ts'
import type { ValueMap } from '../std/value.ts'
import { PackedRuns, type FrozenRuns, type RunPlace } from './packed-runs.ts'
import type { TaskRun } from './state.ts'

/** The value that its loop gives to an iteration. */
export type ValueAt = (parent: number, iteration: number) => string | undefined

/** Executions with fewer runs pack none: packing takes longer than the run itself, and so many objects are half a megabyte. */
export const PACKED_FROM = 512
const BLOCK = 1024
const RECENT_MAX = 16

type Block = (TaskRun | undefined)[]

const NONE = new Map<number, number>()

/** All of a list at one moment. The objects are still those of the list. */
export interface FrozenRunList {
  readonly length: number
  readonly open: readonly TaskRun[]
  readonly packed: FrozenRuns | undefined
}

export class RunList implements Iterable<TaskRun> {
  length = 0
  /** By thousands; those of which all are packed are gone. */
  readonly #blocks: (Block | undefined)[] = []
  #packedIn: Map<number, number> = NONE
  #valueAt: ValueAt = noValue
  #packed: PackedRuns | undefined
  /** Packed groups that were looked at: the runs of one lie side by side, and whoever looks at one of them looks at its group. */
  #recent: Map<number, TaskRun> | undefined

  static from({ length, open, packed }: FrozenRunList): RunList {
    const list = new RunList()
    list.length = length
    if (packed) {
      list.#packed = list.#openPacked(PackedRuns.from(packed))
      for (const [index, { count }] of packed.chunks) list.#packedIn.set(index, count)
    }
    for (const run of open) list.#blockOf(run.ordinal)[run.ordinal % BLOCK] = run
    return list
  }

  freeze(): FrozenRunList {
    return { length: this.length, open: [...this.open()], packed: this.#packed?.freeze() }
  }

  /** How many are objects. */
  get openCount(): number {
    return this.length - (this.#packed?.count ?? 0)
  }

  at(ordinal: number): TaskRun | undefined {
    return this.#objectAt(ordinal) ?? this.#recent?.get(ordinal) ?? this.#unpack(ordinal)
  }

  /** Only if it is an object, as all are that have not ended: those that are packed cost time to read. */
  openAt(ordinal: number): TaskRun | undefined {
    return this.#objectAt(ordinal)
  }

  /** What it gave, without the rest of it. */
  outputsAt(ordinal: number): ValueMap | undefined {
    const run = this.#objectAt(ordinal)
    return run ? run.outputs : this.#packed?.outputsOf(ordinal)
  }

  /** Where it stands, without what it gave. */
  placeAt(ordinal: number): RunPlace | undefined {
    const run = this.#objectAt(ordinal)
    return run ? placeOf(run) : this.#packed?.placeOf(ordinal)
  }

  /** Which pass or iteration it is, without the rest of it. */
  iterationAt(ordinal: number): number | undefined {
    const run = this.#objectAt(ordinal)
    return run ? run.iteration : this.#packed?.iterationOf(ordinal)
  }

  /** What its loop gave it, without the rest of it. */
  valueAt(ordinal: number): string | undefined {
    const run = this.#objectAt(ordinal)
    return run ? run.value : this.#packed?.valueOf(ordinal, this.#valueAt)
  }

  push(run: TaskRun): void {
    if (run.ordinal !== this.length) throw new AssertionError(`the run ${run.ordinal} is out of order`)
    const block = (this.#blocks[Math.floor(run.ordinal / BLOCK)] ??= [])
    block[run.ordinal % BLOCK] = run
    this.length += 1
  }

  /** Packs a run that nothing will happen to any more, unless it is out of the ordinary. */
  close(run: TaskRun): void {
    if (this.length <= PACKED_FROM || this.#objectAt(run.ordinal) !== run) return
    const packed = (this.#packed ??= this.#openPacked())
    if (!packed.put(run, this.#valueAt)) return
    const index = Math.floor(run.ordinal / BLOCK)
    const block = this.#blocks[index]
    const count = (this.#packedIn.get(index) ?? 0) + 1
    const isGone = count === BLOCK
    this.#packedIn.set(index, count)
    if (isGone) this.#blocks[index] = undefined
    else if (block) block[run.ordinal % BLOCK] = undefined
  }

  /** The run as an object that may be changed. */
  reopen(ordinal: number): TaskRun {
    const known = this.#objectAt(ordinal)
    if (known) return known
    const run = this.#packed?.read(ordinal, this.#valueAt)
    if (run === undefined) throw new AssertionError(`there is no run ${ordinal}`)
    this.#packed?.take(ordinal)
    this.#recent?.clear()
    const index = Math.floor(ordinal / BLOCK)
    this.#packedIn.set(index, (this.#packedIn.get(index) ?? 0) - 1)
    this.#blockOf(ordinal)[ordinal % BLOCK] = run
    return run
  }

  /** Those that are objects, in their order: all that have not ended are among them. */
  *open(): Generator<TaskRun> {
    for (const block of this.#blocks) for (const run of block ?? []) if (run) yield run
  }

  /** All of them, without what they gave. */
  *places(): Generator<RunPlace> {
    for (let ordinal = 0; ordinal < this.length; ordinal++) {
      const place = this.placeAt(ordinal)
      if (place) yield place
    }
  }

  *[Symbol.iterator](): Iterator<TaskRun> {
    for (let ordinal = 0; ordinal < this.length; ordinal++) {
      const run = this.at(ordinal)
      if (run) yield run
    }
  }

  /** The values that loops give are found by their runs. */
  #openPacked(packed = new PackedRuns()): PackedRuns {
    this.#valueAt = (parent, iteration) => this.at(parent)?.group?.values?.at(iteration)
    this.#packedIn = new Map()
    return packed
  }

  /** With room for all runs of it, even where most of them are packed. */
  #blockOf(ordinal: number): Block {
    return (this.#blocks[Math.floor(ordinal / BLOCK)] ??= Array.from({ length: BLOCK }, (): undefined => undefined))
  }

  #unpack(ordinal: number): TaskRun | undefined {
    const run = this.#packed?.read(ordinal, this.#valueAt)
    if (!run?.group) return run
    this.#recent ??= new Map()
    if (this.#recent.size >= RECENT_MAX) this.#recent.clear()
    this.#recent.set(ordinal, run)
    return run
  }

  #objectAt(ordinal: number): TaskRun | undefined {
    return this.#blocks[Math.floor(ordinal / BLOCK)]?.[ordinal % BLOCK]
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
    for (let ordinal = this.length - 1; ordinal >= 0; ordinal--) {
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

function placeOf({ ordinal, task, parent, lane, epoch, state, isRemoved, group, history }: TaskRun): RunPlace {
  const createdMs = history[0]?.atMs ?? 0
  return { ordinal, task, parent, lane, epoch, state, isRemoved, hasGroup: group !== undefined, createdMs }
}

function noValue(): undefined {
  return undefined
}
