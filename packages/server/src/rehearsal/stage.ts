// The engine on a stage of its own: everything is in memory, time is virtual, and tasks with a fixture are answered from the script.
import { readEnvironmentSecrets } from '../secrets/secret-sources.ts'
import { setImmediate as turnOfEventLoop, setTimeout as pause } from 'node:timers/promises'
import {
  CLOSE_DIRECTORY,
  OPEN_DIRECTORY,
  decodeValue,
  encodeValue,
  inlineTypes,
  isMap,
  mapGet,
  newId,
  runInlineAsync,
  parseDuration,
  SHARDS,
  trust,
  compileTemplate,
  Fuel,
  FIXTURE_TYPE,
  type ExecutionState,
  type FinalState,
  type Flow,
  type InlineLog,
  type Plan,
  type Settlement,
  type Value,
  type ValueMap,
} from '@batuta/core'
import { decodeJob, type FileStore, type HostJob } from '@batuta/plugin-sdk'
import { askFor } from '../answers/ask.ts'
import type { AnswerWorld } from '../answers/answers.ts'
import { Engine, type EngineOptions } from '../engine/engine.ts'
import { newEvaluator, newTurnEnvironment } from '../engine/turn-environment.ts'
import type { StartWorld } from '../flows/births.ts'
import { openFlowCatalogue, type FlowCatalogue } from '../flows/flow-catalogue.ts'
import type { SecretKey } from '../secrets/watched-secrets.ts'
import { newEncryption } from '../platform/encryption.ts'
import { newChanges } from '../inbox/changes.ts'
import type { Inbox } from '../inbox/inbox.ts'
import type { JobSink } from '../inbox/jobs.ts'
import type { JobRow, LogRow, StoredLogLine } from '../storage/batch.ts'
import { rankOf } from '../storage/levels.ts'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables, type Tables } from '../storage/memory/tables.ts'
import type { Store } from '../storage/store.ts'
import type { VirtualPlatform } from './virtual-platform.ts'

export const TENANT = 'main'
const NODE = 'rehearsal'
const SLEEP = 'io.kestra.plugin.core.flow.Sleep'
const INLINE_TYPES: ReadonlySet<string> = new Set(inlineTypes())
const DIRECTORIES: ReadonlySet<string> = new Set([OPEN_DIRECTORY, CLOSE_DIRECTORY])
/** Of virtual steps: a flow that needs more does not end. */
const STEPS_MAX = 100_000
const LOOK_AGAIN_MS = 2

/** What a task with a fixture does instead of running; undefined when there is none for it. */
export type Script = (job: HostJob, state: ExecutionState) => Promise<Pick<Settlement, 'state' | 'outputs'> | undefined>

/** Runs tasks that have no fixture. */
export interface Actors extends JobSink {
  readonly running: number
  readonly reserved: number
  /** Takes no more, and ends what runs. */
  drain(graceMs: number): Promise<void>
}

export interface StageOptions {
  readonly platform: VirtualPlatform
  readonly flows: readonly Flow[]
  readonly files: FileStore
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly configuredRoots: ReadonlyMap<string, Value>
  readonly zone: string
  readonly locale: string
  readonly script: Script
  /** What secrets are kept with; a key of its own unless said, which is forgotten with the stage. */
  readonly secretKey?: SecretKey
  /** What questions are answered from instead. */
  answers?(own: AnswerWorld): AnswerWorld
  /** Absent where no task may touch the world. */
  openActors?(place: ActorsPlace): Actors
  onNotice(message: string, error?: unknown): void
}

export interface ActorsPlace {
  readonly inbox: Inbox
  readonly store: Store
  readonly node: { readonly node: string; readonly incarnation: number }
  readonly answers: AnswerWorld
}

export interface Stage {
  readonly engine: Engine
  readonly store: Store
  readonly flows: FlowCatalogue
  readonly answers: AnswerWorld
  readonly tables: Tables
  startWorld(): StartWorld
  newId(): string
  /** Lets everything happen that can, however long it takes in the flow's own time. */
  play(): Promise<void>
  /** How an execution stands. */
  look(executionId: string): Promise<{ readonly state: ExecutionState; readonly plan: Plan } | undefined>
  close(): Promise<void>
}

