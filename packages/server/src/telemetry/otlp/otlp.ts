// Sends traces, logs and metrics to a collector over OTLP/HTTP. Loaded only where an endpoint is configured. It listens to what the meters are told
// anyway, after the commit, and puts records into bounded queues.
import { ROOT } from '@batuta/core'
import { createHash } from 'node:crypto'
import type { OtlpConfig } from '../../config/otlp.ts'
import type { Batch, LogRow } from '../../storage/batch.ts'
import { batutaFamilies } from '../batuta-families.ts'
import type { CommittedTurn } from '../engine-meter.ts'
import { fieldsOf, linesOf } from '../execution-lines.ts'
import type { Family } from '../family.ts'
import { reasonOf, type LogLineEntry, type ServerLog } from '../log.ts'
import type { Meters, Observed, Shipped } from '../observed.ts'
import { attemptSpanId, executionSpanId } from '../trace-context.ts'
import { KnownTraces } from './known-traces.ts'
import { metricTexts } from './metric-records.ts'
import { envelopeOf, logText, spanText } from './otlp-json.ts'
import { newPost } from './post.ts'
import { Shipper } from './shipper.ts'
import { emitSpans } from './spans.ts'

export interface OtlpOptions {
  readonly config: OtlpConfig
  readonly meters: Meters
  readonly log: ServerLog
  readonly version: string
  readonly node: string
  nowMs(): number
  elapsedMs(): number
  at(atMs: number, run: () => void): () => void
  defer(run: () => void): void
  random(): number
}

/** As the specification of OpenTelemetry has it. */
const METRICS_EVERY_MS = 60_000
const LINKS_MAX = 16

export class Otlp {
  readonly #options: OtlpOptions
  readonly #traces: Shipper | undefined
  readonly #logs: Shipper | undefined
  readonly #metrics: Shipper | undefined
  readonly #known = new KnownTraces()
  readonly #startedMs: number
  #callOff: (() => void) | undefined
  #isStopped = false

