// The life of one container: made, given its files, started, listened to, waited for, its files taken back, removed. Whatever ends it – its own
// end, a kill, a timeout, an error of ours – nothing of it is left on the engine, unless its author wants to keep it.
import { randomUUID } from 'node:crypto'
import { lstat, rm } from 'node:fs/promises'
import { isAbsolute, join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, TaskError } from '@batuta/plugin-sdk'
import type { Command, CommandResult, RunContext } from '@batuta/plugin-sdk'
import { packFolders } from '../files/pack-folder.ts'
import { unpackInto } from '../files/unpack-into.ts'
import { EngineGone, EngineRefusal, objectOf, type DockerEngine } from './docker-engine.ts'
import { readFrames } from './read-frames.ts'
import { wholeOutput } from './whole-output.ts'

export interface ContainerOptions {
  readonly image: string
  readonly entryPoint: readonly string[] | undefined
  readonly argv: readonly string[]
  readonly env: ReadonlyMap<string, string>
  readonly user: string | undefined
  readonly hostConfig: Readonly<Record<string, unknown>>
  readonly exposedPorts?: Readonly<Record<string, unknown>>
  /** The folder whose files go in, under the same path, and come back; none where the task has no files. */
  readonly folder: string | undefined
  /** Go in as well, and do not come back. */
  readonly reads: readonly string[]
  readonly strategy: 'MOUNT' | 'VOLUME'
  /** False to leave the container as it is when it has ended. */
  readonly isDeleted: boolean
  /** False to return as soon as it has started. */
  readonly isAwaited: boolean
  /** Goes on with the container of this attempt that an earlier worker has left. */
  readonly isResumed: boolean
  /** Between the asked and the forced end. */
  readonly killGraceMs: number
  readonly onLine: Command['onLine']
}

export interface EndedContainer extends CommandResult {
  readonly containerId: string
}

export async function runContainer(
  ctx: RunContext,
  engine: DockerEngine,
  options: ContainerOptions,
): Promise<EndedContainer> {
  const found = await takeOver(ctx, engine, options)
  ctx.signal.throwIfAborted()
  const container = found ?? (await create(ctx, engine, options))
  let isKept = false
  try {
    ctx.signal.throwIfAborted()
    const names = new Set<string>()
    const startedMs = await lastChangeMs(options.folder)
    if (found === undefined) await start(engine, container, { options, names })
    else
      ctx.logger.info(
        `goes on with the container ${shortId(container)} of this attempt, which an earlier worker had started`,
      )
    if (!options.isAwaited) {
      isKept = true
      return { containerId: container, exitCode: 0 }
    }
    const exitCode = await listen(ctx, engine, { container, options })
    await takeFilesBack(engine, { container, options, names, startedMs })
    isKept = !options.isDeleted
    return { containerId: container, exitCode }
  } finally {
    if (!isKept) await end(ctx, engine, { container, options })
  }
}

/** By the clock that dates files. */
async function lastChangeMs(folder: string | undefined): Promise<number> {
  return folder === undefined ? 0 : (await lstat(folder)).mtimeMs
}

const LABELS = {
  taskRun: 'kestra.io/taskrun-id',
  attempt: 'kestra.io/taskrun-attempt',
  part: 'batuta.io/part',
} as const

/** What prepares a task must not be taken for the task. */
function partOf({ isResumed }: ContainerOptions): string {
  return isResumed ? 'task' : 'other'
}

function labelsOf(ctx: RunContext, options: ContainerOptions): Readonly<Record<string, string>> {
  const { flow, execution, task, taskRun } = ctx
  return {
    'kestra.io/namespace': flow.namespace,
    'kestra.io/flow-id': flow.id,
    'kestra.io/execution-id': execution.id,
    'kestra.io/task-id': task.id,
    [LABELS.taskRun]: taskRun.id,
    [LABELS.attempt]: String(taskRun.attempt),
    [LABELS.part]: partOf(options),
  }
}

/** The beginning of the names of a worker's containers: whose name it bears is who may remove it. */
function nameStart({ attemptId }: RunContext): string {
  return `batuta-${attemptId.replace(/[^\w.-]+/g, '-')}-`
}

function newName(ctx: RunContext): string {
  return nameStart(ctx) + randomUUID().slice(0, 8)
}

/** The container of this attempt, when the worker that started it is gone. It gets our name: that worker, should it wake up, leaves it alone. */
async function takeOver(ctx: RunContext, engine: DockerEngine, options: ContainerOptions): Promise<string | undefined> {
  if (!options.isResumed) return undefined
  const [first, ...others] = await findLeft(ctx, engine)
  for (const id of others) await remove(engine, id)
  if (first === undefined) return undefined
  const request = { method: 'POST', path: `/containers/${first}/rename`, query: { name: newName(ctx) } } as const
  const { body } = await engine.send(request)
  body.resume()
  return first
}

