// A program with all it starts: git leaves its transfers to others, which must not outlive it.
import { spawn } from 'node:child_process'
import { buffer } from 'node:stream/consumers'
import type { Readable } from 'node:stream'

export interface Ran {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

export interface ProgramPlace {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
}

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024

/** Rejects when the program cannot be started, and with the signal's reason when it was stopped. */
export async function runProgram(
  [file, ...args]: readonly [string, ...string[]],
  input: string,
  { cwd, env, signal }: ProgramPlace,
): Promise<Ran> {
  signal.throwIfAborted()
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve(code ?? 1))
  })
  const stop = (): void => killGroup(child.pid)
  signal.addEventListener('abort', stop, { once: true })
  try {
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    const [stdout, stderr, exitCode] = await Promise.all([
      textOf(child.stdout, stop),
      textOf(child.stderr, stop),
      ended,
    ])
    signal.throwIfAborted()
    return { stdout, stderr, exitCode }
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

async function textOf(stream: Readable, stop: () => void): Promise<string> {
  let bytes = 0
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > OUTPUT_BYTES_MAX) stop()
  })
  return (await buffer(stream)).toString('utf8')
}
