// Watches every batch that is committed and folds its journal rows as they come: a second, independent reader of the truth. What an event may do is
// judged by rules of its own, so that a mistake in `decide` is not excused by the same mistake here.
import {
  HANDLER,
  ROOT,
  apply,
  born,
  createdMsOf,
  decodeEvents,
  getRun,
  getTask,
  groupOf,
  isFinal,
  mapGet,
  rebuildAgenda,
  type Event,
  type ExecutionState,
  type Plan,
  type TaskRun,
} from '@batuta/core'
import type { Batch, JournalRowOf } from '../../packages/server/src/storage/batch.ts'
import type { Tables } from '../../packages/server/src/storage/memory/tables.ts'
import { canonical } from './canonical.ts'
import { judgeLimits } from './judge-limits.ts'
import type { Ledger } from './ledger.ts'
import { PROMISED_MS } from './random-flow.ts'
import type { DrawnLimits } from './shared-limits.ts'

export interface Shadow {
  readonly state: ExecutionState
  readonly plan: Plan
  /** The final state of each generation that ended. */
  readonly ends: string[]
  /** How often each child was linked and heard of. */
  readonly links: Map<string, { linked: number; ended: number }>
  readonly settled: Set<string>
  readonly rows: JournalRowOf[]
  /** True time of its birth and of its first end. */
  readonly bornMs: number
  firstEndMs?: number
  /** True time of its first final state: what comes after the execution comes after it. */
  firstFinalMs?: number
  /** Its end is that of a promise that it did not keep. */
  isBrokenOff?: boolean
  /** So many turns there were when it was deleted. */
  deletedAtRow?: number
}

export interface AuditOptions {
  readonly ledger: Ledger
  planOf(birth: Extract<Event, { type: 'created' }>): Plan
  readonly tables: Tables
  limits(): DrawnLimits
  /** True time. */
  nowMs(): number
  /** What is committed now is of no later time. */
  latestMs?(): number
}

export class Audit {
  readonly shadows = new Map<string, Shadow>()
  readonly #options: AuditOptions
  readonly #couldBegin = new Map<string, number>()

  constructor(options: AuditOptions) {
    this.#options = options
  }

  committed(batch: Batch): void {
    for (const row of batch.journal) {
      try {
        this.#take(row)
      } catch (error) {
        this.find(
          row.executionId,
          `turn ${row.turn} cannot be folded: ${error instanceof Error ? error.message : String(error)}`,
        )
      }
    }
    const { tables, limits, ledger, nowMs } = this.#options
    const states = [...this.shadows.values()].map(shadow => shadow.state)
    const find = (id: string, what: string): void => this.find(id, what)
    judgeLimits({ tables, states, limits: limits(), ledger, nowMs: nowMs(), couldBegin: this.#couldBegin, find })
  }

  /** What the engine held in memory at the end of a turn equals the fold of the journal up to it (I11). */
  compare(id: string, turn: number, inMemory: string): void {
    const shadow = this.shadows.get(id)
    if (!shadow) return
    const folded = canonical(foldRows(shadow, turn))
    if (folded !== inMemory) this.find(id, `turn ${turn} in memory is not its fold: ${difference(inMemory, folded)}`)
  }

  find(id: string, what: string): void {
    this.#options.ledger.findings.push(`${id}: ${what}`)
  }

  #take(row: JournalRowOf): void {
    const id = row.executionId
    const events = decodeEvents(row)
    const known = this.shadows.get(id)
    const [first] = events
    if (!known && first?.type !== 'created') return this.find(id, `turn ${row.turn} comes before the birth`)
    const shadow = known ?? this.#open(id, first as Extract<Event, { type: 'created' }>, row.atMs)
    const latestMs = this.#options.latestMs?.() ?? Infinity
    if (row.atMs > latestMs) this.find(id, `I25 turn ${row.turn} is written ${row.atMs - latestMs} ms ahead of time`)
    const beforeMs = shadow.rows.at(-1)?.atMs ?? createdMsOf(id)
    if (row.atMs < beforeMs) this.find(id, `I25 turn ${row.turn} is ${beforeMs - row.atMs} ms before what it follows`)
    if (row.turn !== shadow.state.turn + 1) this.find(id, `turn ${row.turn} follows turn ${shadow.state.turn}`)
    for (const event of known ? events : events.slice(1)) {
      this.#judge(shadow, event, row.atMs)
      apply(shadow.state, event, shadow.plan, row.atMs)
      this.#remember(shadow, event)
    }
    shadow.state.turn = row.turn
    shadow.rows.push(row)
  }

  #open(id: string, event: Extract<Event, { type: 'created' }>, atMs: number): Shadow {
    const plan = this.#options.planOf(event)
    const state = born(id, event, plan, atMs)
    const bornMs = this.#options.nowMs()
    const shadow: Shadow = { state, plan, ends: [], links: new Map(), settled: new Set(), rows: [], bornMs }
    this.shadows.set(id, shadow)
    return shadow
  }

