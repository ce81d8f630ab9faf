// batuta server local|standalone|engine|web|worker: starts a server with all roles or a part of them. Prints one line when it is ready.
import { existsSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { resolve } from 'node:path'
import type { RunningServer, ServerOptions as StartOptions } from '@batuta/server'
import { CommandError, EXIT } from '../exit-code.ts'

export type Role = NonNullable<StartOptions['roles']>[number]

export interface ServerCommandOptions {
  readonly port?: string
  readonly host?: string
  readonly data?: string
  readonly flows?: string
  readonly flowPath?: string
  readonly config?: string
  readonly slots?: string
  readonly thread?: string
  readonly workerThread?: string
  readonly workerGroup?: string
}

export interface ServerKind {
  readonly roles: readonly Role[]
  /** How long a stop waits for jobs unless the configuration says so. */
  readonly drainMs: number
  readonly managementPort?: number
}

const PORT_MAX = 65_535
const SLOTS_MAX = 10_000
// A terminal sends Ctrl-C to the whole group, and npm and the start script pass it on: these are one wish, not two.
const ONE_WISH_MS = 1_000

export async function startServer(kind: ServerKind, options: ServerCommandOptions): Promise<void> {
  const { port, host, data, config, workerGroup } = options
  const flows = options.flows ?? options.flowPath
  const slots = options.slots ?? options.workerThread ?? options.thread
  // What was not told is up to the configuration.
  const told: StartOptions = {
    ...kind,
    ...(port !== undefined && { port: parseWhole(port, 'a port: give a number from 0 (any free one)', PORT_MAX) }),
    ...(host !== undefined && { host }),
    ...(data !== undefined && { dataDir: resolve(data) }),
    ...(flows !== undefined && { flowsDir: resolve(flows) }),
    ...(config !== undefined && { configFile: resolve(config) }),
    ...(slots !== undefined && {
      slots: parseWhole(slots, 'a number of jobs at a time: give one from 0 (none)', SLOTS_MAX),
    }),
    ...(workerGroup !== undefined && { workerGroup }),
  }
  if (config !== undefined && !existsSync(config)) throw new CommandError(EXIT.usage, `there is no file "${config}"`)
  const server = await (await import('@batuta/server')).startServer(told)
  stopOnSignal(server)
  process.stdout.write(readyLine(server))
  setImmediate(flushCompileCache)
}

function readyLine({ address, config }: RunningServer): string {
  return address === undefined ? `Batuta is ready (${config.roles.join(', ')})\n` : `Batuta is ready at ${address}\n`
}

function parseWhole(text: string, what: string, max: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value <= max) return value
  throw new CommandError(EXIT.usage, `"${text}" is not ${what} to ${max}`)
}

/** The first wish lets what runs end, the second ends the waiting, the third ends the process. */
function stopOnSignal(server: RunningServer): void {
  let wishes = 0
  let askedMs = -Infinity
  const stop = (): void => {
    if (performance.now() - askedMs < ONE_WISH_MS) return
    askedMs = performance.now()
    wishes += 1
    if (wishes > 2) process.exit(EXIT.interrupted)
    if (wishes === 2) return server.cut()
    process.stderr.write('stopping; what does not end in time is let go where it can be taken up again\n')
    void server.stop().then(
      () => process.exit(EXIT.ok),
      (error: unknown) => {
        process.stderr.write(`the server did not stop cleanly: ${String(error)}\n`)
        process.exit(EXIT.broken)
      },
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
}
