import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConfig } from './config.ts'
import type { TelemetryConfig } from './telemetry.ts'

function read(environment: Readonly<Record<string, string>>, file?: string): TelemetryConfig {
  const inFile: Record<string, string> = file === undefined ? {} : { KESTRA_CONFIGURATION: file }
  return readConfig({}, { ...inFile, ...environment }, '/srv').telemetry
}

test('without a word of it there is a management port, readable lines, and nothing is sent', () => {
  const { management, metrics, log, otlp } = read({})

  assert.deepEqual([management.isEnabled, management.host, management.port], [true, '127.0.0.1', 0])
  assert.deepEqual(management.endpoints.prometheus, { isEnabled: true, isSensitive: false })
  assert.deepEqual(metrics, { prefix: 'kestra', tags: {}, detail: 'flow', flowsMax: 500 })
  assert.deepEqual([log.format, log.levels.size, otlp], ['text', 0, undefined])
})

test("Kestra's words are understood", () => {
  const { management, metrics, log } = read(
    {},
    `
endpoints:
  all:
    port: 8081
    basic-auth: { username: watch, password: dog-1234 }
  loggers: { enabled: false }
  prometheus: { sensitive: true }
kestra.ignored: 1
kestra:
  metrics:
    prefix: ks
    tags: { region: eu }
logger:
  levels:
    root: WARN
    io.kestra.core: TRACE
    flow:
      company.team: debug
`,
  )

  assert.deepEqual([management.port, management.user], [8081, { name: 'watch', password: 'dog-1234' }])
  assert.equal(management.endpoints.loggers.isEnabled, false)
  assert.equal(management.endpoints.prometheus.isSensitive, true)
  assert.deepEqual([metrics.prefix, metrics.tags], ['ks', { region: 'eu' }])
  assert.deepEqual(
    [...log.levels],
    [
      ['ROOT', 'WARN'],
      ['io.kestra.core', 'TRACE'],
      ['flow.company.team', 'DEBUG'],
    ],
  )
})

test('the environment goes before the file', () => {
  const { management, log } = read(
    {
      BATUTA_MANAGEMENT_PORT: '9000',
      BATUTA_LOG_LEVEL: 'error',
      BATUTA_LOG_LEVELS: 'engine=DEBUG, flow.a=INFO',
      BATUTA_LOG_FORMAT: 'json',
    },
    'endpoints: { all: { port: 8081 } }\nlogger: { levels: { ROOT: INFO } }',
  )

  assert.deepEqual([management.port, log.format], [9000, 'json'])
  assert.deepEqual(
    [...log.levels],
    [
      ['ROOT', 'ERROR'],
      ['engine', 'DEBUG'],
      ['flow.a', 'INFO'],
    ],
  )
})

test('where others reach the port, what is more than health is for the user', () => {
  const { management } = read({ BATUTA_HOST: '0.0.0.0', BATUTA_USER: 'ada', BATUTA_PASSWORD: 'Secret-123' })

  assert.equal(management.endpoints.metrics.isSensitive, true)
  assert.equal(management.user?.name, 'ada')
})

test('the variables of OpenTelemetry say where traces, logs and metrics go', () => {
  const { otlp } = read({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/',
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'https://logs.example/in',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20b,x=1',
    OTEL_SERVICE_NAME: 'nightly',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=prod',
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.25',
  })

  assert.ok(otlp)
  assert.deepEqual(
    [otlp.tracesUrl, otlp.logsUrl, otlp.metricsUrl],
    ['http://collector:4318/v1/traces', 'https://logs.example/in', undefined],
  )
  assert.deepEqual([otlp.headers, otlp.serviceName, otlp.sampledPart], [{ 'api-key': 'a b', x: '1' }, 'nightly', 0.25])
  assert.deepEqual(otlp.resource, { 'deployment.environment': 'prod' })
})

test("Kestra's keys do, too, and its switch is obeyed", () => {
  const file = (root: string): string => `
otel:
  traces: { exporter: otlp }
  exporter: { otlp: { endpoint: 'http://collector:4318' } }
kestra: { traces: { root: ${root} } }
`

  assert.equal(read({}, file('DEFAULT')).otlp?.tracesUrl, 'http://collector:4318/v1/traces')
  assert.equal(read({}, file('DISABLED')).otlp?.tracesUrl, undefined)
  assert.equal(read({ OTEL_SDK_DISABLED: 'true' }, file('DEFAULT')).otlp, undefined)
})

test('an option that cannot be is refused with the way out', () => {
  const cases: readonly (readonly [Record<string, string>, RegExp])[] = [
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317' }, /one of gRPC: .* port 4318/],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' }, /is no URL of HTTP/],
    [{ OTEL_TRACES_SAMPLER: 'xray', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }, /sampler "xray"/],
    [{ BATUTA_LOG_FORMAT: 'xml' }, /log.format is "xml": it must be one of text, json/],
    [{ BATUTA_LOG_LEVEL: 'LOUD' }, /must be one of TRACE, DEBUG, INFO, WARN, ERROR, OFF/],
    [{ BATUTA_MANAGEMENT_PORT: '70000' }, /endpoints.all.port is "70000"/],
    [{ BATUTA_METRICS_LABELS: 'all' }, /metrics.labels is "all"/],
  ]
  for (const [environment, message] of cases) assert.throws(() => read(environment), { message })
})
