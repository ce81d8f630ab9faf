// Puts a run context together from its parts: the host and the test kit differ in what stands behind the parts, not in the context.
import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, rmdirSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { isMap, mapGet } from '@batuta/core'
import type { ValueMap } from '@batuta/core'
import type { FileStore } from './files/file-store.ts'
import { storageUri } from './files/storage-uri.ts'
import { PRIVATE_FOLDER } from './files/task-file-traits.ts'
import { bindProperties } from './lazy-properties.ts'
import { DOCKER_RUNNER_TYPE } from './scripts/choose-runner.ts'
import { PROCESS_RUNNER_TYPE } from './process/process-runner.ts'
import type { Metric } from './protocol.ts'
import type { Renderer } from './renderer.ts'
import type { FileName, Logger, Metrics, Ports, RunContext, TaskFiles, WorkingDir } from './run-context.ts'
import { TaskError } from './task-error.ts'
import type { TaskDefinition, TaskReturn } from './task.ts'
import type { Command, CommandResult, TaskRunnerDefinition } from './task-runner.ts'

export type RunFacts = Pick<
  RunContext,
  | 'execution'
  | 'flow'
  | 'task'
  | 'taskRun'
  | 'idempotencyKey'
  | 'attemptId'
  | 'cacheDir'
  | 'egress'
  | 'traceparent'
  | 'settingOf'
>

export interface RunParts {
  readonly facts: RunFacts
  readonly renderer: Renderer
  readonly logger: Logger
  readonly mask: (secret: string) => void
  readonly hides?: (text: string) => boolean
  /** As the task may see it: `guardedFileStore`. */
  readonly store: FileStore
  /** Folder of the task run in storage. */
  readonly filesPrefix: string
  /** Folder under which the working folder is made; asked when a working folder is. */
  readonly workDir: () => Promise<string>
  /** The working folder bears a name and is shared with other runs: it stays until the last of them closes it. */
  readonly shared?: { readonly name: string; readonly step: 'open' | 'use' | 'close' }
  readonly ports: Ports
  readonly signal: AbortSignal
  readonly findTask: (type: string) => Promise<TaskDefinition | undefined>
  readonly findRunner: (type: string) => Promise<TaskRunnerDefinition | undefined>
  readonly defaultRunner: string
}

export interface OpenRun {
  readonly ctx: RunContext
  /** In the order in which they were emitted. */
  readonly metrics: readonly Metric[]
  /** Removes the working folder. */
  close(): Promise<void>
}

export function openRun(parts: RunParts): OpenRun {
  const metrics: Metric[] = []
  const folder = new WorkingFolder(parts.workDir, parts.shared)
  const ctx: RunContext = {
    ...parts.facts,
    logger: parts.logger,
    metrics: collectMetrics(metrics),
    files: taskFiles(parts),
    workingDir: folder,
    ports: parts.ports,
    signal: parts.signal,
    renderText: (template, scope) => parts.renderer.renderText(template, scope),
    renderDeep: (value, scope) => parts.renderer.renderDeep(value, scope),
    renderTyped: (value, scope) => parts.renderer.renderTyped(value, scope),
    mask: parts.mask,
    holdsSecret: text => parts.hides?.(text) ?? false,
    checkRunner: async runner => {
      const { type, isContained = false } = await getRunner(parts, runner)
      return { type, isContained }
    },
    runTask: (type, properties) => runTask(ctx, parts, type, properties),
    runCommand: (command, runner) => runCommand(ctx, parts, command, runner),
  }
  return { ctx, metrics, close: () => folder.close() }
}

function collectMetrics(metrics: Metric[]): Metrics {
  const add =
    (type: Metric['type']): Metrics['counter'] =>
    (name, value, tags = {}) =>
      void metrics.push({ name, type, value, tags })
  return { counter: add('counter'), timer: add('timer'), gauge: add('gauge') }
}

function taskFiles({ store, filesPrefix, facts }: RunParts): TaskFiles {
  const files: TaskFiles = {
    put: async (source, name = { extension: '.tmp' }) => {
      const { uri } = await store.put(storageUri(filesPrefix, relativeName(name)), source)
      return uri
    },
    open: uri => store.open(uri),
    readText: async uri => textOf(await store.open(uri)),
    copyTo: async (uri, path) => {
      await mkdir(dirname(path), { recursive: true })
      await pipeline(await store.open(uri), createWriteStream(path))
    },
    size: async uri => {
      const entry = await store.find(uri)
      if (entry === undefined) throw new TaskError(`there is no file "${uri}" in internal storage`)
      return entry.sizeBytes
    },
    exists: async uri => (await store.find(uri)) !== undefined,
    delete: uri => store.delete(uri),
    putCache: async source => void (await store.put(cacheUri(filesPrefix, facts.taskRun.value), source)),
    findCache: async () => await store.find(cacheUri(filesPrefix, facts.taskRun.value)),
    deleteOfExecution: () => store.deleteFolder(executionFolder(filesPrefix)),
  }
  return files
}

