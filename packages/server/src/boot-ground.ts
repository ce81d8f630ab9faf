// What the rooms stand on: configuration, time and chance, the truth, the files, what can run, which flows there are.
import { mkdirSync } from 'node:fs'
import {
  BatutaError,
  NAMESPACE_VARIABLES,
  SHARDS,
  encodeValue,
  isList,
  newId,
  type Catalogue,
  type Value,
} from '@batuta/core'
import { endSilentHolds, openLocalFileStore, type FileStore } from '@batuta/plugin-sdk'
import type { AnswerWorld } from './answers/answers.ts'
import { databaseFile, readConfig, type Config, type ServerOptions } from './config/config.ts'
import { findFirstUser } from './config/first-user.ts'
import { lockFolder } from './config/lock-folder.ts'
import { readNodeId } from './config/node-id.ts'
import { defaultsOf } from './config/plugin-defaults.ts'
import { Snapshots } from './flows/snapshots.ts'
import { newFreshDefaults, type DefaultsWorld } from './flows/fresh-defaults.ts'
import { openFlowCatalogue, type FlowCatalogue } from './flows/flow-catalogue.ts'
import { openBreakers, type Breakers } from './flows/breakers.ts'
import { newPools, type Pools } from './flows/pools.ts'
import { newLimitRules, type LimitRules } from './flows/limit-rules.ts'
import type { StartWorld } from './flows/births.ts'
import { homeShardOf } from './flows/home.ts'
import { Holidays } from './flows/holidays.ts'
import { TriggerDesk } from './flows/trigger-desk.ts'
import { TriggerReasons } from './flows/trigger-reasons.ts'
import { newChanges, type Changes } from './inbox/changes.ts'
import { KillSwitches } from './inbox/kill-switches.ts'
import { MaintenanceMode } from './inbox/maintenance-mode.ts'
import { openNamespaceSettings, type NamespaceSettings } from './namespaces/namespace-settings.ts'
import { keepSecrets, type SecretKeeping } from './secrets/keep-secrets.ts'
import { openRowKeys } from './secrets/row-keys.ts'
import { readKestraSecret } from './secrets/kestra-secret.ts'
import { readManagers } from './secrets/open-managers.ts'
import { readSecretRules } from './secrets/secret-rules.ts'
import { readEnvironmentSecrets } from './secrets/secret-sources.ts'
import { PLUGINS_DIR, THREAD_URL } from './platform/places.ts'
import { realPlatform, type Platform } from './platform/platform.ts'
import { openPluginShelf, type PluginShelf } from './plugins/plugin-shelf.ts'
import { openSqliteStore } from './storage/sqlite/sqlite-store.ts'
import type { Store } from './storage/store.ts'
import { newMeters, openOtlp, secretsOf } from './boot-telemetry.ts'
import { forwardLines } from './telemetry/execution-lines.ts'
import type { Otlp } from './telemetry/otlp/otlp.ts'
import { newLog, type LogFields, type ServerLog } from './telemetry/log.ts'
import { openPolicyBook, type PolicyBook } from './policies/policy-book.ts'
import type { Meters } from './telemetry/observed.ts'
import { meteredStore } from './telemetry/store-meter.ts'

/** Something that an operator should read. */
export type Notice = (message: string, error?: unknown, fields?: LogFields) => void
import { tellTime } from './storage/tell-time.ts'

export interface Ground {
  readonly config: Config
  readonly log: ServerLog
  readonly meters: Meters
  /** Where traces, logs and metrics are sent somewhere. */
  readonly otlp: Otlp | undefined
  readonly platform: Platform
  readonly store: Store
  /** The node's name; with every joining it gets a new incarnation. */
  readonly nodeId: string
  readonly files: FileStore
  readonly manifests: PluginShelf['manifests']
  readonly plugins: PluginShelf
  readonly flows: FlowCatalogue
  /** What was folded of large executions. */
  readonly snapshots: Snapshots
  readonly changes: Changes
  readonly answers: AnswerWorld
  /** Why triggers started nothing. */
  readonly reasons: TriggerReasons
  readonly holidays: Holidays
  readonly triggerDesk: TriggerDesk
  readonly configuredRoots: ReadonlyMap<string, Value>
  readonly namespaces: NamespaceSettings
  /** What flows are judged and made with. */
  readonly saving: DefaultsWorld
  readonly policies: PolicyBook
  readonly defaults: SettingsFollower
  /** Limits that flows share. */
  readonly pools: Pools
  startWorld(): StartWorld
  readonly limits: LimitRules
  readonly breakers: Breakers
  /** A new execution id on a shard of `shards`, or on any when there are none. */
  newIdOn(shards: ReadonlySet<number>, atMs?: number): string
  /** Nothing new begins while it is on. */
  readonly mode: MaintenanceMode
  readonly switches: KillSwitches
  onNotice: Notice
  /** What that part of the server tells. */
  noticeOf(room: string): Notice
  /** Lets another server have the data folder. */
  unlock(): void
}

