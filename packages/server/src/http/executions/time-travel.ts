// An execution through time: its journal event by event, and its state after any of them, folded from the beginning up to there. How many events each turn
// has is counted once and kept, so that a page of a long journal reads no more than itself.
import {
  birthOf,
  decodeEvents,
  encodeEvents,
  encodeValue,
  foldOn,
  getTask,
  presentExecution,
  taskRunId,
  trust,
  type Event,
  type ExecutionState,
  type Plan,
  type ReplaySource,
  type Value,
} from '@batuta/core'
import type { JournalRowOf } from '../../storage/batch.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { jsonText } from '../reply.ts'
import { notFound, unprocessable } from '../request-error.ts'
import { compareExecutions } from './compare-executions.ts'
import { forkExecution } from './fork-execution.ts'
import { watchExpressions, type WatchedEvents } from './watch-expressions.ts'

const COUNT = 200
const PAGE_ROWS = 128
/** Turns that a state is folded from. */
const TURNS_MAX = 20_000
const COUNTED_MAX = 32

/** How many events there are up to and with each row of the journal. */
interface Counted {
  readonly turns: number[]
  readonly ends: number[]
  /** By ordinal: what a run is a run of. */
  readonly runs: Map<number, { readonly task: number; readonly value?: string }>
  plan: Plan | undefined
}

const RUNS_KNOWN_MAX = 100_000

export function timeTravelHandlers(
  dependencies: HttpDependencies,
): Pick<Handlers<'executions'>, 'journal' | 'stateAt' | 'compare' | 'fork' | 'watch'> {
  const kept = new Map<string, Promise<Counted>>()
  const countedOf = async (id: string): Promise<Counted> => {
    const before = kept.get(id) ?? Promise.resolve({ turns: [], ends: [], runs: new Map(), plan: undefined })
    const reading = before.then(counted => countOn(id, counted, dependencies))
    kept.delete(id)
    kept.set(id, reading)
    const [oldest] = kept.keys()
    if (kept.size > COUNTED_MAX && oldest !== undefined) kept.delete(oldest)
    reading.catch(() => kept.delete(id))
    return await reading
  }
  const momentOf = async (id: string, at: number, isKept = false): Promise<PastMoment> => {
    const counted = await countedOf(id)
    const total = counted.ends.at(-1) ?? 0
    if (at >= total)
      throw unprocessable('moment-invalid', `The execution "${id}" has ${total} events: ask for one below.`)
    return await foldUntil(id, { at, counted, isKept }, dependencies)
  }
  return {
    journal: async ({ params: { executionId }, query: { from = 0, count = COUNT } }) => {
      const counted = await countedOf(executionId)
      const total = counted.ends.at(-1) ?? 0
      const events = await readEvents(executionId, counted, { from, count }, dependencies)
      const next = from + events.length < total ? from + events.length : null
      return jsonText(`{"events":[${events.join(',')}],"total":${total},"next":${next}}`)
    },
    stateAt: async ({ params: { executionId }, query: { at }, dialect }) => {
      const { state, plan, atMs } = await momentOf(executionId, at)
      return jsonText(presentExecution(state, plan, { dialect, nowMs: atMs }))
    },
    fork: async call => {
      const { executionId } = call.params
      return await forkExecution(call, await momentOf(executionId, call.query.at, true), dependencies)
    },
    watch: async ({ params: { executionId }, query: { from = 0, count = COUNT }, body }) => {
      const counted = await countedOf(executionId)
      const total = counted.ends.at(-1) ?? 0
      const events = await readWatched(executionId, { from: Math.min(from, total - 1), count, counted }, dependencies)
      return await watchExpressions(events, { ...body, total }, dependencies)
    },
    compare: ({ query }) => compareExecutions(query, dependencies),
  }
}

async function countOn(id: string, counted: Counted, { store, flows, platform }: HttpDependencies): Promise<Counted> {
  if (!(await store.read.findExecution(id))) throw notFound(`The execution "${id}"`)
  for (;;) {
    const rows = await store.read.journalOf(id, { after: counted.turns.at(-1) ?? -1, limit: PAGE_ROWS })
    if (counted.turns.length === 0 && rows.length > 0) {
      const birth = birthOf(id, rows)
      counted.plan = await flows.loadPlan(birth, birth.revision)
    }
    for (const row of rows) {
      const events = decodeEvents(row)
      noteRuns(events, counted)
      counted.turns.push(row.turn)
      counted.ends.push((counted.ends.at(-1) ?? 0) + events.length)
    }
    if (rows.length < PAGE_ROWS) return counted
    await new Promise<void>(resolve => platform.defer(resolve))
  }
}

function noteRuns(events: readonly Event[], { runs }: Counted): void {
  for (const event of events) {
    if (event.type !== 'run-created' || runs.size >= RUNS_KNOWN_MAX) continue
    const { task, value } = event
    runs.set(event.run, value === undefined ? { task } : { task, value })
  }
}

/** The first row that has the event. */
function rowAt({ ends }: Counted, seq: number): number {
  let low = 0
  let high = ends.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ends[middle] ?? 0) > seq) high = middle
    else low = middle + 1
  }
  return low
}

