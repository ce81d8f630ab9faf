// Runs a task as its author would test it: real files in a temporary folder, real processes, real rendering; only the server is
// replaced by a function that answers its questions.
import { mkdtemp, rm } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fromPlain, isMap, mapGet, printValue, toPlain } from '@batuta/core'
import type { Value, ValueMap } from '@batuta/core'
import { executionFolder, openRun } from '../create-run-context.ts'
import type { OpenRun } from '../create-run-context.ts'
import { newEgress } from '../egress/egress.ts'
import { OPEN_EGRESS, type EgressRules } from '../egress/egress-rules.ts'
import { guardedFileStore } from '../files/guarded-file-store.ts'
import { openLocalFileStore } from '../files/local-file-store.ts'
import type { FileStore } from '../files/file-store.ts'
import { bindProperties } from '../lazy-properties.ts'
import { processEnvironment } from '../process/process-environment.ts'
import { ProcessKeeper } from '../process/process-keeper.ts'
import { PROCESS_RUNNER_TYPE, processRunner } from '../process/process-runner.ts'
import type { LogLine, Metric } from '../protocol.ts'
import type { Logger, LogLevel, RunContext } from '../run-context.ts'
import { SecretMask } from '../secret-mask.ts'
import type { Shape } from '../property.ts'
import { endingOf } from '../task.ts'
import type { TaskDefinition, TaskOutputs } from '../task.ts'
import { messageOf, outputsOfError, TaskError } from '../task-error.ts'
import type { TaskRunnerDefinition } from '../task-runner.ts'
import { createTemplateRenderer } from '../template-renderer.ts'
import { outputsOfPoll, POLL_MARK } from '../trigger.ts'
import type { EmitFound, PollFound, PollingTriggerDefinition } from '../trigger.ts'

export interface TestOptions {
  /** Roots of the expressions beside `flow`, `execution`, `task` and `taskrun`. */
  readonly variables?: ValueMap
  /** Answers what the server would answer: `secret`, `kv`, `namespaceFiles` … */
  readonly answer?: (name: string, args: ValueMap) => Value | Promise<Value>
  /** About files of others; all are allowed without it. */
  readonly isFileAllowed?: (uri: string) => boolean
  readonly dialect?: 1 | 2
  readonly signal?: AbortSignal
  readonly runners?: readonly TaskRunnerDefinition[]
  /** Those that tasks may run in their place. */
  readonly tasks?: readonly TaskDefinition[]
  /** Kept between runs when given; otherwise a folder of its own. */
  readonly cacheDir?: string
  /** Anywhere but to metadata services unless said. */
  readonly egress?: EgressRules
  /** What the installation has set for plugins, e.g. `docker.host`. */
  readonly settings?: Readonly<Record<string, string>>
  /** The W3C trace that the run belongs to. */
  readonly traceparent?: string
}

export interface TestRun extends OpenRun {
  readonly ctx: RunContext
  readonly store: FileStore
  readonly logs: readonly LogLine[]
  readonly workDir: string
  /** Kills what still runs and removes all folders. */
  close(): Promise<void>
}

export async function createTestRunContext(options: TestOptions = {}): Promise<TestRun> {
  const root = await mkdtemp(join(tmpdir(), 'batuta-test-'))
  const files = openLocalFileStore(join(root, 'files'))
  const keeper = openTestKeeper()
  const runners = [processRunner(keeper), ...(options.runners ?? [])]
  const logs: LogLine[] = []
  const mask = new SecretMask()
  const signal = options.signal ?? new AbortController().signal
  const ports = { ask: async (name: string, args: ValueMap) => answerOf(options, name, args) }
  const store = guardedFileStore(files, {
    ownFolder: executionFolder(FILES_PREFIX),
    namespace: TEST_FACTS.flow.namespace,
    expectReadable: async uri => void (await ports.ask('files.allow', { uri })),
  })
  const context = { ...TEST_ROOTS, ...Object.fromEntries(Object.entries(options.variables ?? {})) }
  const run = openRun({
    facts: {
      ...TEST_FACTS,
      attemptId: randomUUID(),
      cacheDir: options.cacheDir ?? join(root, 'cache'),
      egress: newEgress(options.egress ?? OPEN_EGRESS),
      settingOf: name => new Map(Object.entries(options.settings ?? {})).get(name),
      ...(options.traceparent === undefined ? {} : { traceparent: options.traceparent }),
    },
    renderer: createTemplateRenderer({
      dialect: options.dialect ?? 1,
      context,
      ports,
      store,
      mask,
      now: () => Date.now(),
      signal,
    }),
    logger: collectLogs(logs, mask),
    mask: secret => mask.add(secret),
    hides: text => mask.hides(text),
    store,
    filesPrefix: FILES_PREFIX,
    workDir: () => Promise.resolve(join(root, 'work')),
    ports,
    signal,
    findTask: type => Promise.resolve(options.tasks?.find(task => task.type === type || task.aliases?.includes(type))),
    findRunner: type => Promise.resolve(runners.find(runner => runner.type === type || runner.aliases?.includes(type))),
    defaultRunner: PROCESS_RUNNER_TYPE,
  })
  const close = async (): Promise<void> => {
    await keeper.close()
    await run.close()
    await rm(root, { recursive: true, force: true, maxRetries: 3 })
  }
  return { ...run, store, logs, workDir: join(root, 'work'), close }
}