/** Containers of this attempt: the worker that started them is gone. */
async function findLeft({ taskRun }: RunContext, engine: DockerEngine): Promise<readonly string[]> {
  const label = [`${LABELS.taskRun}=${taskRun.id}`, `${LABELS.attempt}=${taskRun.attempt}`, `${LABELS.part}=task`]
  const found = await engine.ask({ method: 'GET', path: '/containers/json', query: { all: true, filters: { label } } })
  return Array.isArray(found) ? found.flatMap(each => textOf(objectOf(each)['Id']) ?? []) : []
}

const CREATE_MS = 120_000

async function create(ctx: RunContext, engine: DockerEngine, options: ContainerOptions): Promise<string> {
  const { folder, reads, strategy, hostConfig } = options
  const isMounted = strategy === 'MOUNT' && folder !== undefined
  const binds = isMounted ? [`${folder}:${folder}`, ...reads.map(path => `${path}:${path}:ro`)] : []
  const own: readonly unknown[] = Array.isArray(hostConfig['Binds']) ? hostConfig['Binds'] : []
  const json = {
    Image: options.image,
    Cmd: options.argv,
    ...(options.entryPoint === undefined ? {} : { Entrypoint: options.entryPoint }),
    ...(options.user === undefined ? {} : { User: options.user }),
    ...(folder === undefined ? {} : { WorkingDir: folder }),
    ...(options.exposedPorts === undefined ? {} : { ExposedPorts: options.exposedPorts }),
    Env: Array.from(options.env, ([name, value]) => `${name}=${value}`),
    Labels: labelsOf(ctx, options),
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    HostConfig: { ...hostConfig, ...(binds.length + own.length === 0 ? {} : { Binds: [...binds, ...own] }) },
  }
  // Not to be broken off: nobody would know of a container that comes into being all the same.
  const signal = AbortSignal.timeout(CREATE_MS)
  const query = { name: newName(ctx) }
  const answer = objectOf(await engine.ask({ method: 'POST', path: '/containers/create', query, json, signal }))
  const id = textOf(answer['Id'])
  if (id === undefined) throw new TaskError('the Docker engine made a container and did not say which')
  for (const warning of Array.isArray(answer['Warnings']) ? answer['Warnings'] : []) ctx.logger.warn(String(warning))
  ctx.logger.debug(`container ${shortId(id)} of ${options.image}`)
  return id
}

interface Held {
  readonly container: string
  readonly options: ContainerOptions
}

async function start(
  engine: DockerEngine,
  container: string,
  { options, names }: { readonly options: ContainerOptions; readonly names: Set<string> },
): Promise<void> {
  const { folder, reads, strategy } = options
  if (strategy === 'VOLUME' && folder !== undefined) {
    const outside = [...new Set(reads)].filter(path => !isInside(path, folder))
    await putFiles(engine, container, packFolders([{ path: folder, prefix: folder.slice(1), isOpen: true }], names))
    const folders = outside.map(path => ({ path, prefix: path.slice(1), isOpen: false }))
    if (folders.length > 0) await putFiles(engine, container, packFolders(folders))
  }
  const { body } = await engine.send({ method: 'POST', path: `/containers/${container}/start`, accepts: [304] })
  body.resume()
}

async function putFiles(engine: DockerEngine, container: string, archive: AsyncIterable<Uint8Array>): Promise<void> {
  const path = `/containers/${container}/archive`
  const { body } = await engine.send({ method: 'PUT', path, query: { path: '/' }, archive })
  body.resume()
}

async function listen(ctx: RunContext, engine: DockerEngine, { container, options }: Held): Promise<number> {
  const waiting = waitFor(engine, container)
  // Met below; until then a failure must not count as unhandled.
  waiting.catch(() => undefined)
  const logs = async (follow: boolean): Promise<AsyncIterable<Uint8Array>> => {
    const query = { follow, stdout: true, stderr: true }
    return (await engine.send({ method: 'GET', path: `/containers/${container}/logs`, query })).body
  }
  try {
    const output = wholeOutput({ follow: () => logs(true), ended: waiting, read: () => logs(false) })
    await readFrames(output, options.onLine)
  } catch (error) {
    throw engine.failure(error)
  }
  const exitCode = await waiting
  if (exitCode !== 0 && (await hasRunOutOfMemory(engine, exitCode, { container, options })))
    ctx.logger.error('the container was ended because it used more memory than it may')
  return exitCode
}

/** 128 and the number of SIGKILL. */
const KILLED = 137
/** The engine hears of the memory by another way than of the end, and on a machine under load after it: then only an event tells. */
const EVENT_MS = 3_000

async function hasRunOutOfMemory(
  engine: DockerEngine,
  exitCode: number,
  { container, options }: Held,
): Promise<boolean> {
  const state = await inspect(engine, container)
  if (state['OOMKilled'] === true) return true
  if (exitCode !== KILLED || options.hostConfig['Memory'] === undefined) return false
  // By the clock of the engine.
  const [startMs, endMs] = [state['StartedAt'], state['FinishedAt']].map(at => Date.parse(String(at)))
  if (startMs === undefined || endMs === undefined || Number.isNaN(startMs + endMs)) return false
  const query = {
    since: Math.floor(startMs / 1_000),
    until: Math.ceil((endMs + EVENT_MS) / 1_000),
    filters: { container: [container], event: ['oom'] },
  }
  for await (const _event of engine.follow({ method: 'GET', path: '/events', query })) return true
  return false
}

