// What a flow must come to, worked out from its tree alone: a slow reading of the rules that knows no events, no agenda and no store. It predicts
// the end of every run of an execution that was left alone; where the order of events decides, the end of the execution only.
import {
  decodeValue,
  isList,
  mapGet,
  printValue,
  type Flow,
  type Retry,
  type StateName,
  type Task,
  type Value,
} from '@batuta/core'
import { JOB_TYPE } from './random-flow.ts'

export interface Prediction {
  readonly state: StateName
  /** `task[values]` → state; absent where the order of events decides who runs. */
  readonly runs?: ReadonlyMap<string, StateName>
}

export interface OracleFacts {
  readonly attemptNumber: number
  /** How the run of a subflow ended: the child is an execution of its own. */
  subflowState(name: string): StateName | undefined
}

const FORETOLD: ReadonlySet<string> = new Set(['Sequential', 'AllowFailure', 'If', 'Switch', 'ForEach', 'Parallel'])

/** Thrown where the oracle does not know. */
export class Unpredictable extends Error {}

export function predict(flow: Flow, facts: OracleFacts): Prediction {
  return new Oracle(flow, facts).predict()
}

interface Inherited {
  readonly values: readonly string[]
  readonly retry: Retry | undefined
}

class Oracle {
  readonly #flow: Flow
  readonly #facts: OracleFacts
  readonly #runs = new Map<string, StateName>()
  #isExact = true

  constructor(flow: Flow, facts: OracleFacts) {
    this.#flow = flow
    this.#facts = facts
  }

  predict(): Prediction {
    const { tasks, errors, finally: last, afterExecution, outputs, retry } = this.#flow
    const place: Inherited = { values: [], retry }
    const isEmpty = enabled(tasks).length === 0
    const states = this.#sequence(tasks, place)
    const ended = worst(states)
    if (states.includes('FAILED')) this.#handlers(errors, place)
    if (!isEmpty) this.#handlers(last, place)
    const isBroken = outputs.some(output => output.value === '{{ ghost }}') && ended !== 'KILLED'
    this.#handlers(afterExecution, place)
    return { state: isBroken ? 'FAILED' : ended, ...(this.#isExact ? { runs: this.#runs } : {}) }
  }

  /** The states of a list of tasks, one after the other up to the first failure. */
  #sequence(tasks: readonly Task[], place: Inherited): readonly StateName[] {
    const states: StateName[] = []
    for (const task of enabled(tasks)) {
      const state = this.#task(task, place)
      states.push(state)
      if (state === 'FAILED') break
    }
    return states
  }

  #handlers(tasks: readonly Task[], place: Inherited): void {
    for (const task of enabled(tasks)) this.#task(task, { ...place, values: place.values })
  }

