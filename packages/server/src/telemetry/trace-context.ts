// To which trace an execution belongs, and which spans are its own. Nothing of it is stored but what a caller gave: ids are made from the ids of
// executions and task runs, so every node and every restart comes to the same ones, and a child knows the span of its parent without being told.
import { hash } from 'node:crypto'
import { ROOT, taskRunId, type ExecutionState, type TaskRun } from '@batuta/core'

export interface Trace {
  /** 32 hexadecimal digits. */
  readonly traceId: string
  readonly isSampled: boolean
  /** The span of the caller, outside of the server. */
  readonly callerSpanId: string | undefined
}

/** What of an execution its trace follows from. */
export type Traced = Pick<ExecutionState, 'id' | 'rootId' | 'traceparent'>

const TRACE_DIGITS = 32
const SPAN_DIGITS = 16
const SAMPLED = 1
const W3C = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/
const RATIO_DIGITS = 13

/** What a header `traceparent` may be; anything else is as if there were none. */
export function isTraceparent(text: string): boolean {
  const [, version, traceId, spanId] = W3C.exec(text) ?? []
  if (version === undefined || version === 'ff') return false
  return !/^0*$/.test(traceId ?? '') && !/^0*$/.test(spanId ?? '')
}

/** `sampledPart` decides about traces that begin here; whoever calls with a trace has decided. */
export function traceOf({ rootId, traceparent }: Traced, sampledPart: number): Trace {
  const [, , traceId, callerSpanId, flags] = traceparent === undefined ? [] : (W3C.exec(traceparent) ?? [])
  if (traceId !== undefined)
    return { traceId, callerSpanId, isSampled: (Number.parseInt(flags ?? '0', 16) & SAMPLED) === SAMPLED }
  const own = digits(`trace ${rootId}`, TRACE_DIGITS)
  return { traceId: own, callerSpanId: undefined, isSampled: isWithin(own, sampledPart) }
}

/** The last digits of the id are as good as chance, and the same on every node. */
function isWithin(traceId: string, part: number): boolean {
  if (part >= 1) return true
  return Number.parseInt(traceId.slice(-RATIO_DIGITS), 16) < part * 16 ** RATIO_DIGITS
}

/** An execution that was restarted has a span for each time it ran. */
export function executionSpanId(executionId: string, generation: number): string {
  return digits(generation > 1 ? `execution ${executionId} ${generation}` : `execution ${executionId}`, SPAN_DIGITS)
}

export function attemptSpanId(executionId: string, run: number, attempt: number): string {
  return digits(`run ${taskRunId(executionId, run)} ${attempt}`, SPAN_DIGITS)
}

/** The span that a run is a part of: its group, or the execution. */
export function parentSpanId(state: ExecutionState, { parent }: TaskRun): string {
  return parent === ROOT ? executionSpanId(state.id, state.generation) : attemptSpanId(state.id, parent, 0)
}

export interface Attempt {
  readonly run: number
  readonly attempt: number
}

/** What a task is given to go on with. Without a trace of the caller only where traces are sent: nobody else would know it. */
export function traceparentOf(
  state: Traced,
  { run, attempt }: Attempt,
  sampledPart: number | undefined,
): string | undefined {
  if (state.traceparent === undefined && sampledPart === undefined) return undefined
  const { traceId, isSampled } = traceOf(state, sampledPart ?? 1)
  return `00-${traceId}-${attemptSpanId(state.id, run, attempt)}-${isSampled ? '01' : '00'}`
}

/** The trace of a `traceparent`. */
export function traceIdIn(traceparent: string): string | undefined {
  return W3C.exec(traceparent)?.[2]
}

function digits(text: string, count: number): string {
  return hash('sha256', text, 'hex').slice(0, count)
}
