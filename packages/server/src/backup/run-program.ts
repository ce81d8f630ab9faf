// Programs of the machine that a backup needs, run to their end.
import { spawn } from 'node:child_process'
import { BatutaError } from '@batuta/core'

export interface ProgramOptions {
  /** Beside that of this process. */
  readonly environment?: Readonly<Record<string, string>>
  /** What to do when the program is not there. */
  readonly wayOut: string
}

const MESSAGE_MAX = 2_000

/** @throws {BatutaError} `tool-missing`, or `backup-failed` with what the program said. */
export async function runProgram(name: string, args: readonly string[], options: ProgramOptions): Promise<void> {
  const child = spawn(name, [...args], {
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-MESSAGE_MAX)))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', error => reject(missing(name, options.wayOut, error)))
    child.once('close', resolve)
  })
  if (code === 0) return
  throw new BatutaError('backup-failed', `${name} ended with code ${code}: ${said.trim()}`)
}

function missing(name: string, wayOut: string, error: Error): Error {
  if (!('code' in error) || error.code !== 'ENOENT') return error
  return new BatutaError('tool-missing', `${name} is not on this machine: ${wayOut}.`, { cause: error })
}
