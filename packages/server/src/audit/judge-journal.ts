// Reads one journal event by event and judges each before it is applied, by rules of its own: what `decide` does wrong must not be excused by `apply`
// doing the same. What it holds is one execution, however many there are.
import {
  EXECUTION_MOVES,
  HANDLER,
  ROOT,
  RUN_MOVES,
  apply,
  born,
  decodeEvents,
  getRun,
  getTask,
  groupOf,
  isFinal,
  rebuildAgenda,
  type Event,
  type ExecutionState,
  type JournalRow,
  type Plan,
  type StateName,
} from '@batuta/core'
import type { Findings, InvariantId } from './findings.ts'

type Created = Extract<Event, { type: 'created' }>

export interface JournalOptions {
  readonly findings: Findings
  /** Undefined when the revision is gone. */
  loadPlan(birth: Created): Promise<Plan | undefined>
}

/** Undefined state: the journal could not be folded to its end, and why is among the findings. */
export interface JudgedJournal {
  readonly state: ExecutionState | undefined
  readonly plan: Plan | undefined
  readonly turns: number
  readonly heldReason: string | undefined
}

export class JournalJudge {
  readonly #id: string
  readonly #options: JournalOptions
  #state: ExecutionState | undefined
  #plan: Plan | undefined
  #isBroken = false
  #turns = 0
  #lastTurn = 0
  #ends = 0
  #childrenHeard = 0
  #heldReason: string | undefined
  readonly #settled = new Set<string>()

  constructor(id: string, options: JournalOptions) {
    this.#id = id
    this.#options = options
  }

