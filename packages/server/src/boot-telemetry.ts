// What watches the server: the meters that its rooms count into, how it is, and the port where both are asked for.
import { statfs, stat } from 'node:fs/promises'
import { DEFAULT_QUEUE } from '@batuta/core'
import { factsOf } from '@batuta/plugin-sdk'
import type { Ground } from './boot-ground.ts'
import type { Incarnations } from './boot-incarnation.ts'
import { databaseFile, type Config } from './config/config.ts'
import type { DiskSpace } from './http/dependencies.ts'
import { countStreams } from './http/event-stream.ts'
import { startManagement } from './http/management/start-management.ts'
import type { RunningHttp } from './http/server.ts'
import type { Platform } from './platform/platform.ts'
import { VERSION } from './platform/version.ts'
import type { Store } from './storage/store.ts'
import { EngineMeter } from './telemetry/engine-meter.ts'
import { newHealth, type Health } from './telemetry/health.ts'
import { HttpMeter } from './telemetry/http-meter.ts'
import { latest, type LatestOptions } from './telemetry/latest.ts'
import type { DiskFigures, Meters, Observed, StoreFigures } from './telemetry/observed.ts'
import type { ServerLog } from './telemetry/log.ts'
import type { Otlp } from './telemetry/otlp/otlp.ts'
import { StoreMeter } from './telemetry/store-meter.ts'
import { WorkerMeter } from './telemetry/worker-meter.ts'

/** However many scrape, the store is asked once in this time. */
const FIGURES_KEPT_MS = 5_000
const FIGURES_PATIENCE_MS = 4_000
/** What has ended is counted by counters. */
const OPEN_STATES: readonly string[] = ['CREATED', 'QUEUED', 'RUNNING', 'PAUSED', 'RETRYING', 'RESTARTED', 'KILLING']
const EXECUTIONS_MAX = 10_000
const QUEUES_MAX = 50
const NEXT_JOBS = 20

export function newMeters({ telemetry }: Config): Meters {
  return {
    engine: new EngineMeter(telemetry.metrics),
    worker: new WorkerMeter(),
    store: new StoreMeter(),
    http: new HttpMeter(),
  }
}

/** What no line of the log may show. */
export function secretsOf({ user, encryptionKeys, database, telemetry, signIn }: Config): readonly string[] {
  const { management, otlp } = telemetry
  const inUrl = database.type === 'postgres' ? decodeURIComponent(new URL(database.url).password) : ''
  const headers = Object.values(otlp?.headers ?? {})
  const outside = [...signIn.providers.values()].map(({ clientSecret }) => clientSecret)
  const known = [user?.password, management.user?.password, ...encryptionKeys, inUrl, signIn.directory?.bindPassword]
  return [...known, ...outside, ...headers].flatMap(secret => secret ?? [])
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

export interface RunningTelemetry {
  /** Of the management port, unless it is switched off. */
  readonly address: string | undefined
  stop(): Promise<void>
}

export async function startTelemetry(ground: Ground, place: TelemetryPlace): Promise<RunningTelemetry> {
  const { config, log, nodeId, platform, otlp } = ground
  const { health } = place
  const { management, metrics } = config.telemetry
  const observed = observedOf(ground, place)
  const running = await startManagement({
    config: management,
    health,
    log,
    observed,
    metrics,
    about: { version: VERSION, node: nodeId, roles: config.roles, startedMs: platform.nowMs() },
  })
  // No whole address: whoever looks for one in what is printed means that of the API.
  if (running) log.info(`The management port is ${new URL(running.address).port}: /health, /prometheus.`)
  otlp?.observe(observed)
  return {
    address: running?.address,
    stop: async () => {
      await otlp?.stop(observed)
      await running?.stop()
    },
  }
}

/** Undefined where nothing is to be sent, and then nothing of it is loaded. */
export async function openOtlp(
  { telemetry }: Config,
  given: { readonly meters: Meters; readonly log: ServerLog; readonly node: string; readonly platform: Platform },
): Promise<Otlp | undefined> {
  const { otlp: config } = telemetry
  if (config === undefined) return undefined
  const { Otlp } = await import('./telemetry/otlp/otlp.ts')
  const { platform } = given
  return new Otlp({
    ...given,
    config,
    version: VERSION,
    nowMs: () => platform.nowMs(),
    elapsedMs: () => platform.elapsedMs(),
    at: (atMs, run) => platform.at(atMs, run),
    defer: run => platform.defer(run),
    random: () => platform.random(),
  })
}

function observedOf(
  { meters, config, store, platform, flows, otlp }: Ground,
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
    shipped: () => otlp?.shipped() ?? [],
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
  const nodes = await store.cluster?.listNodes()
  const fenced = nodes?.filter(({ isLive }) => !isLive).length ?? 0
  return {
    executions,
    waitingJobs,
    queueAges: await queueAgesOf(store, nowMs),
    nodes: nodes && { alive: nodes.length - fenced, fenced },
  }
}

/** Ranks are fair and so no moments: those that are next say themselves since when they wait. */
async function queueAgesOf(store: Store, nowMs: number): Promise<StoreFigures['queueAges']> {
  const ages = new Map([[DEFAULT_QUEUE, 0]])
  for (const queue of (await store.read.listFreeQueues()).slice(0, QUEUES_MAX)) {
    const payloads = await store.read.listFreePayloads(queue, NEXT_JOBS)
    const sent = payloads.map(payload => factsOf(payload).sentMs ?? nowMs)
    ages.set(queue, Math.max(0, nowMs - Math.min(nowMs, ...sent)))
  }
  return [...ages].map(([queue, ageMs]) => ({ queue, ageMs }))
}

async function diskFigures(config: Config): Promise<DiskFigures> {
  const { freeBytes, sizeBytes } = await diskSpace(config.dataDir)
  return {
    path: config.dataDir,
    freeBytes,
    totalBytes: sizeBytes,
    databaseBytes: config.database.type === 'sqlite' ? await databaseBytes(databaseFile(config)) : undefined,
  }
}

/** Of whatever the folder is on. */
export async function diskSpace(folder: string): Promise<DiskSpace> {
  const { bsize, bavail, blocks } = await statfs(folder)
  return { sizeBytes: bsize * blocks, freeBytes: bsize * bavail }
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
