// One share of a server, through the program `smbclient`. Commands go in by its input: among arguments, a semicolon would end them. What it answers
// to one is told from what it answers to the next by a word that is no command, of which it says so. The password goes in by a pipe of its own: it
// is neither an argument nor in the environment.
//
// The program looks for input, and then reads more than a line: of what it has read beyond, it learns when more comes. Empty lines do that.
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
const NUDGE_MIN_MS = 2
const NUDGE_MAX_MS = 1_000
/** What it says of itself, and not of what was asked. */
const NOISE = /^(?:Can't load .*smb\.conf|Error reading password from file descriptor|Try "help" to get)|^\s*$/

interface Waiting {
  readonly end: string
  readonly lines: string[]
  readonly resolve: (lines: readonly string[]) => void
  readonly reject: (error: unknown) => void
}

export class SmbSession {
  readonly #child: ChildProcess
  readonly #ended: Promise<void>
  #asked = 0
  #waiting: Waiting | undefined
  #nudge: NodeJS.Timeout | undefined
  #failure: unknown

  /** Connected when it settles. */
  static async open(server: SmbServer, share: string, signal: AbortSignal): Promise<SmbSession> {
    signal.throwIfAborted()
    const session = new SmbSession(server, share, signal)
    await session.ask('')
    return session
  }

  private constructor(server: SmbServer, share: string, signal: AbortSignal) {
    const child = start(server, share)
    this.#child = child
    const stop = (): void => void child.kill('SIGKILL')
    signal.addEventListener('abort', stop, { once: true })
    const exited = new Promise<void>(resolve => {
      child.once('exit', () => resolve())
      child.once('error', cause => {
        this.#failure ??= new TaskError(`"${server.program}" cannot be started`, { cause })
        resolve()
      })
    })
    this.#ended = Promise.all([exited, this.#hearAll()]).then(() => {
      signal.removeEventListener('abort', stop)
      clearTimeout(this.#nudge)
      const { lines = [], reject } = this.#waiting ?? {}
      this.#failure ??= signal.aborted ? signal.reason : new TaskError(refusalOf(server, share, lines))
      reject?.(this.#failure)
    })
    const password = child.stdio[PASSWORD_PIPE]
    // A program that has ended reads nothing: that it ended is what is told.
    for (const input of [child.stdin, password]) input?.on('error', () => {})
    if (password instanceof Writable) password.end(`${server.password ?? ''}\n`)
  }

  /** What the program says to a command; that it is refused is an answer as well. */
  async ask(command: string): Promise<readonly string[]> {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#waiting !== undefined) throw new Error('a command of this session is under way')
    this.#asked += 1
    const mark = `batuta-end-${this.#asked}`
    const answer = new Promise<readonly string[]>((resolve, reject) => {
      this.#waiting = { end: `${mark}: command not found`, lines: [], resolve, reject }
    })
    this.#child.stdin?.write(`${command}\n${mark}\n`)
    this.#nudgeAfter(NUDGE_MIN_MS)
    return await answer
  }

  async close(): Promise<void> {
    this.#child.stdin?.end()
    await this.#ended
  }

  #nudgeAfter(delayMs: number): void {
    this.#nudge = setTimeout(() => {
      this.#child.stdin?.write('\n')
      this.#nudgeAfter(Math.min(delayMs * 2, NUDGE_MAX_MS))
    }, delayMs)
  }

  async #hearAll(): Promise<void> {
    const { stderr } = this.#child
    if (stderr === null) return
    const heard = createInterface({ input: stderr, crlfDelay: Infinity })
    heard.on('line', line => this.#hear(line))
    await new Promise<void>(resolve => heard.once('close', resolve))
  }

  #hear(line: string): void {
    if (this.#waiting === undefined || NOISE.test(line)) return
    const { end, lines, resolve } = this.#waiting
    if (line === end) {
      clearTimeout(this.#nudge)
      this.#waiting = undefined
      return resolve(lines)
    }
    lines.push(line)
    if (lines.length <= LINES_MAX) return
    this.#failure ??= new TaskError(`the server answers to one question with more than ${LINES_MAX} lines`)
    this.#child.kill('SIGKILL')
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
    // In the order of the streams: commands, nothing, answers, the password.
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    env: {
      ...Object.fromEntries(processEnvironment(process.env)),
      ...{ PASSWD_FD: String(PASSWORD_PIPE), TZ: 'UTC', LC_ALL: 'C.UTF-8' },
    },
  })
}

function refusalOf({ host, port, username }: SmbServer, share: string, lines: readonly string[]): string {
  const said = lines.join(' ').slice(-SHOWN_CHARS)
  const begin = `no SMB session at ${host}:${port} ${username === undefined ? 'without a user' : `as "${username}"`}`
  if (said.includes('NT_STATUS_BAD_NETWORK_NAME')) return `${begin}: there is no share "${share}"`
  if (said.includes('NT_STATUS_LOGON_FAILURE')) return `${begin}: the server takes neither the user nor the password`
  return `${begin} in share "${share}": ${said === '' ? 'smbclient ended without a word' : said}`
}
