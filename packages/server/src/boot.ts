// Read top to bottom: what exists, in what order it starts, who is given what.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { SHARDS, createCatalogue, newId, type Value } from '@batuta/core'
import { openLocalFileStore, type FileStore } from '@batuta/plugin-sdk'
import type { AnswerWorld } from './answers/answers.ts'
import { answerJob, askFor } from './answers/ask.ts'
import { databaseFile, readConfig, type Config, type ServerOptions } from './config/config.ts'
import { Clockwork } from './engine/clockwork.ts'
import { Engine } from './engine/engine.ts'
import { startFiring } from './engine/fire-schedule.ts'
import { openFlowCatalogue, type FlowCatalogue } from './engine/flow-catalogue.ts'
import type { NodeIdentity } from './engine/flush-pipeline.ts'
import { Schedules, firstDateOf } from './engine/schedules.ts'
import { newEvaluator, newTurnEnvironment } from './engine/turn-environment.ts'
import type { StartWorld } from './flows/births.ts'
import { watchFlows } from './flows/flows-dir.ts'
import type { SaveWorld } from './flows/save-flow.ts'
import { startHttp } from './http/server.ts'
import { newChanges, type Changes } from './inbox/changes.ts'
import type { Inbox } from './inbox/inbox.ts'
import { Maintenance, type Round } from './maintenance/maintenance.ts'
import { rescueJobs } from './maintenance/rescue-jobs.ts'
import { takeSignals } from './maintenance/take-signals.ts'
import { wakeReady } from './maintenance/wake-ready.ts'
import { newEncryption } from './platform/encryption.ts'
import { HOST_SCRIPT, PLUGINS_DIR, THREAD_URL } from './platform/places.ts'
import { realPlatform, type Platform } from './platform/platform.ts'
import { readManifests, type Manifests } from './plugins/manifests.ts'
import { openSqliteStore } from './storage/sqlite/sqlite-store.ts'
import type { Store } from './storage/store.ts'
import { newLog, type Log } from './telemetry/log.ts'
import { hostOptions } from './worker/host-options.ts'
import { HostProcess } from './worker/host-process.ts'
import { readSpilledOutputs } from './worker/spilled-outputs.ts'
import { Worker } from './worker/worker.ts'

export interface RunningServer {
  /** `http://127.0.0.1:PORT` */
  readonly address: string
  readonly config: Config
  stop(): Promise<void>
}

/** First what was left by the process before, then time, then the doors to the outside. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const ground = await openGround(options)
  const rooms = openRooms(ground)
  const { config, store, log } = ground
  const { engine, worker, clockwork, maintenance, schedules, saveWorld } = rooms

  await schedules.load()
  await maintenance.start()
  await clockwork.start()
  const http = await startHttp({ ...ground, inbox: engine, saveWorld, ask: asker => askFor(ground.answers, asker) })
  const flowsDir = await watchFlows(config.flowsDir, saveWorld, log)

  const stop = async (): Promise<void> => {
    flowsDir.stop()
    clockwork.stop()
    maintenance.stop()
    await http.stop()
    await worker.close()
    await engine.stop()
    await store.close()
  }
  return { address: http.address, config, stop }
}

/** What the rooms stand on: configuration, time and chance, the truth, the files, what can run, which flows there are. */
interface Ground {
  readonly config: Config
  readonly log: Log
  readonly platform: Platform
  readonly store: Store
  readonly node: NodeIdentity
  readonly files: FileStore
  readonly manifests: Manifests
  readonly flows: FlowCatalogue
  readonly changes: Changes
  readonly answers: AnswerWorld
  readonly configuredRoots: ReadonlyMap<string, Value>
  startWorld(): StartWorld
  newId(): string
  onNotice(message: string, error?: unknown): void
}

/** The one node of an embedded server. */
const NODE = 'local'

async function openGround(options: ServerOptions): Promise<Ground> {
  const config = readConfig(options, process.env, process.cwd())
  const log = newLog(process.stderr)
  const platform = realPlatform()
  const nowMs = (): number => platform.nowMs()
  const random = (): number => platform.random()
  mkdirSync(config.dataDir, { recursive: true })
  mkdirSync(config.flowsDir, { recursive: true })

  const store = openSqliteStore({ file: databaseFile(config), nowMs, threadUrl: THREAD_URL })
  const { incarnation, flushSeq } = await store.perform('joinNode', { node: NODE, nowMs: nowMs() })
  const files = openLocalFileStore(join(config.dataDir, 'storage'))
  const configuredRoots = rootsOf(config, process.env)
  const encryption = newEncryption(config.encryptionKey)
  const start = {
    zone: config.zone,
    locale: config.locale,
    random,
    configuredRoots,
    ...(encryption ? { encrypt: encryption.encrypt } : {}),
  }
  return {
    config,
    log,
    platform,
    store,
    node: { id: NODE, node: NODE, incarnation, flushSeq },
    files,
    manifests: readManifests(PLUGINS_DIR),
    flows: await openFlowCatalogue(store),
    changes: newChanges(),
    answers: { store, files, environment: process.env, nowMs },
    configuredRoots,
    startWorld: () => ({ ...start, nowMs: nowMs() }),
    newId: () => newId({ nowMs: nowMs(), shard: Math.floor(random() * SHARDS), random }),
    onNotice: (message, error) => log.warn(message, error),
  }
}

