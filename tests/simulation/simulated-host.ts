// The host of a worker: attempts take virtual time and end as their task says, attempt by attempt. What comes back may come twice, an attempt may
// not listen when it is killed, and the host may die with all it runs.
import { decodeValue, isMap, mapGet, printValue } from '@batuta/core'
import { SOURCE_RUN, keyText, type HostJob, type JobKey, type Outcome, type ToHost } from '@batuta/plugin-sdk'
import type { Host, HostEvents } from '../../packages/server/src/worker/worker.ts'
import type { Chance } from './chance.ts'
import type { Faults } from './faults.ts'
import { count, type Ledger, type RunningHost } from './ledger.ts'
import type { Process } from './process.ts'
import { findsSomething, markOf, messagesAfter } from './stranger.ts'
import type { World } from './world.ts'

export interface SimulatedHostOptions {
  /** Of its node. */
  readonly name: string
  readonly world: World
  readonly chance: Chance
  readonly process: Process
  readonly ledger: Ledger
  faults(): Faults
  /** An attempt begins. */
  onStart(key: JobKey): void
}

const RUNS_MAX_MS = 8_000
const DIES_MAX_MS = 4_000
/** More than the grace of a kill. */
const HOLDS_OUT_MS = 45_000
const PIPE_MS = 2
/** A watch looks again after so long. */
const LOOK_MAX_MS = 900

export class SimulatedHost implements Host, RunningHost {
  readonly #options: SimulatedHostOptions
  readonly #events: HostEvents
  readonly #running = new Map<string, HostJob>()
  /** Attempts that were killed and do not end by themselves. */
  readonly #deaf = new Set<string>()
  /** Watches that wait for the server to have taken what they emitted. */
  readonly #asked = new Map<number, (error: string | undefined) => void>()
  /** A pipe keeps the order of what goes through it. */
  #pipeMs = 0
  #asks = 0
  #isDead = false
  #validUntilMs = Infinity

  constructor(options: SimulatedHostOptions, events: HostEvents) {
    this.#options = options
    this.#events = events
    options.ledger.hosts.push(this)
  }

  get name(): string {
    return this.#options.name
  }

