// One attempt from its message to its outcome. Whatever the plugin's code does, it ends in an outcome: an exception is FAILED, a stop
// from outside is KILLED or, for a timeout, FAILED, and code that does not end when it is stopped is left behind after the grace.
import { join } from 'node:path'
import {
  decodeValue,
  ENCRYPTED_TYPE,
  fromPlain,
  isMap,
  openSealed,
  printValue,
  sealedIn,
  STORED_TYPE,
} from '@batuta/core'
import type { Value, ValueMap } from '@batuta/core'
import {
  bindProperties,
  createTemplateRenderer,
  endingOf,
  executionFolder,
  guardedFileStore,
  keyText,
  messageOf,
  openRun,
  outputsOfError,
  parseDuration,
  PROCESS_RUNNER_TYPE,
  SecretMask,
  storageUri,
  TaskError,
  TaskStopped,
} from '@batuta/plugin-sdk'
import type {
  FileStore,
  HostInit,
  HostJob,
  OpenRun,
  Outcome,
  Ports,
  SourceOfJob,
  TaskOutputs,
  TaskReturn,
} from '@batuta/plugin-sdk'
import { AttemptLog } from './attempt-log.ts'
import type { Definitions } from './definitions.ts'
import { factsOf } from './job-facts.ts'
import { maskMetrics } from './mask-metrics.ts'
import { keepOutputs, sealOutputs, type KeepRoom } from './keep-outputs.ts'
import { openCacheEntry } from './task-cache.ts'
import type { LogShipper } from './log-shipper.ts'
import { runSource } from './run-source.ts'
import type { ScriptRunner } from './scripts/script-runner.ts'
import { openTaskFile } from './task-files/run-task-file.ts'

/** What all jobs of a host share. */
export interface HostRoom {
  readonly init: HostInit
  readonly store: FileStore
  readonly definitions: Definitions
  readonly shipper: LogShipper
  readonly scripts: ScriptRunner
  readonly now: () => number
  readonly ask: (job: HostJob, signal: AbortSignal, request: AskedOfServer) => Promise<Value>
}

export interface AskedOfServer {
  readonly name: string
  readonly args: ValueMap
}

/** How an attempt ended, before its outputs are where the server finds them. */
export interface Ended {
  readonly state: Outcome['state']
  readonly outputs?: TaskOutputs
  readonly message?: string
}

/** Also what was stopped has outputs that must be kept safely. */
const LASTING = new AbortController().signal

/** Beside the time that processes get to end, before a task that ignores its end is left behind. */
const LEAVE_BEHIND_MS = 3_000

export async function runJob(job: HostJob, room: HostRoom, stop: AbortController): Promise<Outcome> {
  const startedMs = room.now()
  const mask = new SecretMask()
  for (const secret of job.secrets ?? []) mask.add(secret)
  const log = openLog(job, room, mask)
  const context = await openContext(job, room, { mask, signal: stop.signal }).catch((error: unknown) => {
    log.error(messageOf(error))
    return undefined
  })
  const sealed = new Set<string>()
  const run = openJob(job, room, { log, mask, sealed, signal: stop.signal, context: context ?? decodeMap(job.context) })
  const seal = async (text: string): Promise<Value> =>
    noteSealed(await room.ask(job, LASTING, { name: 'seal', args: { text } }), sealed)
  const keeping = { ...room, mask, seal, sealed }
  const ended: Ended = context ? await endJob(job, keeping, { run, stop, log }) : { state: 'FAILED' }
  const { outputs, ...kept } = await keepOutputs(ended, job, keeping)
  if (kept.state === 'FAILED' && ended.state !== 'FAILED') log.error(kept.message ?? '')
  await run.close().catch((error: unknown) => log.warn(`the working directory is left behind: ${messageOf(error)}`))
  if (job.directory === undefined || job.directory.step === 'close') await room.scripts.leave(job.key.executionId)
  const logFile = await log.close()
  room.shipper.flush(job.key)
  return {
    ...kept,
    ...(outputs === undefined ? {} : { outputs }),
    metrics: maskMetrics(run.metrics, mask),
    ...(logFile === undefined ? {} : { logFile }),
    startedMs,
    endedMs: room.now(),
  }
}