  /** Before the event is applied. */
  #judge(shadow: Shadow, event: Event, atMs: number): void {
    const { state } = shadow
    const wrong = (what: string): void =>
      this.find(state.id, `turn ${state.turn + 1}, ${JSON.stringify(event)}: ${what}`)
    if (state.isEnded && !AFTER_THE_END.has(event.type)) wrong('the execution has ended')
    switch (event.type) {
      case 'run-created':
        return judgeRunCreated(state, event, wrong)
      case 'job-sent': {
        const run = getRun(state, event.run)
        if (event.epoch !== run.epoch + 1) wrong(`epoch ${event.epoch} follows epoch ${run.epoch}`)
        if (run.isAwaited) wrong('the epoch before is still out')
        if (state.isKillRequested && !isFinal(state.state)) wrong('a job is sent after the kill')
        return
      }
      case 'attempt-settled':
        return judgeSettled(shadow, event, wrong)
      case 'phase-entered':
        if (event.run === ROOT && event.phase === 'ended') judgeEnd(state, wrong)
        return
      case 'sla-broken':
        return judgePromise(shadow, event.index, atMs, wrong)
      case 'held':
        return wrong('held')
      default:
        return
    }
  }

  /** After it. */
  #remember(shadow: Shadow, event: Event): void {
    const { state, ends, links } = shadow
    if (event.type === 'phase-entered' && event.run === ROOT && event.phase === 'ended') {
      ends.push(state.state)
      shadow.firstEndMs ??= this.#options.nowMs()
    }
    if (event.type === 'moved' && isFinal(event.to)) shadow.firstFinalMs ??= this.#options.nowMs()
    const behavior = event.type === 'sla-broken' && mapGet(shadow.plan.flow.sla[event.index] ?? {}, 'behavior')
    if (behavior === 'FAIL' || behavior === 'CANCEL') shadow.isBrokenOff = true
    if (event.type === 'moved' && event.to === 'RESTARTED') shadow.isBrokenOff = false
    if (event.type !== 'child-linked' && event.type !== 'child-ended') return
    const link = links.get(event.childId) ?? { linked: 0, ended: 0 }
    if (event.type === 'child-linked') link.linked += 1
    else link.ended += 1
    links.set(event.childId, link)
  }
}

const AFTER_THE_END: ReadonlySet<Event['type']> = new Set(['moved', 'restarted', 'overruled', 'timer-fired', 'labels'])

type Wrong = (what: string) => void

