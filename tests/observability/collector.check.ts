// npm run test:observability: what a real OpenTelemetry Collector takes from a real server. The collector is BATUTA_OTELCOL, or is built by Go from the
// module beside this file.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { ROOT } from '../e2e/batuta.ts'
import { until } from '../e2e/until.ts'
import { makeLoad, writeFlows } from './flows.ts'
import { freePort, startBatuta, startProgram, type Batuta, type Program } from './programs.ts'

const BUILT = join(ROOT, 'tests', '.work', 'otelcol')
const BUILD_MAX_MS = 15 * 60_000
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const CALLER_SPAN = '00f067aa0ba902b7'
const CALLER = { traceparent: `00-${TRACE_ID}-${CALLER_SPAN}-01` }

let folder: string
let collectorPort: number
let management: string
let batuta: Batuta
let collector: Program

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batuta-collector-'))
  writeFlows(folder)
  collectorPort = await freePort()
  await writeFile(join(folder, 'collector.yaml'), configOf(collectorPort))
  collector = await startCollector()
  const managementPort = await freePort()
  management = `http://127.0.0.1:${managementPort}`
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collectorPort}`,
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    OTEL_SERVICE_NAME: 'checked',
  }
  batuta = await startBatuta({ folder, managementPort, environment })
})
after(async () => {
  await batuta.stop()
  await collector.stop()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})

function configOf(port: number): string {
  return `
receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:${port}" } } } }
exporters: { debug: { verbosity: detailed, sampling_initial: 1000000 } }
service:
  telemetry: { metrics: { level: none } }
  pipelines:
    traces: { receivers: [otlp], exporters: [debug] }
    logs: { receivers: [otlp], exporters: [debug] }
    metrics: { receivers: [otlp], exporters: [debug] }
`
}

async function startCollector(): Promise<Program> {
  const program = startProgram(await findCollector(), ['--config', join(folder, 'collector.yaml')], { cwd: folder })
  await until(
    'the collector is ready',
    async () => (/Everything is ready/.test(program.printed()) ? true : undefined),
    {
      seen: program.printed,
    },
  )
  return program
}

async function findCollector(): Promise<string> {
  const given = process.env['BATUTA_OTELCOL']
  if (given !== undefined) return given
  if (existsSync(BUILT)) return BUILT
  await mkdir(join(BUILT, '..'), { recursive: true })
  const cwd = join(import.meta.dirname, 'collector')
  const { status, stderr } = spawnSync('go', ['build', '-o', BUILT, '.'], {
    cwd,
    encoding: 'utf8',
    timeout: BUILD_MAX_MS,
  })
  assert.equal(status, 0, `the collector cannot be built: install Go, or give BATUTA_OTELCOL\n${stderr}`)
  return BUILT
}

interface Span {
  readonly name: string
  readonly traceId: string
  readonly parentId: string
  readonly id: string
  readonly status: string
}

const SPAN =
  /Trace ID +: (\w*)\n +Parent ID +: (\w*)\n +ID +: (\w*)\n +Name +: (.*)\n +Kind +: .*\n +Start time +: .*\n +End time +: .*\n +Status code +: (\w*)/g

function spansOf(printed: string): readonly Span[] {
  return [...printed.matchAll(SPAN)].map(([, traceId = '', parentId = '', id = '', name = '', status = '']) => ({
    name,
    traceId,
    parentId,
    id,
    status,
  }))
}

test('the collector sees an execution, its tasks and its subflow as one trace of the caller', async () => {
  await makeLoad(batuta.address, CALLER)
  const spans = await until('the spans are there', async () => {
    const found = spansOf(collector.printed()).filter(({ traceId }) => traceId === TRACE_ID)
    return found.filter(({ name }) => name === 'company.team.good').length >= 3 ? found : undefined
  })

  const parent = spans.find(({ name }) => name === 'company.parent')
  const call = spans.find(({ name }) => name === 'call')
  const child = spans.find(({ name, parentId }) => name === 'company.team.good' && parentId === call?.id)
  assert.equal(parent?.parentId, CALLER_SPAN)
  assert.equal(call?.parentId, parent?.id)
  assert.ok(child, 'the subflow is not below its task')
  assert.ok(spans.some(({ name, parentId }) => name === 'script' && parentId === child.id))
  assert.equal(spans.find(({ name }) => name === 'company.team.bad')?.status, 'Error')
  assert.equal(new Set(spans.map(({ id }) => id)).size, spans.length)
})

test('a script goes on with the trace that it is given', async () => {
  const printed = await until('the lines are there', async () => {
    const text = collector.printed()
    return /Body: Str\(traced 00-/.test(text) ? text : undefined
  })

  const [, traceId, spanId] = /Body: Str\(traced 00-(\w{32})-(\w{16})-01\)/.exec(printed) ?? []
  assert.equal(traceId, TRACE_ID)
  assert.ok(spansOf(printed).some(({ name, id }) => name === 'script' && id === spanId))
  assert.match(printed, /service.name: Str\(checked\)/)
})

test('a collector that goes away slows nobody down, and gets what waited when it is back', async () => {
  await collector.stop('SIGKILL')
  const fromMs = performance.now()
  for (let round = 0; round < 5; round++) await makeLoad(batuta.address)
  assert.ok(performance.now() - fromMs < 20_000)
  await until('the failure is seen', async () =>
    (await figureOf('batuta_otlp_failures_total', 'traces')) > 0 ? true : undefined,
  )

  collector = await startCollector()

  await until('what waited is there', async () => (spansOf(collector.printed()).length > 20 ? true : undefined))
  assert.equal(await figureOf('batuta_otlp_dropped_total', 'traces'), 0)
})

async function figureOf(name: string, signal: string): Promise<number> {
  const page = await (await fetch(`${management}/metrics`)).text()
  return Number(new RegExp(`^${name}\\{signal="${signal}"\\} (\\d+)$`, 'm').exec(page)?.[1] ?? 0)
}

test('a server that stops sends what is left, its metrics with it', async () => {
  await batuta.stop()

  await until('the metrics are there', async () =>
    /Name: batuta_executions_started_total/.test(collector.printed()) ? true : undefined,
  )
  assert.doesNotMatch(collector.printed(), /\b(error|panic)\t/)
})
