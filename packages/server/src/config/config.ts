// Every option with its default and its bounds, from one file and the environment. Flags of the command line win over the environment, the
// environment over the file.
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { BatutaError, isMap, mapGet, parseYaml, printValue, type Value } from '@batuta/core'

export interface ServerOptions {
  readonly port?: number
  readonly host?: string
  readonly dataDir?: string
  readonly flowsDir?: string
  readonly configFile?: string
}

export interface Config {
  readonly port: number
  readonly host: string
  readonly dataDir: string
  readonly flowsDir: string
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
}

const SLOTS_PER_CPU = 8
const PORT_DEFAULT = 8080
const PORT_MAX = 65_535
const SLOTS_MAX = 10_000

export function readConfig(
  options: ServerOptions,
  environment: Readonly<Record<string, string | undefined>>,
  cwd: string,
): Config {
  const file = options.configFile === undefined ? null : readFile(options.configFile)
  const text = (path: string, variable: string): string | undefined => environment[variable] ?? textAt(file, path)
  const whole = (name: string, given: string | undefined, bounds: Bounds): number => readWhole(name, given, bounds)
  return {
    port:
      options.port ??
      whole('server.port', text('server.port', 'BATUTA_PORT'), { fallback: PORT_DEFAULT, min: 0, max: PORT_MAX }),
    host: options.host ?? text('server.host', 'BATUTA_HOST') ?? '127.0.0.1',
    dataDir: resolve(cwd, options.dataDir ?? text('server.data', 'BATUTA_DATA') ?? '.batuta'),
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
    globals: at(file, 'kestra.variables.globals') ?? {},
    kestra: {
      ...optional('environment', textAt(file, 'kestra.environment.name')),
      ...optional('url', textAt(file, 'kestra.url')),
    },
    encryptionKey: text('kestra.encryption.secret-key', 'BATUTA_ENCRYPTION_KEY'),
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

function textAt(root: Value, path: string): string | undefined {
  const value = at(root, path)
  return value === undefined || value === null ? undefined : printValue(value)
}

function optional(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value }
}
