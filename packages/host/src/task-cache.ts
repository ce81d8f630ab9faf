// Results of tasks that are kept between executions of their flow. The key is what the task would work on: its rendered properties and the value of
// its run. Only what ended SUCCESS is kept; the worst that a lost entry costs is one run more.
import { createHash } from 'node:crypto'
import { decodeValue, encodeValue, fromPlain, isMap, isNumber, mapEntries, mapGet, toPlain } from '@batuta/core'
import type { Value, ValueMap } from '@batuta/core'
import { messageOf, parseDuration, storageUri, TaskError } from '@batuta/plugin-sdk'
import type { FileStore, HostJob, RunContext, TaskOutputs } from '@batuta/plugin-sdk'

/** The oldest entries of a task go when there are more. */
const ENTRIES_MAX = 1_000
const ENTRY_BYTES_MAX = 4 * 2 ** 20

export interface CacheEntry {
  /** Undefined when the task is to run. */
  readonly outputs: TaskOutputs | undefined
  keep(outputs: TaskOutputs): Promise<void>
}

export interface CacheRoom {
  readonly store: FileStore
  readonly now: () => number
  /** Of code that may change while its type does not. */
  readonly codeHash?: string | undefined
}

/** What an earlier run gave, and where to put what this one will. */
export async function openCacheEntry(
  job: HostJob,
  ctx: RunContext,
  { store, now, codeHash }: CacheRoom,
): Promise<CacheEntry | undefined> {
  if (job.taskCache === undefined) return undefined
  const key = await keyOf(job, ctx, codeHash)
  if (key === undefined) return undefined
  const folder = cacheFolderOf(job)
  const uri = storageUri(folder, `${key}.json`)
  const ttlMs = await ttlOf(job.taskCache.ttl, ctx)
  return {
    outputs: await find(uri, store, ttlMs === undefined ? -Infinity : now() - ttlMs),
    keep: async outputs => {
      const text = encodeValue({ atMs: now(), outputs: fromPlain(withoutNulls(outputs)) })
      if (text.length > ENTRY_BYTES_MAX) return ctx.logger.debug('the result is too large for the cache of the task')
      await store.put(uri, text)
      await trim(folder, store)
    },
  }
}

/** Beside the folder of the executions: `kestra:///ns/flow/<task>/cache/`. */
function cacheFolderOf({ filesPrefix, taskId }: HostJob): string {
  const match = /^(.*)\/executions\/[^/]+\//.exec(filesPrefix)
  if (match === null) throw new TaskError(`"${filesPrefix}" is no folder of an execution`)
  return storageUri(`${match[1] ?? ''}/`, `${taskId.toLowerCase().replace(/[^a-z0-9_]+/g, '-')}/cache`)
}

/** Undefined when the properties cannot be rendered beforehand: those of each row, for instance. */
async function keyOf(job: HostJob, ctx: RunContext, codeHash: string | undefined): Promise<string | undefined> {
  try {
    const rendered = await ctx.renderDeep(decodeValue(job.properties))
    const parts: Value = [
      job.type,
      job.taskId,
      rendered,
      ctx.taskRun.value ?? null,
      ...(codeHash === undefined ? [] : [codeHash]),
    ]
    return createHash('sha256').update(encodeValue(parts)).digest('hex')
  } catch (error) {
    ctx.logger.warn(
      `the task runs without its cache: its properties cannot be rendered beforehand (${messageOf(error)})`,
    )
    return undefined
  }
}

async function ttlOf(written: string | undefined, ctx: RunContext): Promise<number | undefined> {
  if (written === undefined) return undefined
  const text = (await ctx.renderText(written)).trim()
  const ttlMs = parseDuration(text)
  if (ttlMs === undefined) throw new TaskError(`property "taskCache.ttl" must be an ISO 8601 duration, not "${text}"`)
  return ttlMs
}

async function find(uri: string, store: FileStore, oldestMs: number): Promise<TaskOutputs | undefined> {
  const known = await store.find(uri)
  if (known === undefined) return undefined
  const chunks: Uint8Array[] = []
  for await (const chunk of await store.open(uri)) chunks.push(chunk)
  const entry = decodeValue(Buffer.concat(chunks).toString('utf8'))
  const atMs = isMap(entry) ? mapGet(entry, 'atMs') : undefined
  const outputs = isMap(entry) ? mapGet(entry, 'outputs') : undefined
  if (atMs === undefined || !isNumber(atMs) || Number(toPlain(atMs)) < oldestMs) return undefined
  return outputs !== undefined && outputs !== null && typeof outputs === 'object' && isMap(outputs)
    ? plainMap(outputs)
    : undefined
}

function plainMap(map: ValueMap): TaskOutputs {
  return Object.fromEntries(mapEntries(map))
}

function withoutNulls(outputs: TaskOutputs): TaskOutputs {
  return Object.fromEntries(Object.entries(outputs).filter(([, value]) => value !== undefined && value !== null))
}

async function trim(folder: string, store: FileStore): Promise<void> {
  const entries: { readonly uri: string; readonly modifiedMs: number }[] = []
  for await (const entry of store.list(folder)) entries.push(entry)
  if (entries.length <= ENTRIES_MAX) return
  entries.sort((a, b) => a.modifiedMs - b.modifiedMs)
  for (const { uri } of entries.slice(0, entries.length - ENTRIES_MAX)) await store.delete(uri)
}
