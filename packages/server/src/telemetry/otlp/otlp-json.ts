// OTLP as JSON: the words of its protobuf schema in camel case, 64-bit numbers as text, ids in hexadecimal digits.

export type AttributeValue = string | number | boolean
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>

export interface SpanRecord {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string | undefined
  readonly name: string
  readonly startMs: number
  readonly endMs: number
  readonly isFailed: boolean
  readonly message?: string | undefined
  readonly attributes: Attributes
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[]
}

export interface LogRecord {
  readonly atMs: number
  readonly level: string
  readonly message: string
  readonly attributes: Attributes
  readonly traceId?: string | undefined
  readonly spanId?: string | undefined
}

const KIND_INTERNAL = 1
const STATUS_UNSET = 0
const STATUS_ERROR = 2
const MESSAGE_CHARS_MAX = 16 * 1024
const SEVERITIES: Readonly<Record<string, number>> = { TRACE: 1, DEBUG: 5, INFO: 9, WARN: 13, ERROR: 17 }
/** Flags of a span: sampled. */
const SAMPLED = 1

export function spanText(span: SpanRecord): string {
  const { traceId, spanId, parentSpanId, name, startMs, endMs, isFailed, message, attributes, links } = span
  return JSON.stringify({
    traceId,
    spanId,
    parentSpanId,
    flags: SAMPLED,
    name,
    kind: KIND_INTERNAL,
    startTimeUnixNano: nanoText(startMs),
    endTimeUnixNano: nanoText(endMs),
    attributes: attributeList(attributes),
    links,
    status: { code: isFailed ? STATUS_ERROR : STATUS_UNSET, message },
  })
}

export function logText({ atMs, level, message, attributes, traceId, spanId }: LogRecord): string {
  return JSON.stringify({
    timeUnixNano: nanoText(atMs),
    observedTimeUnixNano: nanoText(atMs),
    severityNumber: SEVERITIES[level] ?? SEVERITIES['INFO'],
    severityText: level,
    body: { stringValue: message.slice(0, MESSAGE_CHARS_MAX) },
    attributes: attributeList(attributes),
    traceId,
    spanId,
  })
}

export function nanoText(ms: number): string {
  const micros = Math.round(ms * 1_000)
  return `${micros}000`
}

export function attributeList(attributes: Attributes): readonly unknown[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: attributeValue(value) }],
  )
}

function attributeValue(value: AttributeValue): unknown {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}

/** What stands around the records of a request. */
export function envelopeOf(
  signal: 'traces' | 'logs' | 'metrics',
  { resource, version }: { readonly resource: Attributes; readonly version: string },
): { readonly before: string; readonly after: string } {
  const head = JSON.stringify({ attributes: attributeList(resource) })
  const scope = JSON.stringify({ name: 'batuta', version })
  const words = {
    traces: ['resourceSpans', 'scopeSpans', 'spans'],
    logs: ['resourceLogs', 'scopeLogs', 'logRecords'],
    metrics: ['resourceMetrics', 'scopeMetrics', 'metrics'],
  } as const
  const [of, scopes, records] = words[signal]
  return { before: `{"${of}":[{"resource":${head},"${scopes}":[{"scope":${scope},"${records}":[`, after: ']}]}]}' }
}