export async function openStage(options: StageOptions): Promise<Stage> {
  const { platform, files, environment, configuredRoots, zone, locale, onNotice } = options
  const tables = newTables()
  const store = openMemoryStore(tables, () => platform.nowMs())
  const place = { node: NODE, ...(await store.perform('joinNode', { node: NODE, nowMs: platform.nowMs() })) }
  for (const flow of options.flows) await saveFlow(store, flow)
  const flows = await openFlowCatalogue(store)
  const environmentSecrets = readEnvironmentSecrets(environment, onNotice)
  const secretKey = options.secretKey ?? newEncryption(btoa('a key for as long as this stands')) ?? {}
  const own: AnswerWorld = { store, files, flows, environmentSecrets, nowMs: () => platform.nowMs(), ...secretKey }
  const answers = options.answers?.(own) ?? own
  const world = { configuredRoots, zone, locale, random: () => platform.random(), secretKey }
  const startWorld = (): StartWorld => ({ ...world, nowMs: platform.nowMs() })
  let evaluating = 0
  const inbox: Inbox = { submit: (signal, how) => engine.submit(signal, how) }
  const evaluate = newEvaluator({ ...answers, children: { flows, startWorld } }, inbox, onNotice)
  const actors = options.openActors?.({ inbox, store, node: place, answers })
  const envOf = newTurnEnvironment({ platform, flows, configuredRoots, zone, locale, startWorld })
  const jobs = new Cast({
    inbox,
    platform,
    script: options.script,
    actors,
    onNotice,
    inline: inlinePlayer({ platform, envOf, answers, store }),
  })
  const engine: Engine = new Engine({
    store,
    flows,
    platform,
    node: { id: NODE, ...place },
    jobs,
    changes: newChanges(),
    envOf,
    evaluate: async question => {
      evaluating += 1
      await evaluate(question).finally(() => (evaluating -= 1))
    },
    owns: () => true,
    onTimer: () => {},
    onNotice,
    onFatal: error => onNotice('the rehearsal cannot go on', error),
  })
  const isBusy = (): boolean => engine.pending > 0 || evaluating > 0 || jobs.busy > 0
  const settle = async (): Promise<void> => {
    do {
      await (jobs.isOut ? pause(LOOK_AGAIN_MS) : turnOfEventLoop())
    } while (isBusy())
  }
  return {
    engine,
    store,
    flows,
    answers,
    tables,
    startWorld,
    newId: () => newId({ nowMs: platform.nowMs(), shard: Math.floor(world.random() * SHARDS), random: world.random }),
    play: () => play({ tables, platform, engine, settle }),
    look: async executionId =>
      (await engine.submit({ type: 'wake', executionId }, { view: (state, plan) => ({ state, plan }) })).view,
    close: async () => {
      await actors?.drain(0)
      await engine.stop()
    },
  }
}

interface InlinePlace {
  readonly platform: VirtualPlatform
  readonly envOf: EngineOptions['envOf']
  readonly answers: AnswerWorld
  readonly store: Store
}

function inlinePlayer({ platform, envOf, answers, store }: InlinePlace): CastOptions['inline'] {
  return async (job, seen) => {
    const run = seen.state.runs.at(job.key.run)
    const env = envOf({
      nowMs: platform.nowMs(),
      random: () => platform.random(),
      executionId: seen.state.id,
      admit: () => undefined,
    })
    const asker = { ...job.flow, flowId: job.flow.id, executionId: seen.state.id, dialect: job.dialect }
    const outcome = run && (await runInlineAsync({ ...seen, env }, run, askFor(answers, asker)))
    if (outcome === undefined) return undefined
    const { state, outputs, logs = [] } = outcome
    if (logs.length > 0) await store.perform('appendLogs', { rows: [logRow(job, logs, platform.nowMs())] })
    return { state: settledState(state), ...(outputs && { outputs }) }
  }
}

function logRow({ key, flow, taskId, attempt }: HostJob, logs: readonly InlineLog[], atMs: number): LogRow {
  const { executionId, run } = key
  const lines = logs.map(({ level, message }): StoredLogLine => ({ atMs, level, message, run, taskId, attempt }))
  const levelMax = Math.max(...logs.map(({ level }) => rankOf(level)))
  const { tenant, namespace, id: flowId } = flow
  return { executionId, tenant, namespace, flowId, atMs, levelMax, lines: JSON.stringify(lines) }
}

function settledState(state: FinalState): Settlement['state'] {
  return state === 'SKIPPED' || state === 'RETRIED' ? 'SUCCESS' : state
}

async function saveFlow(store: Store, flow: Flow): Promise<void> {
  await store.perform('saveFlow', {
    tenant: TENANT,
    namespace: flow.namespace,
    flowId: flow.id,
    source: '',
    parsed: encodeValue(trust<Value>(flow)),
    nowMs: 0,
    isDisabled: flow.disabled,
  })
}

