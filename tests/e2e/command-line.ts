// The command line as a user has it, `bin/batuta`, told which server to speak to.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from './batuta.ts'

export interface CommandEnd {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

export function commandLine(address: string): (...args: readonly string[]) => Promise<CommandEnd> {
  return async (...args) => {
    const child = spawn(join(ROOT, 'bin', 'batuta'), args, {
      cwd: ROOT,
      env: { ...process.env, BATUTA_SERVER: address },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const printed = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', text => (printed.stdout += text))
    child.stderr.setEncoding('utf8').on('data', text => (printed.stderr += text))
    const exitCode = await new Promise<number | null>((resolve, reject) =>
      child.once('error', reject).once('close', resolve),
    )
    return { exitCode, ...printed }
  }
}