async function readEvents(
  id: string,
  counted: Counted,
  { from, count }: { readonly from: number; readonly count: number },
  { store }: HttpDependencies,
): Promise<readonly string[]> {
  const first = rowAt(counted, from)
  const last = Math.min(counted.ends.length - 1, rowAt(counted, from + count - 1))
  if (first > last) return []
  const rows = await store.read.journalOf(id, { after: (counted.turns[first] ?? 0) - 1, limit: last - first + 1 })
  let seq = first === 0 ? 0 : (counted.ends[first - 1] ?? 0)
  const shown: string[] = []
  for (const row of rows) {
    for (const event of decodeEvents(row)) {
      if (seq >= from && shown.length < count) shown.push(presentEvent(event, { id, seq, row, counted }))
      seq += 1
    }
  }
  return shown
}

interface EventPlace {
  readonly id: string
  readonly seq: number
  readonly row: JournalRowOf
  readonly counted: Counted
}

function presentEvent(event: Event, { id, seq, row, counted: { runs, plan } }: EventPlace): string {
  const run = 'run' in event && event.run >= 0 ? event.run : undefined
  const known = run === undefined ? undefined : runs.get(run)
  const taskId = known && plan ? getTask(plan, known.task).id : undefined
  const head = JSON.stringify({
    seq,
    turn: row.turn,
    at: new Date(row.atMs).toISOString(),
    type: event.type,
    taskId,
    taskRunId: run === undefined ? undefined : taskRunId(id, run),
    value: known?.value,
    to: 'to' in event ? event.to : undefined,
  })
  return `${head.slice(0, -1)},"details":${detailsOf(event)}}`
}

const APART: ReadonlySet<string> = new Set(['type', 'to', 'run', 'task', 'copy'])
const DETAIL_LENGTH_MAX = 20_000

function detailsOf(event: Event): string {
  const parts: string[] = []
  for (const [name, given] of Object.entries(event)) {
    if (given === undefined || APART.has(name)) continue
    const isTexts = name === 'values' && typeof given === 'object' && !Array.isArray(given)
    const text = encodeValue(isTexts ? [...trust<Iterable<string>>(given)] : trust<Value>(given))
    const shown = text.length > DETAIL_LENGTH_MAX ? JSON.stringify(`… ${text.length} characters`) : text
    parts.push(`${JSON.stringify(name)}:${shown}`)
  }
  return `{${parts.join(',')}}`
}

interface Moment {
  readonly at: number
  readonly counted: Counted
  /** The rows up to there are wanted, too. */
  readonly isKept: boolean
}

/** An execution as it was, and what had happened by then. */
export interface PastMoment extends ReplaySource {
  readonly atMs: number
}

async function foldUntil(
  id: string,
  { at, counted, isKept }: Moment,
  { store, platform }: HttpDependencies,
): Promise<PastMoment> {
  const { plan } = counted
  const last = rowAt(counted, at)
  if (!plan) throw notFound(`The revision of the flow of the execution "${id}"`)
  if (last >= TURNS_MAX)
    throw unprocessable('moment-invalid', `Only the first ${TURNS_MAX} turns of an execution can be gone back to.`)
  let state: ExecutionState | undefined
  let atMs = 0
  const past: JournalRowOf[] = []
  for (let from = 0; from <= last; from += PAGE_ROWS) {
    const limit = Math.min(PAGE_ROWS, last - from + 1)
    const rows = await store.read.journalOf(id, { after: (counted.turns[from] ?? 0) - 1, limit })
    const before = last === 0 ? 0 : (counted.ends[last - 1] ?? 0)
    const cut = rows.map((row, index) => (from + index === last ? cutRow(row, at - before + 1) : row))
    state = foldOn(id, state, { rows: cut, plan })
    if (isKept) past.push(...cut)
    atMs = rows.at(-1)?.atMs ?? atMs
    await new Promise<void>(resolve => platform.defer(resolve))
  }
  if (!state) throw notFound(`The execution "${id}"`)
  return { state, plan, rows: past, atMs }
}

function cutRow(row: JournalRowOf, events: number): JournalRowOf {
  return { ...row, events: encodeEvents(decodeEvents(row).slice(0, events)) }
}

interface WatchedPart {
  readonly from: number
  readonly count: number
  readonly counted: Counted
}

/** The state before the first event, which is born by it when it is the first of all, and the events themselves. */
async function readWatched(
  id: string,
  { from, count, counted }: WatchedPart,
  dependencies: HttpDependencies,
): Promise<WatchedEvents> {
  const { state, plan } = await foldUntil(id, { at: Math.max(0, from - 1), counted, isKept: false }, dependencies)
  const [first, last] = [rowAt(counted, from), Math.min(counted.ends.length - 1, rowAt(counted, from + count - 1))]
  const wish = { after: (counted.turns[first] ?? 0) - 1, limit: last - first + 1 }
  const rows = await dependencies.store.read.journalOf(id, wish)
  let seq = first === 0 ? 0 : (counted.ends[first - 1] ?? 0)
  const cut = rows.map(row => {
    const events = decodeEvents(row)
    const [begin, end] = [Math.max(0, from - seq), Math.max(0, from + count - seq)]
    seq += events.length
    return { ...row, events: encodeEvents(events.slice(begin, end)) }
  })
  return { id, state, plan, seq: from, rows: cut }
}