/** I5: nothing starts before what it waits for has ended, and nothing in a group that is over. */
function judgeRunCreated(state: ExecutionState, event: Extract<Event, { type: 'run-created' }>, wrong: Wrong): void {
  const group = groupOf(state, event.parent)
  const parent = event.parent === ROOT ? 'RUNNING' : getRun(state, event.parent).state
  // The tasks of its hook run while a run waits.
  const isHook = parent === 'PAUSED' && event.lane === HANDLER
  if (parent !== 'RUNNING' && !isHook) wrong(`its parent is ${parent}`)
  if (state.isKillRequested && !isFinal(state.state)) wrong('the execution is being killed')
  if (event.lane === HANDLER) {
    if ((group.phase === 'tasks' && !isHook) || group.phase === 'leaving' || group.phase === 'ended')
      wrong(`a handler in the phase "${group.phase}"`)
    if (siblings(state, event).some(run => !isFinal(run.state))) wrong('the handler before has not ended')
    return
  }
  if (group.phase !== 'tasks') wrong(`a task in the phase "${group.phase}"`)
  const last = siblings(state, event).at(-1)
  if (last && !isFinal(last.state)) wrong(`the task before it is ${last.state}`)
  if (last?.state === 'FAILED') wrong('the task before it FAILED')
  // A replay may leave more lanes open than may be: each of them goes on.
  if (last) return
  const open = new Set(
    group.children
      .map(child => getRun(state, child))
      .filter(run => !isFinal(run.state) && run.lane !== HANDLER)
      .map(run => run.lane),
  )
  if (open.size >= group.laneLimit) wrong(`${open.size} lanes are open already`)
}

function siblings(
  state: ExecutionState,
  { parent, lane }: { readonly parent: number; readonly lane: number },
): readonly TaskRun[] {
  return groupOf(state, parent)
    .children.map(child => getRun(state, child))
    .filter(run => run.lane === lane && !run.isRemoved)
}

/** I4: at most one accepted result per attempt. */
function judgeSettled(shadow: Shadow, event: Extract<Event, { type: 'attempt-settled' }>, wrong: Wrong): void {
  const run = getRun(shadow.state, event.run)
  if (getTask(shadow.plan, run.task).kind.type !== 'job' || event.attempt.state === 'SKIPPED') return
  if (!run.isAwaited) wrong('nobody waits for this result')
  const key = `${event.run}/${run.epoch}`
  if (shadow.settled.has(key)) wrong(`epoch ${run.epoch} has a result already`)
  shadow.settled.add(key)
  const epoch = event.outputs && mapGet(event.outputs, 'epoch')
  if (epoch !== undefined && epoch !== run.epoch)
    wrong(`the result is of epoch ${String(epoch)}, epoch ${run.epoch} is out`)
}

/** A promise is broken once, and one about time not before its hour. */
function judgePromise({ state, plan }: Shadow, index: number, atMs: number, wrong: Wrong): void {
  if (state.brokenSla.has(index)) wrong('it is broken already')
  const [born] = state.history
  const isDuration = mapGet(plan.flow.sla[index] ?? {}, 'type') === 'MAX_DURATION'
  if (isDuration && born && atMs < born.atMs + PROMISED_MS) wrong('its hour has not come')
}

/** I6: when an execution has ended, nothing of it is alive. */
function judgeEnd(state: ExecutionState, wrong: Wrong): void {
  if (!isFinal(state.state)) wrong(`it ends as ${state.state}`)
  const live = state.runs.filter(run => !run.isRemoved && !isFinal(run.state))
  if (live.length > 0) wrong(`runs are alive: ${live.map(run => `${run.ordinal} ${run.state}`).join(', ')}`)
  if (state.awaited.size > 0) wrong(`jobs are out: ${[...state.awaited].join(', ')}`)
  if (state.children.size > 0) wrong(`children are awaited: ${[...state.children.values()].join(', ')}`)
}

export function foldRows({ rows, plan, state: { id } }: Shadow, turn: number): ExecutionState {
  let state: ExecutionState | undefined
  for (const row of rows) {
    if (row.turn > turn) break
    for (const event of decodeEvents(row)) {
      if (state) apply(state, event, plan, row.atMs)
      else state = born(id, event as Extract<Event, { type: 'created' }>, plan, row.atMs)
    }
    if (state) state.turn = row.turn
  }
  if (!state) throw new Error(`there is no turn ${turn} of ${id}`)
  rebuildAgenda(state)
  return state
}

function difference(left: string, right: string): string {
  let at = 0
  while (at < left.length && left[at] === right[at]) at++
  return `"…${left.slice(Math.max(0, at - 80), at + 120)}" is not "…${right.slice(Math.max(0, at - 80), at + 120)}"`
}
