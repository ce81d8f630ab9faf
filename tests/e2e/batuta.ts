// Starts Batuta as a user does (`npm start -- …`) and finds the processes behind it, so that a test can take them away.
import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT: string = join(import.meta.dirname, '..', '..')

const START_MAX_MS = 180_000
const STOP_MAX_MS = 20_000

export interface StartedBatuta {
  readonly address: string
  /** The server's own process, below npm and the start script. */
  readonly serverPid: number
  readonly printed: () => string
  /** `kill -9` of the server alone, as an out-of-memory killer would do it. */
  killServer(): Promise<void>
  stop(): Promise<void>
}

export interface BatutaPlaces {
  /** The checkout; this one unless told. */
  readonly root?: string
  /** What is not told is where a user who tells nothing has it. */
  readonly dataDir?: string
  readonly flowsDir?: string
  readonly environment?: Readonly<Record<string, string>>
}

export async function startBatuta(options: BatutaPlaces): Promise<StartedBatuta> {
  const { root = ROOT, dataDir, flowsDir, environment = {} } = options
  const data = dataDir === undefined ? [] : ['--data', dataDir]
  const flows = flowsDir === undefined ? [] : ['--flows', flowsDir]
  const child = spawn('npm', ['start', '--', '--port', '0', ...data, ...flows], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let printed = ''
  child.stdout.on('data', chunk => (printed += String(chunk)))
  child.stderr.on('data', chunk => (printed += String(chunk)))
  const address = await waitForAddress(child, () => printed)
  const serverPid = findServer(child.pid ?? -1)
  return {
    address,
    serverPid,
    printed: () => printed,
    killServer: async () => {
      process.kill(serverPid, 'SIGKILL')
      await waitForEnd(child)
    },
    stop: async () => {
      if (isAlive(serverPid)) process.kill(serverPid, 'SIGTERM')
      await waitForEnd(child)
    },
  }
}

async function waitForAddress(child: ChildProcess, printed: () => string): Promise<string> {
  return await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no address after ${START_MAX_MS} ms:\n${printed()}`)),
      START_MAX_MS,
    )
    const look = (): void => {
      const match = /ready at (http:\/\/127\.0\.0\.1:\d+)/.exec(printed())
      if (!match) return
      clearTimeout(timer)
      resolve(match[1] ?? '')
    }
    child.stdout?.on('data', look)
    child.once('exit', code => {
      clearTimeout(timer)
      reject(new Error(`npm start ended with code ${code}:\n${printed()}`))
    })
  })
}

async function waitForEnd(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`npm start did not end within ${STOP_MAX_MS} ms`)), STOP_MAX_MS)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

/** The descendant that runs the command line of the server. */
function findServer(rootPid: number): number {
  const parents = new Map<number, number>()
  const commands = new Map<number, string>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
      commands.set(Number(name), readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' '))
    } catch {
      // The process ended between the listing and the look.
    }
  }
  const isBelow = (pid: number): boolean => pid === rootPid || (parents.has(pid) && isBelow(parents.get(pid) ?? 0))
  const server = [...commands].find(([pid, command]) => command.includes('cli.js server local') && isBelow(pid))
  if (!server) throw new Error('the process of the server was not found')
  return server[0]
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
