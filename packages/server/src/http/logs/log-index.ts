// What the log of an execution has in it, chunk by chunk: how many lines, of which levels and tasks. Made once by reading the log in slices, and then only of
// what came after; a million lines are twenty thousand chunks. With it any line is found by reading its chunk.
import { trust } from '@batuta/core'
import type { LogChunk, Store } from '../../storage/store.ts'
import type { StoredLogLine } from '../../storage/batch.ts'
import { rankOf } from '../../storage/levels.ts'
import type { Scheduler } from '../../platform/platform.ts'

/** Chunks of one slice: some four milliseconds, which everybody else waits for. */
const SLICE_CHUNKS = 64
/** Of all logs that are kept. */
const CHUNKS_KEPT_MAX = 200_000
const LOGS_KEPT_MAX = 64
/** Spans of time; they double when there are more. */
const SPANS_MAX = 400

/** Lines of one task, attempt and level in one chunk. */
export interface LineGroup {
  readonly task: number
  readonly attempt: number
  readonly level: number
  count: number
}

export interface IndexedChunk {
  readonly seq: number
  readonly firstLine: number
  readonly count: number
  readonly groups: readonly LineGroup[]
}

export interface Span {
  readonly firstLine: number
  readonly levels: number[]
}

export class LogIndex {
  readonly chunks: IndexedChunk[] = []
  /** The ids of tasks; what stands for the execution itself is empty. */
  readonly tasks: string[] = []
  /** By their beginning. */
  spans = new Map<number, Span>()
  spanMs = 1_000
  #firstLength = 0
  readonly #taskAt = new Map<string, number>()
  /** Groups of most chunks are like those of others. */
  readonly #groups = new Map<string, readonly LineGroup[]>()

  get lines(): number {
    const last = this.chunks.at(-1)
    return last ? last.firstLine + last.count : 0
  }

  add({ seq, lines }: LogChunk): void {
    const all = trust<readonly StoredLogLine[]>(JSON.parse(lines))
    const firstLine = this.lines
    if (this.chunks.length === 0) this.#firstLength = lines.length
    const groups: LineGroup[] = []
    for (const [index, { taskId, attempt, level, atMs }] of all.entries()) {
      const task = this.#taskOf(taskId ?? '')
      const rank = rankOf(level)
      const group = groups.find(one => one.task === task && one.attempt === attempt && one.level === rank)
      if (group) group.count += 1
      else groups.push({ task, attempt, level: rank, count: 1 })
      this.#count(atMs, rank, firstLine + index)
    }
    this.chunks.push({ seq, firstLine, count: all.length, groups: this.#shared(groups) })
  }

  /** Whether the log still begins with what was counted. */
  begins(first: LogChunk | undefined): boolean {
    const [own] = this.chunks
    if (!own) return true
    return own.seq === first?.seq && this.#firstLength === first.lines.length
  }

  /** The chunk that has the line. */
  at(line: number): number {
    let low = 0
    let high = this.chunks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.chunks[middle]?.firstLine ?? 0) <= line) low = middle
      else high = middle - 1
    }
    return low
  }

  #taskOf(id: string): number {
    const known = this.#taskAt.get(id)
    if (known !== undefined) return known
    this.#taskAt.set(id, this.tasks.length)
    return this.tasks.push(id) - 1
  }

  #shared(groups: readonly LineGroup[]): readonly LineGroup[] {
    const key = groups.map(({ task, attempt, level, count }) => `${task} ${attempt} ${level} ${count}`).join()
    const known = this.#groups.get(key)
    if (known) return known
    if (this.#groups.size < 10_000) this.#groups.set(key, groups)
    return groups
  }

  #count(atMs: number, rank: number, line: number): void {
    const start = Math.floor(atMs / this.spanMs) * this.spanMs
    const known = this.spans.get(start)
    if (known) {
      known.levels[rank] = (known.levels[rank] ?? 0) + 1
      return
    }
    const levels = [0, 0, 0, 0, 0]
    levels[rank] = 1
    this.spans.set(start, { firstLine: line, levels })
    if (this.spans.size > SPANS_MAX) this.#widen()
  }

  #widen(): void {
    const before = this.spans
    this.spanMs *= 2
    this.spans = new Map()
    for (const [start, { firstLine, levels }] of before) {
      const at = Math.floor(start / this.spanMs) * this.spanMs
      const own = this.spans.get(at)
      if (!own) this.spans.set(at, { firstLine, levels })
      else
        this.spans.set(at, {
          firstLine: Math.min(own.firstLine, firstLine),
          levels: own.levels.map((count, rank) => count + (levels[rank] ?? 0)),
        })
    }
  }
}

