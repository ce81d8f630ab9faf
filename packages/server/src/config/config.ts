// Every option with its default and its bounds, from one file and the environment. Flags of the command line win over the environment, the
// environment over the file.
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import type { EgressSettings } from '@batuta/plugin-sdk'
import type { WorkerProfile } from '../inbox/jobs.ts'
import type { Role } from '../storage/cluster.ts'
import { readDatabase, type Database } from './database.ts'
import { readEncryptionKeys } from './encryption-keys.ts'
import { readConfiguredPools, type SharedLimits } from '../flows/pools.ts'
import { readContainers, type Containers } from './containers.ts'
import { readCors, type CorsRule } from './cors.ts'
import { readEgress } from './egress.ts'
import { readTrustedProxies } from './proxies.ts'
import { readPluginDefaults, type ConfiguredDefaults } from './plugin-defaults.ts'
import { readScripts } from './scripts.ts'
import { readSignIn, type SignInConfig } from './sign-in.ts'
import { Sources, wholeOf, type Environment } from './sources.ts'
import { readStorageOptions, type StorageOptions } from './storage-options.ts'
import { readTelemetry, type TelemetryConfig } from './telemetry.ts'
import { needsFirstUser, readUser, type ConfiguredUser } from './user.ts'
import { BatutaError, type ApiDialect, type Value } from '@batuta/core'

export interface ServerOptions {
  readonly port?: number
  readonly host?: string
  readonly dataDir?: string
  readonly flowsDir?: string
  readonly configFile?: string
  /** What this process does; everything unless said. */
  readonly roles?: readonly Role[]
  /** Jobs that this node runs at a time; 0 leaves the role `worker` away. */
  readonly slots?: number
  readonly workerGroup?: string
  /** How long a stop waits for jobs to end unless the configuration says so. */
  readonly drainMs?: number
  /** Of health and metrics; any free one unless said. */
  readonly managementPort?: number
}

export interface Config {
  readonly port: number
  readonly host: string
  /** Nobody has to log in without one. */
  readonly user: ConfiguredUser | undefined
  /** Others reach the server and nobody is configured: it waits for its set-up. */
  readonly needsFirstUser: boolean
  readonly dataDir: string
  /** It may hold passwords and keys. */
  readonly configFile?: string
  readonly flowsDir: string
  /** Plugins that somebody installed. */
  readonly pluginsDir: string
  /** Somebody said which folder it is: flows that are saved elsewhere are written into it. */
  readonly isFlowsDirNamed: boolean
  /** Internal storage; below the data folder unless the configuration says where. */
  readonly storageDir: string
  /** Who may sign in, and how. */
  readonly signIn: SignInConfig
  readonly database: Database
  readonly storage: StorageOptions
  readonly roles: readonly Role[]
  readonly tenant: string
  /** The address that people know the server by. */
  readonly url?: string
  /** Pages of other sites that may call the API. */
  readonly cors: readonly CorsRule[]
  /** Proxies beside this machine that say whom they speak for. */
  readonly trustedProxies: readonly string[]
  /** Requests of one credential, 0 for no limit. */
  readonly requestsPerMinute: number
  /** Which of Kestra's interfaces answers where several share a path; with `c`, that of 2.0, flows are read as 2.0 reads them. */
  readonly apiDialect: ApiDialect
  readonly zone: string
  readonly locale: string
  /** Jobs that this node runs at a time. */
  readonly slots: number
  readonly worker: WorkerProfile
  /** A stop waits so long for jobs to end; what runs on is stopped and starts again elsewhere. */
  readonly drainMs: number
  /** Environment variables with this prefix are seen as `envs`. */
  readonly envPrefix: string
  readonly globals: Value
  readonly kestra: Value
  /** base64 of 32 bytes each: the first encrypts SECRET inputs and outputs, and wraps the keys of secrets. */
  readonly encryptionKeys: readonly string[]
  readonly telemetry: TelemetryConfig
  readonly scripts: ReturnType<typeof readScripts>
  readonly containers: Containers
  /** Where tasks may connect to. */
  readonly egress: EgressSettings
  readonly pluginDefaults: ConfiguredDefaults
  /** Managers of secrets elsewhere, as they are written. */
  readonly secretManagers: Value | undefined
  /** Where the secrets of namespaces come from, as it is written. */
  readonly secretNamespaces: Value | undefined
  /** Kestra's way of naming a manager. */
  readonly kestraSecret: Value | undefined
  /** Policies, as they are written. */
  readonly policies: Value | undefined
  /** Limits that flows share, by namespace. */
  readonly pools: ReadonlyMap<string, SharedLimits>
}

