// Plays an execution without a world: jobs are settled, timers fire and children end when the test says so. After every turn the journal is folded
// and must equal the state in memory, so that each golden test is a test of `apply` as well.
import assert from 'node:assert/strict'
import { createCatalogue } from '../../flow/catalogue.ts'
import { parseFlow } from '../../flow/parse.ts'
import { Fuel } from '../../expression/fuel.ts'
import type { Value, ValueMap } from '../../std/value.ts'
import { encodeEvents } from '../event-codec.ts'
import type { Birth, Command, Effect, Settlement, Signal } from '../event.ts'
import type { Admission } from '../gate.ts'
import { fold, foldOn, type JournalRow } from '../journal.ts'
import { valueChain } from '../outputs.ts'
import { compilePlan, type Plan } from '../plan.ts'
import { presentExecution } from '../present.ts'
import { replayBirth } from '../replay.ts'
import { readSnapshot, takeSnapshot } from '../snapshot.ts'
import { isFinal, type Breakpoint, type ExecutionState, type FinalState, type TaskRun } from '../state.ts'
import { openExecution, runTurn, type TurnResult } from '../turn.ts'
import type { TurnEnv } from '../turn-env.ts'
import { canonical } from './canonical.ts'

export const ID = '0abcdefg00aaaaaaaaaaaa'
export const BASE_MS: number = Date.UTC(2031, 3, 5, 6, 7, 8)

const TURNS_MAX = 10_000

export interface PlayOptions {
  readonly inputs?: ValueMap
  readonly birth?: Partial<Birth>
  /** Why a subflow cannot be started. */
  readonly childProblem?: string
  /** Folding huge journals after every turn takes its time. */
  readonly isUnfolded?: boolean
  /** What the limits say. */
  readonly admit?: () => Admission | undefined
  /** Each turn is also taken by a state that was just folded: it must decide the same. */
  readonly isTwinned?: boolean
}

interface Shown {
  readonly state: { readonly current: string; readonly histories: readonly { readonly state: string }[] }
}

interface ShownExecution extends Shown {
  readonly taskRunList: readonly (Shown & {
    readonly taskId: string
    readonly value?: string
    readonly attempts?: readonly Shown[]
  })[]
}

/** `body` is the flow without its id and namespace. */
export function play(body: string, options: PlayOptions = {}): Player {
  const parsed = parseFlow(`id: f\nnamespace: a.b\n${body}`, { catalogue: CATALOGUE })
  assert.ok(parsed.flow, JSON.stringify(parsed.diagnostics))
  return new Player(compilePlan(parsed.flow, { tenant: 'main', revision: 3 }), options)
}

/** What is read of a snapshot that was stored. */
export function readBack(state: ExecutionState, plan: Plan): ExecutionState {
  const { head, chunks } = takeSnapshot(state, structuredClone)
  return foldOn(ID, readSnapshot({ head, chunks: structuredClone(chunks) }), { rows: [], plan })
}

export interface ReplayOptions {
  /** The run to begin from, or its name; from the start when absent. */
  readonly run?: string | TaskRun
  readonly inputs?: ValueMap
  /** Of another revision. */
  readonly body?: string
  readonly breakpoints?: readonly Breakpoint[]
  readonly isTwinned?: boolean
  readonly admit?: () => Admission | undefined
}

/** The replay of an execution, played on. */
export function replayOf(
  source: Player,
  { run, inputs, body, breakpoints, isTwinned = false, admit }: ReplayOptions = {},
): Player {
  const plan = body === undefined ? source.plan : play(body).plan
  const again = replayBirth(source, {
    plan,
    nowMs: source.nowMs,
    ...(run === undefined ? {} : { run: (typeof run === 'string' ? source.run(run) : run).ordinal }),
    ...(inputs === undefined ? {} : { inputs }),
    ...(breakpoints === undefined ? {} : { breakpoints }),
  })
  if ('refusal' in again) throw new Error(again.refusal.message)
  return new Player(plan, { birth: again.birth, inputs: again.birth.inputs, isTwinned, ...(admit ? { admit } : {}) })
}

/** A task that touches the world. */
export const JOB = 'io.batuta.test.Job'

const CATALOGUE = createCatalogue([{ type: JOB, kind: 'task' }])

export class Player {
  readonly plan: Plan
  readonly state: ExecutionState
  readonly effects: Effect[] = []
  readonly turns: TurnResult[] = []
  nowMs: number = BASE_MS
  readonly rows: JournalRow[] = []
  /** The longest agenda that a turn left. */
  agendaMax = 0
  readonly #options: PlayOptions
  #ids = 0

