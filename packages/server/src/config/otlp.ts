// Where traces, logs and metrics are sent: the environment variables of OpenTelemetry, or the same words in the configuration as Kestra's users have them.
import { BatutaError } from '@batuta/core'
import type { Words } from './telemetry.ts'

export interface OtlpConfig {
  /** With the path of each signal; undefined for what is not sent. */
  readonly tracesUrl: string | undefined
  readonly logsUrl: string | undefined
  readonly metricsUrl: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly serviceName: string
  readonly resource: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly isCompressed: boolean
  /** Which part of the traces that begin here is recorded, in [0, 1]. */
  readonly sampledPart: number
}

const TIMEOUT_MS = 10_000
const TIMEOUT_MAX_MS = 300_000

/** Undefined when nothing is to be sent. */
export function readOtlp(words: Words): OtlpConfig | undefined {
  const text = (path: string, variable: string): string | undefined => words.text(path, variable)
  if (text('otel.sdk.disabled', 'OTEL_SDK_DISABLED') === 'true') return undefined
  const base = text('otel.exporter.otlp.endpoint', 'OTEL_EXPORTER_OTLP_ENDPOINT')
  const urlOf = (signal: Signal): string | undefined => readUrl(words, signal, base)
  const urls = { tracesUrl: urlOf('traces'), logsUrl: urlOf('logs'), metricsUrl: urlOf('metrics') }
  if (urls.tracesUrl === undefined && urls.logsUrl === undefined && urls.metricsUrl === undefined) return undefined
  const resource = readPairs(text('otel.resource.attributes', 'OTEL_RESOURCE_ATTRIBUTES'))
  return {
    ...urls,
    headers: readPairs(text('otel.exporter.otlp.headers', 'OTEL_EXPORTER_OTLP_HEADERS')),
    serviceName: text('otel.service.name', 'OTEL_SERVICE_NAME') ?? resource['service.name'] ?? 'batuta',
    resource,
    timeoutMs: readTimeout(text('otel.exporter.otlp.timeout', 'OTEL_EXPORTER_OTLP_TIMEOUT')),
    isCompressed: text('otel.exporter.otlp.compression', 'OTEL_EXPORTER_OTLP_COMPRESSION') === 'gzip',
    sampledPart: readSampler(
      text('otel.traces.sampler', 'OTEL_TRACES_SAMPLER'),
      text('otel.traces.sampler.arg', 'OTEL_TRACES_SAMPLER_ARG'),
    ),
  }
}

type Signal = 'traces' | 'logs' | 'metrics'

/** `kestra.traces.root: DISABLED` switches traces off, `otel.<signal>.exporter: none` any of the three. */
function readUrl(words: Words, signal: Signal, base: string | undefined): string | undefined {
  const upper = signal.toUpperCase()
  if (words.text(`otel.${signal}.exporter`, `OTEL_${upper}_EXPORTER`) === 'none') return undefined
  if (signal === 'traces' && words.text('kestra.traces.root') === 'DISABLED') return undefined
  const protocol =
    words.text(`otel.exporter.otlp.${signal}.protocol`, `OTEL_EXPORTER_OTLP_${upper}_PROTOCOL`) ??
    words.text('otel.exporter.otlp.protocol', 'OTEL_EXPORTER_OTLP_PROTOCOL')
  const own = words.text(`otel.exporter.otlp.${signal}.endpoint`, `OTEL_EXPORTER_OTLP_${upper}_ENDPOINT`)
  const given = own ?? (base === undefined ? undefined : `${base.replace(/\/+$/, '')}/v1/${signal}`)
  if (given === undefined) return undefined
  if (!URL.canParse(given) || !/^https?:$/.test(new URL(given).protocol)) {
    throw new BatutaError('config-invalid', `The OTLP endpoint "${given}" is no URL of HTTP: write http://host:4318.`)
  }
  if (protocol === 'grpc' || (protocol === undefined && new URL(given).port === '4317')) {
    throw new BatutaError(
      'config-invalid',
      `The OTLP endpoint "${given}" is one of gRPC: Batuta sends over HTTP, which collectors take at port 4318; set OTEL_EXPORTER_OTLP_ENDPOINT to it.`,
    )
  }
  return given
}

/** `name=value,name=value`, with values as in a URL. */
function readPairs(text: string | undefined): Readonly<Record<string, string>> {
  const pairs: Record<string, string> = {}
  for (const pair of (text ?? '').split(',')) {
    const at = pair.indexOf('=')
    if (at > 0) pairs[pair.slice(0, at).trim()] = decoded(pair.slice(at + 1).trim())
  }
  return pairs
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // What is no percent code stands for itself.
  }
}

function readTimeout(text: string | undefined): number {
  if (text === undefined) return TIMEOUT_MS
  const value = Number(text)
  if (Number.isFinite(value) && value > 0 && value <= TIMEOUT_MAX_MS) return value
  throw new BatutaError(
    'config-invalid',
    `OTEL_EXPORTER_OTLP_TIMEOUT is "${text}": it must be milliseconds from 1 to ${TIMEOUT_MAX_MS}.`,
  )
}

function readSampler(name: string | undefined, argument: string | undefined): number {
  if (name === undefined || name.endsWith('always_on')) return 1
  if (name.endsWith('always_off')) return 0
  const part = Number(argument ?? 1)
  if (name.endsWith('traceidratio') && part >= 0 && part <= 1) return part
  throw new BatutaError(
    'config-invalid',
    `The sampler "${name}" with "${argument ?? ''}" is not known: use always_on, always_off or traceidratio with a number from 0 to 1, alone or as parentbased_….`,
  )
}