interface Play {
  readonly tables: Tables
  readonly platform: VirtualPlatform
  readonly engine: Engine
  settle(): Promise<void>
}

async function play({ tables, platform, engine, settle }: Play): Promise<void> {
  for (let step = 0; step < STEPS_MAX; step++) {
    await settle()
    const [timer] = [...tables.timers.values()].sort((a, b) => a.atMs - b.atMs)
    const waitingMs = platform.nextMs()
    if (timer !== undefined && (waitingMs === undefined || timer.atMs <= waitingMs)) {
      platform.moveTo(timer.atMs)
      await engine.submit({ type: 'timer', executionId: timer.executionId, name: timer.name })
    } else if (waitingMs !== undefined) platform.moveTo(waitingMs)
    else return
  }
}

interface Seen {
  readonly state: ExecutionState
  readonly plan: Plan
}

interface CastOptions {
  readonly inbox: Inbox
  readonly platform: VirtualPlatform
  readonly script: Script
  readonly actors: Actors | undefined
  /** A pure task that asked the world. */
  inline(job: HostJob, seen: Seen): Promise<Pick<Settlement, 'state' | 'outputs'> | undefined>
  onNotice(message: string, error?: unknown): void
}

/** Who plays which job: the script those with fixtures, virtual time a Sleep, and the actors what is left. */
class Cast implements JobSink {
  readonly #options: CastOptions
  #own = 0

  constructor(options: CastOptions) {
    this.#options = options
  }

  get busy(): number {
    return this.#own + (this.isOut ? 1 : 0)
  }

  get isOut(): boolean {
    const { actors } = this.#options
    return actors !== undefined && actors.running > 0
  }

  reserve(): boolean {
    return true
  }

  release(): void {}

  offer(row: JobRow): void {
    const { actors, platform } = this.#options
    const job = decodeJob(row.payload)
    if (job.type === SLEEP) {
      platform.at(platform.nowMs() + durationOf(job, platform.nowMs()), () => this.#answer(job, { state: 'SUCCESS' }))
    } else if (job.type !== FIXTURE_TYPE && actors !== undefined && !INLINE_TYPES.has(job.type)) {
      actors.reserve(row.queue)
      actors.offer(row)
    } else this.#answer(job)
  }

  wake(): void {}

  stop(): void {}

  #answer(job: HostJob, given?: Pick<Settlement, 'state' | 'outputs'>): void {
    this.#own += 1
    void this.#settle(job, given).finally(() => (this.#own -= 1))
  }

  async #settle(job: HostJob, given?: Pick<Settlement, 'state' | 'outputs'>): Promise<void> {
    const { inbox, platform, script } = this.#options
    const { executionId, run, epoch } = job.key
    try {
      const outcome = given ?? (await this.#ask(job, script))
      const times = { startedMs: platform.nowMs(), endedMs: platform.nowMs() }
      await inbox.submit({ type: 'settled', executionId, run, epoch, ...outcome, ...times })
    } catch (error) {
      this.#options.onNotice(`the end of "${job.taskId}" was not taken`, error)
    }
  }

  async #ask(job: HostJob, script: Script): Promise<Pick<Settlement, 'state' | 'outputs'>> {
    const { executionId } = job.key
    const receipt = await this.#options.inbox.submit(
      { type: 'wake', executionId },
      { view: (state, plan) => ({ state, plan }) },
    )
    const outcome = receipt.view && (await script(job, receipt.view.state))
    if (outcome !== undefined) return outcome
    const inline = receipt.view && (await this.#options.inline(job, receipt.view))
    if (inline !== undefined) return inline
    // Where no task runs, a directory that none of them sees need not be made.
    if (DIRECTORIES.has(job.type)) return { state: 'SUCCESS' }
    this.#options.onNotice(`The task "${job.taskId}" (${job.type}) has no fixture, and tasks are not run here.`)
    return { state: 'FAILED' }
  }
}

function durationOf(job: HostJob, nowMs: number): number {
  const properties = decodeValue(job.properties)
  const context = decodeValue(job.context)
  const text = isMap(properties) ? mapGet(properties, 'duration') : undefined
  if (typeof text !== 'string') return 0
  const roots: ValueMap = isMap(context) ? context : {}
  const rendered = compileTemplate(text, { dialect: job.dialect }).render({
    lookup: root => mapGet(roots, root),
    nowMs,
    random: () => 0,
    zone: 'UTC',
    locale: 'en',
    fuel: new Fuel(),
  })
  return parseDuration(rendered) ?? 0
}