  constructor(plan: Plan, options: PlayOptions) {
    this.plan = plan
    this.#options = options
    const { id: flowId, namespace } = plan.flow
    const birth: Birth = { tenant: 'main', namespace, flowId, revision: 3, inputs: options.inputs ?? {}, labels: [] }
    const first = openExecution(ID, { ...birth, ...options.birth }, plan, this.#env())
    this.state = first.state
    this.#took(first)
    if (first.isUnfinished) this.take()
  }

  /** Turns until the execution waits; returns the first of them. */
  take(...signals: readonly Signal[]): TurnResult {
    const first = this.#turn(signals)
    for (let last = first; last.isUnfinished; last = this.#turn([]))
      assert.ok(this.turns.length < TURNS_MAX, 'the execution never waits')
    return first
  }

  settle(name: string, state: Settlement['state'] = 'SUCCESS', outputs?: ValueMap): TurnResult {
    const run = this.run(name)
    return this.take(this.settlement(run, state, outputs))
  }

  settlement(run: TaskRun, state: Settlement['state'], outputs?: ValueMap): Signal {
    const times = { startedMs: this.nowMs, endedMs: this.nowMs }
    const { ordinal, epoch } = run
    return {
      type: 'settled',
      executionId: ID,
      run: ordinal,
      epoch,
      state,
      ...times,
      ...(outputs === undefined ? {} : { outputs }),
    }
  }

  lose(name: string): TurnResult {
    const { ordinal, epoch } = this.run(name)
    return this.take({ type: 'lost', executionId: ID, run: ordinal, epoch })
  }

  /** Waits for the timer and lets it fire. */
  fire(name: string): TurnResult {
    const atMs = this.state.timers.get(name)
    assert.ok(atMs !== undefined, `there is no timer "${name}", only ${[...this.state.timers.keys()].join(', ')}`)
    this.nowMs = Math.max(this.nowMs, atMs)
    return this.take({ type: 'timer', executionId: ID, name })
  }

  /** The retry of a task is due. */
  retry(name: string): TurnResult {
    return this.fire(`retry:${this.run(name).ordinal}`)
  }

  kill(isCascading = false): TurnResult {
    return this.take({ type: 'command', executionId: ID, command: { name: 'kill', isCascading } })
  }

  command(command: Command): TurnResult {
    return this.take({ type: 'command', executionId: ID, command })
  }

  restart(): TurnResult {
    return this.take({ type: 'command', executionId: ID, command: { name: 'restart' } })
  }

  childEnds(name: string, state: FinalState, outputs?: ValueMap): TurnResult {
    const run = this.run(name)
    const childId = this.state.children.get(run.ordinal)
    assert.ok(childId !== undefined, `the run "${name}" waits for no child`)
    return this.take({
      type: 'child-ended',
      executionId: ID,
      run: run.ordinal,
      childId,
      state,
      ...(outputs === undefined ? {} : { outputs }),
    })
  }

  answer(name: string, slot: string, answer: { readonly value: Value } | { readonly error: string }): TurnResult {
    const run = name === '' ? -1 : this.run(name).ordinal
    return this.take({ type: 'evaluated', executionId: ID, run, slot, ...answer })
  }

  /** The newest run of `task`, or of `task[outer/inner]` in a loop. */
  run(name: string): TaskRun {
    const named = this.state.runs.filter(candidate => !candidate.isRemoved && this.nameOf(candidate) === name)
    const run = named.findLast(candidate => candidate.isInner !== true) ?? named.at(-1)
    assert.ok(run, `there is no run "${name}", only ${this.order}`)
    return run
  }

  nameOf(run: TaskRun): string {
    const id = this.plan.tasks[run.task]?.id ?? '?'
    const values = valueChain(this.state, run)
    return values.length === 0 ? id : `${id}[${values.join('/')}]`
  }

  /** The runs that a list shows, in its order. */
  get order(): string {
    return this.#shown.map(run => this.nameOf(run)).join(' ')
  }

  /** The states of the execution so far. */
  get history(): string {
    return this.state.history.map(moment => moment.state).join(' ')
  }

  /** Run → its states so far. */
  get histories(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.#shown.map(run => [this.nameOf(run), run.history.map(moment => moment.state).join(' ')]),
    )
  }

  /** Run → its state. */
  get states(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#shown.map(run => [this.nameOf(run), run.state]))
  }

  /** Runs whose job is out, in the order of their sending. */
  get out(): string {
    return [...this.state.awaited].map(ordinal => this.nameOf(this.state.runs.at(ordinal) as TaskRun)).join(' ')
  }

  /** Signals to other executions, so far. */
  get sent(): readonly Signal[] {
    return this.effects.flatMap(effect => (effect.type === 'signal' ? [effect.signal] : []))
  }

  get logs(): readonly string[] {
    return this.effects.flatMap(effect => (effect.type === 'log' ? [effect.entry.message] : []))
  }

  /** As the API shows it: states of the execution, and of every run with those of its attempts. */
  get shown(): { readonly execution: string; readonly runs: readonly string[] } {
    const document = JSON.parse(
      presentExecution(this.state, this.plan, { dialect: 'b', nowMs: this.nowMs }),
    ) as ShownExecution
    const states = ({ state }: Shown): string => state.histories.map(moment => moment.state).join(' ')
    return {
      execution: states(document),
      runs: document.taskRunList.map(run => {
        const attempts = (run.attempts ?? []).map(attempt => attempt.state.current).join(' ')
        const name = run.value === undefined ? run.taskId : `${run.taskId}[${run.value}]`
        return `${name}: ${states(run)} | ${attempts}`
      }),
    }
  }

  get isEnded(): boolean {
    return this.state.isEnded
  }

  get #shown(): readonly TaskRun[] {
    return this.state.runs.filter(
      run => !run.isRemoved && run.isInner !== true && this.plan.tasks[run.task]?.isHidden !== true,
    )
  }