  constructor(options: OtlpOptions) {
    const { config, meters, log, defer } = options
    this.#options = options
    this.#startedMs = options.nowMs()
    this.#traces = openShipper('traces', config.tracesUrl, options)
    this.#logs = openShipper('logs', config.logsUrl, options)
    this.#metrics = openShipper('metrics', config.metricsUrl, options)
    meters.engine.onTurn = turn => this.#takeTurn(turn)
    meters.worker.onJob = (executionId, traceparent) => this.#known.learnFrom(executionId, traceparent)
    // The turns of a flush are known when it has returned to the engine.
    if (this.#traces) meters.store.onFlush = (batch, fromMs, toMs) => defer(() => this.#takeFlush(batch, fromMs, toMs))
    if (!this.#logs) return
    meters.store.onLogs.push(rows => defer(() => this.#takeRows(rows)))
    log.onLine = entry => this.#takeLine(entry)
  }

  shipped(): readonly Shipped[] {
    return [this.#traces, this.#logs, this.#metrics].flatMap(shipper => (shipper ? [shipper.figures] : []))
  }

  /** From now on metrics are sent, too. */
  observe(observed: Observed): void {
    const { nowMs, at } = this.#options
    const metrics = this.#metrics
    if (!metrics || this.#isStopped) return
    this.#callOff = at(nowMs() + METRICS_EVERY_MS, () => {
      void this.#sendMetrics(observed, metrics).finally(() => this.observe(observed))
    })
  }

  /** What is queued goes as far as it is taken in time, and the last state of the metrics with it. */
  async stop(observed: Observed | undefined): Promise<void> {
    this.#isStopped = true
    this.#callOff?.()
    this.#options.log.onLine = undefined
    if (this.#metrics && observed) await this.#sendMetrics(observed, this.#metrics)
    await Promise.all([this.#traces?.stop(), this.#logs?.stop(), this.#metrics?.stop()])
  }

  #takeTurn(turn: CommittedTurn): void {
    const { sampledPart } = this.#options.config
    const { state } = turn.result
    if (this.#logs || this.#traces) this.#known.learn(state, sampledPart)
    const traces = this.#traces
    if (traces) emitSpans(turn, sampledPart, make => traces.offer(() => spanText(make())))
  }

  /** A flush is a trace of its own: it belongs to all executions that it stored. */
  #takeFlush(batch: Batch, fromMs: number, toMs: number): void {
    const { random, nowMs, elapsedMs, node, config } = this.#options
    if (random() >= config.sampledPart) return
    const endMs = nowMs() - (elapsedMs() - toMs)
    const id = createHash('sha256').update(`flush ${node} ${batch.incarnation} ${batch.seq}`).digest('hex')
    this.#traces?.offer(() =>
      spanText({
        traceId: id.slice(0, 32),
        spanId: id.slice(32, 48),
        name: 'flush',
        startMs: endMs - (toMs - fromMs),
        endMs,
        isFailed: false,
        attributes: {
          'batuta.flush.seq': batch.seq,
          'batuta.flush.births': batch.births.length,
          'batuta.flush.turns': batch.journal.length,
          'batuta.flush.jobs': batch.jobs.length,
        },
        links: this.#linksOf(batch),
      }),
    )
  }

  #linksOf({ births }: Batch): readonly { readonly traceId: string; readonly spanId: string }[] {
    return births.slice(0, LINKS_MAX).flatMap(({ id }) => {
      const traceId = this.#known.find(id)
      return traceId === undefined ? [] : [{ traceId, spanId: executionSpanId(id, 1) }]
    })
  }

  #takeRows(rows: readonly LogRow[]): void {
    for (const found of linesOf(rows)) {
      const { row, line } = found
      const { executionId } = row
      const spanId =
        line.run === ROOT ? executionSpanId(executionId, 1) : attemptSpanId(executionId, line.run, line.attempt)
      const { executionId: _, namespace, flowId, ...task } = fieldsOf(found)
      this.#logs?.offer(() =>
        logText({
          atMs: line.atMs,
          level: line.level,
          message: line.message,
          traceId: this.#known.find(executionId),
          spanId,
          attributes: {
            'batuta.execution.id': executionId,
            'batuta.namespace': namespace,
            'batuta.flow.id': flowId,
            'batuta.task.id': task['taskId'],
            'batuta.task_run.id': task['taskRunId'],
            'batuta.task_run.attempt': task['attempt'],
          },
        }),
      )
    }
  }

  /** A line of the server's own log. Lines of executions that go there, too, are on their way already. */
  #takeLine({ atMs, level, logger, message, error, fields = {} }: LogLineEntry): void {
    if (/^(flow|execution|task)\./.test(logger)) return
    const { redact } = this.#options.log
    const executionId = fields['executionId']
    this.#logs?.offer(() =>
      logText({
        atMs,
        level,
        message: redact(message),
        attributes: {
          'log.logger': logger,
          'batuta.execution.id': executionId,
          'batuta.namespace': fields['namespace'],
          'batuta.flow.id': fields['flowId'],
          'exception.message': error === undefined ? undefined : redact(reasonOf(error)),
        },
        ...(typeof executionId === 'string' ? { traceId: this.#known.find(executionId) } : {}),
      }),
    )
  }

  async #sendMetrics(observed: Observed, metrics: Shipper): Promise<void> {
    const { nowMs, log } = this.#options
    let families: readonly Family[] = []
    try {
      families = await batutaFamilies(observed)
    } catch (error) {
      log.warn('the metrics could not be gathered', error)
    }
    for (const text of metricTexts(families, { startedMs: this.#startedMs, nowMs: nowMs() })) metrics.offer(() => text)
  }
}

function openShipper(
  signal: Shipped['signal'],
  url: string | undefined,
  { config, version, node, log, nowMs, at, random }: OtlpOptions,
): Shipper | undefined {
  if (url === undefined) return undefined
  const { headers, timeoutMs, isCompressed, serviceName, resource } = config
  const about = { ...resource, 'service.name': serviceName, 'service.version': version, 'service.instance.id': node }
  return new Shipper({
    signal,
    post: newPost({ url, headers, timeoutMs, isCompressed }),
    envelope: envelopeOf(signal, { resource: about, version }),
    nowMs,
    at,
    random,
    onNotice: (message, error) => log.named('otlp').warn(message, error),
  })
}
