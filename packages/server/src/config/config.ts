// Every option with its default and its bounds, from one file and the environment. Flags of the command line win over the environment, the
// environment over the file.
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import type { Role } from '../storage/cluster.ts'
import { readDatabase, type Database } from './database.ts'
import { readScripts } from './scripts.ts'
import { checkReach, readUser, type ConfiguredUser } from './user.ts'
import { BatutaError, isMap, mapGet, parseYaml, printValue, type Value } from '@batuta/core'

export interface ServerOptions {
  readonly port?: number
  readonly host?: string
  readonly dataDir?: string
  readonly flowsDir?: string
  readonly configFile?: string
  /** What this process does; everything unless said. */
  readonly roles?: readonly Role[]
}

export interface Config {
  readonly port: number
  readonly host: string
  /** Nobody has to log in without one. */
  readonly user: ConfiguredUser | undefined
  readonly dataDir: string
  readonly flowsDir: string
  /** Internal storage; below the data folder unless the configuration says where. */
  readonly storageDir: string
  readonly database: Database
  readonly roles: readonly Role[]
  readonly tenant: string
  readonly zone: string
  readonly locale: string
  /** Jobs that this node runs at a time. */
  readonly slots: number
  /** Environment variables with this prefix are seen as `envs`. */
  readonly envPrefix: string
  readonly globals: Value
  readonly kestra: Value
  /** base64 of 32 bytes: encrypts SECRET inputs and outputs. */
  readonly encryptionKey: string | undefined
  readonly scripts: ReturnType<typeof readScripts>
}

const SLOTS_PER_CPU = 8
const PORT_DEFAULT = 8080
const PORT_MAX = 65_535
const SLOTS_MAX = 10_000
const POOL_DEFAULT = 8
const POOL_MAX = 200

/** @throws {BatutaError} `config-invalid` with the option and the way out. */
export function readConfig(
  options: ServerOptions,
  environment: Readonly<Record<string, string | undefined>>,
  cwd: string,
): Config {
  const files = [
    ...(options.configFile === undefined ? [] : [readFile(options.configFile)]),
    ...readInline(environment['KESTRA_CONFIGURATION']),
  ]
  const text = (path: string, variable: string): string | undefined => environment[variable] ?? textIn(files, path)
  const whole = (name: string, given: string | undefined, bounds: Bounds): number => readWhole(name, given, bounds)
  const host = options.host ?? text('server.host', 'BATUTA_HOST') ?? '127.0.0.1'
  const user = readUser({
    isEnabled: textIn(files, 'kestra.server.basic-auth.enabled'),
    name: text('kestra.server.basic-auth.username', 'BATUTA_USER'),
    password: text('kestra.server.basic-auth.password', 'BATUTA_PASSWORD'),
  })
  checkReach(host, user)
  const dataDir = resolve(cwd, options.dataDir ?? text('server.data', 'BATUTA_DATA') ?? '.batuta')
  return {
    port:
      options.port ??
      whole('server.port', text('server.port', 'BATUTA_PORT') ?? textIn(files, 'micronaut.server.port'), {
        fallback: PORT_DEFAULT,
        min: 0,
        max: PORT_MAX,
      }),
    host,
    user,
    dataDir,
    storageDir: resolve(cwd, text('kestra.storage.local.base-path', 'BATUTA_STORAGE') ?? join(dataDir, 'storage')),
    database: readDatabase({
      url: text('database.url', 'BATUTA_DATABASE_URL'),
      repositoryType: textIn(files, 'kestra.repository.type') ?? textIn(files, 'kestra.queue.type'),
      jdbcUrl: textIn(files, 'datasources.postgres.url'),
      username: textIn(files, 'datasources.postgres.username'),
      password: textIn(files, 'datasources.postgres.password'),
      poolMax: whole('database.pool', text('database.pool', 'BATUTA_DATABASE_POOL'), {
        fallback: POOL_DEFAULT,
        min: 1,
        max: POOL_MAX,
      }),
    }),
    roles: options.roles ?? ['engine', 'web', 'worker'],
    flowsDir: resolve(cwd, options.flowsDir ?? text('server.flows', 'BATUTA_FLOWS') ?? 'flows'),
    tenant: 'main',
    zone: environment['TZ'] ?? 'UTC',
    locale: text('server.locale', 'BATUTA_LOCALE') ?? 'en-US',
    slots: whole('worker.slots', text('worker.slots', 'BATUTA_SLOTS'), {
      fallback: SLOTS_PER_CPU * availableParallelism(),
      min: 1,
      max: SLOTS_MAX,
    }),
    envPrefix: text('kestra.variables.env-vars-prefix', 'BATUTA_ENV_PREFIX') ?? 'ENV_',
    globals: valueIn(files, 'kestra.variables.globals') ?? {},
    kestra: {
      ...optional('environment', textIn(files, 'kestra.environment.name')),
      ...optional('url', textIn(files, 'kestra.url')),
    },
    encryptionKey: text('kestra.encryption.secret-key', 'BATUTA_ENCRYPTION_KEY'),
    scripts: readScripts({
      isolation: text('script.isolation', 'BATUTA_SCRIPT_ISOLATION'),
      namespaces: valueIn(files, 'script.namespaces'),
      zygotes: text('script.zygotes', 'BATUTA_SCRIPT_ZYGOTES'),
      idleSeconds: text('script.idle', 'BATUTA_SCRIPT_IDLE'),
    }),
  }
}

export function databaseFile(config: Config): string {
  return join(config.dataDir, 'batuta.db')
}

interface Bounds {
  readonly fallback: number
  readonly min: number
  readonly max: number
}

function readWhole(name: string, given: string | undefined, { fallback, min, max }: Bounds): number {
  if (given === undefined) return fallback
  const value = Number(given)
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw new BatutaError(
    'config-invalid',
    `The option ${name} is "${given}": it must be a whole number from ${min} to ${max}.`,
  )
}

function readFile(path: string): Value {
  const { value, problem } = parseYaml(readFileSync(path, 'utf8'))
  if (problem !== undefined)
    throw new BatutaError('config-invalid', `The configuration "${path}" cannot be read: ${problem}`)
  return value ?? null
}

function at(root: Value, path: string): Value | undefined {
  let value: Value | undefined = root
  for (const part of path.split('.')) {
    if (value === undefined || value === null || !isMap(value)) return undefined
    value = mapGet(value, part)
  }
  return value ?? undefined
}

/** Of several files the first that has the option counts. */
function valueIn(files: readonly Value[], path: string): Value | undefined {
  for (const file of files) {
    const value = at(file, path)
    if (value !== undefined) return value
  }
  return undefined
}

function textIn(files: readonly Value[], path: string): string | undefined {
  const value = valueIn(files, path)
  return value === undefined || value === null ? undefined : printValue(value)
}

/** The configuration as text in the environment, as compose files of Kestra's users have it. */
function readInline(text: string | undefined): readonly Value[] {
  if (text === undefined || text.trim() === '') return []
  const { value, problem } = parseYaml(text)
  if (problem !== undefined) throw new BatutaError('config-invalid', `KESTRA_CONFIGURATION cannot be read: ${problem}`)
  return [value ?? null]
}

function optional(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value }
}