  async take(row: JournalRow): Promise<void> {
    this.#turns += 1
    if (row.turn !== this.#lastTurn + 1)
      this.#find('I11', `turn ${row.turn} follows turn ${this.#lastTurn}: its journal has a gap`)
    this.#lastTurn = row.turn
    const events = this.#decode(row)
    if (events?.length === 0) this.#find('I19', `turn ${row.turn} is a row in which nothing happened`)
    for (const event of events ?? []) {
      if (event.type === 'held') this.#hold(row, event)
      if (this.#isBroken) continue
      if (this.#state && this.#plan) this.#step(this.#state, { row, event, plan: this.#plan })
      else await this.#open(row, event)
    }
    if (this.#state) this.#state.turn = row.turn
  }

  /** After the last row. */
  end(): JudgedJournal {
    const state = this.#isBroken ? undefined : this.#state
    const { findings } = this.#options
    if (state) {
      findings.saw('I3', state.history.length + state.runs.reduce((sum, run) => sum + run.history.length, 0))
      findings.saw('I5', state.runs.length)
      findings.saw('I4', this.#settled.size)
      findings.saw('I2')
      findings.saw('I17', this.#childrenHeard)
      const expected = state.isEnded ? state.generation : state.generation - 1
      if (this.#ends !== expected)
        this.#find('I2', `its ${state.generation} generations ended ${this.#ends} times where ${expected} are due`)
      rebuildAgenda(state)
    }
    return { state, plan: this.#plan, turns: this.#turns, heldReason: this.#heldReason }
  }

  #find(invariant: InvariantId, what: string): void {
    this.#options.findings.add(invariant, this.#id, what)
  }

  #break(invariant: InvariantId, what: string): void {
    this.#isBroken = true
    this.#find(invariant, what)
  }

  #decode(row: JournalRow): readonly Event[] | undefined {
    try {
      return decodeEvents(row)
    } catch (error) {
      if (!this.#isBroken) this.#break('I11', `turn ${row.turn} cannot be read: ${messageOf(error)}`)
      return undefined
    }
  }

  async #open(row: JournalRow, event: Event): Promise<void> {
    if (event.type !== 'created')
      return this.#break('I11', `its journal begins with "${event.type}", not with its birth`)
    const plan = await this.#options.loadPlan(event)
    if (!plan)
      return this.#break(
        'I11',
        `revision ${event.revision} of the flow "${event.namespace}.${event.flowId}", which it runs, is not there`,
      )
    this.#plan = plan
    this.#state = born(this.#id, event, plan, row.atMs)
  }

  #hold(row: JournalRow, event: Extract<Event, { type: 'held' }>): void {
    this.#heldReason = event.reason
    if (event.reason.trim() === '') this.#find('I22', `turn ${row.turn} holds it without a reason`)
  }

  #step(state: ExecutionState, { row, event, plan }: { row: JournalRow; event: Event; plan: Plan }): void {
    const at = `turn ${row.turn}, ${event.type}${'run' in event && event.run !== ROOT ? ` of run ${event.run}` : ''}`
    try {
      for (const { invariant, what, isFatal } of judge(state, plan, event)) {
        if (isFatal) return this.#break(invariant, `${at}: ${what}`)
        this.#find(invariant, `${at}: ${what}`)
      }
      this.#remember(state, event)
      apply(state, event, plan, row.atMs)
    } catch (error) {
      this.#break('I11', `${at}: it cannot be folded: ${messageOf(error)}`)
    }
  }

  #remember(state: ExecutionState, event: Event): void {
    if (event.type === 'phase-entered' && event.run === ROOT && event.phase === 'ended') this.#ends += 1
    if (event.type === 'child-ended') this.#childrenHeard += 1
    if (event.type !== 'attempt-settled' || event.attempt.state === 'SKIPPED') return
    const run = getRun(state, event.run)
    const key = `${event.run}/${run.epoch}`
    // Inline attempts have no epoch: each is settled in the turn that began it.
    if (run.epoch > 0 && this.#settled.has(key))
      this.#find('I4', `run ${event.run} has two results of epoch ${run.epoch}`)
    this.#settled.add(run.epoch > 0 ? key : `${event.run}/0/${run.attempts.length}`)
  }
}

interface Wrong {
  readonly invariant: InvariantId
  readonly what: string
  /** Nothing can be said of what follows. */
  readonly isFatal?: boolean
}

const AFTER_THE_END: ReadonlySet<Event['type']> = new Set([
  'moved',
  'restarted',
  'overruled',
  'timer-fired',
  'labels',
  'held',
  'released',
])

function judge(state: ExecutionState, plan: Plan, event: Event): readonly Wrong[] {
  const wrong: Wrong[] = []
  if (state.isEnded && !AFTER_THE_END.has(event.type)) wrong.push({ invariant: 'I2', what: 'the execution has ended' })
  switch (event.type) {
    case 'created':
      return [{ invariant: 'I11', what: 'it is born a second time', isFatal: true }]
    case 'moved':
      // Somebody may say by hand how it ended.
      if (state.isEnded && event.to !== 'RESTARTED' && !isFinal(event.to))
        wrong.push({ invariant: 'I2', what: `it goes ${state.state} → ${event.to} after its end` })
      return [...wrong, ...judgeMove(EXECUTION_MOVES, state.state, event.to)]
    case 'run-moved':
      return [...wrong, ...judgeMove(RUN_MOVES, getRun(state, event.run).state, event.to)]
    case 'run-resumed':
      return [...wrong, ...judgeMove(RUN_MOVES, getRun(state, event.run).state, event.to)]
    case 'group-opened':
      return [...wrong, ...judgeMove(RUN_MOVES, getRun(state, event.run).state, 'RUNNING')]
    case 'run-created':
      return [...wrong, ...judgeStart(state, event)]
    case 'job-sent':
      return [...wrong, ...judgeJobSent(state, event)]
    case 'attempt-settled':
      return [...wrong, ...judgeSettled(state, plan, event)]
    case 'job-lost':
      return [...wrong, ...judgeLost(state, event)]
    case 'child-ended':
      if (state.children.get(event.run) !== event.childId)
        wrong.push({ invariant: 'I17', what: `nobody waits for the child ${event.childId}, or it was heard of before` })
      return wrong
    case 'phase-entered':
      return event.run === ROOT && event.phase === 'ended' ? [...wrong, ...judgeEnd(state)] : wrong
    case 'pass-begun':
      return [...wrong, ...judgeMove(RUN_MOVES, getRun(state, event.run).state, 'RUNNING')]
    case 'iteration-ended':
    case 'pass-ended':
    case 'outputs':
    case 'evaluate-asked':
    case 'evaluated':
    case 'timer-set':
    case 'timer-fired':
    case 'child-linked':
    case 'labels':
    case 'variables':
    case 'kill-requested':
    case 'restarted':
    case 'breakpoints':
    case 'limit-waits':
    case 'limit-granted':
    case 'sla-broken':
    case 'sealed':
    case 'held':
      return wrong
    case 'taken-over':
      return [{ invariant: 'I11', what: 'it takes over a journal after its birth', isFatal: true }]
    case 'overruled':
      return [...wrong, ...judgeMove(RUN_MOVES, getRun(state, event.run).state, event.to)]
    case 'released':
      if (!state.isHeld) wrong.push({ invariant: 'I22', what: 'it is released, and was not held' })
      return wrong
  }
}

function judgeMove(
  moves: Readonly<Record<StateName, readonly StateName[]>>,
  from: StateName,
  to: StateName,
): readonly Wrong[] {
  return moves[from].includes(to) ? [] : [{ invariant: 'I3', what: `it cannot go ${from} → ${to}`, isFatal: true }]
}

function isKilled(state: ExecutionState): boolean {
  return state.isKillRequested && !isFinal(state.state)
}

function judgeStart(state: ExecutionState, event: Extract<Event, { type: 'run-created' }>): readonly Wrong[] {
  const wrong: Wrong[] = []
  const early = (what: string): void => void wrong.push({ invariant: 'I5', what })
  const group = groupOf(state, event.parent)
  const siblings = group.children.map(child => getRun(state, child)).filter(run => !run.isRemoved)
  const before = siblings.filter(run => run.lane === event.lane)
  const parent = event.parent === ROOT ? 'RUNNING' : getRun(state, event.parent).state
  // While a run waits, the tasks of its hook are run.
  const isHook = parent === 'PAUSED' && event.lane === HANDLER
  if (parent !== 'RUNNING' && !isHook) early(`its parent is ${parent}`)
  if (state.state === 'PAUSED' && state.paused === 0) early('the execution is paused')
  if (isKilled(state)) wrong.push({ invariant: 'I16', what: 'the execution is being killed' })
  if (event.lane === HANDLER) {
    if ((group.phase === 'tasks' && !isHook) || group.phase === 'leaving' || group.phase === 'ended')
      early(`a handler in the phase "${group.phase}"`)
    if (before.some(run => !isFinal(run.state))) early('the handler before it has not ended')
    return wrong
  }
  if (group.phase !== 'tasks') early(`a task in the phase "${group.phase}"`)
  const last = before.at(-1)
  if (last && !isFinal(last.state)) early(`the task before it is ${last.state}`)
  if (last?.state === 'FAILED') early('the task before it FAILED')
  const open = new Set(siblings.filter(run => !isFinal(run.state) && run.lane !== HANDLER).map(run => run.lane))
  if (open.size >= group.laneLimit && !open.has(event.lane)) early(`${open.size} lanes are open already`)
  return wrong
}

function judgeJobSent(state: ExecutionState, event: Extract<Event, { type: 'job-sent' }>): readonly Wrong[] {
  const run = getRun(state, event.run)
  const wrong: Wrong[] = []
  if (event.epoch !== run.epoch + 1)
    wrong.push({ invariant: 'I4', what: `epoch ${event.epoch} follows epoch ${run.epoch}` })
  if (run.isAwaited) wrong.push({ invariant: 'I4', what: `epoch ${run.epoch} is still out` })
  if (isKilled(state)) wrong.push({ invariant: 'I16', what: 'a job is sent after the kill' })
  return run.state === 'SUBMITTED' ? wrong : [...wrong, ...judgeMove(RUN_MOVES, run.state, 'SUBMITTED')]
}

function judgeSettled(
  state: ExecutionState,
  plan: Plan,
  event: Extract<Event, { type: 'attempt-settled' }>,
): readonly Wrong[] {
  const run = getRun(state, event.run)
  const isJob = getTask(plan, run.task).kind.type === 'job' && event.attempt.state !== 'SKIPPED'
  const wrong: Wrong[] =
    isJob && !run.isAwaited ? [{ invariant: 'I4', what: `nobody waits for a result of epoch ${run.epoch}` }] : []
  return event.to === run.state ? wrong : [...wrong, ...judgeMove(RUN_MOVES, run.state, event.to)]
}

function judgeLost(state: ExecutionState, event: Extract<Event, { type: 'job-lost' }>): readonly Wrong[] {
  const run = getRun(state, event.run)
  if (run.isAwaited && run.epoch === event.epoch) return []
  return [
    { invariant: 'I4', what: `epoch ${event.epoch} is lost, and epoch ${run.epoch} is the last one that was sent` },
  ]
}

function judgeEnd(state: ExecutionState): readonly Wrong[] {
  const wrong: Wrong[] = []
  const live = state.runs.filter(run => !run.isRemoved && !isFinal(run.state))
  if (!isFinal(state.state)) wrong.push({ invariant: 'I2', what: `it ends as ${state.state}` })
  if (live.length > 0)
    wrong.push({
      invariant: 'I6',
      what: `task runs are alive: ${live
        .slice(0, 3)
        .map(run => `${run.ordinal} ${run.state}`)
        .join(', ')}`,
    })
  if (state.awaited.size > 0) wrong.push({ invariant: 'I6', what: `${state.awaited.size} jobs are out` })
  if (state.children.size > 0) wrong.push({ invariant: 'I6', what: `${state.children.size} children are awaited` })
  return wrong
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
