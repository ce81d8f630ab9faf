// The log of an execution as it grows, from the end it had when the first one came, or from the chunk that a client names.
import type { HttpDependencies } from '../dependencies.ts'
import { entriesOf, type LogEntryDocument } from '../logs/read-logs.ts'
import type { LogChunk } from '../../storage/store.ts'
import type { Source } from './source.ts'

const GAP_MS = 250
/** Lines of running scripts are written beside the turns. */
const EVERY_MS = 500
/** Chunks of one frame, some fifty lines each: of more the client reads its window again. */
const CHUNKS_MAX = 20

interface Memory {
  afterSeq: number
  isEnded: boolean
}

export function logSource(executionId: string, world: HttpDependencies): Source<Memory> {
  const { read } = world.store
  const lastSeq = async (): Promise<number> =>
    (await read.logChunks({ executionId, afterSeq: 0, limit: 1, isDescending: true }))[0]?.seq ?? 0
  const tell = async (type: string, afterSeq: number, toSeq: number): Promise<string> => {
    const range = { executionId, afterSeq, toSeq }
    const chunks = await read.logChunks({ ...range, limit: CHUNKS_MAX + 1, isDescending: true })
    const told = chunks.slice(0, CHUNKS_MAX).toReversed()
    const lines = await linesOf(executionId, told, world)
    return JSON.stringify({ type, after: toSeq, isPartial: chunks.length > CHUNKS_MAX, lines })
  }
  return {
    gapMs: GAP_MS,
    executionId,
    markOf: ({ afterSeq }) => afterSeq,
    everyMs: ({ isEnded }) => (isEnded ? undefined : EVERY_MS),
    join: async (memory, { after }) => {
      const own = memory ?? { afterSeq: await lastSeq(), isEnded: await hasEnded(executionId, world) }
      const frame = await tell('snapshot', Math.min(after ?? own.afterSeq, own.afterSeq), own.afterSeq)
      return { memory: own, frame }
    },
    look: async memory => {
      // Asked before the lines are read: what was written until the end is then among them.
      memory.isEnded = await hasEnded(executionId, world)
      const toSeq = await lastSeq()
      if (toSeq <= memory.afterSeq) return undefined
      const frame = await tell('delta', memory.afterSeq, toSeq)
      memory.afterSeq = toSeq
      return frame
    },
  }
}

async function linesOf(
  executionId: string,
  chunks: readonly LogChunk[],
  { store }: HttpDependencies,
): Promise<readonly LogEntryDocument[]> {
  if (chunks.length === 0) return []
  const row = await store.read.findExecution(executionId)
  if (!row) return []
  const { tenant, namespace, flowId } = row
  return chunks.flatMap(({ atMs, levelMax, lines }) =>
    entriesOf({ executionId, tenant, namespace, flowId, atMs, levelMax, lines }, {}),
  )
}

async function hasEnded(executionId: string, { store }: HttpDependencies): Promise<boolean> {
  const row = await store.read.findExecution(executionId)
  return !row || row.waitsFor === null
}
