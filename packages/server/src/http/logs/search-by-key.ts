// The logs of all executions, page by page: executions from the newest on, the lines of each from its last on. A page looks at so many executions at most and
// may be short; its cursor says where to go on, however deep.
import { isId } from '@batuta/core'
import type { ExecutionRow } from '../../storage/batch.ts'
import { rankOf } from '../../storage/levels.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { json, type Reply } from '../reply.ts'
import { unprocessable } from '../request-error.ts'
import { entriesOf, type LogEntryDocument } from './read-logs.ts'
import { matches, type LogSearch } from './search-logs.ts'

const EXECUTIONS_MAX = 100
/** After so long a page is told as it is, however short. */
const LOOK_MS = 60
const CHUNKS_MAX = 100
/** Of most chunks of a long log. */
const CHUNK_LINES = 50
/** Chunks that one page reads. */
const READ_MAX = 2_000

interface Place {
  readonly executionId: string
  /** Chunks before this one; all of the execution are told when it is 0. */
  readonly beforeSeq: number
}

export async function searchLogsByKey(
  search: LogSearch,
  { cursor, size }: { readonly cursor: string; readonly size: number },
  dependencies: HttpDependencies,
): Promise<Reply> {
  let place = cursor === '' ? undefined : placeOf(cursor)
  const found: LogEntryDocument[] = []
  // Lines of triggers are not kept apart: none can match.
  if (search.triggerId !== undefined) return page(found, undefined)
  const { platform } = dependencies
  const startedMs = platform.elapsedMs()
  for (;;) {
    const rows = await rowsFrom(search, place, dependencies)
    const read = await readRows(rows, { search, place, size, found }, dependencies)
    place = read.place
    if (read.isFull) return page(found, place)
    if (rows.length < EXECUTIONS_MAX || search.executionId !== undefined) return page(found, undefined)
    if (platform.elapsedMs() - startedMs > LOOK_MS) return page(found, place)
  }
}

interface Reading {
  readonly search: LogSearch
  readonly place: Place | undefined
  readonly size: number
  readonly found: LogEntryDocument[]
}

/** Adds the lines of these executions to what was found, until that is enough. */
async function readRows(
  rows: readonly ExecutionRow[],
  { search, place: from, size, found }: Reading,
  dependencies: HttpDependencies,
): Promise<{ readonly place: Place | undefined; readonly isFull: boolean }> {
  let place = from
  let chunks = 0
  for (const row of rows) {
    let beforeSeq = place?.executionId === row.id ? place.beforeSeq : Number.MAX_SAFE_INTEGER
    // As many as fill the page when all lines match, and more when they do not.
    let limit = Math.min(CHUNKS_MAX, Math.max(1, Math.ceil((size - found.length) / CHUNK_LINES)))
    while (beforeSeq > 1) {
      const read = await readBefore(row, { beforeSeq, limit }, search, dependencies)
      limit = Math.min(CHUNKS_MAX, limit * 4)
      found.push(...read.entries)
      beforeSeq = read.beforeSeq
      chunks += read.count
      place = { executionId: row.id, beforeSeq }
      if (found.length >= size || chunks >= READ_MAX) return { place, isFull: true }
    }
    place = { executionId: row.id, beforeSeq: 0 }
    await new Promise<void>(resolve => dependencies.platform.defer(resolve))
  }
  return { place, isFull: false }
}

function page(results: readonly LogEntryDocument[], next: Place | undefined): Reply {
  const text = next === undefined ? null : `${next.executionId}.${next.beforeSeq}`
  return json({ results, total: results.length, totalIsEstimate: next !== undefined, next: text })
}

function placeOf(cursor: string): Place {
  const [executionId = '', seq = ''] = cursor.split('.')
  if (isId(executionId) && /^\d{1,16}$/.test(seq)) return { executionId, beforeSeq: Number(seq) }
  throw unprocessable(
    'cursor-invalid',
    `The cursor "${cursor.slice(0, 100)}" is none of ours: begin with an empty one.`,
  )
}

async function rowsFrom(
  { executionId, namespace, flowId, toMs, fromMs }: LogSearch,
  place: Place | undefined,
  { store, config }: HttpDependencies,
): Promise<readonly ExecutionRow[]> {
  const own = executionId ?? (place && place.beforeSeq > 0 ? place.executionId : undefined)
  const first = own === undefined ? undefined : await store.read.findExecution(own)
  if (executionId !== undefined) return first && place?.beforeSeq !== 0 ? [first] : []
  const rows = await store.read.listExecutions({
    tenant: config.tenant,
    ...(namespace === undefined ? {} : { namespace, isPrefix: true }),
    ...(flowId === undefined ? {} : { flowId }),
    ...(toMs === undefined ? {} : { startToMs: toMs }),
    ...(fromMs === undefined ? {} : { startFromMs: fromMs - LONGEST_MS }),
    ...(place === undefined ? {} : { afterId: place.executionId }),
    limit: EXECUTIONS_MAX,
  })
  return first ? [first, ...rows] : rows
}

/** Lines of a range of time may belong to executions that began before it, by so much. */
const LONGEST_MS = 24 * 60 * 60_000

async function readBefore(
  { id: executionId, tenant, namespace, flowId }: ExecutionRow,
  { beforeSeq, limit }: { readonly beforeSeq: number; readonly limit: number },
  search: LogSearch,
  { store }: HttpDependencies,
): Promise<{ readonly entries: readonly LogEntryDocument[]; readonly beforeSeq: number; readonly count: number }> {
  const levelMin = search.minLevel === undefined ? 0 : rankOf(search.minLevel)
  const range = { executionId, afterSeq: 0, toSeq: beforeSeq - 1, limit, isDescending: true }
  const chunks = await store.read.logChunks(range)
  const entries = chunks
    .filter(chunk => chunk.levelMax >= levelMin)
    .flatMap(({ atMs, levelMax, lines }) =>
      entriesOf({ executionId, tenant, namespace, flowId, atMs, levelMax, lines }, search)
        .filter(entry => matches(entry, search))
        .toReversed(),
    )
  return { entries, beforeSeq: chunks.length < limit ? 0 : (chunks.at(-1)?.seq ?? 0), count: chunks.length }
}
