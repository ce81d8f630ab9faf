// How many lines of logs there are of each kind, for charts that show no line: lines that differ in nothing that such a chart asks for are one fact.
import type { ExecutionRow } from '../../storage/batch.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { readLogs, type LogEntryDocument } from '../logs/read-logs.ts'
import { bucketAt, type Bucket } from '../time-buckets.ts'
import type { Fact } from './facts.ts'
import type { Field } from './fields.ts'
import type { Chart } from './parse-chart.ts'

/** Lines that one chart reads: some hundreds of milliseconds, in slices. */
const LINES_MAX = 200_000
const EXECUTIONS_PER_TURN = 16
/** By these lines are told apart; of time by the buckets of the chart alone. */
const COUNTED: ReadonlySet<Field> = new Set(['LEVEL', 'NAMESPACE', 'FLOW_ID', 'TASK_ID', 'DATE'])

export interface LineSpan {
  readonly fromMs: number
  readonly toMs: number
  readonly levelMin: string
  readonly buckets: readonly Bucket[]
}

export function isLineCount({ kind, columns, where, numerator = [] }: Chart): boolean {
  if (kind !== 'KPI' && !columns.some(({ agg }) => agg !== undefined)) return false
  const isCountable = columns.every(({ field, agg }) => (agg === undefined ? COUNTED.has(field) : agg === 'COUNT'))
  // A moment within a bucket is not told from others.
  return isCountable && [...where, ...numerator].every(({ field }) => field !== 'DATE' && COUNTED.has(field))
}

export async function countLines(
  /** Newest first. */
  executions: readonly ExecutionRow[],
  span: LineSpan,
  world: Pick<HttpDependencies, 'store' | 'platform'>,
): Promise<{ readonly facts: readonly Fact[]; readonly fromMs?: number }> {
  const counts = new Map<string, { readonly cells: Fact['cells']; count: number }>()
  let lines = 0
  for (const [at, { id, createdMs }] of executions.entries()) {
    if (at % EXECUTIONS_PER_TURN === EXECUTIONS_PER_TURN - 1)
      await new Promise<void>(resolve => world.platform.defer(resolve))
    for await (const entries of readLogs(id, { minLevel: span.levelMin }, world)) {
      lines += entries.length
      for (const entry of entries) count(counts, entry, span)
    }
    if (lines >= LINES_MAX) return { facts: [...counts.values()], fromMs: createdMs }
  }
  return { facts: [...counts.values()] }
}

function count(
  counts: Map<string, { readonly cells: Fact['cells']; count: number }>,
  { timestamp, level, namespace, flowId, taskId }: LogEntryDocument,
  { fromMs, toMs, buckets }: LineSpan,
): void {
  const atMs = Date.parse(timestamp)
  if (atMs < fromMs || atMs > toMs) return
  const bucket = bucketAt(buckets, atMs)
  const key = JSON.stringify([bucket, level, namespace, flowId, taskId])
  const known = counts.get(key)
  if (known) {
    known.count += 1
    return
  }
  const startMs = bucket === undefined ? undefined : buckets[bucket]?.startMs
  const cells = { LEVEL: level, NAMESPACE: namespace, FLOW_ID: flowId, TASK_ID: taskId ?? null, DATE: startMs ?? atMs }
  counts.set(key, { cells, count: 1 })
}
