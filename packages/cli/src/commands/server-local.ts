// batuta server local: all of Batuta in one process over SQLite. Prints one line with its address when it answers.
import { existsSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { resolve } from 'node:path'
import type { RunningServer } from '@batuta/server'
import { CommandError, EXIT } from '../exit-code.ts'

export interface ServerLocalOptions {
  readonly port?: string
  readonly host?: string
  readonly data?: string
  readonly flows?: string
  readonly config?: string
}

const PORT_MAX = 65_535
// A terminal sends Ctrl-C to the whole group, and npm and the start script pass it on: these are one wish, not two.
const ONE_WISH_MS = 1_000

export async function serverLocal(options: ServerLocalOptions): Promise<void> {
  const { port, host, data, flows, config } = options
  // What was not told is up to the configuration.
  const told = {
    ...(port !== undefined && { port: parsePort(port) }),
    ...(host !== undefined && { host }),
    ...(data !== undefined && { dataDir: resolve(data) }),
    ...(flows !== undefined && { flowsDir: resolve(flows) }),
    ...(config !== undefined && { configFile: resolve(config) }),
  }
  if (config !== undefined && !existsSync(config)) throw new CommandError(EXIT.usage, `there is no file "${config}"`)
  const { startServer } = await import('@batuta/server')
  const server = await startServer(told)
  process.stdout.write(`Batuta is ready at ${server.address}\n`)
  stopOnSignal(server)
  setImmediate(flushCompileCache)
}

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= PORT_MAX) return port
  throw new CommandError(EXIT.usage, `"${text}" is not a port: give a number from 0 (any free one) to ${PORT_MAX}`)
}

function stopOnSignal(server: RunningServer): void {
  let askedMs: number | undefined
  const stop = (): void => {
    if (askedMs !== undefined) {
      if (performance.now() - askedMs > ONE_WISH_MS) process.exit(EXIT.interrupted)
      return
    }
    askedMs = performance.now()
    process.stderr.write('stopping; what runs is let go where it can be taken up again\n')
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
