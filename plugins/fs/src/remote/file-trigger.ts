// A poll that starts the flow for files that are new or changed, once for each of their states. Three things must agree for that: what was seen
// is in the key-value store, the files are in internal storage, and the mark of the trigger is kept in the transaction that makes the execution.
// What is about to be given is written down first, with a token; if the trigger's mark is not this token the next time, then nothing was born of
// it, and it is given again as it was written down. Files are moved or deleted when the execution is born: the mark says whether that was done to
// its end, and if not it is done again, for files that are still as they were found.
import {
  PollFound,
  TaskError,
  decodeValue,
  encodeValue,
  fromPlain,
  isList,
  isMap,
  isStorageUri,
  jsonText,
  mapEntries,
  mapFrom,
  mapGet,
  p,
  plainText,
} from '@batuta/plugin-sdk'
import type { EmitFound, RunContext, TaskOutputs, Value } from '@batuta/plugin-sdk'
import { ACTIONS, dispose, findFiles, sortFiles } from './remote-files.ts'
import type { Action, RemoteFile, RemoteFiles, SORTS } from './remote-files.ts'
import { extensionOf, store } from './transfer.ts'

export const statefulProperties = {
  on: p
    .enum('CREATE', 'UPDATE', 'CREATE_OR_UPDATE')
    .dynamic()
    .default('CREATE_OR_UPDATE')
    .title('Whether new files, changed files, or both start the flow.'),
  stateKey: p
    .string()
    .dynamic()
    .title('The key under which the files that were seen are kept; by default one of the trigger alone.'),
  stateTtl: p.duration().dynamic().title('How long a file counts as seen; for ever without it.'),
}

export const actionProperty = p
  .enum(...ACTIONS)
  .dynamic()
  .title('What becomes of the files: they are moved, deleted, or left.')

export interface FilePoll {
  readonly from: string
  readonly isRecursive: boolean
  readonly regExp: string | undefined
  readonly action: Action
  readonly moveDirectory: string | undefined
  readonly on: 'CREATE' | 'UPDATE' | 'CREATE_OR_UPDATE'
  readonly stateKey: string | undefined
  readonly stateTtlMs: number | undefined
  readonly maxFiles: number
  readonly sort: (typeof SORTS)[number]
  /** Some families only tell of files, and leave them where they are. */
  readonly downloads: boolean
  /** The outputs of what was found. */
  outputs(files: readonly FoundFile[]): TaskOutputs
}

export interface FoundFile {
  readonly file: RemoteFile
  readonly changeType: 'CREATE' | 'UPDATE'
  /** Where it is in internal storage, or where it was found. */
  readonly uri: string
}

interface Seen {
  readonly version: string
  readonly atMs: number
}

interface State {
  readonly seen: ReadonlyMap<string, Seen>
  readonly pending: Pending | undefined
}

interface Pending {
  readonly token: string
  readonly outputs: Value
  /** What tells the state in which each file was found, by path. */
  readonly versions: ReadonlyMap<string, string>
}

const SEEN_MAX = 100_000

/** Where the engine stands: what was emitted last, and whether its files have been moved or deleted since. */
export interface FileSource {
  readonly mark: Value | undefined
  readonly emit: EmitFound
}