/** Told when plugin defaults of a namespace, or the limits that flows share, are others than before. */
export interface SettingsFollower {
  follow: (namespace: string) => Promise<void>
  followPools: () => Promise<void>
}

/** The one node of an embedded server. */
const NODE = 'local'
/** Executions of other nodes change without a word to this one. */
const WATCH_EVERY_MS = 500

export async function openGround(options: ServerOptions): Promise<Ground> {
  const asked = readConfig(options, process.env, process.cwd())
  const log = newLog(process.stderr, { ...asked.telemetry.log, secrets: secretsOf(asked) })
  const noticeOf =
    (room: string): Notice =>
    (...notice) =>
      log.named(room).warn(...notice)
  const onNotice = noticeOf('server')
  const meters = newMeters(asked)
  meters.store.onLogs.push(forwardLines(log))
  const platform = realPlatform()
  const [nowMs, random] = [() => platform.nowMs(), () => platform.random()]
  const { config, unlock } = takeFolders(asked)
  const opened = await openStore(config, { nowMs, random, onNotice: noticeOf('storage') })
  const store = meteredStore(tellTime(opened, platform.clock), meters.store, () => platform.elapsedMs())
  const nodeId = store.cluster ? readNodeId(config.dataDir, random) : NODE
  await endSilentHolds(config.storageDir, nowMs)
  const files = openLocalFileStore(config.storageDir)
  const plugins = openPluginShelf(PLUGINS_DIR, config.pluginsDir, noticeOf('plugins'))
  const said = await openSaid(config, { store, catalogue: plugins.catalogue, nowMs })
  const flows = await openFlowCatalogue(store, newFreshDefaults(said.saving, noticeOf('flows')))
  const snapshots = new Snapshots({ store, platform, onNotice: noticeOf('snapshots') })
  const triggerDesk = newTriggerDesk(store, { flows, config, nodeId, platform })
  const configuredRoots = rootsOf(config, process.env, said.namespaces)
  const { secretKey, ...keys } = keysOf(config, !store.cluster)
  const rowKeys = secretKey.ring && (await openRowKeys({ store, ring: secretKey.ring, nowMs }))
  const start = { zone: config.zone, locale: config.locale, random, configuredRoots, secretKey, ...keys }
  return {
    config,
    log,
    meters,
    otlp: await openOtlp(config, { meters, log, node: nodeId, platform }),
    platform,
    store,
    nodeId,
    files,
    ...{ plugins, manifests: plugins.manifests },
    ...said,
    flows,
    snapshots,
    limits: newLimitRules(flows, said.pools),
    breakers: openBreakers({ store, nowMs, policies: said.policies }),
    changes: newChanges(store.cluster ? { platform, everyMs: WATCH_EVERY_MS } : undefined),
    answers: {
      store,
      files,
      flows,
      snapshots,
      environmentSecrets: readEnvironmentSecrets(process.env, noticeOf('secrets')),
      ...secretSources(config, { platform, onNotice: noticeOf('secrets') }),
      nowMs,
      triggers: triggerDesk,
      saver: {},
      url: config.url ?? `http://${config.host}:${config.port}`,
      ...secretKey,
      ...(rowKeys && { rowKeys }),
    },
    reasons: new TriggerReasons({ store, platform, onNotice }),
    holidays: new Holidays(config.locale),
    triggerDesk,
    configuredRoots,
    startWorld: () => ({ ...start, nowMs: nowMs() }),
    newIdOn: (shards, atMs = nowMs()) => newId({ nowMs: atMs, shard: pick(shards, random), random }),
    mode: new MaintenanceMode({ store, platform, onNotice }),
    switches: new KillSwitches({ store, platform, onNotice }),
    onNotice,
    noticeOf,
    unlock,
  }
}

/** Nobody else may work in the same folder of data; the first user of an installation is found there. */
function takeFolders(asked: Config): { readonly config: Config; readonly unlock: () => void } {
  for (const folder of [asked.dataDir, asked.flowsDir, asked.storageDir]) mkdirSync(folder, { recursive: true })
  const unlock = lockFolder(asked.dataDir)
  return { config: asked.needsFirstUser ? { ...asked, user: findFirstUser(asked.dataDir) } : asked, unlock }
}

/** Managers of secrets, Kestra's way of naming one included, and what is said of namespaces. */
function secretSources(
  { secretManagers, kestraSecret, secretNamespaces }: Config,
  { platform, onNotice }: { readonly platform: Platform; readonly onNotice: Notice },
): Required<Pick<AnswerWorld, 'managers' | 'secretRules'>> {
  const kestra = readKestraSecret(kestraSecret)
  if (kestra.problem !== undefined) onNotice(kestra.problem)
  const listed = secretManagers === undefined || secretManagers === null ? [] : secretManagers
  const managers = readManagers(isList(listed) ? [...listed, ...kestra.managers] : listed, {
    environment: process.env,
    folder: process.cwd(),
    nowMs: () => platform.nowMs(),
    at: (atMs, run) => platform.at(atMs, run),
    onNotice,
  })
  const isReadOnly = managers.some(manager => manager.isReadOnly)
  const ids = managers.map(({ id }) => id)
  return { managers, secretRules: readSecretRules(secretNamespaces, ids, isReadOnly ? { isReadOnly } : {}) }
}

