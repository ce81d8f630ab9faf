// The management port: health, metrics and the levels of the log, apart from the API, so that it can be closed to the outside. What answers is
// loaded by the first request: a server that nobody watches carries none of it.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { ManagementConfig } from '../../config/telemetry.ts'
import type { Health } from '../../telemetry/health.ts'
import type { ServerLog } from '../../telemetry/log.ts'
import type { Observed } from '../../telemetry/observed.ts'
import { refuseMalformed } from '../refuse-malformed.ts'
import { inAddress } from '../server.ts'

export interface ManagementDependencies {
  readonly config: ManagementConfig
  readonly health: Health
  readonly log: ServerLog
  readonly observed: Observed
  readonly metrics: { readonly prefix: string; readonly tags: Readonly<Record<string, string>> }
  readonly about: About
}

export interface About {
  readonly version: string
  readonly node: string
  readonly roles: readonly string[]
  readonly startedMs: number
}

export interface RunningManagement {
  readonly address: string
  stop(): Promise<void>
}

export type ManagementListener = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>

const CONNECTIONS_MAX = 100
const HEADERS_BYTES_MAX = 16 * 1024
const REQUEST_TIMEOUT_MS = 30_000

/** Undefined when it is switched off. */
export async function startManagement(dependencies: ManagementDependencies): Promise<RunningManagement | undefined> {
  const { config } = dependencies
  if (!config.isEnabled) return undefined
  const server = createServer({ maxHeaderSize: HEADERS_BYTES_MAX, requestTimeout: REQUEST_TIMEOUT_MS })
  server.maxConnections = CONNECTIONS_MAX
  refuseMalformed(server)
  const port = await listenNear(server, dependencies)
  let listener: Promise<ManagementListener> | undefined
  server.on('request', (incoming, outgoing) => {
    listener ??= open(dependencies, port)
    listener
      .then(answer => answer(incoming, outgoing))
      .catch((error: unknown) => {
        dependencies.log.error('the management port cannot answer', error)
        outgoing.destroy()
      })
  })
  return {
    address: `http://${inAddress(config.host)}:${port}`,
    stop: async () => await stop(server),
  }
}

async function open(dependencies: ManagementDependencies, port: number): Promise<ManagementListener> {
  const { newManagementListener } = await import('./management-listener.ts')
  return newManagementListener(dependencies, port)
}

/** A port that nobody asked for gives way to whoever has it: several servers may share a machine. */
async function listenNear(server: Server, { config, log }: ManagementDependencies): Promise<number> {
  try {
    return await listen(server, config)
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    if (!isTaken || config.isPortGiven) throw error
    log.info(`The port ${config.port} is taken: health and metrics go to another one.`)
    return await listen(server, { ...config, port: 0 })
  }
}

function listen(server: Server, { host, port }: Pick<ManagementConfig, 'host' | 'port'>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close(error => (error ? reject(error) : resolve()))
    server.closeAllConnections()
  })
}