  #turn(signals: readonly Signal[]): TurnResult {
    const twin =
      this.#options.isTwinned === true && this.state.agenda.length === 0 ? this.#twinTurn(signals) : undefined
    const result = runTurn({ state: this.state, plan: this.plan, env: this.#env() }, signals)
    if (twin) assert.deepEqual(wordsOf(result), twin, 'a folded state (expected) decides otherwise')
    this.#took(result)
    return result
  }

  /** What a node that takes the execution over would do; the ids that it takes are given back. */
  #twinTurn(signals: readonly Signal[]): readonly string[] {
    const ids = this.#ids
    const state = readBack(fold(ID, this.rows, this.plan), this.plan)
    const words = wordsOf(runTurn({ state, plan: this.plan, env: this.#env() }, signals))
    this.#ids = ids
    return words
  }

  #took(result: TurnResult): void {
    this.turns.push(result)
    this.effects.push(...result.effects)
    this.agendaMax = Math.max(this.agendaMax, result.state.agenda.length)
    if (result.events.length > 0) {
      const { turn } = result.state
      this.rows.push({ turn, version: 1, atMs: this.nowMs, events: encodeEvents(result.events) })
    }
    if (this.#options.isUnfolded !== true) this.#assertFolded(result.state)
    if (result.state.isEnded) this.#assertNothingAlive(result.state)
  }

  #assertFolded(state: ExecutionState): void {
    const known = canonical(state)
    assert.equal(canonical(fold(ID, this.rows, this.plan)), known, 'the fold is not the state')
    assert.equal(canonical(readBack(state, this.plan)), known, 'the snapshot is not the state')
  }

  #assertNothingAlive(state: ExecutionState): void {
    const alive = state.runs.filter(run => !run.isRemoved && !isFinal(run.state)).map(run => this.nameOf(run))
    assert.deepEqual(alive, [], 'the execution has ended and these runs have not')
    assert.equal(state.awaited.size + state.children.size, 0, 'the execution has ended and something is out')
  }

  #env(): TurnEnv {
    return {
      nowMs: this.nowMs,
      zone: 'UTC',
      locale: 'en',
      fuel: new Fuel(),
      random: () => 0.5,
      configuredRoots: new Map(),
      ...(this.#options.admit ? { admit: this.#options.admit } : {}),
      newId: () => `0abcdefg00${String(++this.#ids).padStart(12, 'c')}`,
      prepareChild: ({ tenant, namespace, flowId, labels: own, inherited, trigger, inputs }) =>
        this.#options.childProblem === undefined
          ? { birth: { tenant, namespace, flowId, revision: 1, inputs, labels: [...inherited, ...own], trigger } }
          : { problem: this.#options.childProblem },
    }
  }
}

function wordsOf({ events, effects, refusals }: TurnResult): readonly string[] {
  return [encodeEvents(events), JSON.stringify(effects), JSON.stringify(refusals)]
}