export interface IndexWorld {
  readonly store: Pick<Store, 'read'>
  readonly platform: Scheduler
}

/** What is counted of a log, which may be less than there is. */
export interface Counted {
  readonly index: LogIndex
  readonly isWhole: boolean
}

interface Kept {
  reading: Promise<LogIndex>
  waiting: readonly Waiter[]
}

interface Waiter {
  readonly lines: number
  tell(counted: Counted): void
}

/** The one that was asked for last at the end. */
export class LogIndexes {
  readonly #kept = new Map<string, Kept>()
  readonly #chunks = new Map<string, number>()

  async read(executionId: string, world: IndexWorld): Promise<LogIndex> {
    const kept = this.#begin(executionId, world)
    const { reading } = kept
    try {
      const index = await reading
      this.#chunks.set(executionId, index.chunks.length)
      this.#makeRoom()
      return index
    } catch (error) {
      if (this.#kept.get(executionId)?.reading === reading) this.forget(executionId)
      throw error
    }
  }

  /** As soon as so many lines are counted, or all: who looks at the beginning of a long log does not wait for its end. */
  async readSome(executionId: string, lines: number, world: IndexWorld): Promise<Counted> {
    const whole = this.read(executionId, world).then((index): Counted => ({ index, isWhole: true }))
    const kept = this.#kept.get(executionId)
    if (!kept) return await whole
    const { promise: some, resolve } = Promise.withResolvers<Counted>()
    const waiter: Waiter = { lines, tell: resolve }
    kept.waiting = [...kept.waiting, waiter]
    try {
      return await Promise.race([whole, some])
    } finally {
      kept.waiting = kept.waiting.filter(other => other !== waiter)
    }
  }

  /** Lines of it went. */
  forget(executionId: string): void {
    this.#kept.delete(executionId)
    this.#chunks.delete(executionId)
  }

  #begin(executionId: string, world: IndexWorld): Kept {
    const before = this.#kept.get(executionId)
    const kept: Kept = before ?? { reading: Promise.resolve(new LogIndex()), waiting: [] }
    const tell = (index: LogIndex): void => {
      const ready = kept.waiting.filter(({ lines }) => lines <= index.lines)
      kept.waiting = kept.waiting.filter(({ lines }) => lines > index.lines)
      for (const waiter of ready) waiter.tell({ index, isWhole: false })
    }
    kept.reading = kept.reading.then(index => readOn(executionId, index, { ...world, tell }))
    this.#kept.delete(executionId)
    this.#kept.set(executionId, kept)
    return kept
  }

  #makeRoom(): void {
    let chunks = 0
    for (const count of this.#chunks.values()) chunks += count
    for (const id of this.#kept.keys()) {
      if ((chunks <= CHUNKS_KEPT_MAX && this.#kept.size <= LOGS_KEPT_MAX) || this.#kept.size === 1) return
      chunks -= this.#chunks.get(id) ?? 0
      this.forget(id)
    }
  }
}

interface Reading extends IndexWorld {
  /** After each slice but the last. */
  tell(index: LogIndex): void
}

async function readOn(executionId: string, known: LogIndex, { store, platform, tell }: Reading): Promise<LogIndex> {
  // What is purged by age goes from the beginning on: then everything is counted anew.
  const [first] = await store.read.logChunks({ executionId, afterSeq: 0, limit: 1 })
  const index = known.begins(first) ? known : new LogIndex()
  for (;;) {
    const afterSeq = index.chunks.at(-1)?.seq ?? 0
    const chunks = await store.read.logChunks({ executionId, afterSeq, limit: SLICE_CHUNKS })
    for (const chunk of chunks) index.add(chunk)
    if (chunks.length < SLICE_CHUNKS) return index
    tell(index)
    await new Promise<void>(resolve => platform.defer(resolve))
  }
}