function openLog(job: HostJob, room: HostRoom, mask: SecretMask): AttemptLog {
  const { init, shipper, store, now } = room
  return new AttemptLog({
    attempt: job.attempt,
    level: job.logLevel,
    isToFile: job.logToFile ?? false,
    limits: init.limits,
    mask,
    now,
    ship: line => shipper.add(job.key, line),
    ready: () => shipper.ready(),
    store,
    get fileUri() {
      return storageUri(job.filesPrefix, `attempt-${job.attempt}.log`)
    },
    get growingPath() {
      return join(init.workDir, `${keyText(job.key)}.log`)
    },
  })
}

interface JobParts {
  readonly log: AttemptLog
  readonly mask: SecretMask
  readonly signal: AbortSignal
  readonly context: ValueMap
  /** The cipher texts that were made for this attempt. */
  readonly sealed: Set<string>
}

function noteSealed(value: Value, sealed: Set<string>): Value {
  for (const cipher of sealedIn(value)) sealed.add(cipher)
  return value
}

/** The variables of the task with every encrypted value opened: the plain text is here, and in nothing that is kept. */
async function openContext(
  job: HostJob,
  room: HostRoom,
  { mask, signal }: Pick<JobParts, 'mask' | 'signal'>,
): Promise<ValueMap> {
  const context = decodeMap(job.context)
  if (!job.context.includes(ENCRYPTED_TYPE)) return context
  const plain = new Map<string, Value>()
  for (const cipher of sealedIn(context)) {
    const text = await room.ask(job, signal, { name: 'open', args: { cipher } })
    mask.add(printValue(text))
    plain.set(cipher, text)
  }
  const opened = openSealed(context, cipher => plain.get(cipher) ?? null)
  return isMap(opened) ? opened : context
}

function openJob(job: HostJob, room: HostRoom, { log, mask, signal, context, sealed }: JobParts): OpenRun {
  const facts = factsOf(job, context, room.init)
  const { executionId } = job.key
  const ask: Ports['ask'] = (name, args) => room.ask(job, signal, { name, args })
  const ports: Ports = {
    ask: async (name, args) => (name === 'seal' ? noteSealed(await ask(name, args), sealed) : await ask(name, args)),
  }
  const store = guardedFileStore(room.store, {
    ownFolder: executionFolder(job.filesPrefix),
    namespace: facts.flow.namespace,
    expectReadable: async uri => void (await ports.ask('files.allow', { uri })),
  })
  return openRun({
    facts,
    renderer: createTemplateRenderer({
      dialect: job.dialect,
      context,
      ports,
      store,
      hasStored: job.context.includes(STORED_TYPE),
      mask,
      now: room.now,
      signal,
    }),
    logger: log,
    mask: secret => mask.add(secret),
    hides: text => mask.hides(text),
    store,
    filesPrefix: job.filesPrefix,
    ...(job.directory ? { shared: job.directory } : {}),
    workDir: () => room.scripts.workDirOf({ executionId, namespace: facts.flow.namespace }),
    ports,
    signal,
    findTask: type => room.definitions.getTask(type),
    findRunner: type => room.definitions.findRunner(type),
    defaultRunner: room.init.defaultRunner ?? PROCESS_RUNNER_TYPE,
  })
}

function decodeMap(text: string): ValueMap {
  const value = decodeValue(text)
  if (!isMap(value)) throw new TaskError(`expected a map, not ${text.slice(0, 100)}`)
  return value
}

interface Attempt {
  readonly run: OpenRun
  readonly stop: AbortController
  readonly log: AttemptLog
}