  #task(task: Task, place: Inherited): StateName {
    const name = place.values.length === 0 ? task.id : `${task.id}[${place.values.join('/')}]`
    const state = this.#condition(task) ?? this.#run(task, name, place)
    this.#runs.set(name, state)
    return state
  }

  /** What the condition makes of the task, if it does not begin. */
  #condition(task: Task): StateName | undefined {
    if (task.runIf === undefined || task.runIf === 'true' || task.runIf === '{{ flow.id }}') return undefined
    if (task.runIf === 'false') return 'SKIPPED'
    if (task.runIf.includes('kv(')) return undefined
    if (task.runIf !== '{{ ghost }}') throw new Unpredictable('it depends on how the execution was begun')
    return 'FAILED'
  }

  #run(task: Task, name: string, place: Inherited): StateName {
    const kind = task.type.slice(task.type.lastIndexOf('.') + 1)
    if (task.lists) return this.#group(task, kind, place)
    if (kind === 'Subflow') return this.#subflow(task, name, place)
    if (task.type === JOB_TYPE) return this.#attempts(task, place, text(task, 'outcomes'))
    if (kind === 'Exit') throw new Unpredictable('it ends the execution, whatever else runs')
    const fails = kind === 'Fail' || text(task, 'format') === '{{ ghost }}'
    return this.#attempts(task, place, fails ? 'F' : 'S')
  }

  /** Attempt by attempt, as the retry in force allows. */
  #attempts(task: Task, place: Inherited, letters: string): StateName {
    const retry = task.retry ?? (task.allowFailure ? undefined : place.retry)
    const isRenewing = retry?.behavior === 'CREATE_NEW_EXECUTION'
    const most = isRenewing ? 1 : (retry?.maxAttempts ?? 1)
    for (let attempt = 0; attempt < most; attempt++) {
      const letter = letters[Math.min(attempt, letters.length - 1)]
      if (letter === 'S')
        return tolerated(task, attempt > 0 && task.retry?.warningOnRetry === true ? 'WARNING' : 'SUCCESS')
      if (letter === 'W') return tolerated(task, 'WARNING')
    }
    if (isRenewing && this.#facts.attemptNumber < (retry.maxAttempts ?? Infinity))
      throw new Unpredictable('another execution takes the place of this one')
    return tolerated(task, 'FAILED')
  }

  #subflow(task: Task, name: string, place: Inherited): StateName {
    const state = this.#facts.subflowState(name)
    if (state === undefined) throw new Unpredictable(`the subflow "${name}" never ran`)
    const retry = task.retry ?? place.retry
    if (state === 'FAILED' && retry?.behavior === 'CREATE_NEW_EXECUTION') throw new Unpredictable('it may be replaced')
    return state
  }

  #group(task: Task, kind: string, place: Inherited): StateName {
    if (!FORETOLD.has(kind)) throw new Unpredictable(`nothing is foretold of a ${kind}`)
    if (this.#flow.dialect === 2 && kind === 'Parallel') throw new Unpredictable('a failure stops what runs beside it')
    const inner: Inherited = { ...place, retry: task.retry ?? place.retry }
    const lanes = lanesOf(task, kind, inner.values)
    if (!lanes) return tolerated(task, 'FAILED')
    const states = this.#lanes(lanes, inner)
    const state = worst(states)
    const lists = task.lists
    // A child that was killed hides one that failed, the errors see both.
    if (states.includes('FAILED')) this.#handlers(lists?.errors ?? [], inner)
    this.#handlers(lists?.finally ?? [], inner)
    if (kind === 'AllowFailure' && state === 'FAILED') return 'WARNING'
    return tolerated(task, state)
  }

  #lanes({ sequences, limit }: Lanes, place: Inherited): readonly StateName[] {
    const states: StateName[] = []
    for (const { tasks, values } of sequences) {
      const lane = this.#sequence(tasks, { ...place, values })
      states.push(...lane)
      if (!lane.includes('FAILED')) continue
      // Beside a failure, who has begun already is a matter of time.
      if (limit > 1 && sequences.length > 1) this.#isExact = false
      else break
    }
    if (!this.#isExact && states.includes('KILLED')) throw new Unpredictable('the kill may come after the failure')
    return states
  }
}

interface Lanes {
  readonly sequences: readonly { readonly tasks: readonly Task[]; readonly values: readonly string[] }[]
  readonly limit: number
}

/** Undefined when the group cannot be opened. */
function lanesOf(task: Task, kind: string, values: readonly string[]): Lanes | undefined {
  const lists = task.lists
  const one = (tasks: readonly Task[] | undefined): Lanes => ({ sequences: [{ tasks: tasks ?? [], values }], limit: 1 })
  if (kind === 'If') {
    const condition = text(task, 'condition')
    if (condition === '{{ ghost }}') return undefined
    return one(condition === 'false' ? lists?.else : lists?.then)
  }
  if (kind === 'Switch') {
    const value = text(task, 'value')
    const branch = lists?.cases?.find(item => item.key === value)?.tasks ?? lists?.defaults
    return value === '{{ ghost }}' || !branch ? undefined : one(branch)
  }
  if (kind === 'Parallel') {
    const tasks = enabled(lists?.tasks ?? [])
    const limit = Number(raw(task, 'concurrent'))
    return { sequences: tasks.map(only => ({ tasks: [only], values })), limit: limit > 0 ? limit : Infinity }
  }
  if (kind !== 'ForEach') return one(lists?.tasks)
  const source = text(task, 'values')
  if (source === '{{ ghost }}') return undefined
  const list = decodeValue(source)
  const limit = Number(raw(task, 'concurrencyLimit'))
  const items = isList(list) ? list.map(item => printValue(item)) : []
  return {
    sequences: items.map(item => ({ tasks: lists?.tasks ?? [], values: [...values, item] })),
    limit: limit > 0 ? limit : Infinity,
  }
}

function enabled(tasks: readonly Task[]): readonly Task[] {
  return tasks.filter(task => !task.disabled)
}

function raw(task: Task, name: string): Value {
  return mapGet(task.properties, name) ?? null
}

function text(task: Task, name: string): string {
  return printValue(raw(task, name))
}

function tolerated(task: Task, state: StateName): StateName {
  const tolerant = state === 'FAILED' && task.allowFailure ? 'WARNING' : state
  return tolerant === 'WARNING' && task.allowWarning ? 'SUCCESS' : tolerant
}

function worst(states: readonly StateName[]): StateName {
  return (['KILLED', 'FAILED', 'WARNING'] as const).find(state => states.includes(state)) ?? 'SUCCESS'
}