export async function pollFiles(
  ctx: RunContext,
  openRemote: () => Promise<RemoteFiles>,
  poll: FilePoll,
  { mark, emit }: FileSource,
): Promise<PollFound | undefined> {
  const key = poll.stateKey ?? `${ctx.flow.id}_${ctx.task.id}_files`.replace(/[^\w.-]/g, '-')
  const state = await readState(ctx, key)
  const born = markOf(mark)
  const remote = await openRemote()
  const look = { ctx, remote, poll, emit }
  try {
    if (state.pending !== undefined && state.pending.token !== born.token)
      return await give(look, state.pending, await outputsAgain(ctx, state.pending))
    if (state.pending !== undefined && !born.isSettled) await disposeAll(remote, poll, state.pending)
    const listed = sortFiles(await findFiles(remote, poll.from, poll), poll.sort)
    const nowMs = await nowOf(ctx)
    const { fired, seen } = compare(listed, state.seen, { ...poll, nowMs })
    if (fired.length === 0) {
      if (state.pending !== undefined || !isSame(seen, state.seen))
        await writeState(ctx, key, { seen, pending: undefined })
      return undefined
    }
    const found: FoundFile[] = []
    for (const { file, changeType } of fired) {
      const uri = poll.downloads
        ? (await store(ctx, await remote.read(file.path), file.name)).uri
        : remote.uriOf(file.path)
      found.push({ file, changeType, uri })
    }
    const outputs = poll.outputs(found)
    const versions = new Map(found.map(({ file }) => [file.path, versionOf(file)]))
    const pending = { token: ctx.attemptId, outputs: fromPlain(outputs), versions }
    await writeState(ctx, key, { seen, pending })
    return await give(look, pending, outputs)
  } finally {
    await remote.close()
  }
}

interface Look {
  readonly ctx: RunContext
  readonly remote: RemoteFiles
  readonly poll: FilePoll
  readonly emit: EmitFound
}

/** The execution first, then what becomes of the files. */
async function give({ remote, poll, emit }: Look, pending: Pending, outputs: TaskOutputs): Promise<PollFound> {
  const { token } = pending
  if (poll.action === 'NONE') return new PollFound({ token, isSettled: true }, outputs)
  await emit(new PollFound({ token, isSettled: false }, outputs))
  await disposeAll(remote, poll, pending)
  return new PollFound({ token, isSettled: true })
}

/** A file that was replaced since is a new one. */
async function disposeAll(remote: RemoteFiles, poll: FilePoll, { versions }: Pending): Promise<void> {
  for (const [path, version] of versions) {
    const file = await remote.find(path)
    if (file === undefined) continue
    if (versionOf(file) === version) await dispose(remote, path, poll)
  }
}

function versionOf({ version, modifiedMs, size }: RemoteFile): string {
  return version ?? `${modifiedMs ?? ''}_${size}`
}

function markOf(mark: Value | undefined): { readonly token: Value | undefined; readonly isSettled: boolean } {
  if (mark === undefined || mark === null || !isMap(mark)) return { token: mark, isSettled: true }
  return { token: mapGet(mark, 'token'), isSettled: mapGet(mark, 'isSettled') !== false }
}

/** Nothing was born of what was written down. */
async function outputsAgain(ctx: RunContext, { outputs }: Pending): Promise<TaskOutputs> {
  ctx.logger.info('what the last evaluation found started nothing: it is given again')
  const own = await broughtHere(ctx, outputs)
  return isMap(own) ? Object.fromEntries(mapEntries(own)) : {}
}

/** The files lie with an execution that was never born: they are copied to where this one's are. */
async function broughtHere(ctx: RunContext, value: Value): Promise<Value> {
  if (isList(value)) return await Promise.all(value.map(item => broughtHere(ctx, item)))
  if (value !== null && typeof value === 'object' && isMap(value)) {
    const entries = await Promise.all(
      Array.from(mapEntries(value), async ([key, item]) => [key, await broughtHere(ctx, item)] as const),
    )
    return mapFrom(entries)
  }
  if (typeof value !== 'string' || !isStorageUri(value)) return value
  return await ctx.files.put(await ctx.files.open(value), { extension: extensionOf(value) })
}

interface Comparing {
  readonly on: FilePoll['on']
  readonly action: Action
  readonly stateTtlMs: number | undefined
  readonly maxFiles: number
  readonly nowMs: number
}

interface Compared {
  readonly fired: readonly { readonly file: RemoteFile; readonly changeType: 'CREATE' | 'UPDATE' }[]
  readonly seen: ReadonlyMap<string, Seen>
}

