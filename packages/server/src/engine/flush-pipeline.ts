// One flush in flight, the next one filling. When a flush fails, what is known decides: a refused batch is taken apart until the guilty unit
// stands alone, an unknown outcome is looked up by the node's sequence number, and when the store has no room or is broken everything that
// both batches touched is dropped: it is folded again from what is committed.
import { assert } from '@batuta/core'
import { SubmitError } from '../inbox/inbox.ts'
import { FlushError, type Store } from '../storage/store.ts'
import type { Touched } from './limit-entity.ts'
import type { Batch } from '../storage/batch.ts'
import { batchOf, cancelledJobs, rowsOf, touchedBy, type Unit } from './unit.ts'

export interface NodeIdentity {
  readonly id: string
  readonly node: string
  readonly incarnation: number
  /** Of the last flush before this incarnation. */
  readonly flushSeq: number
}

export interface PipelineOptions {
  readonly store: Store
  readonly node: NodeIdentity
  /** The unit is in the store, but for the jobs that were cancelled. */
  onCommitted(unit: Unit, cancelled: ReadonlySet<string>): void
  /** The unit is not in the store; its executions are to be read again. */
  onDropped(unit: Unit, error: Error): void
  onIdle(): void
  /** Settles after so many milliseconds. */
  pause(ms: number): Promise<void>
  onNotice(message: string, error?: unknown): void
  onFatal(error: Error): void
}

/** A flush whose outcome stays unknown is sent this often, for about 15 seconds, before it is given up. */
const ATTEMPTS_MAX = 20
const PAUSE_FIRST_MS = 10
const PAUSE_LONGEST_MS = 1_000

export class FlushPipeline {
  readonly #options: PipelineOptions
  #open: Unit[] = []
  #openRows = 0
  #openBytes = 0
  #isInFlight = false
  #seq: number
  /** False after a flush that was given up: it may be in the store, or still arrive there. */
  #isSeqKnown = true
  #signals = 0
  #hasRoom = true
  #abandoned: SubmitError | undefined

  constructor(options: PipelineOptions) {
    this.#options = options
    this.#seq = options.node.flushSeq
  }

  get isIdle(): boolean {
    return !this.#isInFlight && this.#open.length === 0
  }

  isFull({ rows, bytes }: { readonly rows: number; readonly bytes: number }): boolean {
    return this.#openRows >= rows || this.#openBytes >= bytes
  }

  nextSignal(): number {
    return ++this.#signals
  }

  /** Nothing more is sent: what is open is dropped, and what is in flight when its outcome comes, if it was not written. */
  abandon(error: SubmitError): void {
    this.#abandoned = error
    const open = this.#open
    this.#open = []
    this.#openRows = 0
    this.#openBytes = 0
    for (const unit of open) this.#options.onDropped(unit, error)
  }

  /** Settles when no flush that was given up can arrive any more. Rejects with `FlushError` while the store does not tell. */
  async settle(): Promise<void> {
    while (!this.#isSeqKnown) {
      if (this.#isInFlight) {
        await this.#options.pause(PAUSE_FIRST_MS)
        continue
      }
      this.#isInFlight = true
      try {
        const lost = await this.#findSeq()
        if (lost) throw lost
      } finally {
        this.#isInFlight = false
        this.flushIfIdle()
        this.#options.onIdle()
      }
    }
  }

