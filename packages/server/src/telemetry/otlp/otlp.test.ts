import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { startServer, type RunningServer } from '../../boot.ts'

const CHILD = `
id: child
namespace: company.team
tasks:
  - id: say
    type: io.kestra.plugin.core.log.Log
    message: from below
`
const PARENT = `
id: parent
namespace: company.team
tasks:
  - id: group
    type: io.kestra.plugin.core.flow.Sequential
    tasks:
      - id: call
        type: io.kestra.plugin.core.flow.Subflow
        namespace: company.team
        flowId: child
        wait: true
  - id: fail
    type: io.kestra.plugin.core.execution.Fail
triggers:
  - id: door
    type: io.kestra.plugin.core.trigger.Webhook
    key: knock
`
const CALLER = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

interface Sent {
  readonly path: string
  readonly headers: Readonly<Record<string, unknown>>
  /** Whatever came: the tests look into it. */
  readonly json: ReturnType<typeof JSON.parse>
}

let folder: string
let collector: Server
let port: number
const sent: Sent[] = []

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batuta-otlp-'))
  collector = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      sent.push({
        path: incoming.url ?? '',
        headers: incoming.headers,
        json: JSON.parse(gunzipSync(Buffer.concat(chunks)).toString()),
      })
      outgoing.end('{}')
    })
  })
  await new Promise<void>(resolve => collector.listen(0, '127.0.0.1', resolve))
  const address = collector.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})
after(async () => {
  collector.closeAllConnections()
  collector.close()
  await rm(folder, { recursive: true, force: true })
})

async function open(name: string, endpointPort: number): Promise<RunningServer> {
  const configFile = join(folder, `${name}.yaml`)
  const otel = `
otel:
  service.name: unused
  exporter:
    otlp: { endpoint: "http://127.0.0.1:${endpointPort}", compression: gzip, headers: "api-key=open%20sesame" }
  resource: { attributes: "deployment.environment=test" }
logger: { levels: { ROOT: OFF } }
`
  await writeFile(configFile, otel)
  return await startServer({ port: 0, dataDir: join(folder, name), flowsDir: join(folder, 'flows'), configFile })
}

async function run(server: RunningServer, headers: Readonly<Record<string, string>>): Promise<void> {
  for (const body of [CHILD, PARENT])
    await fetch(`${server.address}/api/v1/main/flows`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-yaml' },
    })
  const url = `${server.address}/api/v1/main/executions/webhook/company.team/parent/knock`
  const reply = await fetch(url, { method: 'POST', headers })
  assert.equal(reply.status, 200)
}

interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly status: { readonly code: number }
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[]
}

function spansOf(requests: readonly Sent[]): readonly Span[] {
  return requests
    .filter(({ path }) => path === '/v1/traces')
    .flatMap(({ json }) => json.resourceSpans[0].scopeSpans[0].spans)
}

test('an execution is one trace with its tasks and its subflow, in the trace of who called', async () => {
  sent.length = 0
  const server = await open('traced', port)
  await run(server, { traceparent: CALLER })
  await server.stop()

  const spans = spansOf(sent)
  const find = (name: string): Span => {
    const found = spans.find(span => span.name === name)
    assert.ok(found, `no span "${name}" among ${spans.map(span => span.name).join()}`)
    return found
  }
  const [parent, group, call, child, say, fail] = [
    'company.team.parent',
    'group',
    'call',
    'company.team.child',
    'say',
    'fail',
  ].map(find)
  const flush = find('flush')
  for (const span of [parent, group, call, child, say, fail])
    assert.equal(span?.traceId, CALLER.split('-')[1], span?.name)
  assert.notEqual(flush.traceId, parent?.traceId)
  assert.deepEqual(
    [parent, group, call, child, say, fail].map(span => span?.parentSpanId),
    [CALLER.split('-')[2], parent?.spanId, group?.spanId, call?.spanId, child?.spanId, parent?.spanId],
  )
  assert.deepEqual(
    [parent, fail, child].map(span => span?.status.code),
    [2, 2, 0],
  )
  for (const span of spans) assert.ok(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano), span.name)
  assert.ok(parent?.attributes.some(({ key, value }) => key === 'batuta.flow.id' && value.stringValue === 'parent'))
})

test('requests carry the headers and the resource of the configuration', () => {
  const [request] = sent.filter(({ path }) => path === '/v1/traces')

  assert.equal(request?.headers['api-key'], 'open sesame')
  const attributes: readonly { readonly key: string }[] = request?.json.resourceSpans[0].resource.attributes
  assert.deepEqual(
    attributes.map(({ key }) => key),
    ['deployment.environment', 'service.name', 'service.version', 'service.instance.id'],
  )
})

test('lines of executions are records in the trace of their execution', () => {
  const records = sent
    .filter(({ path }) => path === '/v1/logs')
    .flatMap(({ json }) => json.resourceLogs[0].scopeLogs[0].logRecords)
  const line = records.find(record => record.body.stringValue === 'from below')

  assert.ok(line)
  assert.deepEqual([line.severityText, line.severityNumber], ['INFO', 9])
  assert.equal(line.traceId, CALLER.split('-')[1])
  assert.equal(line.spanId, spansOf(sent).find(span => span.name === 'say')?.spanId)
})

test('the last state of the metrics is sent when the server stops', () => {
  const metrics = sent
    .filter(({ path }) => path === '/v1/metrics')
    .flatMap(({ json }) => json.resourceMetrics[0].scopeMetrics[0].metrics)
  const find = (name: string): ReturnType<typeof JSON.parse> => metrics.find(metric => metric.name === name)

  const started = find('batuta_executions_started_total').sum
  assert.equal(started.isMonotonic, true)
  assert.deepEqual(
    started.dataPoints.map((point: { asDouble: number }) => point.asDouble),
    [1, 1],
  )
  const [point] = find('batuta_flush_duration_seconds').histogram.dataPoints
  assert.equal(point.bucketCounts.length, point.explicitBounds.length + 1)
  assert.equal(
    point.bucketCounts.map(Number).reduce((sum: number, part: number) => sum + part, 0),
    Number(point.count),
  )
})

test('an execution whose caller does not record leaves no spans', async () => {
  sent.length = 0
  const server = await open('unsampled', port)
  await run(server, { traceparent: `${CALLER.slice(0, -2)}00` })
  await server.stop()

  assert.deepEqual(
    spansOf(sent).filter(span => span.name !== 'flush'),
    [],
  )
})

test('a server whose collector is away works and stops as ever, and says what it dropped', async () => {
  const server = await open('away', 1)
  const fromMs = performance.now()
  await run(server, {})
  const page = await (await fetch(`${server.management}/metrics`)).text()
  await server.stop()

  assert.match(page, /batuta_otlp_dropped_total\{signal="traces"\} 0/)
  assert.match(page, /batuta_otlp_queued\{signal="logs"\} [1-9]/)
  assert.ok(performance.now() - fromMs < 10_000)
})