  get attempts(): readonly JobKey[] {
    return this.running.flatMap(({ key }) => (this.#deaf.has(keyText(key)) ? [] : [key]))
  }

  get isAwake(): boolean {
    return !this.#isDead && this.#options.process.isAlive && !this.#options.process.hasMissed
  }

  get running(): readonly HostJob[] {
    return [...this.#running.values()]
  }

  send(message: ToHost): void {
    if (this.#isDead) return
    if (message.type === 'run') this.#begin(message.job)
    if (message.type === 'kill') this.#kill(message.key)
    if (message.type === 'beat') this.#beat(message.validMs)
    if (message.type === 'answer') this.#answered(message.id, message.error)
  }

  async stop(): Promise<void> {
    this.#isDead = true
  }

  /** Out of touch for too long, it ends with all that it runs. */
  #beat(validMs: number): void {
    const { world, process } = this.#options
    const untilMs = (this.#validUntilMs = world.nowMs + validMs)
    world.at(untilMs, 'no beat', () => {
      if (this.#validUntilMs === untilMs && process.isAlive) this.#die()
    })
  }

  #begin(job: HostJob): void {
    const { world, chance, ledger, onStart } = this.#options
    count(ledger, 'starts')
    onStart(job.key)
    this.#judgeOverlap(job.key)
    this.#running.set(keyText(job.key), job)
    const startedMs = world.nowMs
    if (job.source?.kind === 'realtime') return this.#watch(job, startedMs, markOf(job))
    const endMs = startedMs + (chance.hits(0.3) ? chance.int(0, 20) : chance.int(0, RUNS_MAX_MS))
    if (chance.hits(this.#options.faults().hostDeath)) world.at(endMs, 'host death', () => this.#die())
    else world.at(endMs, `end ${job.taskId}`, () => this.#settle(job, startedMs, outcomeOf(job)))
  }

  /** Emits what is there, waits until it is taken, and goes on from there; now and then the source breaks off. */
  #watch(job: HostJob, startedMs: number, mark: number): void {
    const { world, chance, ledger, faults } = this.#options
    const key = keyText(job.key)
    world.at(world.nowMs + chance.int(100, LOOK_MAX_MS), `look ${job.taskId}`, () => {
      if (this.#isDead || !this.#running.has(key)) return
      if (chance.hits(faults().hostDeath)) return this.#settle(job, startedMs, 'FAILED')
      const events = messagesAfter(mark, world.nowMs)
      if (events.length === 0) return this.#watch(job, startedMs, mark)
      const last = mark + events.length
      const id = ++this.#asks
      this.#asked.set(id, error => {
        if (error !== undefined) count(ledger, 'emissions refused')
        if (error === undefined) this.#watch(job, startedMs, last)
        else this.#settle(job, startedMs, 'FAILED')
      })
      count(ledger, 'emissions')
      const args = JSON.stringify({ events: events.map(number => ({ number })), mark: last })
      this.#tell({ type: 'ask', id, key: job.key, request: { name: 'trigger.emit', args } })
    })
  }

  #answered(id: number, error: string | undefined): void {
    const take = this.#asked.get(id)
    this.#asked.delete(id)
    if (!this.#isDead) take?.(error)
  }

  /**
   * G9: an attempt has ended before the next one of its run begins elsewhere, unless its process is frozen. What looks at a source may still do so for
   * a moment: nothing that it says counts. And what was told to stop ends in its own time, while the run may have begun anew by a restart.
   */
  #judgeOverlap({ executionId, run, epoch }: JobKey): void {
    const { ledger } = this.#options
    if (run === SOURCE_RUN) return
    for (const { name, isAwake, attempts } of ledger.hosts) {
      if (!isAwake || name === this.name) continue
      for (const key of attempts)
        if (
          key.executionId === executionId &&
          key.run === run &&
          key.epoch < epoch &&
          !ledger.stopped.has(keyText(key))
        )
          ledger.findings.push(`G9 ${keyText(key)} still runs on ${name}, and epoch ${epoch} begins on ${this.name}`)
    }
  }

  #settle(job: HostJob, startedMs: number, state: Outcome['state']): void {
    const { world, chance, ledger } = this.#options
    const key = keyText(job.key)
    if (this.#isDead || this.#deaf.has(key) || !this.#running.delete(key)) return
    const outputs = outputsOf(job)
    const isFound = outputs === undefined ? {} : { outputs }
    const outcome: Outcome = { state, ...isFound, metrics: [], startedMs, endedMs: world.nowMs }
    const times = chance.hits(this.#options.faults().doubled) ? 2 : 1
    if (times > 1) count(ledger, 'settled twice')
    for (let time = 0; time < times; time++) this.#tell({ type: 'settled', key: job.key, outcome })
  }

  /** Most listen, some end as if nothing had been said, and some hold out longer than the engine waits for them. */
  #kill(key: JobKey): void {
    const { world, chance } = this.#options
    const job = this.#running.get(keyText(key))
    if (!job) return
    const fate = chance.next()
    // A watch has no end of its own.
    if (fate >= 0.8 && job.source?.kind !== 'realtime') return
    const afterMs = fate < 0.1 ? HOLDS_OUT_MS : chance.int(0, DIES_MAX_MS)
    if (fate < 0.1) this.#deaf.add(keyText(key))
    world.at(world.nowMs + afterMs, `killed ${job.taskId}`, () => {
      this.#deaf.delete(keyText(key))
      this.#settle(job, world.nowMs, 'KILLED')
    })
  }

  #die(): void {
    if (this.#isDead) return
    this.#isDead = true
    count(this.#options.ledger, 'hosts died')
    this.#options.process.whenAwake(() => this.#events.onExit('signal SIGKILL'))
  }

  #tell(message: Parameters<HostEvents['onMessage']>[0]): void {
    const { world, chance, process } = this.#options
    this.#pipeMs = Math.max(this.#pipeMs + 1, world.nowMs + chance.int(0, PIPE_MS))
    world.at(this.#pipeMs, 'pipe', () => process.whenAwake(() => this.#events.onMessage(message)))
  }
}

/** The split of a ForEachItem leaves the file that it was given: each line of it is a batch. */
function outputsOf(job: HostJob): string | undefined {
  const { key, attempt, type, properties } = job
  const own = { epoch: key.epoch, attempt }
  if (job.source) return findsSomething(job) ? JSON.stringify({ poll: `${key.executionId}/${key.epoch}` }) : undefined
  if (!type.endsWith('$ForEachItemSplit')) return JSON.stringify(own)
  const map = decodeValue(properties)
  return JSON.stringify({ ...own, splits: isMap(map) ? mapGet(map, 'items') : undefined })
}

const STATES: Readonly<Record<string, Outcome['state']>> = { S: 'SUCCESS', W: 'WARNING', F: 'FAILED' }

/** `outcomes: "FFS"` fails twice, then succeeds for ever. */
export function outcomeOf({ properties, attempt }: HostJob): Outcome['state'] {
  const map = decodeValue(properties)
  const letters = isMap(map) ? printValue(mapGet(map, 'outcomes') ?? 'S') : 'S'
  return STATES[letters[Math.min(attempt, letters.length - 1)] ?? 'S'] ?? 'SUCCESS'
}
