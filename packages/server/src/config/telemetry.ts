// The options of logs, metrics, traces and the management port, in Kestra's words where it has some.
import { BatutaError, isMap, mapEntries, printValue, type Value } from '@batuta/core'
import { isLoopback, readUser, type ConfiguredUser } from './user.ts'
import { readOtlp, type OtlpConfig } from './otlp.ts'

export interface TelemetryConfig {
  readonly management: ManagementConfig
  readonly metrics: MetricsConfig
  readonly log: LogConfig
  /** Nothing is sent anywhere without an endpoint. */
  readonly otlp: OtlpConfig | undefined
}

export interface ManagementConfig {
  readonly isEnabled: boolean
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  /** Somebody asked for this port: no other will do. */
  readonly isPortGiven: boolean
  /** Who may see what is not open to everybody; the server's user unless the management port has its own. */
  readonly user: ConfiguredUser | undefined
  readonly endpoints: Readonly<Record<EndpointName, EndpointConfig>>
}

export interface EndpointConfig {
  readonly isEnabled: boolean
  /** Only the user may see it. */
  readonly isSensitive: boolean
}

export const ENDPOINTS = ['health', 'prometheus', 'metrics', 'info', 'loggers'] as const
export type EndpointName = (typeof ENDPOINTS)[number]

export interface MetricsConfig {
  /** Of the metrics that are there for Kestra's boards; empty for none. */
  readonly prefix: string
  readonly tags: Readonly<Record<string, string>>
  readonly detail: 'flow' | 'namespace' | 'none'
  /** How many flows, and how many namespaces, are told apart. */
  readonly flowsMax: number
}

export const LOG_LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'OFF'] as const
export type ServerLogLevel = (typeof LOG_LEVELS)[number]

export interface LogConfig {
  readonly format: 'text' | 'json'
  /** By the name of the logger; ROOT is for all that have none of their own. */
  readonly levels: ReadonlyMap<string, ServerLogLevel>
}

/** How options are looked up: in the environment first, then in the files. */
export interface Words {
  text(path: string, variable?: string): string | undefined
  value(path: string): Value | undefined
}

export interface TelemetryPlace {
  readonly host: string
  readonly user: ConfiguredUser | undefined
  readonly managementPort: number | undefined
}

const PORT_MAX = 65_535
const FLOWS_DEFAULT = 500
const FLOWS_MAX = 100_000

/** @throws {BatutaError} `config-invalid` with the option and the way out. */
export function readTelemetry(words: Words, place: TelemetryPlace): TelemetryConfig {
  return {
    management: readManagement(words, place),
    metrics: {
      prefix: words.text('kestra.metrics.prefix', 'BATUTA_METRICS_PREFIX') ?? 'kestra',
      tags: Object.fromEntries(flatten(words.value('kestra.metrics.tags'))),
      detail: oneOf('metrics.labels', words.text('metrics.labels', 'BATUTA_METRICS_LABELS') ?? 'flow', [
        'flow',
        'namespace',
        'none',
      ]),
      flowsMax: whole('metrics.flows-max', words.text('metrics.flows-max', 'BATUTA_METRICS_FLOWS_MAX'), {
        fallback: FLOWS_DEFAULT,
        max: FLOWS_MAX,
      }),
    },
    log: {
      format: oneOf('log.format', words.text('log.format', 'BATUTA_LOG_FORMAT') ?? 'text', ['text', 'json']),
      levels: readLevels(words),
    },
    otlp: readOtlp(words),
  }
}

function readManagement(words: Words, { host: serverHost, user, managementPort }: TelemetryPlace): ManagementConfig {
  const host = words.text('endpoints.all.host', 'BATUTA_MANAGEMENT_HOST') ?? serverHost
  const port = words.text('endpoints.all.port', 'BATUTA_MANAGEMENT_PORT')
  const own = readUser({
    isEnabled: undefined,
    name: words.text('endpoints.all.basic-auth.username', 'BATUTA_MANAGEMENT_USER'),
    password: words.text('endpoints.all.basic-auth.password', 'BATUTA_MANAGEMENT_PASSWORD'),
  })
  const isSensitive = (words.text('endpoints.all.sensitive') ?? String(!isLoopback(host))) === 'true'
  const endpoint = (name: EndpointName): EndpointConfig => ({
    isEnabled: words.text(`endpoints.${name}.enabled`) !== 'false',
    isSensitive: (words.text(`endpoints.${name}.sensitive`) ?? String(isSensitive)) === 'true',
  })
  return {
    isEnabled: words.text('endpoints.all.enabled', 'BATUTA_MANAGEMENT_ENABLED') !== 'false',
    host,
    port: whole('endpoints.all.port', port, { fallback: managementPort ?? 0, max: PORT_MAX }),
    isPortGiven: port !== undefined,
    user: own ?? user,
    endpoints: {
      health: endpoint('health'),
      prometheus: endpoint('prometheus'),
      metrics: endpoint('metrics'),
      info: endpoint('info'),
      loggers: endpoint('loggers'),
    },
  }
}

/** `logger.levels` of the file, then `BATUTA_LOG_LEVEL` for all and `BATUTA_LOG_LEVELS` as `engine=DEBUG,flow.company=INFO`. */
function readLevels(words: Words): ReadonlyMap<string, ServerLogLevel> {
  const levels = new Map<string, ServerLogLevel>()
  const set = (name: string, level: string): void =>
    void levels.set(name, parseLogLevel(level, `logger.levels.${name}`))
  for (const [name, level] of flatten(words.value('logger.levels')))
    set(name.toLowerCase() === 'root' ? 'ROOT' : name, level)
  const root = words.text('log.level', 'BATUTA_LOG_LEVEL')
  if (root !== undefined) set('ROOT', root)
  for (const pair of (words.text('log.levels', 'BATUTA_LOG_LEVELS') ?? '').split(',')) {
    const [name, level] = pair.split('=')
    if (name !== undefined && level !== undefined) set(name.trim(), level.trim())
  }
  return levels
}

/** @throws {BatutaError} `config-invalid` */
export function parseLogLevel(text: string, option: string): ServerLogLevel {
  const word = text.toUpperCase() === 'WARNING' ? 'WARN' : text.toUpperCase()
  return oneOf(option, word === 'ALL' ? 'TRACE' : word, LOG_LEVELS)
}

function oneOf<Word extends string>(option: string, given: string, words: readonly Word[]): Word {
  const word = words.find(candidate => candidate === given)
  if (word !== undefined) return word
  throw new BatutaError('config-invalid', `The option ${option} is "${given}": it must be one of ${words.join(', ')}.`)
}

function whole(
  option: string,
  given: string | undefined,
  { fallback, max }: { readonly fallback: number; readonly max: number },
): number {
  if (given === undefined) return fallback
  const value = Number(given)
  if (Number.isInteger(value) && value >= 0 && value <= max) return value
  throw new BatutaError(
    'config-invalid',
    `The option ${option} is "${given}": it must be a whole number from 0 to ${max}.`,
  )
}

/** Names with dots may be written as one key or as keys within keys. */
function flatten(value: Value | undefined, prefix = ''): readonly (readonly [string, string])[] {
  if (value === undefined || value === null) return []
  if (!isMap(value)) return [[prefix, printValue(value)]]
  return [...mapEntries(value)].flatMap(([key, inner]) => flatten(inner, prefix === '' ? key : `${prefix}.${key}`))
}
