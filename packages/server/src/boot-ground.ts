// What the rooms stand on: configuration, time and chance, the truth, the files, what can run, which flows there are.
import { mkdirSync } from 'node:fs'
import { SHARDS, newId, type Value } from '@batuta/core'
import { openLocalFileStore, type FileStore } from '@batuta/plugin-sdk'
import type { AnswerWorld } from './answers/answers.ts'
import { databaseFile, readConfig, type Config, type ServerOptions } from './config/config.ts'
import { lockFolder } from './config/lock-folder.ts'
import { readNodeId } from './config/node-id.ts'
import { openFlowCatalogue, type FlowCatalogue } from './flows/flow-catalogue.ts'
import type { NodeIdentity } from './engine/flush-pipeline.ts'
import type { StartWorld } from './flows/births.ts'
import { newChanges, type Changes } from './inbox/changes.ts'
import { newEncryption } from './platform/encryption.ts'
import { PLUGINS_DIR, THREAD_URL } from './platform/places.ts'
import { realPlatform, type Platform } from './platform/platform.ts'
import { readManifests, type Manifests } from './plugins/manifests.ts'
import { openSqliteStore } from './storage/sqlite/sqlite-store.ts'
import type { Store } from './storage/store.ts'
import { tellTime } from './storage/tell-time.ts'
import { newLog, type Log } from './telemetry/log.ts'

export interface Ground {
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
  /** A new execution id on a shard of `shards`, or on any when there are none. */
  newIdOn(shards: ReadonlySet<number>): string
  onNotice(message: string, error?: unknown): void
  /** Lets another server have the data folder. */
  unlock(): void
}

/** The one node of an embedded server. */
const NODE = 'local'
const FIRST_LEASE_MS = 10_000
/** Executions of other nodes change without a word to this one. */
const WATCH_EVERY_MS = 500

export async function openGround(options: ServerOptions): Promise<Ground> {
  const config = readConfig(options, process.env, process.cwd())
  const log = newLog(process.stderr)
  const onNotice = (message: string, error?: unknown): void => log.warn(message, error)
  const platform = realPlatform()
  const nowMs = (): number => platform.nowMs()
  const random = (): number => platform.random()
  for (const folder of [config.dataDir, config.flowsDir, config.storageDir]) mkdirSync(folder, { recursive: true })
  const unlock = lockFolder(config.dataDir)

  const store = tellTime(await openStore(config, { nowMs, onNotice }), platform.clock)
  const id = store.cluster ? readNodeId(config.dataDir, random) : NODE
  const { incarnation, flushSeq } = await store.perform('joinNode', { node: id, nowMs: nowMs() })
  await store.cluster?.announce({ node: id, incarnation }, config.roles, FIRST_LEASE_MS)
  const files = openLocalFileStore(config.storageDir)
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
    node: { id, node: id, incarnation, flushSeq },
    files,
    manifests: readManifests(PLUGINS_DIR),
    flows: await openFlowCatalogue(store),
    changes: newChanges(store.cluster ? { platform, everyMs: WATCH_EVERY_MS } : undefined),
    answers: { store, files, environment: process.env, nowMs },
    configuredRoots,
    startWorld: () => ({ ...start, nowMs: nowMs() }),
    newIdOn: shards => newId({ nowMs: nowMs(), shard: pick(shards, random), random }),
    onNotice,
    unlock,
  }
}

function pick(shards: ReadonlySet<number>, random: () => number): number {
  if (shards.size === 0 || shards.size === SHARDS) return Math.floor(random() * SHARDS)
  return [...shards][Math.floor(random() * shards.size)] ?? 0
}

async function openStore(
  config: Config,
  { nowMs, onNotice }: { readonly nowMs: () => number; onNotice(message: string, error?: unknown): void },
): Promise<Store> {
  const { database } = config
  if (database.type === 'sqlite') return openSqliteStore({ file: databaseFile(config), nowMs, threadUrl: THREAD_URL })
  // The embedded server loads no driver that it does not use.
  const { openPostgresStore } = await import('./storage/postgres/postgres-store.ts')
  return await openPostgresStore({ url: database.url, poolMax: database.poolMax, nowMs, onNotice })
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
