// Windows over the log of an execution. The index says which chunks to read; what it says of them is checked against what they hold, for lines may have
// been purged since: then it is made anew, once.
import { trust } from '@batuta/core'
import type { ExecutionRow, StoredLogLine } from '../../storage/batch.ts'
import { LEVEL_RANKS, rankOf } from '../../storage/levels.ts'
import type { LogChunk } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { json } from '../reply.ts'
import { notFound } from '../request-error.ts'
import type { IndexedChunk, LineGroup, LogIndex, LogIndexes } from './log-index.ts'
import { entryOf, fits, type LogEntryDocument, type LogFilter } from './read-logs.ts'

const COUNT = 200
/** Chunks that are read at once. */
const TOGETHER = 64
/** So many lines of a long log are counted before it is told about: some ten milliseconds. */
const FIRST_LINES = 10_000
/** Chunks that a search looks through before others are let in. */
const SEARCHED_TOGETHER = 512
/** So many times as many are looked through at once by a database that has processors of its own. */
const PARTS_AT_ONCE = 2
const LEVELS = Object.keys(LEVEL_RANKS)

type Windows = 'index' | 'window' | 'find'

export function windowHandlers(dependencies: HttpDependencies, indexes: LogIndexes): Pick<Handlers<'logs'>, Windows> {
  const { store } = dependencies
  /** Without a number of lines, all are counted first. */
  const open = async (executionId: string, lines?: number): Promise<Opened> => {
    const row = await store.read.findExecution(executionId)
    if (!row) throw notFound(`The execution "${executionId}"`)
    if (lines !== undefined) return { row, ...(await indexes.readSome(executionId, lines, dependencies)) }
    return { row, index: await indexes.read(executionId, dependencies), isWhole: true }
  }
  const read = async <T>(
    executionId: string,
    work: (opened: Opened) => Promise<T>,
    lines: number | undefined,
  ): Promise<T> => {
    try {
      return await work(await open(executionId, lines))
    } catch (error) {
      if (!(error instanceof StaleIndex)) throw error
      indexes.forget(executionId)
      return await work(await open(executionId, lines))
    }
  }
  return {
    index: async ({ params }) => json(describe(await open(params.executionId, FIRST_LINES))),
    window: async ({ params, query }) =>
      json(await read(params.executionId, opened => readWindow(opened, query, dependencies), linesNeeded(query))),
    find: async ({ params, query, signal }) => {
      const wish = { ...query, isGone: goneOf(signal()) }
      return json(await read(params.executionId, opened => findLines(opened, wish, dependencies), undefined))
    },
  }
}

interface Opened {
  readonly row: ExecutionRow
  readonly index: LogIndex
  /** All of the log is counted. */
  readonly isWhole: boolean
}

/** How many lines must be counted before the window can be read; undefined where it needs all, as from the end, or among what a filter keeps. */
function linesNeeded({ from = 0, position, count = COUNT, ...filter }: WindowWish): number | undefined {
  if (from < 0 || Object.values(filter).some(value => value !== undefined)) return undefined
  return (position ?? from) + count
}

/** Said only while it is so. */
function counting({ isWhole }: Pick<Opened, 'isWhole'>): { readonly isCounting?: true } {
  return isWhole ? {} : { isCounting: true }
}

/** Lines of the log have gone since it was read. */
class StaleIndex extends Error {}

function describe({ index, isWhole }: Pick<Opened, 'index' | 'isWhole'>): unknown {
  const tasks = new Map<string, { lines: number; firstLine: number; levels: number[]; group: LineGroup }>()
  const levels = [0, 0, 0, 0, 0]
  for (const { groups, firstLine } of index.chunks) {
    for (const group of groups) {
      levels[group.level] = (levels[group.level] ?? 0) + group.count
      const key = `${group.task} ${group.attempt}`
      const known = tasks.get(key) ?? { lines: 0, firstLine, levels: [0, 0, 0, 0, 0], group }
      known.lines += group.count
      known.levels[group.level] = (known.levels[group.level] ?? 0) + group.count
      tasks.set(key, known)
    }
  }
  return {
    lines: index.lines,
    ...counting({ isWhole }),
    levels: byName(levels),
    tasks: [...tasks.values()].map(({ lines, firstLine, levels: own, group }) => {
      const taskId = index.tasks[group.task] ?? ''
      const names = { ...(taskId === '' ? {} : { taskId }), attempt: group.attempt }
      return { ...names, lines, firstLine, levels: byName(own) }
    }),
    density: [...index.spans]
      .sort(([one], [other]) => one - other)
      .map(([startMs, span]) => ({
        start: new Date(startMs).toISOString(),
        firstLine: span.firstLine,
        levels: byName(span.levels),
      })),
  }
}

function byName(levels: readonly number[]): Readonly<Record<string, number>> {
  const counted = LEVELS.map((name, rank): readonly [string, number] => [name, levels[rank] ?? 0])
  return Object.fromEntries(counted.filter(([, count]) => count > 0))
}

