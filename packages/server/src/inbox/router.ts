// The inbox of a node among others: signals to executions of its own shards go to its engine, others become a row that their owner takes. Who
// submitted such a signal is answered from what the owner has committed.
import {
  encodeValue,
  shardOf,
  trust,
  type ExecutionState,
  type Plan,
  type Refusal,
  type Signal,
  type Value,
} from '@batuta/core'
import type { Clock, Scheduler } from '../platform/platform.ts'
import type { JournalRowOf, SignalRow } from '../storage/batch.ts'
import type { Cluster, Member, SettledJob } from '../storage/cluster.ts'
import { FlushError, type Store } from '../storage/store.ts'
import { BirthWatch } from './birth-watch.ts'
import { Together } from './together.ts'
import { SubmitError, type Inbox, type Receipt, type SubmitOptions } from './inbox.ts'

export interface RouterOptions {
  readonly engine: Inbox
  readonly store: Store
  readonly cluster: Cluster
  readonly platform: Clock & Scheduler
  readonly member: Member
  owns(shard: number): boolean
  /** Reads an execution as the store has it. */
  load(
    executionId: string,
    /** Its journal, when it has been read already. */
    rows?: readonly JournalRowOf[],
  ): Promise<{ readonly state: ExecutionState; readonly plan: Plan } | undefined>
  newSignalId(): string
}

const ANSWER_MAX_MS = 5_000
const LOOK_FIRST_MS = 5
const LOOK_MAX_MS = 100

export class Router implements Inbox {
  readonly #options: RouterOptions
  readonly #settlements: Together<SettledJob>
  readonly #signals: Together<SignalRow>
  readonly #births: BirthWatch

  constructor(options: RouterOptions) {
    this.#options = options
    const { cluster, member, store, platform } = options
    this.#settlements = new Together(async jobs => await cluster.settleJobs(jobs, member))
    this.#signals = new Together(async rows => await cluster.sendSignals(rows))
    this.#births = new BirthWatch(store, platform)
  }

  async submit<T = never>(signal: Signal, options: SubmitOptions<T> = {}): Promise<Receipt<T>> {
    const { engine, owns } = this.#options
    const shard = shardOf(signal.executionId)
    if (owns(shard)) return await engine.submit(signal, options)
    // The cursor of a trigger moves in the flush of the birth; stored, the birth would go without it, and the new owner would fire the same date.
    if (options.trigger)
      throw new SubmitError(
        'unavailable',
        `The trigger "${options.trigger.triggerId}" has moved to another node, which fires it.`,
      )
    const id = this.#options.newSignalId()
    const row = { id, shard, executionId: signal.executionId, body: encodeValue(trust<Value>(signal)) }
    if (signal.type === 'settled') {
      const key = { executionId: signal.executionId, run: signal.run, epoch: signal.epoch }
      await this.#settlements.add({ key, signal: row })
      return {}
    }
    await this.#signals.add(row)
    if (signal.type === 'create') return await this.#awaitBirth(signal.executionId, options)
    if (signal.type === 'command') return await this.#awaitOutcome(id, signal.executionId, options)
    return {}
  }

  async #awaitBirth<T>(executionId: string, { view }: SubmitOptions<T>): Promise<Receipt<T>> {
    const rows = await afterStored(this.#births.journalOf(executionId))
    return await this.#viewOf(executionId, view, rows)
  }

  async #awaitOutcome<T>(id: string, executionId: string, { view }: SubmitOptions<T>): Promise<Receipt<T>> {
    const operation = await afterStored(
      this.#look(
        async () => await this.#options.store.read.findOperation(id),
        `the command on "${executionId}" to be taken`,
      ),
    )
    if (operation.status !== 200) return { refusal: trust<Refusal>(JSON.parse(operation.body)) }
    return await this.#viewOf(executionId, view)
  }

  async #viewOf<T>(
    executionId: string,
    view: SubmitOptions<T>['view'],
    rows?: readonly JournalRowOf[],
  ): Promise<Receipt<T>> {
    if (!view) return {}
    const loaded = await afterStored(this.#options.load(executionId, rows))
    if (!loaded) throw new FlushError('broken', `${STORED}: the execution "${executionId}" cannot be read`)
    return { view: view(loaded.state, loaded.plan) }
  }

  async #look<T>(find: () => Promise<T | undefined>, what: string): Promise<T> {
    const { platform } = this.#options
    const untilMs = platform.nowMs() + ANSWER_MAX_MS
    for (let waitMs = LOOK_FIRST_MS; platform.nowMs() < untilMs; waitMs = Math.min(waitMs * 2, LOOK_MAX_MS)) {
      const found = await find()
      if (found !== undefined) return found
      await new Promise<void>(resolve => platform.at(platform.nowMs() + waitMs, resolve))
    }
    throw new SubmitError(
      'unavailable',
      `It takes more than ${ANSWER_MAX_MS} ms for ${what}: it is stored and will be done, look again later.`,
    )
  }
}

const STORED = 'It is stored and will be done, look again later'

/** What goes wrong from here on is no refusal: whoever asked must not take what is in the store for something that was not begun. */
async function afterStored<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof SubmitError || error instanceof FlushError) throw error
    const message = `${STORED}: ${error instanceof Error ? error.message : String(error)}`
    throw new FlushError('broken', message, { cause: error })
  }
}
