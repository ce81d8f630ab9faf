// A command in a sandbox of its own. The sandbox ends with its first command, but a script may leave processes behind that still print: so a
// shell stands before the command, tells how it ended, and stays until we have read what there is. On a request to end it leaves at once when
// the command has, so that a script has its grace and no more. When we are gone, which it hears from the descriptor on which it reports, it
// ends the sandbox: that the sandbox dies with its parent does not hold while it is being made.
// The output goes through descriptors of its own, for those that watch the sandbox keep the ordinary ones open until it ends.
import { spawn, type ChildProcess } from 'node:child_process'
import { Duplex, PassThrough } from 'node:stream'
import { giveInput, MARK_VARIABLE, TaskError } from '@batuta/plugin-sdk'
import type { Command, CommandResult, ProcessKeeper, StartedProcess } from '@batuta/plugin-sdk'
import { enclose, readLeader, type Argv, type SandboxView } from './bubblewrap.ts'

const INFO_FD = 3
const REPORT_FD = 4
const OUT_FD = 5
const ERR_FD = 6
const SAID_CHARS_MAX = 500
const KILLED: CommandResult = { exitCode: 137, signal: 'SIGKILL' }

/** The second process of a sandbox is this shell: where it is not, nobody may be killed. */
const STAYING = [
  "trap 'stopped=1' TERM HUP INT",
  '{ read -r _ <&4; [ "$$" -ne 2 ] || kill -9 -1; } >/dev/null 2>&1 5>&- 6>&- &',
  '"$@" >&5 2>&6 4>&- 5>&- 6>&-',
  'echo "exit $?" >&4',
  'exec 5>&- 6>&-',
  '[ -n "$stopped" ] || wait',
].join('\n')

export interface SandboxedCommand {
  readonly keeper: ProcessKeeper
  readonly command: Command
  readonly view: SandboxView
  readonly mark: string
  /** Puts the sandbox with all that is in it under limits. */
  readonly enter?: (argv: Argv) => Argv
}

export async function startSandboxed({
  keeper,
  command,
  view,
  mark,
  enter = argv => argv,
}: SandboxedCommand): Promise<StartedProcess> {
  const staying = ['/bin/sh', '-c', STAYING, 'sh', ...command.argv] as const
  const [file, ...args] = keeper.limit(
    enter(enclose(view, staying, { infoFd: INFO_FD, env: { [MARK_VARIABLE]: mark } })),
  )
  const child = spawn(file, args, {
    cwd: command.cwd,
    env: Object.fromEntries([...keeper.environment, ...command.env]),
    detached: true,
    stdio: [
      command.onStart === undefined ? 'ignore' : 'pipe',
      'ignore',
      'pipe',
      ...Array.from({ length: ERR_FD - INFO_FD + 1 }, () => 'pipe' as const),
    ],
  })
  const ended = endOf(child)
  // Met where it is awaited; a sandbox that was made ends like this as well.
  ended.catch(() => undefined)
  const [info, report, stdout, stderr] = [INFO_FD, REPORT_FD, OUT_FD, ERR_FD].map(fd => child.stdio[fd])
  if (!isStream(info) || !isStream(report) || !isStream(stdout) || !isStream(stderr)) return await ended
  const exited = readReport(report)
  // Read from the start: the end of a stream that nobody reads yet takes along what came before it.
  const output = { stdout: stdout.pipe(new PassThrough()), stderr: stderr.pipe(new PassThrough()) }
  const leader = (await readLeader(info)) ?? (await ended)
  giveInput(child.stdin, command)
  return { leader, ...output, exited }
}

/** Of the sandbox, which does not end by itself but by being killed, or by never coming into being. */
async function endOf(child: ChildProcess): Promise<never> {
  let said = ''
  child.stderr?.on('data', chunk => (said = (said + String(chunk)).slice(-SAID_CHARS_MAX)))
  await new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve)).catch((cause: unknown) => {
    throw new TaskError('a sandbox cannot be started', { cause })
  })
  throw new TaskError(`the sandbox has ended: ${said.trim()}`)
}

function isStream(stream: unknown): stream is Duplex {
  return stream instanceof Duplex
}

/** A sandbox that ends without a word was killed. */
function readReport(report: Duplex): Promise<CommandResult> {
  return new Promise(resolve => {
    let text = ''
    report.on('data', chunk => {
      text += String(chunk)
      const exitCode = /exit (\d+)\n/.exec(text)?.[1]
      if (exitCode !== undefined) resolve({ exitCode: Number(exitCode) })
    })
    report.on('error', () => resolve(KILLED)).on('close', () => resolve(KILLED))
  })
}