const ALL_ROLES: readonly Role[] = ['engine', 'web', 'worker']
const SLOTS_PER_CPU = 8
const SLOTS_MAX = 10_000
const PORT = { fallback: 8080, min: 0, max: 65_535 }
const POOL = { fallback: 8, min: 1, max: 200 }
const REQUESTS = { fallback: 120_000, min: 0, max: 1_000_000_000 }
const DRAIN_MS = 60_000

/** @throws {BatutaError} `config-invalid` with the option and the way out. */
export function readConfig(options: ServerOptions, environment: Environment, cwd: string): Config {
  const sources = new Sources(options.configFile, environment)
  const dataDir = resolve(cwd, options.dataDir ?? sources.text('server.data', 'BATUTA_DATA') ?? '.batuta')
  const namedFlows = options.flowsDir ?? sources.text('server.flows', 'BATUTA_FLOWS')
  const database = databaseOf(sources)
  const place = placeOf(options, sources)
  return {
    ...place,
    ...workOf(options, sources),
    dataDir,
    ...optional('configFile', options.configFile === undefined ? undefined : resolve(cwd, options.configFile)),
    storageDir: resolve(
      cwd,
      sources.text('kestra.storage.local.base-path', 'BATUTA_STORAGE') ?? join(dataDir, 'storage'),
    ),
    flowsDir: resolve(cwd, namedFlows ?? 'flows'),
    pluginsDir: resolve(cwd, sources.text('server.plugins', 'BATUTA_PLUGINS') ?? join(dataDir, 'plugins')),
    isFlowsDirNamed: namedFlows !== undefined,
    database,
    signIn: readSignIn(sources, environment),
    storage: readStorageOptions((path, variable) => sources.text(path, variable)),
    roles: rolesOf(options, database),
    tenant: 'main',
    ...urlOf(sources),
    cors: readCors(sources),
    trustedProxies: readTrustedProxies(sources),
    requestsPerMinute: sources.whole('server.requests-per-minute', 'BATUTA_REQUESTS_PER_MINUTE', REQUESTS),
    zone: environment['TZ'] ?? 'UTC',
    locale: sources.text('server.locale', 'BATUTA_LOCALE') ?? 'en-US',
    envPrefix: sources.text('kestra.variables.env-vars-prefix', 'BATUTA_ENV_PREFIX') ?? 'ENV_',
    globals: sources.value('kestra.variables.globals') ?? {},
    kestra: {
      ...optional('environment', sources.inFile('kestra.environment.name')),
      ...optional('url', sources.inFile('kestra.url')),
    },
    encryptionKeys: readEncryptionKeys(sources, cwd),
    pluginDefaults: readPluginDefaults(sources),
    policies: sources.value('kestra.policies') ?? sources.value('policies'),
    secretManagers: sources.value('secrets.managers'),
    secretNamespaces: sources.value('secrets.namespaces'),
    kestraSecret: sources.value('kestra.secret'),
    pools: readConfiguredPools(sources.value('concurrency.pools'), sources.value('namespaces')),
    egress: readEgress(sources),
    apiDialect: apiDialectOf(sources.text('api.dialect', 'BATUTA_API_DIALECT')),
    telemetry: readTelemetry(sources, { ...place, managementPort: options.managementPort }),
    containers: readContainers({
      runner: sources.text('script.runner', 'BATUTA_SCRIPT_RUNNER'),
      host: sources.text('docker.host', 'BATUTA_DOCKER_HOST'),
      volumes: sources.text('docker.volumes', 'BATUTA_DOCKER_VOLUMES'),
      privileged: sources.text('docker.privileged', 'BATUTA_DOCKER_PRIVILEGED'),
      instead: sources.text('docker.instead', 'BATUTA_DOCKER_INSTEAD'),
      plugins: sources.value('kestra.plugins.configurations'),
    }),
    scripts: readScripts({
      isolation: sources.text('script.isolation', 'BATUTA_SCRIPT_ISOLATION'),
      namespaces: sources.value('script.namespaces'),
      zygotes: sources.text('script.zygotes', 'BATUTA_SCRIPT_ZYGOTES'),
      idleSeconds: sources.text('script.idle', 'BATUTA_SCRIPT_IDLE'),
      writable: environment['BATUTA_SCRIPT_WRITABLE'] ?? sources.value('script.writable'),
      memory: sources.text('script.limits.memory', 'BATUTA_SCRIPT_MEMORY'),
      processes: sources.text('script.limits.processes', 'BATUTA_SCRIPT_PROCESSES'),
      cpus: sources.text('script.limits.cpus', 'BATUTA_SCRIPT_CPUS'),
      cgroup: sources.text('script.cgroup', 'BATUTA_SCRIPT_CGROUP'),
    }),
  }
}