/** Pure: which files start the flow, and what counts as seen from now on. What is not there any more is forgotten. */
export function compare(
  listed: readonly RemoteFile[],
  before: ReadonlyMap<string, Seen>,
  options: Comparing,
): Compared {
  const { on, action, stateTtlMs, maxFiles, nowMs } = options
  const fired: { file: RemoteFile; changeType: 'CREATE' | 'UPDATE' }[] = []
  const seen = new Map<string, Seen>()
  for (const file of listed) {
    const version = versionOf(file)
    const known = before.get(file.path)
    const isKnown = known !== undefined && (stateTtlMs === undefined || known.atMs + stateTtlMs > nowMs)
    // A file that is taken away each time is a new one whenever it is there.
    const changeType = !isKnown || action !== 'NONE' ? 'CREATE' : known.version === version ? undefined : 'UPDATE'
    const isWanted = changeType !== undefined && (on === 'CREATE_OR_UPDATE' || on === changeType)
    if (isWanted && fired.length >= maxFiles) {
      // It waits for its turn.
      if (known !== undefined) seen.set(file.path, known)
      continue
    }
    if (isWanted) fired.push({ file, changeType })
    if (action === 'NONE')
      seen.set(file.path, changeType === undefined && known !== undefined ? known : { version, atMs: nowMs })
  }
  if (seen.size > SEEN_MAX)
    throw new TaskError(
      `there are more than ${SEEN_MAX} files; set \`action\` to MOVE or DELETE, so that they need not be remembered`,
    )
  return { fired, seen }
}

function isSame(one: ReadonlyMap<string, Seen>, other: ReadonlyMap<string, Seen>): boolean {
  if (one.size !== other.size) return false
  for (const [path, { version, atMs }] of one) {
    const known = other.get(path)
    if (known?.version !== version || known.atMs !== atMs) return false
  }
  return true
}

/** The moment of the evaluation, as the engine says it. */
async function nowOf(ctx: RunContext): Promise<number> {
  const ms = Date.parse(await ctx.renderText('{{ trigger.date ?? "" }}'))
  return Number.isNaN(ms) ? 0 : ms
}

async function readState(ctx: RunContext, key: string): Promise<State> {
  const found = await ctx.ports.ask('kv.get', { key, namespace: ctx.flow.namespace, inherit: false })
  const raw = found !== null && isMap(found) ? (mapGet(found, 'value') ?? null) : null
  const value = typeof raw === 'string' ? decodeValue(raw) : raw
  if (value === null || !isMap(value)) return { seen: new Map(), pending: undefined }
  const seen = new Map<string, Seen>()
  const written = mapGet(value, 'seen') ?? null
  if (isMap(written)) {
    for (const [path, entry] of mapEntries(written)) {
      if (isList(entry)) seen.set(path, { version: plainText(entry[0] ?? ''), atMs: Number(plainText(entry[1] ?? 0)) })
    }
  }
  return { seen, pending: pendingOf(mapGet(value, 'pending') ?? null) }
}

function pendingOf(value: Value): Pending | undefined {
  if (value === null || !isMap(value)) return undefined
  const token = mapGet(value, 'token')
  const versions = mapGet(value, 'versions') ?? null
  if (typeof token !== 'string' || versions === null || !isMap(versions)) return undefined
  const outputs = mapGet(value, 'outputs') ?? null
  return {
    token,
    outputs: typeof outputs === 'string' ? decodeValue(outputs) : outputs,
    versions: new Map(Array.from(mapEntries(versions), ([path, version]) => [path, plainText(version ?? '')])),
  }
}

async function writeState(ctx: RunContext, key: string, { seen, pending }: State): Promise<void> {
  const value = {
    seen: Object.fromEntries(Array.from(seen, ([path, { version, atMs }]) => [path, [version, atMs]])),
    ...(pending === undefined
      ? {}
      : {
          pending: {
            token: pending.token,
            versions: Object.fromEntries(pending.versions),
            outputs: encodeValue(pending.outputs),
          },
        }),
  }
  await ctx.ports.ask('kv.set', {
    key,
    namespace: ctx.flow.namespace,
    value: jsonText(fromPlain(value)),
    type: 'STRING',
  })
}
