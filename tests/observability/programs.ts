// The programs of a check: started on this machine's own address, with a folder for what they write, and ended by whoever started them.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { ROOT } from '../e2e/batuta.ts'

export interface Program {
  readonly printed: () => string
  stop(signal?: NodeJS.Signals): Promise<void>
}

const STOP_MAX_MS = 15_000

export function startProgram(
  command: string,
  args: readonly string[],
  { cwd, environment = {} }: { readonly cwd: string; readonly environment?: Readonly<Record<string, string>> },
): Program {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (printed += String(chunk)))
  child.on('error', error => (printed += String(error)))
  return { printed: () => printed, stop: signal => stop(child, signal) }
}

async function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  await new Promise<void>(resolve => {
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MAX_MS)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    child.kill(signal)
  })
}

/** Its exit code and all that it printed. */
export function runTool(command: string, args: readonly string[], input?: string): readonly [number | null, string] {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: 60_000,
    ...(input === undefined ? {} : { input }),
  })
  return [status, `${stdout}${stderr}`]
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  await new Promise<void>(resolve => server.close(() => resolve()))
  return port
}

export interface BatutaOptions {
  readonly folder: string
  readonly managementPort: number
  readonly environment?: Readonly<Record<string, string>>
}

export interface Batuta extends Program {
  readonly address: string
}

export async function startBatuta({ folder, managementPort, environment = {} }: BatutaOptions): Promise<Batuta> {
  const args = ['server', 'local', '--port', '0', '--data', join(folder, 'data'), '--flows', join(folder, 'flows')]
  const program = startProgram(join(ROOT, 'bin', 'batuta'), args, {
    cwd: folder,
    environment: { BATUTA_MANAGEMENT_PORT: String(managementPort), ...environment },
  })
  const endMs = performance.now() + STOP_MAX_MS
  for (;;) {
    const [, address] = /ready at (http:\S+)/.exec(program.printed()) ?? []
    if (address !== undefined) return { ...program, address }
    if (performance.now() > endMs) throw new Error(`the server did not start:\n${program.printed()}`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}
