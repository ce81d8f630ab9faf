// What charts are made of, read once for all charts of a call. Executions that are only counted come from the counts that are kept; what else is asked is
// looked at row by row, newest first and up to a bound, and a bound that was met is said.
import { parseDuration } from '@batuta/core'
import type { ExecutionRow, MetricRow } from '../../storage/batch.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { tallyOf } from '../executions/count-executions.ts'
import { SLOT_MS } from '../executions/kept-tallies.ts'
import { walkTallies } from '../executions/walk-tallies.ts'
import { readLogs, type LogEntryDocument } from '../logs/read-logs.ts'
import { walkMetrics } from '../metrics/walk-metrics.ts'
import { countLines, isLineCount } from './count-lines.ts'
import { bucketsOf, slotOf, type Bucket } from '../time-buckets.ts'
import type { Cell, Field } from './fields.ts'
import type { Chart } from './parse-chart.ts'

export interface ChartWish {
  readonly fromMs: number
  readonly toMs: number
  readonly namespace?: string
  readonly flowId?: string
  readonly zone?: string
  readonly page: number
  readonly size: number
}

export interface Fact {
  readonly cells: Readonly<Partial<Record<Field, Cell>>>
  readonly count: number
  /** Of many that are counted together: how many have ended, and how long these took. */
  readonly ended?: number
  readonly tookMs?: number
}

export interface Facts {
  readonly facts: readonly Fact[]
  /** Later than the range begins when a bound was met. */
  readonly fromMs: number
}

const FLOW_ROWS_MAX = 60_000
const EXECUTIONS_MAX = 10_000
const LOGGED_MAX = 500
/** Of charts that count lines and show none. */
const COUNTED_MAX = 4_000
const LINES_MAX = 20_000
const PAGE = 1_000
/** Lines and measures may come from executions that began before the range, by so much. */
const LONGEST_MS = parseDuration('PT24H') ?? 0
const COUNTED: ReadonlySet<Field> = new Set(['STATE', 'NAMESPACE', 'FLOW_ID', 'START_DATE'])
const NARROWED: ReadonlySet<Field> = new Set(['STATE', 'NAMESPACE', 'FLOW_ID', 'LABELS'])

export class FactReader {
  readonly #wish: ChartWish
  readonly #world: HttpDependencies
  readonly #read = new Map<string, Promise<Facts>>()
  readonly buckets: readonly Bucket[]

  constructor(wish: ChartWish, world: HttpDependencies) {
    this.#wish = wish
    this.#world = world
    const { fromMs, toMs, zone } = wish
    this.buckets = bucketsOf({ fromMs, toMs: toMs + 1, ...(zone === undefined ? {} : { zone }) })
  }

  async factsOf(chart: Chart): Promise<Facts> {
    switch (chart.source) {
      case 'Executions':
        return isCounted(chart) ? await this.#tallies(chart) : await this.#executions(chart)
      case 'Logs': {
        const levelMin = levelMinOf(chart)
        if (isLineCount(chart)) return await this.#once(`line counts ${levelMin}`, () => this.#lineCounts(levelMin))
        return await this.#once(`logs ${levelMin}`, () => this.#lines(levelMin))
      }
      case 'Metrics':
        return await this.#once('metrics', () => this.#measures())
      case 'Flows':
        return this.#flows()
      case 'Triggers':
        return await this.#once('triggers', () => this.#triggers())
    }
  }