async function waitFor(engine: DockerEngine, container: string): Promise<number> {
  const answer = objectOf(await engine.ask({ method: 'POST', path: `/containers/${container}/wait` }))
  const error = textOf(objectOf(answer['Error'])['Message'])
  if (error !== undefined && error !== '') throw new TaskError(`the container failed: ${error}`)
  const code = answer['StatusCode']
  if (typeof code !== 'number') throw engine.failure(new Error('it did not say how the container ended'))
  return code
}

async function inspect(engine: DockerEngine, container: string): Promise<Readonly<Record<string, unknown>>> {
  return objectOf(objectOf(await engine.ask({ method: 'GET', path: `/containers/${container}/json` }))['State'])
}

interface TakenBack extends Held {
  readonly names: ReadonlySet<string>
  readonly startedMs: number
}

/** What the container has removed is removed here, too. */
async function takeFilesBack(engine: DockerEngine, { container, options, names, startedMs }: TakenBack): Promise<void> {
  const { folder, strategy } = options
  if (strategy !== 'VOLUME' || folder === undefined) return
  const path = await folderIn(engine, container, folder)
  const request = { method: 'GET', path: `/containers/${container}/archive`, query: { path }, accepts: [404] } as const
  const { code, body } = await engine.send(request)
  if (code === 404) {
    body.resume()
    return
  }
  try {
    const back = await unpackInto(folder, body, { startedMs })
    for (const name of names) if (!back.names.has(name)) await rm(join(folder, name), { force: true })
  } catch (error) {
    if (error instanceof RangeError)
      throw new TaskError(`the files of the container cannot be taken back: ${error.message}`)
    throw engine.failure(error)
  }
}

/** A container that an earlier worker started has that worker's folder. */
async function folderIn(engine: DockerEngine, container: string, folder: string): Promise<string> {
  const config = objectOf(await engine.ask({ method: 'GET', path: `/containers/${container}/json` }))
  return textOf(objectOf(config['Config'])['WorkingDir']) ?? folder
}

const END_MS = 20_000
/** An engine that is started again is there within seconds, or within a minute on a machine under load. */
const END_TRIED_MS = 90_000
const BETWEEN_TRIES_MS = 1_000

async function end(ctx: RunContext, engine: DockerEngine, { container, options }: Held): Promise<void> {
  try {
    await untilAnswered(async () => {
      if (!(await isOurs(ctx, engine, container))) return
      if (ctx.signal.aborted && options.killGraceMs > 0) await stop(engine, container, options.killGraceMs)
      await remove(engine, container)
    })
  } catch (error) {
    ctx.logger.warn(`the container ${shortId(container)} is left on the engine: ${messageOf(error)}`)
  }
}

/** Again when the engine has gone away meanwhile, or took too long: what is asked for may be asked for twice. */
async function untilAnswered(ask: () => Promise<void>): Promise<void> {
  const endMs = performance.now() + END_TRIED_MS
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      const isPassing = error instanceof EngineGone || (error instanceof DOMException && error.name === 'TimeoutError')
      if (!isPassing || performance.now() > endMs) throw error
      await sleep(BETWEEN_TRIES_MS)
    }
  }
}

/** Another worker that goes on with it has given it its own name. */
async function isOurs(ctx: RunContext, engine: DockerEngine, container: string): Promise<boolean> {
  const signal = AbortSignal.timeout(END_MS)
  const path = `/containers/${container}/json`
  const { Name } = objectOf(await engine.ask({ method: 'GET', path, signal, accepts: [404] }))
  return textOf(Name)?.startsWith(`/${nameStart(ctx)}`) === true
}

async function stop(engine: DockerEngine, container: string, graceMs: number): Promise<void> {
  const query = { t: Math.ceil(graceMs / 1_000) }
  const signal = AbortSignal.timeout(graceMs + END_MS)
  const request = { method: 'POST', path: `/containers/${container}/stop`, query, signal, accepts: [304, 404] } as const
  const { body } = await engine.send(request)
  body.resume()
}

/** With the volumes that it made, and though it still runs. Gone already is gone. */
export async function remove(engine: DockerEngine, container: string): Promise<void> {
  const query = { force: true, v: true }
  const signal = AbortSignal.timeout(END_MS)
  try {
    const request = { method: 'DELETE', path: `/containers/${container}`, query, signal, accepts: [404] } as const
    const { body } = await engine.send(request)
    body.resume()
  } catch (error) {
    // Somebody else removes it at this moment.
    if (error instanceof EngineRefusal && error.code === 409) return
    throw error
  }
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith('../') && !isAbsolute(way)
}

export function shortId(id: string): string {
  return id.slice(0, 12)
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