/** SECRET inputs take a configured key; what else is secret is kept with the server's own where it is alone. */
function keysOf(
  { encryptionKeys, dataDir }: Config,
  isAlone: boolean,
): Pick<StartWorld, 'encrypt'> & { readonly secretKey: SecretKeeping } {
  const secretKey = keepSecrets(encryptionKeys, { dataDir, isAlone })
  const { encrypt } = secretKey
  return { secretKey, ...(encrypt && encryptionKeys.length > 0 ? { encrypt } : {}) }
}

/** What people said of namespaces, in the store and in the configuration. */
async function openSaid(
  config: Config,
  { store, catalogue, nowMs }: Pick<Ground, 'store'> & { readonly catalogue: Catalogue; nowMs(): number },
): Promise<Pick<Ground, 'namespaces' | 'pools' | 'saving' | 'defaults' | 'policies'>> {
  const defaults: SettingsFollower = { follow: () => Promise.resolve(), followPools: () => Promise.resolve() }
  const namespaces = await openNamespaceSettings({
    store,
    tenant: config.tenant,
    nowMs,
    onDefaults: name => defaults.follow(name),
    onPools: () => defaults.followPools(),
  })
  const pools = newPools(namespaces.pools, config.pools)
  const policies = await openPolicyBook({
    ...{ store, catalogue, nowMs, tenant: config.tenant, configured: policiesIn(config) },
    onDefaults: name => defaults.follow(name),
  })
  return { namespaces, pools, defaults, policies, saving: savingOf(config, { catalogue, namespaces, policies }) }
}

function policiesIn({ policies }: Config): readonly Value[] {
  if (policies === undefined || policies === null) return []
  if (isList(policies)) return policies
  throw new BatutaError('config-invalid', 'The option kestra.policies cannot be used: it must be a list.')
}

interface SavingPlace {
  readonly catalogue: Catalogue
  readonly namespaces: NamespaceSettings
  readonly policies: PolicyBook
}

function savingOf(config: Config, { catalogue, namespaces, policies }: SavingPlace): DefaultsWorld {
  return {
    catalogue,
    globalDefaults: config.pluginDefaults.global,
    namespaceDefaults: namespace => [
      ...policies.defaultsOf(namespace),
      ...namespaces.defaultsOf(namespace),
      ...defaultsOf(namespace, config.pluginDefaults),
    ],
    ...(config.apiDialect === 'c' ? { dialect: 2 as const } : {}),
  }
}

interface DeskPlace {
  readonly flows: FlowCatalogue
  readonly config: Config
  readonly nodeId: string
  readonly platform: Platform
}

function newTriggerDesk(store: Store, { flows, config, nodeId, platform }: DeskPlace): TriggerDesk {
  const nowMs = (): number => platform.nowMs()
  let count = 0
  return new TriggerDesk({
    store,
    flows,
    zone: config.zone,
    nowMs,
    signalOf: flow => {
      const id = `desk/${nodeId}/${nowMs()}/${++count}/${platform.random()}`
      const body = encodeValue({ type: 'trigger-changed', ...flow })
      return { id, shard: homeShardOf(flow), executionId: '-', body }
    },
  })
}

function pick(shards: ReadonlySet<number>, random: () => number): number {
  if (shards.size === 0 || shards.size === SHARDS) return Math.floor(random() * SHARDS)
  return [...shards][Math.floor(random() * shards.size)] ?? 0
}

interface StoreWorld {
  nowMs(): number
  random(): number
  onNotice(message: string, error?: unknown): void
}

async function openStore(config: Config, world: StoreWorld): Promise<Store> {
  const { database } = config
  const { durability, isMigrating } = config.storage
  if (database.type === 'sqlite')
    return openSqliteStore({ ...world, file: databaseFile(config), threadUrl: THREAD_URL, durability, isMigrating })
  // The embedded server loads no driver that it does not use.
  const { openPostgresStore } = await import('./storage/postgres/postgres-store.ts')
  const isEngine = config.roles.includes('engine')
  const { url, poolMax } = database
  return await openPostgresStore({ ...world, url, poolMax, durability, isMigrating, isEngine })
}

/** `envs`, `globals` and `kestra`, and what `namespace` is made of. */
function rootsOf(
  config: Config,
  environment: Readonly<Record<string, string | undefined>>,
  namespaces: NamespaceSettings,
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
    [NAMESPACE_VARIABLES, namespaces.variables],
  ])
}