async function endJob(job: HostJob, room: KeepRoom, { run, stop, log }: Attempt): Promise<Ended> {
  let timer: NodeJS.Timeout | undefined
  try {
    if (job.source) return await endSourceJob(job, job.source, room, { run, stop, log })
    const file = await openTaskFile(job, run.ctx)
    const definition = file?.definition ?? (await room.definitions.getTask(job.type, job.version))
    const timeoutMs = job.timeoutMs ?? (await renderTimeout(job, run))
    if (timeoutMs !== undefined) timer = stopLater(stop, timeoutMs)
    const props = bindProperties(definition.properties, decodeMap(job.properties), run.ctx)
    const cached = await openCacheEntry(job, run.ctx, { ...room, codeHash: file?.hash })
    if (cached?.outputs !== undefined) {
      noteSealed(fromPlain(cached.outputs), room.sealed)
      return { state: 'SUCCESS', outputs: cached.outputs }
    }
    const returned = definition.run(run.ctx, props)
    const graceMs = room.init.limits.killGraceMs + LEAVE_BEHIND_MS
    const ended = endedWith(await orStopped(returned, stop.signal, graceMs), stop.signal)
    if (ended.state === 'SUCCESS') await cached?.keep(await sealOutputs(ended.outputs ?? {}, room))
    return ended
  } catch (error) {
    return failedWith(error, log, stop.signal)
  } finally {
    clearTimeout(timer)
  }
}

/** A watch that was stopped has done what it was to do. */
async function endSourceJob(job: HostJob, source: SourceOfJob, room: KeepRoom, { run, stop }: Attempt): Promise<Ended> {
  const ask = (name: string, args: ValueMap): Promise<Value> => room.ask(job, stop.signal, { name, args })
  const keep = async (given: TaskOutputs): Promise<Value> => {
    const kept = await keepOutputs({ state: 'SUCCESS', outputs: given }, job, room)
    if (kept.state === 'FAILED') throw new TaskError(kept.message ?? 'the outputs cannot be kept')
    return decodeValue(kept.outputs ?? '{}')
  }
  const found = runSource(job, source, { definitions: room.definitions, run, ask, keep })
  const outputs = await orStopped(found, stop.signal, room.init.limits.killGraceMs + LEAVE_BEHIND_MS)
  stop.signal.throwIfAborted()
  return outputs === undefined ? { state: 'SUCCESS' } : endedWith(outputs, stop.signal)
}

async function renderTimeout(job: HostJob, { ctx }: OpenRun): Promise<number | undefined> {
  if (job.timeout === undefined) return undefined
  const text = (await ctx.renderText(job.timeout)).trim()
  if (text === '') return undefined
  const timeoutMs = parseDuration(text)
  if (timeoutMs === undefined) throw new TaskError(`property "timeout" must be an ISO 8601 duration, not "${text}"`)
  return timeoutMs
}

const TIMER_MAX_MS = 2 ** 31 - 1

function stopLater(stop: AbortController, timeoutMs: number): NodeJS.Timeout {
  const text = `the task ran longer than its timeout of ${timeoutMs} ms`
  return setTimeout(() => stop.abort(new TaskStopped('timeout', text)), Math.min(timeoutMs, TIMER_MAX_MS))
}

/**
 * A task that goes on although it was stopped is left behind; what it still does changes nothing any more. Plain timers: a controller that is
 * aborted makes an exception with its stack, which cost a trivial task a quarter of its time.
 */
async function orStopped(returned: Promise<TaskReturn>, signal: AbortSignal, graceMs: number): Promise<TaskReturn> {
  let timer: NodeJS.Timeout | undefined
  let leave = (): void => {}
  const overdue = new Promise<never>((_resolve, reject) => {
    leave = () => void (timer = setTimeout(() => reject(signal.reason), graceMs))
  })
  if (signal.aborted) leave()
  else signal.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([returned, overdue])
  } finally {
    signal.removeEventListener('abort', leave)
    clearTimeout(timer)
  }
}

/** Stopped is stopped, even when the task returned something at the last moment. */
function endedWith(returned: TaskReturn, signal: AbortSignal): Ended {
  signal.throwIfAborted()
  return endingOf(returned)
}

function failedWith(error: unknown, log: AttemptLog, signal: AbortSignal): Ended {
  const outputs = outputsOfError(error)
  const reason: unknown = signal.aborted ? signal.reason : undefined
  const isKilled = reason instanceof TaskStopped && reason.reason !== 'timeout'
  const message = messageOf(reason ?? error)
  if (isKilled) {
    log.warn(message)
  } else {
    log.error(message)
    if (error instanceof Error && error.stack !== undefined) log.trace(error.stack)
  }
  return { state: isKilled ? 'KILLED' : 'FAILED', message, ...(outputs === undefined ? {} : { outputs }) }
}