  add(unit: Unit): void {
    if (this.#abandoned) return this.#options.onDropped(unit, this.#abandoned)
    this.#open.push(unit)
    this.#openRows += rowsOf(unit)
    this.#openBytes += unit.bytes
  }

  flushIfIdle(): void {
    if (this.#isInFlight || this.#open.length === 0) return
    const units = this.#open
    this.#open = []
    this.#openRows = 0
    this.#openBytes = 0
    this.#isInFlight = true
    this.#flush(units)
      .catch(error => this.#options.onFatal(error instanceof Error ? error : new Error(String(error))))
      .finally(() => {
        this.#isInFlight = false
        this.flushIfIdle()
        this.#options.onIdle()
      })
  }

  async #flush(units: readonly Unit[]): Promise<void> {
    const written = units.filter(unit => rowsOf(unit) > 0)
    const cancelled = cancelledJobs(written)
    if (written.length > 0) {
      const failure = await this.#write(written, cancelled)
      this.#tellOfRoom(failure?.fault !== 'full')
      if (failure) return await this.#fail(units, failure)
    }
    for (const unit of units) this.#options.onCommitted(unit, cancelled)
  }

  /** Once when the disk has become full and once when it is not any more, however much is refused in between. */
  #tellOfRoom(hasRoom: boolean): void {
    if (hasRoom === this.#hasRoom) return
    this.#hasRoom = hasRoom
    this.#options.onNotice(
      hasRoom
        ? 'The disk of the database has room again.'
        : 'The disk of the database is full: all that is new is refused.',
    )
  }

  /** Undefined when the batch is in the store. */
  async #write(units: readonly Unit[], cancelled: ReadonlySet<string>): Promise<FlushError | undefined> {
    const lost = this.#isSeqKnown ? undefined : await this.#findSeq()
    if (lost) return lost
    const seq = this.#seq + 1
    const batch = batchOf(units, { ...this.#options.node, seq }, cancelled)
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      if (attempt > 1) await this.#options.pause(Math.min(PAUSE_FIRST_MS * 2 ** (attempt - 2), PAUSE_LONGEST_MS))
      if (this.#abandoned) return new FlushError('unknown', this.#abandoned.message)
      const failure = await this.#send(batch)
      if (attempt > 1 && failure?.fault === 'known') return await this.#refused(failure, seq)
      // As long as an earlier attempt may still arrive, nothing but its number tells what is in the store.
      const isOpen = failure?.fault === 'unknown' || (attempt > 1 && failure !== undefined)
      const outcome = isOpen ? await this.#lookUp(seq) : failure
      if (outcome === 'again') continue
      if (outcome === undefined) this.#seq = seq
      return outcome
    }
    this.#isSeqKnown = false
    return new FlushError('unknown', `the store did not answer to flush ${seq} in ${ATTEMPTS_MAX} attempts`)
  }

  /**
   * Refused after an attempt whose outcome nobody knows, which may still arrive and be taken: the refusal is the last word once a flush of nothing
   * has used the number up.
   */
  async #refused(refusal: FlushError, seq: number): Promise<FlushError | undefined> {
    const failure = await this.#send(this.#emptyBatch(seq))
    if (failure === undefined) {
      this.#seq = seq
      return refusal
    }
    const outcome = failure.fault === 'fenced' ? await this.#lookUp(seq) : failure
    if (outcome === undefined) {
      this.#seq = seq
      return undefined
    }
    // The node ends.
    if (outcome !== 'again' && (outcome.fault === 'fenced' || outcome.fault === 'broken')) return outcome
    this.#isSeqKnown = false
    return new FlushError('unknown', `the store does not tell what became of flush ${seq}`, { cause: refusal })
  }

  #emptyBatch(seq: number): Batch {
    return batchOf([], { ...this.#options.node, seq }, new Set())
  }

  async #send(batch: Batch): Promise<FlushError | undefined> {
    try {
      await this.#options.store.flush(batch)
      return undefined
    } catch (error) {
      if (error instanceof FlushError) return error
      throw error
    }
  }

  /** What became of a flush whose outcome nobody knows: undefined when it is in the store. */
  async #lookUp(seq: number): Promise<FlushError | 'again' | undefined> {
    const fence = await this.#readFence()
    if (fence === 'silent') return 'again'
    if (fence?.incarnation === this.#options.node.incarnation && fence.flushSeq === seq) return undefined
    if (fence?.incarnation === this.#options.node.incarnation && fence.flushSeq === seq - 1) return 'again'
    return new FlushError('fenced', `the flush ${seq} of this node was overtaken`)
  }

  /**
   * After a flush that was given up: the number to go on from. The one that it had may still be used by it, should it arrive late; so nothing else
   * may ever have that number, or the one would be taken for the other. A flush of nothing uses it up.
   */
  async #findSeq(): Promise<FlushError | undefined> {
    const found = await this.#readOwnSeq()
    if (found instanceof FlushError) return found
    const failure = await this.#send(this.#emptyBatch(found + 1))
    if (failure && failure.fault !== 'fenced') return failure
    // Fenced by the late one, which then has the number, or by another process.
    const used = failure ? await this.#readOwnSeq() : found + 1
    if (used instanceof FlushError) return used
    if (used === found) return new FlushError('fenced', `the node "${this.#options.node.id}" may write no more`)
    this.#seq = used
    this.#isSeqKnown = true
    return undefined
  }

  async #readOwnSeq(): Promise<number | FlushError> {
    const fence = await this.#readFence()
    if (fence === 'silent') return new FlushError('unknown', 'the store does not answer')
    if (fence?.incarnation !== this.#options.node.incarnation)
      return new FlushError('fenced', `another process took over the node "${this.#options.node.id}"`)
    return fence.flushSeq
  }

  async #readFence(): Promise<Awaited<ReturnType<Store['read']['findFence']>> | 'silent'> {
    try {
      return await this.#options.store.read.findFence(this.#options.node.id)
    } catch (error) {
      this.#options.onNotice('the store does not tell the number of its last flush', error)
      return 'silent'
    }
  }

