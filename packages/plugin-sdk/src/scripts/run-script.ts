// The life of a script task, whatever its language: files in, one shell command that runs everything, lines out, files kept.
// Small files are written and removed at once: a call of the kernel takes microseconds, a trip through the thread pool a hundred of them.
import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import type { ValueMap } from '@batuta/core'
import {
  copyNamespaceFiles,
  localizeUris,
  PRIVATE_FOLDER,
  storeFolder,
  storeOutputFiles,
  writeInputFiles,
} from '../files/task-file-traits.ts'
import type { LazyProperties, LazyProperty } from '../lazy-properties.ts'
import type { RunContext } from '../run-context.ts'
import { messageOf, TaskError } from '../task-error.ts'
import type { Command, CommandResult, OutputLine, WarmProgram } from '../task-runner.ts'
import { Ending } from '../task.ts'
import type { TaskReturn } from '../task.ts'
import { chooseRunner, type ChosenRunner } from './choose-runner.ts'
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
  /** The script runs in a container: of this machine it sees the working directory, `reads`, and nothing else. */
  readonly isContained: boolean
  /** The image that it runs in, where it runs in one. */
  readonly image: string | undefined
  readonly runner: ValueMap | undefined
  /** Folders that the script needs beside its working directory. */
  readonly reads: string[]
  /** Folders beside its working directory that the script must be able to write to. */
  readonly writes: string[]
  /** Files that are ours and must not be taken for outputs. */
  readonly ownFiles: string[]
  /** What the commands come to when nothing runs before them and no other interpreter is asked for. */
  program: WarmProgram | undefined
}

/** Gives the commands that run after `beforeCommands`. */
export type MakeCommands = (session: Session) => Promise<readonly string[]>

export async function runScript(ctx: RunContext, props: ScriptProps, makeCommands: MakeCommands): Promise<TaskReturn> {
  const chosen = await chooseRunner(ctx, props)
  const outputDir = await ctx.workingDir.resolve(`${PRIVATE_FOLDER}/out`)
  mkdirSync(outputDir, { recursive: true })
  const session = await openSession(ctx, props, { ...chosen, outputDir })
  await writeTaskFiles(ctx, props, session.scope)
  const argv = await assemble(session, props, await makeCommands(session))
  const { messages, counted, onLine } = listenTo(ctx)
  const command: Command = {
    argv,
    env: session.env,
    cwd: await ctx.workingDir.path(),
    onLine,
    reads: session.reads,
    writes: session.writes,
    ...(session.image === undefined ? {} : { containerImage: session.image }),
    ...(await warmOf(session, props)),
  }
  const result = await ctx.runCommand(command, session.runner)
  // Lines that came after the end was asked for, and files half written, are nobody's outputs.
  ctx.signal.throwIfAborted()
  const kept = { session, messages, outputDir }
  const outputs = await keepOutputs(props, kept, result)
  if (messages.problem !== undefined && result.exitCode === 0) throw new TaskError(messages.problem, { outputs })
  return end(result, outputs, await isWarned(props, counted.stderrLines))
}

async function openSession(
  ctx: RunContext,
  props: ScriptProps,
  { runner, isContained, image, outputDir }: ChosenRunner & { readonly outputDir: string },
): Promise<Session> {
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
    isContained,
    image,
    runner,
    reads: [],
    writes: [],
    ownFiles: [],
    program: undefined,
  }
}

/** `namespaceFiles` and then `inputFiles`, into the working directory. */
export async function writeTaskFiles(
  ctx: RunContext,
  props: Pick<ScriptProps, 'namespaceFiles' | 'inputFiles'>,
  scope: ValueMap,
): Promise<void> {
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

/** Longer texts cannot be an argument on Linux (128 KiB) and go to a file; so do those that hold a secret, for everybody on the machine reads arguments. */
const ARGUMENT_BYTES_MAX = 100 * 1024
/** For the user of the server alone. */
const OWN_FILE = 0o600

interface Shell {
  readonly failFast: string
  /** The option before the text of the commands, and what takes its place before a file of them. */
  readonly textOption: RegExp
  readonly fileOptions: readonly string[]
  readonly extension: string
}

const SHELLS: readonly (readonly [RegExp, Shell])[] = [
  [/^(?:sh|bash|dash|ash|zsh|ksh)$/, { failFast: 'set -e', textOption: /^-c$/, fileOptions: [], extension: '' }],
  [
    /^(?:pwsh|powershell)(?:\.exe)?$/i,
    {
      failFast: "$ErrorActionPreference = 'Stop'",
      textOption: /^-(?:c|command)$/i,
      fileOptions: ['-File'],
      extension: '.ps1',
    },
  ],
]

async function assemble(session: Session, props: ScriptProps, commands: readonly string[]): Promise<Command['argv']> {
  const { ctx, scope } = session
  const [file, ...args] = await props.interpreter.render(scope)
  if (file === undefined) throw new TaskError('property "interpreter" must name a command')
  const before = await Promise.all(
    ((await props.beforeCommands.render(scope)) ?? []).map(text => localizeUris(ctx, text)),
  )
  const name = /[^/\\]*$/.exec(file)?.[0] ?? file
  const shell = SHELLS.find(([pattern]) => pattern.test(name))?.[1]
  const isFast = (await props.failFast.render(scope)) && (await props.targetOS.render(scope)) !== 'WINDOWS'
  const failFast = isFast && shell !== undefined ? [shell.failFast] : []
  const text = [...failFast, ...before, ...commands].join('\n')
  const isFitForArgument = Buffer.byteLength(text) < ARGUMENT_BYTES_MAX && !ctx.holdsSecret(text)
  const isText = shell?.textOption.test(args.at(-1) ?? '') === true
  if (isFitForArgument || shell === undefined || !isText) return [file, ...args, text]
  const path = await ctx.workingDir.resolve(`${PRIVATE_FOLDER}/commands${shell.extension}`)
  await writeFile(path, text, { mode: OWN_FILE })
  return [file, ...args.slice(0, -1), ...shell.fileOptions, path]
}

async function warmOf(
  { scope, program, hasBeforeCommands }: Session,
  props: ScriptProps,
): Promise<Pick<Command, 'warm'>> {
  if (program === undefined || hasBeforeCommands) return {}
  const interpreter = await props.interpreter.render(scope)
  return isDeepStrictEqual(interpreter, SHELL) ? { warm: program } : {}
}

/** A promise costs more than a short line: this many lines pass between two looks at whether the log has room. */
const LINES_BETWEEN_LOOKS = 32

export interface Listening {
  readonly messages: ScriptMessages
  readonly counted: { readonly stderrLines: number }
  readonly onLine: Command['onLine']
}

/** What a command prints: messages of the outputs protocol are kept, all else is logged. */
export function listenTo(ctx: RunContext): Listening {
  const messages = new ScriptMessages(ctx)
  const counted = { lines: 0, stderrLines: 0 }
  return { messages, counted, onLine: line => takeLine(ctx, messages, counted, line) }
}

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
  // A letter first: some languages make a class of the name.
  const path = await session.ctx.workingDir.resolve(`s${randomUUID().replaceAll('-', '')}${extension}`)
  writeFileSync(path, text)
  session.ownFiles.push(path)
  return path
}

/** For words of a shell command. */
export function quoteForShell(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
