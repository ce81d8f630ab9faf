// One command to a share, through the program `smbclient`. The command goes in by its input: among arguments, a semicolon would end it. The password
// goes in by a pipe of its own: it is neither an argument nor in the environment. Each command signs in anew: the program reads ahead, and what it
// answers to one of several commands is not told from what it answers to the next.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { TaskError, processEnvironment } from '@batuta/plugin-sdk'

export interface SmbServer {
  readonly program: string
  readonly host: string
  /** Where it was found, and is connected to. */
  readonly address: string
  readonly port: number
  readonly username: string | undefined
  readonly password: string | undefined
}

const OPERATION_MAX_S = 60
const LINES_MAX = 200_000
const PASSWORD_PIPE = 3
const SHOWN_CHARS = 400
/** What it says of itself, and not of what was asked. */
const NOISE = /^(?:Can't load .*smb\.conf|Error reading password from file descriptor)|^\s*$/
/** Said when it is connected. */
const CONNECTED = /^Try "help" to get/

export interface SmbCommand {
  readonly share: string
  /** As the program's help writes it; empty only connects. */
  readonly line: string
}

/** What the program says to the command; that it is refused is an answer as well. */
export async function runSmb(
  server: SmbServer,
  { share, line }: SmbCommand,
  signal: AbortSignal,
): Promise<readonly string[]> {
  signal.throwIfAborted()
  const child = start(server, share)
  const stop = (): void => void child.kill('SIGKILL')
  signal.addEventListener('abort', stop, { once: true })
  try {
    const ended = new Promise<void>((resolve, reject) => {
      child.once('exit', () => resolve())
      child.once('error', cause => reject(new TaskError(`"${server.program}" cannot be started`, { cause })))
    })
    // Told below, where it is waited for.
    ended.catch(() => {})
    const password = child.stdio[PASSWORD_PIPE]
    // A program that has ended reads nothing: that it ended is what is told.
    for (const input of [child.stdin, password]) input?.on('error', () => {})
    if (password instanceof Writable) password.end(`${server.password ?? ''}\n`)
    child.stdin?.end(`${line}\n`)
    const lines = await linesOf(child, server.host)
    await ended
    signal.throwIfAborted()
    const begin = lines.findIndex(each => CONNECTED.test(each))
    if (begin < 0) throw new TaskError(refusalOf(server, share, lines))
    return lines.slice(begin + 1)
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
  }
}

function start({ program, host, address, port, username }: SmbServer, share: string): ChildProcess {
  const args = [
    `//${host}/${share}`,
    ...['--ip-address', address, '--port', String(port)],
    // All of its words on one stream; those of a connection that fails are of level 1.
    ...['--stderr', '--debuglevel=1', `--timeout=${OPERATION_MAX_S}`],
    ...(username === undefined ? ['--user=%', '--no-pass'] : [`--user=${username}`]),
  ]
  return spawn(program, args, {
    // In the order of the streams: the command, nothing, answers, the password.
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    env: {
      ...Object.fromEntries(processEnvironment(process.env)),
      ...{ PASSWD_FD: String(PASSWORD_PIPE), TZ: 'UTC', LC_ALL: 'C.UTF-8' },
    },
  })
}

async function linesOf({ stderr }: ChildProcess, host: string): Promise<readonly string[]> {
  const lines: string[] = []
  if (stderr === null) return lines
  for await (const line of createInterface({ input: stderr, crlfDelay: Infinity })) {
    if (!NOISE.test(line)) lines.push(line)
    if (lines.length > LINES_MAX)
      throw new TaskError(`the server ${host} answers to one question with more than ${LINES_MAX} lines`)
  }
  return lines
}

function refusalOf({ host, port, username }: SmbServer, share: string, lines: readonly string[]): string {
  const said = lines.join(' ').slice(-SHOWN_CHARS)
  const begin = `no SMB session at ${host}:${port} ${username === undefined ? 'without a user' : `as "${username}"`}`
  if (said.includes('NT_STATUS_BAD_NETWORK_NAME')) return `${begin}: there is no share "${share}"`
  if (said.includes('NT_STATUS_LOGON_FAILURE')) return `${begin}: the server takes neither the user nor the password`
  return `${begin} in share "${share}": ${said === '' ? 'smbclient ended without a word' : said}`
}