interface LineWish {
  readonly level?: string | undefined
  readonly task?: string | undefined
  readonly taskRunId?: string
  readonly attempt?: number | undefined
  readonly q?: string
}

interface WindowWish extends LineWish {
  readonly from?: number
  readonly position?: number
  readonly count?: number
}

interface NumberedLine extends LogEntryDocument {
  readonly line: number
}

async function readWindow(
  { row, index, isWhole }: Opened,
  wish: WindowWish,
  { store, platform }: HttpDependencies,
): Promise<unknown> {
  const { count = COUNT } = wish
  const filter = filterOf(wish)
  const { total, startChunk, startLine, position } = placeOf(index, wish)
  const lines: NumberedLine[] = []
  let next: number | null = null
  for (let at = startChunk; at < index.chunks.length && lines.length < count;) {
    const wanted: IndexedChunk[] = []
    // Chunks of which nothing is kept are not even read.
    for (; at < index.chunks.length && wanted.length < TOGETHER; at++) {
      const chunk = index.chunks[at]
      if (chunk && keptOf(index, chunk, wish) > 0) wanted.push(chunk)
    }
    next = await readLines({ row, wanted, filter, q: wish.q, fromLine: startLine, count }, lines, store)
    await new Promise<void>(resolve => platform.defer(resolve))
  }
  return { lines, next: next !== null && next < index.lines ? next : null, position, total, ...counting({ isWhole }) }
}

interface LinesWish {
  readonly row: ExecutionRow
  readonly wanted: readonly IndexedChunk[]
  readonly filter: LogFilter
  readonly q: string | undefined
  readonly fromLine: number
  readonly count: number
}

/** Adds to the lines; tells where to go on when they are as many as were asked for. */
async function readLines(
  { row, wanted, filter, q, fromLine, count }: LinesWish,
  lines: NumberedLine[],
  store: HttpDependencies['store'],
): Promise<number | null> {
  const stored = await chunksOf(row.id, wanted, store)
  for (const [offset, chunk] of wanted.entries()) {
    const found = linesOf(row, chunk, { stored: stored[offset], filter, q, fromLine })
    const room = count - lines.length
    lines.push(...found.slice(0, room))
    if (lines.length === count) return found[room]?.line ?? chunk.firstLine + chunk.count
  }
  return null
}

interface Place {
  readonly total: number
  readonly startChunk: number
  readonly startLine: number
  readonly position: number
}

/** Where the window begins, as a chunk and a line, and as a place among the lines that the filter keeps. */
function placeOf(index: LogIndex, wish: WindowWish): Place {
  const { from = 0, position } = wish
  if (!isFiltered(wish)) {
    const total = index.lines
    const startLine = Math.min(total, position ?? (from < 0 ? Math.max(0, total + from) : from))
    const startChunk = startLine < total ? index.at(startLine) : index.chunks.length
    return { total, startChunk, startLine, position: startLine }
  }
  const kept = index.chunks.map(chunk => keptOf(index, chunk, wish))
  const total = kept.reduce((sum, count) => sum + count, 0)
  // From the end: among the lines that are kept.
  const wanted = position ?? (from < 0 ? Math.max(0, total + from) : undefined)
  if (wanted === undefined) {
    const startChunk = index.at(from)
    return { total, startChunk, startLine: from, position: sumOf(kept, startChunk) }
  }
  let before = 0
  for (const [at, count] of kept.entries()) {
    if (before + count > wanted) {
      const { firstLine = 0 } = index.chunks[at] ?? {}
      const isWhole = count === index.chunks[at]?.count
      // In a chunk of which only some lines are kept the window begins with the first of them.
      return {
        total,
        startChunk: at,
        startLine: isWhole ? firstLine + wanted - before : firstLine,
        position: isWhole ? wanted : before,
      }
    }
    before += count
  }
  return { total, startChunk: index.chunks.length, startLine: index.lines, position: total }
}

function sumOf(counts: readonly number[], end: number): number {
  let sum = 0
  for (let at = 0; at < end; at++) sum += counts[at] ?? 0
  return sum
}

/** By what the index knows of. */
function isFiltered({ level, task, attempt }: Pick<LineWish, 'level' | 'task' | 'attempt'>): boolean {
  return level !== undefined || task !== undefined || attempt !== undefined
}

/** How many lines of the chunk the filter keeps, as far as the index knows. */
function keptOf(index: LogIndex, { groups, count }: IndexedChunk, { level, task, attempt }: LineWish): number {
  if (!isFiltered({ level, task, attempt })) return count
  const rank = level === undefined ? 0 : rankOf(level)
  let kept = 0
  for (const group of groups) {
    if (group.level < rank || (attempt !== undefined && group.attempt !== attempt)) continue
    if (task === undefined || index.tasks[group.task] === task) kept += group.count
  }
  return kept
}

