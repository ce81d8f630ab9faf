// A task whose code is a file of the namespace: fetched as the file is when the attempt begins, or in the version that the task names, and run by a
// process of its own where scripts of the namespace run, under the isolation that was chosen for it. The code never comes into this process.
import { fileURLToPath } from 'node:url'
import type { Writable } from 'node:stream'
import {
  decodeValue,
  encodeValue,
  Ending,
  isMap,
  isTaskFile,
  mapEntries,
  mapFrom,
  mapGet,
  messageOf,
  pathOfTaskFile,
  printValue,
  PROCESS_RUNNER_TYPE,
  stageTaskFile,
  TaskError,
} from '@batuta/plugin-sdk'
import type {
  CommandResult,
  HostJob,
  OutputLine,
  RunContext,
  TaskDefinition,
  TaskFileCode,
  TaskOutputs,
  TaskReturn,
  Value,
} from '@batuta/plugin-sdk'
import { AnswersToTaskFile } from './answers-to-task-file.ts'
import { readMarked, type FromTaskFile, type ToTaskFile } from './messages.ts'

const SCRIPT = fileURLToPath(new URL('../task-file-process.ts', import.meta.url))
const HEAP_MB = 512
const RUNNER = mapFrom([['type', PROCESS_RUNNER_TYPE]])

export interface OpenTaskFile {
  readonly definition: TaskDefinition
  /** Other code, other results. */
  readonly hash: string
}

/** Undefined for a type that plugins bring. */
export async function openTaskFile(job: HostJob, ctx: RunContext): Promise<OpenTaskFile | undefined> {
  if (!isTaskFile(job.type)) return undefined
  const { type, properties } = job
  const code = await fetchCode(ctx, job)
  const { folder, hash } = await stageTaskFile(ctx.cacheDir, code)
  ctx.logger.debug(`${type} revision ${code.revision}`)
  const run = (): Promise<TaskReturn> => runTaskFile(ctx, { type, properties, folder, path: code.path })
  return { hash, definition: { kind: 'task', type, title: `The task in ${type}.`, properties: {}, run } }
}

interface Staged extends Pick<HostJob, 'type' | 'properties'> {
  readonly folder: string
  readonly path: string
}

async function runTaskFile(ctx: RunContext, { type, properties, folder, path }: Staged): Promise<TaskReturn> {
  const workingDir = await ctx.workingDir.path()
  const talk = new Talk(ctx, type)
  const { execution, flow, task, taskRun, idempotencyKey, attemptId, cacheDir, traceparent } = ctx
  const facts = { execution, flow, task, taskRun, idempotencyKey, attemptId, cacheDir }
  const result = await ctx.runCommand(
    {
      argv: [process.execPath, `--max-old-space-size=${HEAP_MB}`, '--disable-warning=ExperimentalWarning', SCRIPT],
      env: new Map(),
      cwd: workingDir,
      onLine: line => talk.take(line),
      onStart: stdin =>
        talk.begin(stdin, {
          type: 'start',
          folder,
          path,
          facts: { ...facts, ...(traceparent === undefined ? {} : { traceparent }) },
          egress: ctx.egress.rules,
          workingDir,
          properties,
        }),
    },
    RUNNER,
  )
  return talk.end(result)
}

async function fetchCode(ctx: RunContext, { type, version }: HostJob): Promise<TaskFileCode> {
  const path = pathOfTaskFile(type)
  const answer = await ctx.ports.ask('taskFile', { path, ...(version === undefined ? {} : { revision: version }) })
  const files = isMap(answer) ? mapGet(answer, 'files') : undefined
  if (!isMap(answer) || files === undefined || !isMap(files)) throw new TaskError(`${type} could not be read`)
  return {
    path,
    revision: Number(printValue(mapGet(answer, 'revision') ?? null)),
    files: new Map(Array.from(mapEntries(files), ([name, text]) => [name, printValue(text)])),
  }
}

/** With one process, from its first word to its last. */
class Talk {
  readonly #ctx: RunContext
  readonly #type: string
  readonly #answers: AnswersToTaskFile
  #stdin: Writable | undefined
  #last: Extract<FromTaskFile, { type: 'end' | 'failed' }> | undefined

  constructor(ctx: RunContext, type: string) {
    this.#ctx = ctx
    this.#type = type
    this.#answers = new AnswersToTaskFile(ctx)
  }

  begin(stdin: Writable, start: ToTaskFile): void {
    this.#stdin = stdin
    this.#say(start)
  }

  take({ stream, text }: OutputLine): void {
    const message = stream === 'stdout' ? readMarked(text) : undefined
    if (message === undefined) this.#ctx.logger.log(stream === 'stderr' ? 'ERROR' : 'INFO', text)
    else this.#obey(message)
  }

  end({ exitCode }: CommandResult): TaskReturn {
    this.#answers.close()
    const last = this.#last
    if (last === undefined)
      throw new TaskError(`the process of ${this.#type} ended with exit code ${exitCode} before the task did`)
    const outputs = last.outputs === undefined ? {} : outputsOf(last.outputs)
    if (last.type === 'end') return last.state === 'WARNING' ? new Ending('WARNING', outputs) : outputs
    if (last.stack !== undefined) this.#ctx.logger.trace(last.stack)
    throw new TaskError(last.message, { outputs })
  }

  #obey(message: FromTaskFile): void {
    const { logger, metrics } = this.#ctx
    switch (message.type) {
      case 'ask':
        return void this.#answer(message)
      case 'log':
        return logger.log(message.level, message.message)
      case 'metric':
        return metrics[message.kind](message.name, message.value, message.tags)
      case 'mask':
        return this.#ctx.mask(message.secret)
      case 'end':
      case 'failed':
        this.#last = message
    }
  }

  async #answer({ id, name, args }: Extract<FromTaskFile, { type: 'ask' }>): Promise<void> {
    try {
      const given = decodeValue(args)
      const value: Value = await this.#answers.answer(name, isMap(given) ? given : {})
      this.#say({ type: 'answer', id, value: encodeValue(value) })
    } catch (error) {
      this.#say({ type: 'answer', id, error: messageOf(error) })
    }
  }

  #say(message: ToTaskFile): void {
    this.#stdin?.write(`${JSON.stringify(message)}\n`)
  }
}

function outputsOf(text: string): TaskOutputs {
  const value = decodeValue(text)
  return isMap(value) ? Object.fromEntries(mapEntries(value)) : {}
}