function relativeName(name: FileName): string {
  if ('name' in name) return name.name
  const extension = name.extension === '' || name.extension.startsWith('.') ? name.extension : `.${name.extension}`
  return `${randomUUID().replaceAll('-', '')}${extension}`
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

/** A task's own cache outlives its executions: one for the task, or in a loop one for each value. A trigger has one, too. */
function cacheUri(filesPrefix: string, value: string | undefined): string {
  const match = /^(.*)\/executions\/[^/]+\/(?:tasks|trigger)\/([^/]+)\//.exec(filesPrefix)
  if (match === null) throw new TaskError(`"${filesPrefix}" is no folder of a task run`)
  const own = value === undefined ? '' : `/${createHash('sha256').update(value).digest('hex').slice(0, 32)}`
  return `${match[1]}/${match[2]}/cache${own}/cache.pack`
}

/** `…/executions/<id>/` out of `…/executions/<id>/tasks/<task>/<task run>/`. */
export function executionFolder(filesPrefix: string): string {
  // What a trigger stores lies beside its flow's executions: there is none of its own yet.
  const match = /^.*\/(?:executions|triggers\/[^/]+)\/[^/]+\//.exec(filesPrefix)
  if (match === null) throw new TaskError(`"${filesPrefix}" is no folder of an execution`)
  return match[0]
}

class WorkingFolder implements WorkingDir {
  readonly #parent: () => Promise<string>
  readonly #shared: RunParts['shared']
  #path: Promise<string> | undefined

  constructor(parent: () => Promise<string>, shared: RunParts['shared']) {
    this.#parent = parent
    this.#shared = shared
  }

  path(): Promise<string> {
    this.#path ??= this.#shared ? this.#share(this.#shared) : this.#make()
    return this.#path
  }

  /** Made at once: a call of the kernel takes microseconds, a trip through the thread pool a hundred of them. */
  async #make(): Promise<string> {
    const parent = await this.#parent()
    const prefix = join(parent, 'run-')
    try {
      return mkdtempSync(prefix)
    } catch {
      // The first in here, or somebody has tidied up.
      mkdirSync(parent, { recursive: true })
      return mkdtempSync(prefix)
    }
  }

  async #share({ name, step }: NonNullable<RunParts['shared']>): Promise<string> {
    const path = join(await this.#parent(), name)
    if (step === 'open') {
      // What an earlier attempt left is not what this one begins with.
      await rm(path, { recursive: true, force: true, maxRetries: 3 })
      await mkdir(path, { recursive: true })
    } else if (step === 'use' && !existsSync(path)) {
      throw new TaskError('the folder of the WorkingDirectory is not on this machine any more; restart the execution')
    }
    return path
  }

  async resolve(name: string): Promise<string> {
    const base = await this.path()
    const path = join(base, name)
    const inside = relative(base, path)
    if (isAbsolute(name) || inside === '..' || inside.startsWith(`..${sep}`) || name.includes('\0')) {
      throw new TaskError(`the path "${name}" is refused: it must be relative and stay inside the working directory`)
    }
    return path
  }

  async createPath(extension = '.tmp'): Promise<string> {
    return join(await this.path(), `${randomUUID().replaceAll('-', '')}${extension}`)
  }

  async close(): Promise<void> {
    if (this.#shared && this.#shared.step !== 'close') return
    if (this.#path === undefined && this.#shared === undefined) return
    const path = await this.path()
    if (!removeEmpty(path)) await rm(path, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** What most tasks leave: nothing but our own empty folders. */
function removeEmpty(path: string): boolean {
  try {
    for (const folder of [`${PRIVATE_FOLDER}/out`, PRIVATE_FOLDER, '.']) rmdirSync(join(path, folder))
    return true
  } catch {
    return false
  }
}

const TASKS_DEEP_MAX = 8
const depths = new WeakMap<AbortSignal, number>()

/** A task that runs itself would never end. */
async function runTask(ctx: RunContext, parts: RunParts, type: string, properties: ValueMap): Promise<TaskReturn> {
  const depth = (depths.get(parts.signal) ?? 0) + 1
  if (depth > TASKS_DEEP_MAX) throw new TaskError(`tasks run one another more than ${TASKS_DEEP_MAX} deep`)
  depths.set(parts.signal, depth)
  const definition = await parts.findTask(type)
  if (definition === undefined) throw new TaskError(`the task type "${type}" is not implemented`)
  return await definition.run(ctx, bindProperties(definition.properties, properties, ctx))
}

async function runCommand(
  ctx: RunContext,
  parts: RunParts,
  command: Command,
  runner: ValueMap | undefined,
): Promise<CommandResult> {
  const definition = await getRunner(parts, runner)
  const props = bindProperties(definition.properties, runner !== undefined && isMap(runner) ? runner : {}, ctx)
  const trace: [string, string][] = ctx.traceparent === undefined ? [] : [['TRACEPARENT', ctx.traceparent]]
  const env = new Map([['BATUTA_IDEMPOTENCY_KEY', ctx.idempotencyKey], ...trace, ...command.env])
  return definition.run(ctx, props, { ...command, env })
}

async function getRunner(parts: RunParts, runner: ValueMap | undefined): Promise<TaskRunnerDefinition> {
  const written = runner === undefined ? undefined : mapGet(runner, 'type')
  const asked = typeof written === 'string' ? written : parts.defaultRunner
  // Flows that ask for containers run unchanged where there are none.
  const isReplaced = DOCKER_RUNNERS.has(asked) && parts.facts.settingOf('docker.instead') === 'process'
  const type = isReplaced ? PROCESS_RUNNER_TYPE : asked
  const definition = await parts.findRunner(type)
  if (definition === undefined) throw new TaskError(unknownRunner(type))
  return definition
}

const DOCKER_RUNNERS: ReadonlySet<string> = new Set([DOCKER_RUNNER_TYPE, `${DOCKER_RUNNER_TYPE}TaskRunner`])

function unknownRunner(type: string): string {
  return (
    `the task runner "${type}" is not available here; ` +
    'set `taskRunner: { type: io.kestra.plugin.core.runner.Process }` on the task, ' +
    'or in `pluginDefaults` for all tasks of its kind'
  )
}