  #once(key: string, read: () => Promise<Facts>): Promise<Facts> {
    const reading = this.#read.get(key) ?? read()
    this.#read.set(key, reading)
    return reading
  }

  async #tallies(chart: Chart): Promise<Facts> {
    const isByFlow = [...chart.columns, ...chart.where, ...(chart.numerator ?? [])].some(one => one.field === 'FLOW_ID')
    const labels = labelsOf(chart)
    const key = `tallies ${isByFlow} ${JSON.stringify(labels)}`
    return await this.#once(key, async () => {
      const { fromMs, toMs } = this.#wish
      const query = { ...this.#query(), ...(labels.length > 0 ? { labels } : {}) }
      const range = { fromMs, toMs, slotMs: slotOf(this.buckets) }
      // What is kept knows namespaces only; flows, labels and short ranges are counted each time.
      const isKept = !isByFlow && labels.length === 0 && range.slotMs === SLOT_MS && query.flowId === undefined
      const by = isByFlow ? 'flow' : 'namespace'
      const walked = { ...query, slotMs: range.slotMs, by } as const
      const found = isKept
        ? await tallyOf({ query }, { ...range, by }, this.#world)
        : await walkTallies(walked, { fromMs, toMs }, this.#world, { rows: FLOW_ROWS_MAX })
      const facts = found.rows.map(({ slotMs, state, namespace, flowId, count, ended, tookMs }) => ({
        cells: {
          STATE: state,
          NAMESPACE: namespace ?? query.namespace ?? null,
          FLOW_ID: flowId ?? query.flowId ?? null,
          START_DATE: slotMs,
        },
        count,
        ended,
        tookMs,
      }))
      return { facts, fromMs: found.countedFromMs }
    })
  }

  async #executions(chart: Chart): Promise<Facts> {
    const states = chart.where.find(({ field, type }) => field === 'STATE' && (type === 'IN' || type === 'EQUAL_TO'))
    const labels = labelsOf(chart)
    const { fromMs, toMs } = this.#wish
    const key = `executions ${JSON.stringify([states?.values, labels])}`
    return await this.#once(key, async () => {
      const found = await this.#rows(EXECUTIONS_MAX, {
        startFromMs: fromMs,
        startToMs: toMs,
        ...(states ? { states: states.values } : {}),
        ...(labels.length > 0 ? { labels } : {}),
      })
      return { facts: found.rows.map(row => ({ cells: cellsOf(row), count: 1 })), fromMs: found.fromMs }
    })
  }

  async #lines(levelMin: string): Promise<Facts> {
    const { fromMs, toMs } = this.#wish
    const { rows, fromMs: readFromMs } = await this.#rows(LOGGED_MAX, {
      startFromMs: fromMs - LONGEST_MS,
      startToMs: toMs,
    })
    const facts: Fact[] = []
    for (const { id, createdMs } of rows) {
      for await (const entries of readLogs(id, { minLevel: levelMin }, this.#world))
        facts.push(...entries.flatMap(entry => lineFact(entry, { fromMs, toMs })))
      if (facts.length >= LINES_MAX) return { facts, fromMs: Math.max(fromMs, createdMs) }
    }
    return { facts, fromMs: Math.max(fromMs, readFromMs) }
  }

  async #lineCounts(levelMin: string): Promise<Facts> {
    const { fromMs, toMs } = this.#wish
    const found = await this.#rows(COUNTED_MAX, { startFromMs: fromMs - LONGEST_MS, startToMs: toMs })
    const counted = await countLines(found.rows, { fromMs, toMs, levelMin, buckets: this.buckets }, this.#world)
    return { facts: counted.facts, fromMs: Math.max(fromMs, found.fromMs, counted.fromMs ?? fromMs) }
  }

  async #measures(): Promise<Facts> {
    const { fromMs, toMs } = this.#wish
    const span = { startFromMs: fromMs - LONGEST_MS, startToMs: toMs }
    const { executions, fromMs: readFromMs = fromMs } = await walkMetrics({ ...this.#query(), ...span }, this.#world)
    const facts = executions.flatMap(({ row: { namespace, flowId }, metrics }) =>
      metrics
        .filter(({ atMs }) => atMs >= fromMs && atMs <= toMs)
        .map(metric => ({ cells: { ...measureCells(metric), NAMESPACE: namespace, FLOW_ID: flowId }, count: 1 })),
    )
    return { facts, fromMs: Math.max(fromMs, readFromMs) }
  }

  #flows(): Facts {
    const { tenant } = this.#world.config
    const facts = [...this.#world.flows.all()]
      .filter(entry => entry.tenant === tenant && this.#isWanted(entry))
      .map(({ namespace, flowId, revision, isDisabled }) => ({
        cells: { ID: flowId, NAMESPACE: namespace, REVISION: revision, DISABLED: isDisabled },
        count: 1,
      }))
    return { facts, fromMs: this.#wish.fromMs }
  }

  async #triggers(): Promise<Facts> {
    const { store, config } = this.#world
    const rows = await store.read.listTriggers()
    const facts = rows
      .filter(row => row.tenant === config.tenant && this.#isWanted(row))
      .map(({ namespace, flowId, triggerId, executionId, nextMs, lastMs, isDisabled }) => ({
        cells: {
          ID: triggerId,
          NAMESPACE: namespace,
          FLOW_ID: flowId,
          TRIGGER_ID: triggerId,
          EXECUTION_ID: executionId,
          NEXT_EXECUTION_DATE: isDisabled ? null : nextMs,
          LAST_TRIGGERED_DATE: lastMs,
          DISABLED: isDisabled,
        },
        count: 1,
      }))
    return { facts, fromMs: this.#wish.fromMs }
  }

  #query(): {
    readonly tenant: string
    readonly namespace?: string
    readonly isPrefix?: boolean
    readonly flowId?: string
  } {
    const { namespace, flowId } = this.#wish
    return {
      tenant: this.#world.config.tenant,
      ...(namespace === undefined ? {} : { namespace, isPrefix: flowId === undefined }),
      ...(flowId === undefined ? {} : { flowId }),
    }
  }

  /** Newest first. */
  async #rows(
    rowsMax: number,
    narrowed: Partial<Parameters<HttpDependencies['store']['read']['listExecutions']>[0]>,
  ): Promise<{ readonly rows: readonly ExecutionRow[]; readonly fromMs: number }> {
    const rows: ExecutionRow[] = []
    for (;;) {
      const last = rows.at(-1)
      const after = last ? { afterId: last.id } : {}
      const limit = Math.min(PAGE, rowsMax - rows.length)
      const found = await this.#world.store.read.listExecutions({ ...this.#query(), ...narrowed, ...after, limit })
      rows.push(...found)
      if (found.length < limit) return { rows, fromMs: this.#wish.fromMs }
      if (rows.length >= rowsMax) return { rows, fromMs: rows.at(-1)?.createdMs ?? this.#wish.fromMs }
      await this.#pause()
    }
  }

  #isWanted(row: { readonly namespace: string; readonly flowId: string }): boolean {
    const { namespace, flowId } = this.#wish
    if (flowId !== undefined && row.flowId !== flowId) return false
    return namespace === undefined || row.namespace === namespace || row.namespace.startsWith(`${namespace}.`)
  }

  async #pause(): Promise<void> {
    await new Promise<void>(resolve => this.#world.platform.defer(resolve))
  }
}

/** Whether counts by state, namespace, flow and time have all that is asked. */
function isCounted({ kind, columns, where, numerator = [] }: Chart): boolean {
  if (kind !== 'KPI' && !columns.some(column => column.agg !== undefined)) return false
  const isCountable = columns.every(({ field, agg }) => {
    if (agg === undefined) return COUNTED.has(field)
    return agg === 'COUNT' || (field === 'DURATION' && (agg === 'AVG' || agg === 'SUM'))
  })
  return isCountable && [...where, ...numerator].every(({ field }) => NARROWED.has(field))
}

function labelsOf({ where }: Chart): readonly { readonly key: string; readonly value: string }[] {
  return where.flatMap(({ field, labelKey, values: [value = ''] }) =>
    field === 'LABELS' && labelKey !== undefined ? [{ key: labelKey, value }] : [],
  )
}

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR']

/** The lowest that a condition lets through: chunks with lower ones only are not read. */
function levelMinOf({ where, numerator }: Chart): string {
  const wanted = where.find(({ field, type }) => field === 'LEVEL' && (type === 'IN' || type === 'EQUAL_TO'))
  if (!wanted || numerator) return 'TRACE'
  const ranks = wanted.values.map(value => LEVELS.indexOf(value))
  return LEVELS[Math.max(0, Math.min(...ranks))] ?? 'TRACE'
}

function cellsOf(row: ExecutionRow): Fact['cells'] {
  const { id, namespace, flowId, revision, state, createdMs, endMs, triggerId } = row
  return {
    ID: id,
    NAMESPACE: namespace,
    FLOW_ID: flowId,
    FLOW_REVISION: revision,
    STATE: state,
    START_DATE: createdMs,
    END_DATE: endMs,
    DURATION: endMs === null ? null : (endMs - createdMs) / 1_000,
    TRIGGER_ID: triggerId,
  }
}

function lineFact(entry: LogEntryDocument, { fromMs, toMs }: Pick<ChartWish, 'fromMs' | 'toMs'>): readonly Fact[] {
  const atMs = Date.parse(entry.timestamp)
  if (atMs < fromMs || atMs > toMs) return []
  const { namespace, flowId, executionId, taskId, taskRunId, attemptNumber, level, message } = entry
  const cells = {
    NAMESPACE: namespace,
    FLOW_ID: flowId,
    EXECUTION_ID: executionId,
    TASK_ID: taskId ?? null,
    TASK_RUN_ID: taskRunId ?? null,
    ATTEMPT_NUMBER: attemptNumber ?? null,
    LEVEL: level,
    MESSAGE: message,
    DATE: atMs,
  }
  return [{ cells, count: 1 }]
}

function measureCells({ executionId, run, taskId, name, type, value, atMs }: MetricRow): Fact['cells'] {
  return {
    EXECUTION_ID: executionId,
    TASK_ID: taskId,
    TASK_RUN_ID: `${executionId}-${run}`,
    NAME: name,
    TYPE: type,
    VALUE: value,
    DATE: atMs,
  }
}