  async #fail(units: readonly Unit[], failure: FlushError): Promise<void> {
    if (failure.fault === 'known') return await this.#divide(units, failure)
    const error = new SubmitError(failure.fault === 'full' ? 'disk-full' : 'unavailable', messageOf(failure), {
      cause: failure,
    })
    this.#drop(units, error)
    if (failure.fault === 'fenced' || failure.fault === 'broken') this.#options.onFatal(failure)
  }

  async #divide(units: readonly Unit[], failure: FlushError): Promise<void> {
    if (units.length === 1) {
      const [guilty] = units
      assert(guilty !== undefined, 'a refused batch has units')
      return this.#drop(
        units,
        new SubmitError('failed', `The store refused it: ${failure.message}`, { cause: failure }),
      )
    }
    const middle = units.length >> 1
    await this.#flush(units.slice(0, middle))
    const rest = units.slice(middle)
    const orphans = orphansOf(rest)
    await this.#flush(rest.filter(unit => !orphans.has(unit)))
    if (orphans.size > 0)
      this.#drop(
        [...orphans],
        new SubmitError('failed', `The store refused what this was built on: ${failure.message}`),
      )
  }

  /** Drops the units, and those after them that were built on the state that is dropped. */
  #drop(units: readonly Unit[], error: SubmitError): void {
    const entities = new Set<Touched>()
    for (const unit of units) for (const entity of touchedBy(unit)) entities.add(entity)
    const isTouched = (unit: Unit): boolean => [...touchedBy(unit)].some(entity => entities.has(entity))
    const kept: Unit[] = []
    const dropped: Unit[] = [...units]
    for (const unit of this.#open) {
      if (!isTouched(unit)) {
        kept.push(unit)
        continue
      }
      for (const entity of touchedBy(unit)) entities.add(entity)
      dropped.push(unit)
    }
    this.#open = kept
    this.#openRows = kept.reduce((sum, unit) => sum + rowsOf(unit), 0)
    this.#openBytes = kept.reduce((sum, unit) => sum + unit.bytes, 0)
    for (const unit of dropped) this.#options.onDropped(unit, error)
  }
}

/** The units that were built on a state which is dropped, and those that were built on these. */
function orphansOf(units: readonly Unit[]): ReadonlySet<Unit> {
  const touched = new Set<Touched>()
  const orphans = new Set<Unit>()
  for (const unit of units) {
    if (![...touchedBy(unit)].some(entity => entity.isDropped || touched.has(entity))) continue
    orphans.add(unit)
    for (const entity of touchedBy(unit)) touched.add(entity)
  }
  return orphans
}

function messageOf(failure: FlushError): string {
  switch (failure.fault) {
    case 'full':
      return 'There is no space left on the disk of the database: nothing was stored. Free some space and try again.'
    case 'fenced':
      return 'Another process took over this node: this one stops.'
    case 'broken':
    case 'unknown':
    case 'known':
      return `The database does not answer as it must: ${failure.message}`
  }
}