function filterOf({ level, task, taskRunId, attempt }: LineWish): LogFilter {
  return {
    ...(level === undefined ? {} : { minLevel: level }),
    ...(task === undefined ? {} : { taskId: task }),
    ...(taskRunId === undefined ? {} : { taskRunId }),
    ...(attempt === undefined ? {} : { attempt }),
  }
}

async function chunksOf(
  executionId: string,
  wanted: readonly IndexedChunk[],
  { read }: HttpDependencies['store'],
): Promise<readonly LogChunk[]> {
  const [first, last] = [wanted[0], wanted.at(-1)]
  if (!first || !last) return []
  const lie = last.firstLine + last.count - first.firstLine
  const isDense = lie <= 2 * wanted.reduce((sum, chunk) => sum + chunk.count, 0)
  const all = { executionId, afterSeq: first.seq - 1, toSeq: last.seq, limit: 4 * wanted.length }
  const found = isDense
    ? await read.logChunks(all)
    : (
        await Promise.all(
          wanted.map(({ seq }) => read.logChunks({ executionId, afterSeq: seq - 1, toSeq: seq, limit: 1 })),
        )
      ).flat()
  const bySeq = new Map(found.map(chunk => [chunk.seq, chunk]))
  const chunks = wanted.flatMap(({ seq }) => bySeq.get(seq) ?? [])
  if (chunks.length !== wanted.length) throw new StaleIndex()
  return chunks
}

interface Reading {
  readonly stored: LogChunk | undefined
  readonly filter: LogFilter
  readonly q: string | undefined
  readonly fromLine: number
}

function linesOf(row: ExecutionRow, chunk: IndexedChunk, { stored, filter, q, fromLine }: Reading): NumberedLine[] {
  const all = stored?.seq === chunk.seq ? trust<readonly StoredLogLine[]>(JSON.parse(stored.lines)) : []
  if (all.length !== chunk.count) throw new StaleIndex()
  const wanted = q?.toLowerCase()
  const found: NumberedLine[] = []
  for (const [offset, line] of all.entries()) {
    const number = chunk.firstLine + offset
    if (number < fromLine || !fits(line, row.id, filter)) continue
    if (wanted === undefined || line.message.toLowerCase().includes(wanted))
      found.push({ line: number, ...entryOf(line, row) })
  }
  return found
}

function goneOf(signal: AbortSignal): () => boolean {
  return () => signal.aborted
}

interface FindWish extends LineWish {
  readonly q: string
  /** Whoever asked has typed on: nobody reads the answer. */
  isGone(): boolean
  readonly from?: number
  readonly size?: number
}

/** The database looks through the chunks; those that have the text somewhere are read. */
async function findLines(
  { row, index }: Opened,
  wish: FindWish,
  { store, platform }: HttpDependencies,
): Promise<unknown> {
  const { q, from = 0, size = 1, isGone } = wish
  const filter = filterOf(wish)
  // Databases do not agree on what is the same letter beyond ASCII.
  const text = Buffer.byteLength(q) === q.length ? { text: JSON.stringify(q).slice(1, -1) } : {}
  const look = async (part: readonly IndexedChunk[]): Promise<readonly LogChunk[]> => {
    const [first, last] = [part[0], part.at(-1)]
    if (!first || !last) return []
    const range = { executionId: row.id, afterSeq: first.seq - 1, toSeq: last.seq, limit: part.length, ...text }
    return await store.read.logChunks(range)
  }
  const hits: NumberedLine[] = []
  const asked: (readonly [part: readonly IndexedChunk[], found: Promise<readonly LogChunk[]>])[] = []
  // Where the database is on this thread another part would only hold up everybody for longer.
  const atOnce = store.cluster ? PARTS_AT_ONCE : 1
  for (let at = index.at(from); !isGone();) {
    for (; asked.length < atOnce && at < index.chunks.length; at += SEARCHED_TOGETHER) {
      const part = index.chunks.slice(at, at + SEARCHED_TOGETHER)
      const found = look(part)
      // Those that nobody waits for any more may fail.
      found.catch(() => undefined)
      asked.push([part, found])
    }
    const next = asked.shift()
    if (!next) break
    const [part, found] = next
    const bySeq = new Map(part.map(chunk => [chunk.seq, chunk]))
    for (const stored of await found) {
      const chunk = bySeq.get(stored.seq)
      if (!chunk) throw new StaleIndex()
      hits.push(...linesOf(row, chunk, { stored, filter, q, fromLine: from }))
      if (hits.length >= size) return answerOf(hits, size, chunk, index)
    }
    await new Promise<void>(resolve => platform.defer(resolve))
  }
  return { hits, next: null }
}

function answerOf(hits: readonly NumberedLine[], size: number, chunk: IndexedChunk, index: LogIndex): unknown {
  const next = hits[size]?.line ?? chunk.firstLine + chunk.count
  return { hits: hits.slice(0, size), next: next < index.lines ? next : null }
}
