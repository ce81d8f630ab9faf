// What watches the server: the meters that its rooms count into, how it is, and the port where both are asked for.
import { statfs, stat } from 'node:fs/promises'
import type { Ground } from './boot-ground.ts'
import type { Incarnations } from './boot-incarnation.ts'
import { databaseFile, type Config } from './config/config.ts'
import { countStreams } from './http/event-stream.ts'
import { startManagement, type RunningManagement } from './http/management/start-management.ts'
import type { RunningHttp } from './http/server.ts'
import { VERSION } from './platform/version.ts'
import type { Store } from './storage/store.ts'
import { EngineMeter } from './telemetry/engine-meter.ts'
import { newHealth, type Health } from './telemetry/health.ts'
import { HttpMeter } from './telemetry/http-meter.ts'
import { latest, type LatestOptions } from './telemetry/latest.ts'
import type { DiskFigures, Meters, Observed, StoreFigures } from './telemetry/observed.ts'
import { StoreMeter } from './telemetry/store-meter.ts'
import { WorkerMeter } from './telemetry/worker-meter.ts'

/** However many scrape, the store is asked once in this time. */
const FIGURES_KEPT_MS = 5_000
const FIGURES_PATIENCE_MS = 4_000
/** What has ended is counted by counters. */
const OPEN_STATES: readonly string[] = ['CREATED', 'QUEUED', 'RUNNING', 'PAUSED', 'RETRYING', 'RESTARTED', 'KILLING']
const EXECUTIONS_MAX = 10_000

export function newMeters({ telemetry }: Config): Meters {
  return {
    engine: new EngineMeter(telemetry.metrics),
    worker: new WorkerMeter(),
    store: new StoreMeter(),
    http: new HttpMeter(),
  }
}

/** What no line of the log may show. */
export function secretsOf({ user, encryptionKey, database, telemetry }: Config): readonly string[] {
  const { management, otlp } = telemetry
  const inUrl = database.type === 'postgres' ? decodeURIComponent(new URL(database.url).password) : ''
  const headers = Object.values(otlp?.headers ?? {})
  return [user?.password, management.user?.password, encryptionKey, inUrl, ...headers].flatMap(secret => secret ?? [])
}

export function healthOf(ground: Ground): Health {
  const { store, config, platform } = ground
  return newHealth({
    store,
    tenant: config.tenant,
    nowMs: () => platform.nowMs(),
    at: (atMs, run) => platform.at(atMs, run),
    disk: () => diskFigures(config),
  })
}

export interface TelemetryPlace {
  readonly incarnations: Incarnations
  readonly http: RunningHttp | undefined
  readonly health: Health
}

export async function startTelemetry(ground: Ground, place: TelemetryPlace): Promise<RunningManagement | undefined> {
  const { config, log, nodeId, platform } = ground
  const { health } = place
  const { management, metrics } = config.telemetry
  const running = await startManagement({
    config: management,
    health,
    log,
    observed: observedOf(ground, place),
    metrics,
    about: { version: VERSION, node: nodeId, roles: config.roles, startedMs: platform.nowMs() },
  })
  if (running) log.info(`Health and metrics are at ${running.address}/health and ${running.address}/prometheus.`)
  return running
}

function observedOf(
  { meters, config, store, platform, flows }: Ground,
  { incarnations, http, health }: TelemetryPlace,
): Observed {
  const often: LatestOptions = {
    keptMs: FIGURES_KEPT_MS,
    patienceMs: FIGURES_PATIENCE_MS,
    nowMs: () => platform.nowMs(),
    at: (atMs, run) => platform.at(atMs, run),
  }
  return {
    meters,
    live: {
      pendingSignals: () => incarnations.vitals.pendingSignals,
      oldestSignalMs: () => incarnations.vitals.oldestSignalMs,
      residentExecutions: () => incarnations.vitals.residentExecutions,
      runningJobs: () => incarnations.vitals.runningJobs,
      jobSlots: config.roles.includes('worker') ? config.slots : 0,
      ownedShards: () => incarnations.vitals.ownedShards,
      httpConnections: () => http?.connections() ?? Promise.resolve(0),
      streams: countStreams,
    },
    version: VERSION,
    storeKind: store.kind,
    flows: () => [...flows.all()].map(({ namespace, flowId }) => ({ namespace, id: flowId })),
    isReady: () => health.phase === 'running',
    storeFigures: latest(() => askStore(store, config.tenant, platform.nowMs()), often),
    diskFigures: latest(() => diskFigures(config), often),
    shipped: () => [],
    nowMs: () => platform.nowMs(),
  }
}

async function askStore(store: Store, tenant: string, nowMs: number): Promise<StoreFigures> {
  const executions: { readonly state: string; readonly count: number }[] = []
  for (const state of OPEN_STATES)
    executions.push({
      state,
      count: await store.read.countExecutions({ tenant, states: [state], limit: EXECUTIONS_MAX }),
    })
  const waitingJobs = await store.read.countFreeJobs()
  const oldestMs = await store.read.findOldestFreeJob()
  const nodes = await store.cluster?.listNodes()
  const fenced = nodes?.filter(({ isLive }) => !isLive).length ?? 0
  return {
    executions,
    waitingJobs,
    oldestJobMs: oldestMs === undefined ? 0 : Math.max(0, nowMs - oldestMs),
    nodes: nodes && { alive: nodes.length - fenced, fenced },
  }
}

async function diskFigures(config: Config): Promise<DiskFigures> {
  const { bsize, bavail, blocks } = await statfs(config.dataDir)
  return {
    path: config.dataDir,
    freeBytes: bsize * bavail,
    totalBytes: bsize * blocks,
    databaseBytes: config.database.type === 'sqlite' ? await databaseBytes(databaseFile(config)) : undefined,
  }
}

async function databaseBytes(file: string): Promise<number> {
  const sizes = await Promise.all(
    [file, `${file}-wal`].map(path =>
      stat(path).then(
        ({ size }) => size,
        () => 0, // There is no log right after a checkpoint.
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
