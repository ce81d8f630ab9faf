// Read top to bottom: what exists, in what order it starts, who is given what.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { SHARDS, createCatalogue, newId, type Value } from '@batuta/core'
import { openLocalFileStore } from '@batuta/plugin-sdk'
import { answerJob, askFor } from './answers/ask.ts'
import { databaseFile, readConfig, type Config, type ServerOptions } from './config/config.ts'
import { Clockwork } from './engine/clockwork.ts'
import { Engine } from './engine/engine.ts'
import { startFiring } from './engine/fire-schedule.ts'
import { openFlowCatalogue } from './engine/flow-catalogue.ts'
import { recover } from './engine/recover.ts'
import { Schedules, firstDateOf } from './engine/schedules.ts'
import { newEvaluator, newTurnEnvironment } from './engine/turn-environment.ts'
import type { StartWorld } from './flows/births.ts'
import { watchFlows } from './flows/flows-dir.ts'
import type { SaveWorld } from './flows/save-flow.ts'
import { startHttp } from './http/server.ts'
import { newChanges } from './inbox/changes.ts'
import type { Inbox } from './inbox/inbox.ts'
import { newEncryption } from './platform/encryption.ts'
import { HOST_SCRIPT, PLUGINS_DIR, THREAD_URL } from './platform/places.ts'
import { realPlatform } from './platform/platform.ts'
import { readManifests } from './plugins/manifests.ts'
import { openSqliteStore } from './storage/sqlite/sqlite-store.ts'
import { newLog } from './telemetry/log.ts'
import { hostOptions } from './worker/host-options.ts'
import { readSpilledOutputs } from './worker/spilled-outputs.ts'
import { Worker } from './worker/worker.ts'

export interface RunningServer {
  /** `http://127.0.0.1:PORT` */
  readonly address: string
  readonly config: Config
  stop(): Promise<void>
}

/** The one node of an embedded server. */
const NODE = 'local'
const EXIT_BROKEN = 70

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const config = readConfig(options, process.env, process.cwd())
  const log = newLog(process.stderr)
  const onNotice = (message: string, error?: unknown): void => log.warn(message, error)
  const platform = realPlatform()
  const nowMs = (): number => platform.nowMs()
  mkdirSync(config.dataDir, { recursive: true })
  mkdirSync(config.flowsDir, { recursive: true })

  // What is there: the truth, the files, what can run, what flows there are.
  const store = openSqliteStore({ file: databaseFile(config), nowMs, threadUrl: THREAD_URL })
  const joined = await store.perform('joinNode', { node: NODE, nowMs: nowMs() })
  const node = { id: NODE, node: NODE, incarnation: joined.incarnation, flushSeq: joined.flushSeq }
  const files = openLocalFileStore(join(config.dataDir, 'storage'))
  const manifests = readManifests(PLUGINS_DIR)
  const flows = await openFlowCatalogue(store)
  const answers = { store, files, environment: process.env, nowMs }

  // What a start and a turn are given.
  const configuredRoots = rootsOf(config, process.env)
  const encryption = newEncryption(config.encryptionKey)
  const random = (): number => platform.random()
  const startWorld = (): StartWorld => ({
    nowMs: nowMs(),
    zone: config.zone,
    locale: config.locale,
    random,
    configuredRoots,
    ...(encryption ? { encrypt: encryption.encrypt } : {}),
  })
  const freshId = (): string => newId({ nowMs: nowMs(), shard: Math.floor(random() * SHARDS), random })

  // The rooms. They meet at the inbox only.
  const inbox: Inbox = { submit: (signal, how) => engine.submit(signal, how) }
  const changes = newChanges()
  const worker = new Worker({
    inbox,
    store,
    platform,
    node,
    slots: config.slots,
    host: hostOptions({ script: HOST_SCRIPT, config, modules: manifests.modules }),
    answer: (request, job) => answerJob(answers, request, job),
    readOutputs: uri => readSpilledOutputs(files, uri),
    onNotice,
  })
  const clockwork = new Clockwork({ store, inbox, platform, fireSchedules: atMs => schedules.fireDue(atMs), onNotice })
  const engine: Engine = new Engine({
    store,
    flows,
    platform,
    node,
    jobs: worker,
    changes,
    envOf: newTurnEnvironment({
      platform,
      flows,
      zone: config.zone,
      locale: config.locale,
      configuredRoots,
      startWorld,
    }),
    evaluate: newEvaluator(answers, inbox, onNotice),
    onTimer: timer => clockwork.add(timer),
    onNotice,
    onFatal: error => {
      log.error('the server cannot go on', error)
      process.exit(EXIT_BROKEN)
    },
  })
  const schedules: Schedules = new Schedules({
    store,
    zone: config.zone,
    findFlow: key => flows.flowOf(key),
    fire: firing => {
      const ask = askFor(answers, { ...firing.row, executionId: '' })
      void startFiring(firing, { engine, flows, world: startWorld(), ask, newId: freshId, onNotice }).then(isTaken =>
        clockwork.lookAt(schedules.settle(firing.row, isTaken)),
      )
    },
  })
  const saveWorld: SaveWorld = {
    store,
    flows,
    catalogue: createCatalogue(manifests.types),
    globalDefaults: [],
    tenant: config.tenant,
    nowMs,
    firstDateOf: (flow, triggerId) => firstDateOf(flow, triggerId, { nowMs: nowMs(), zone: config.zone }),
    onChanged: async key => clockwork.lookAt(await schedules.reload(key)),
  }

  // The order of the start: first what was left, then time, then the outside.
  await schedules.load()
  await recover({ store, engine, node, onNotice })
  await clockwork.start()
  const http = await startHttp({
    config,
    inbox,
    store,
    flows,
    changes,
    files,
    manifests,
    platform,
    saveWorld,
    startWorld,
    newId: freshId,
    ask: asker => askFor(answers, asker),
    log,
  })
  const flowsDir = await watchFlows(config.flowsDir, saveWorld, log)
  if ((await store.read.countFreeJobs()) > 0) worker.wake()

  const stop = async (): Promise<void> => {
    flowsDir.stop()
    clockwork.stop()
    await http.stop()
    await worker.close()
    await engine.stop()
    await store.close()
  }
  return { address: http.address, config, stop }
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