function urlOf(sources: Sources): Pick<Config, 'url'> {
  const url = sources.text('kestra.url', 'BATUTA_URL')
  if (url === undefined || url.trim() === '') return {}
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) return { url: url.replace(/\/+$/, '') }
  throw new BatutaError('config-invalid', `The option kestra.url is "${url}": give an address that begins with http.`)
}

const API_DIALECTS: ReadonlyMap<string, ApiDialect> = new Map([
  ['0.20', 'a'],
  ['1.3', 'b'],
  ['2.0', 'c'],
])

function apiDialectOf(text = '1.3'): ApiDialect {
  const dialect = API_DIALECTS.get(text)
  if (dialect !== undefined) return dialect
  const choices = [...API_DIALECTS.keys()].join(', ')
  throw new BatutaError('config-invalid', `The option api.dialect must be one of ${choices}, but is "${text}".`)
}

export function databaseFile({ dataDir }: Pick<Config, 'dataDir'>): string {
  return join(dataDir, 'batuta.db')
}

function placeOf(options: ServerOptions, sources: Sources): Pick<Config, 'port' | 'host' | 'user' | 'needsFirstUser'> {
  const host = options.host ?? sources.text('server.host', 'BATUTA_HOST') ?? '127.0.0.1'
  const port = sources.text('server.port', 'BATUTA_PORT') ?? sources.inFile('micronaut.server.port')
  const isEnabled = sources.inFile('kestra.server.basic-auth.enabled')
  const user = readUser({
    isEnabled,
    name: sources.text('kestra.server.basic-auth.username', 'BATUTA_USER'),
    password: sources.text('kestra.server.basic-auth.password', 'BATUTA_PASSWORD'),
  })
  return {
    host,
    port: options.port ?? wholeOf('server.port', port, PORT),
    user,
    needsFirstUser: needsFirstUser(host, user, isEnabled),
  }
}

function databaseOf(sources: Sources): Database {
  return readDatabase({
    url: sources.text('database.url', 'BATUTA_DATABASE_URL'),
    repositoryType: sources.inFile('kestra.repository.type') ?? sources.inFile('kestra.queue.type'),
    jdbcUrl: sources.inFile('datasources.postgres.url'),
    username: sources.inFile('datasources.postgres.username'),
    password: sources.inFile('datasources.postgres.password'),
    poolMax: sources.whole('database.pool', 'BATUTA_DATABASE_POOL', POOL),
  })
}

function workOf(options: ServerOptions, sources: Sources): Pick<Config, 'slots' | 'worker' | 'drainMs'> {
  const slots = { fallback: SLOTS_PER_CPU * availableParallelism(), min: 1, max: SLOTS_MAX }
  const drainMs = sources.span('server.drain', 'BATUTA_DRAIN', 'kestra.server.termination-grace-period')
  return {
    slots: options.slots ?? sources.whole('worker.slots', 'BATUTA_SLOTS', slots),
    worker: {
      group: options.workerGroup ?? sources.text('worker.group', 'BATUTA_WORKER_GROUP'),
      tags: sources.list('worker.tags', 'BATUTA_WORKER_TAGS'),
    },
    drainMs: drainMs ?? options.drainMs ?? DRAIN_MS,
  }
}

/** What needs more than one process needs a database that they share. */
function rolesOf({ roles = ALL_ROLES, slots }: ServerOptions, database: Database): readonly Role[] {
  if (ALL_ROLES.some(role => !roles.includes(role)) && database.type === 'sqlite')
    throw new BatutaError(
      'config-invalid',
      'A server with a part of the roles works with others on one PostgreSQL, and none is configured. Name it with BATUTA_DATABASE_URL (database.url, or datasources.postgres.url, in the configuration), or start "server local".',
    )
  return slots === 0 ? roles.filter(role => role !== 'worker') : roles
}

function optional(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value }
}