interface Rooms {
  readonly engine: Engine
  readonly worker: Worker
  readonly clockwork: Clockwork
  readonly maintenance: Maintenance
  readonly schedules: Schedules
  readonly saveWorld: SaveWorld
}

const EXIT_BROKEN = 70

/** The rooms meet at the inbox only. */
function openRooms(ground: Ground): Rooms {
  const { config, log, platform, store, node, flows, answers, onNotice } = ground
  const inbox: Inbox = { submit: (signal, how) => engine.submit(signal, how) }
  const hostScript = hostOptions({ script: HOST_SCRIPT, config, modules: ground.manifests.modules })
  const worker = new Worker({
    inbox,
    store,
    platform,
    node,
    slots: config.slots,
    openHost: events => new HostProcess({ ...hostScript, ...events }),
    answer: (request, job) => answerJob(answers, request, job),
    readOutputs: uri => readSpilledOutputs(ground.files, uri),
    onNotice,
  })
  const clockwork = new Clockwork({ store, inbox, platform, fireSchedules: atMs => schedules.fireDue(atMs), onNotice })
  const engine: Engine = new Engine({
    ...ground,
    jobs: worker,
    envOf: newTurnEnvironment({ ...ground, zone: config.zone, locale: config.locale }),
    evaluate: newEvaluator(answers, inbox, onNotice),
    onTimer: timer => clockwork.add(timer),
    onFatal: error => {
      log.error('the server cannot go on', error)
      process.exit(EXIT_BROKEN)
    },
  })
  const schedules: Schedules = new Schedules({
    store,
    zone: config.zone,
    nowMs: () => platform.nowMs(),
    findFlow: key => flows.flowOf(key),
    fire: firing => {
      const ask = askFor(answers, { ...firing.row, executionId: '' })
      const firingOptions = { engine, flows, world: ground.startWorld(), ask, newId: ground.newId, onNotice }
      void startFiring(firing, firingOptions).then(isTaken => clockwork.lookAt(schedules.settle(firing.row, isTaken)))
    },
  })
  const maintenance = new Maintenance({ rounds: roundsOf(ground, { engine, worker }), platform, onNotice })
  return { engine, worker, clockwork, maintenance, schedules, saveWorld: saveWorldOf(ground, { clockwork, schedules }) }
}

/** Their order is that of the recovery. */
function roundsOf(
  { store, platform, node, onNotice }: Ground,
  { engine, worker }: Pick<Rooms, 'engine' | 'worker'>,
): readonly Round[] {
  return [
    takeSignals({ store, inbox: engine, onNotice }),
    rescueJobs({
      store,
      inbox: engine,
      node,
      nowMs: () => platform.nowMs(),
      isRunning: key => worker.isRunning(key),
      wake: () => worker.wake(),
      onNotice,
    }),
    wakeReady({ store, wake: id => engine.wake(id) }),
  ]
}

function saveWorldOf(
  { config, platform, store, flows, manifests }: Ground,
  { clockwork, schedules }: Pick<Rooms, 'clockwork' | 'schedules'>,
): SaveWorld {
  return {
    store,
    flows,
    catalogue: createCatalogue(manifests.types),
    globalDefaults: [],
    tenant: config.tenant,
    nowMs: () => platform.nowMs(),
    firstDateOf: (flow, triggerId) => firstDateOf(flow, triggerId, { nowMs: platform.nowMs(), zone: config.zone }),
    onChanged: async key => clockwork.lookAt(await schedules.reload(key)),
  }
}

/** `envs`, `globals` and `kestra`. */
function rootsOf(
  config: Config,
  environment: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, Value> {
  const envs: Record<string, Value> = {}
  for (const [name, value] of Object.entries(environment)) {
    if (name.startsWith(config.envPrefix) && value !== undefined)
      envs[name.slice(config.envPrefix.length).toLowerCase()] = value
  }
  return new Map<string, Value>([
    ['envs', envs],
    ['globals', config.globals],
    ['kestra', config.kestra],
  ])
}
