// The life of a script task, whatever its language: files in, one shell command that runs everything, lines out, files kept.
// Small files are written and removed at once: a call of the kernel takes microseconds, a trip through the thread pool a hundred of them.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import {
  copyNamespaceFiles,
  Ending,
  isMap,
  localizeUris,
  messageOf,
  PRIVATE_FOLDER,
  storeFolder,
  storeOutputFiles,
  TaskError,
  writeInputFiles,
} from '@batuta/plugin-sdk'
import type {
  Command,
  CommandResult,
  LazyProperties,
  LazyProperty,
  OutputLine,
  RunContext,
  TaskReturn,
  ValueMap,
  WarmProgram,
} from '@batuta/plugin-sdk'
import { ScriptMessages } from './script-messages.ts'
import { SHELL, type scriptProperties } from './script-properties.ts'

export type ScriptProps = LazyProperties<typeof scriptProperties>

/** A script while it is made ready: what a language needs to say how its text is run. */
export interface Session {
  readonly ctx: RunContext
  /** Laid over the variables of every template of the task. */
  readonly scope: ValueMap
  /** The environment of the command; languages may add to it. */
  readonly env: Map<string, string>
  readonly hasBeforeCommands: boolean
  /** Files that are ours and must not be taken for outputs. */
  readonly ownFiles: string[]
  /** What the commands come to when nothing runs before them and no other interpreter is asked for. */
  program: WarmProgram | undefined
}

/** Gives the commands that run after `beforeCommands`. */
export type MakeCommands = (session: Session) => Promise<readonly string[]>

export async function runScript(ctx: RunContext, props: ScriptProps, makeCommands: MakeCommands): Promise<TaskReturn> {
  const runner = await chooseRunner(ctx, props)
  await ctx.checkRunner(runner)
  const outputDir = await ctx.workingDir.resolve(`${PRIVATE_FOLDER}/out`)
  mkdirSync(outputDir, { recursive: true })
  const session = await openSession(ctx, props, outputDir)
  await writeFiles(ctx, props, session.scope)
  const argv = await assemble(session, props, await makeCommands(session))
  const messages = new ScriptMessages(ctx)
  const counted = { lines: 0, stderrLines: 0 }
  const command: Command = {
    argv,
    env: session.env,
    cwd: await ctx.workingDir.path(),
    onLine: line => takeLine(ctx, messages, counted, line),
    ...(await imageOf(props)),
    ...(await warmOf(session, props)),
  }
  const result = await ctx.runCommand(command, runner)
  // Lines that came after the end was asked for, and files half written, are nobody's outputs.
  ctx.signal.throwIfAborted()
  const kept = { session, messages, outputDir }
  const outputs = await keepOutputs(props, kept, result)
  if (messages.problem !== undefined && result.exitCode === 0) throw new TaskError(messages.problem, { outputs })
  return end(result, outputs, await isWarned(props, counted.stderrLines))
}

async function openSession(ctx: RunContext, props: ScriptProps, outputDir: string): Promise<Session> {
  const workingDir = await ctx.workingDir.path()
  const scope = { workingDir, outputDir }
  const env = new Map([
    ['WORKING_DIR', workingDir],
    ['OUTPUT_DIR', outputDir],
    ...((await props.env.render(scope)) ?? []),
  ])
  const before = await props.beforeCommands.render(scope)
  return {
    ctx,
    scope,
    env,
    hasBeforeCommands: before !== undefined && before.length > 0,
    ownFiles: [],
    program: undefined,
  }
}

const DOCKER = 'io.kestra.plugin.scripts.runner.docker.Docker'
const PROCESS = 'io.kestra.plugin.core.runner.Process'

async function chooseRunner(ctx: RunContext, props: ScriptProps): Promise<ValueMap | undefined> {
  const written = props.taskRunner.raw
  if (written !== undefined) {
    if (isMap(written)) return written
    throw new TaskError('property "taskRunner" must be a map with a type')
  }
  const older = await props.runner.render()
  if (older === 'DOCKER') return { type: DOCKER }
  if (older === 'PROCESS') return { type: PROCESS }
  if (props.docker.isSet) ctx.logger.debug('`docker` is passed over: no Docker runner is asked for')
  return undefined
}

async function writeFiles(ctx: RunContext, props: ScriptProps, scope: ValueMap): Promise<void> {
  const namespaceFiles = await props.namespaceFiles.render(scope)
  if (namespaceFiles !== undefined) {
    const { overwrite, namespaces, ...options } = namespaceFiles
    const ifExists = overwrite === false ? 'FAIL' : options.ifExists
    const given = namespaces === undefined ? {} : { namespaces }
    await copyNamespaceFiles(ctx, { ...options, ...given, ifExists })
  }
  const inputFiles = await props.inputFiles.render(scope)
  if (inputFiles !== undefined) await writeInputFiles(ctx, inputFiles)
}