export interface TestResult {
  readonly state: 'SUCCESS' | 'WARNING' | 'FAILED'
  /** As expressions would see them, in plain JavaScript. */
  readonly outputs: Readonly<Record<string, unknown>>
  readonly message?: string
  readonly logs: readonly LogLine[]
  readonly metrics: readonly Metric[]
}

/** Runs a task with properties as in YAML. The files it made live until `run` is closed. */
export async function runTask<S extends Shape>(
  definition: TaskDefinition<S>,
  properties: ValueMap,
  run: TestRun,
): Promise<TestResult> {
  const { logs, metrics } = run
  try {
    const returned = await definition.run(run.ctx, bindProperties(definition.properties, properties, run.ctx))
    const { state, outputs } = endingOf(returned)
    return { state, outputs: plainOutputs(outputs), logs, metrics }
  } catch (error) {
    const outputs = plainOutputs(outputsOfError(error) ?? {})
    return { state: 'FAILED', outputs, message: messageOf(error), logs, metrics }
  }
}

/** What a poll came to. */
export interface PollResult {
  /** What starts an execution; undefined when nothing does. */
  readonly outputs: TaskOutputs | undefined
  /** What the next poll is given. */
  readonly mark: Value | undefined
}

export interface PollOptions {
  readonly mark?: Value | undefined
  /** When the execution is born and the source is not told yet; what throws here ends the poll as a crash would. */
  onEmit?(found: PollFound): void | Promise<void>
}

/** Evaluates a polling trigger with properties as in YAML. */
export async function runPoll<S extends Shape>(
  trigger: PollingTriggerDefinition<S>,
  properties: ValueMap,
  { ctx }: TestRun,
  { mark, onEmit }: PollOptions = {},
): Promise<PollResult> {
  let emitted: PollFound | undefined
  const emit: EmitFound = async found => {
    if (emitted) throw new TaskError('a poll emits once')
    emitted = found
    await onEmit?.(found)
  }
  const found = await trigger.evaluate(ctx, bindProperties(trigger.properties, properties, ctx), mark, emit)
  const { [POLL_MARK]: after, ...outputs } = outputsOfPoll(found) ?? {}
  const isFound = found !== undefined && Object.keys(outputs).length > 0
  if (emitted && isFound) throw new TaskError('a poll gives outputs once')
  const given = emitted?.outputs ?? (isFound ? outputs : undefined)
  return { outputs: given, mark: after === undefined ? (emitted?.mark ?? mark) : fromPlain(after) }
}

const TEST_ROOTS = {
  flow: { id: 'flow', namespace: 'test', tenantId: 'main', revision: 1 },
  execution: { id: 'e1' },
  task: { id: 'task', type: 'test' },
  taskrun: { id: 'e1-1', attemptsCount: 0 },
  inputs: {},
  outputs: {},
  vars: {},
}

const TEST_FACTS = {
  execution: { id: 'e1' },
  flow: TEST_ROOTS.flow,
  task: TEST_ROOTS.task,
  taskRun: { id: 'e1-1', attempt: 0 },
  idempotencyKey: 'e1-1',
}

const FILES_PREFIX = 'kestra:///test/flow/executions/e1/tasks/task/e1-1/'

const TEST_KILL_GRACE_MS = 300

function openTestKeeper(): ProcessKeeper {
  return new ProcessKeeper({
    name: `batuta-test-${randomUUID()}`,
    environment: processEnvironment(process.env),
    killGraceMs: TEST_KILL_GRACE_MS,
    openFilesMax: 1024,
    processesMax: 0,
  })
}

async function answerOf(options: TestOptions, name: string, args: ValueMap): Promise<Value> {
  // Files of other executions may be read, unless the test is about that.
  if (name === 'files.allow' && options.isFileAllowed?.(printValue(mapGet(args, 'uri') ?? null)) !== false) return true
  if (options.answer !== undefined) return options.answer(name, args)
  throw new TaskError(`nobody answers "${name}" in this test`)
}

function collectLogs(lines: LogLine[], mask: SecretMask): Logger {
  const log = (level: LogLevel, message: string): void =>
    void lines.push({ atMs: Date.now(), level, message: mask.apply(message), attempt: 0 })
  return {
    log,
    trace: message => log('TRACE', message),
    debug: message => log('DEBUG', message),
    info: message => log('INFO', message),
    warn: message => log('WARN', message),
    error: message => log('ERROR', message),
    ready: () => Promise.resolve(),
  }
}

function plainOutputs(outputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const value = fromPlain(outputs)
  const plain: Record<string, unknown> = {}
  if (isMap(value)) for (const key of Object.keys(outputs)) plain[key] = toPlain(mapGet(value, key) ?? null)
  return plain
}