/** Longer texts cannot be an argument on Linux (128 KiB) and go to a file. */
const ARGUMENT_BYTES_MAX = 100 * 1024

async function assemble(session: Session, props: ScriptProps, commands: readonly string[]): Promise<Command['argv']> {
  const { ctx, scope } = session
  const interpreter = await props.interpreter.render(scope)
  const before = await Promise.all(
    ((await props.beforeCommands.render(scope)) ?? []).map(text => localizeUris(ctx, text)),
  )
  const isShell = /(?:^|\/)(?:sh|bash|dash|ash|zsh|ksh)$/.test(interpreter[0] ?? '')
  const failFast = isShell && (await props.failFast.render(scope)) ? ['set -e'] : []
  const text = [...failFast, ...before, ...commands].join('\n')
  const [file, ...args] = interpreter
  if (file === undefined) throw new TaskError('property "interpreter" must name a command')
  if (Buffer.byteLength(text) < ARGUMENT_BYTES_MAX || args.at(-1) !== '-c') return [file, ...args, text]
  const path = await ctx.workingDir.resolve(`${PRIVATE_FOLDER}/commands`)
  await writeFile(path, text)
  return [file, ...args.slice(0, -1), path]
}

async function warmOf(
  { scope, program, hasBeforeCommands }: Session,
  props: ScriptProps,
): Promise<Pick<Command, 'warm'>> {
  if (program === undefined || hasBeforeCommands) return {}
  const interpreter = await props.interpreter.render(scope)
  return isDeepStrictEqual(interpreter, SHELL) ? { warm: program } : {}
}

async function imageOf(props: ScriptProps): Promise<{ containerImage?: string }> {
  const containerImage = await props.containerImage.render()
  return containerImage === undefined ? {} : { containerImage }
}

/** A promise costs more than a short line: this many lines pass between two looks at whether the log has room. */
const LINES_BETWEEN_LOOKS = 32

function takeLine(
  ctx: RunContext,
  messages: ScriptMessages,
  counted: { lines: number; stderrLines: number },
  { stream, text }: OutputLine,
): void | Promise<void> {
  if (messages.take(text)) return
  if (stream === 'stderr') counted.stderrLines++
  ctx.logger.log(stream === 'stderr' ? 'ERROR' : 'INFO', text)
  counted.lines++
  if (counted.lines % LINES_BETWEEN_LOOKS === 0) return ctx.logger.ready()
}

interface Kept {
  readonly session: Session
  readonly messages: ScriptMessages
  readonly outputDir: string
}

/** Files of a script that failed are kept as well: they tell why. */
async function keepOutputs(
  props: ScriptProps,
  { session, messages, outputDir }: Kept,
  result: CommandResult,
): Promise<Readonly<Record<string, unknown>>> {
  const { ctx, scope, ownFiles } = session
  for (const path of ownFiles) rmSync(path, { force: true })
  const outputs = { exitCode: result.exitCode, vars: messages.vars }
  try {
    const patterns = (await props.outputFiles.render(scope)) ?? []
    const outputFiles = { ...(await storeOutputFiles(ctx, patterns)), ...(await storeFolder(ctx, outputDir)) }
    return { ...outputs, outputFiles }
  } catch (cause) {
    if (result.exitCode === 0) throw new TaskError('the output files cannot be stored', { cause, outputs })
    ctx.logger.warn(`the output files cannot be stored: ${messageOf(cause)}`)
    return outputs
  }
}

async function isWarned(props: ScriptProps, stderrLines: number): Promise<boolean> {
  return stderrLines > 0 && (await props.warningOnStdErr.render())
}

function end(result: CommandResult, outputs: Readonly<Record<string, unknown>>, isWarning: boolean): TaskReturn {
  if (result.exitCode === 0) return isWarning ? new Ending('WARNING', outputs) : outputs
  const how = result.signal === undefined ? '' : ` (ended by ${result.signal})`
  throw new TaskError(`the command failed with exit code ${result.exitCode}${how}`, { outputs })
}

/** The text of a script, rendered, with local copies of the storage files it names. */
export async function renderScript(session: Session, script: LazyProperty<string>): Promise<string> {
  return localizeUris(session.ctx, await script.render(session.scope))
}

/** The same for a list of commands. */
export async function renderCommands(
  session: Session,
  commands: LazyProperty<readonly string[]>,
): Promise<readonly string[]> {
  const rendered = await commands.render(session.scope)
  return Promise.all(rendered.map(command => localizeUris(session.ctx, command)))
}

/** Writes a script beside the task's files, so that it finds them, and returns its path. */
export async function writeScriptFile(session: Session, text: string, extension: string): Promise<string> {
  const path = await session.ctx.workingDir.createPath(extension)
  writeFileSync(path, text)
  session.ownFiles.push(path)
  return path
}

/** For words of a shell command. */
export function quoteForShell(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
