// The worker: takes jobs, hands them to the host, settles what comes back. It never decides anything about an execution: it submits signals.
import { decodeValue, isMap, nodeOfQueue, type Settlement } from '@batuta/core'
import {
  decodeJob,
  keyText,
  type AskRequest,
  type FromHost,
  type HostJob,
  type JobKey,
  type LogLine,
  type Outcome,
  type ToHost,
} from '@batuta/plugin-sdk'
import { SubmitError, type Inbox } from '../inbox/inbox.ts'
import type { JobSink, PlaceOffer, WorkerProfile } from '../inbox/jobs.ts'
import { isSpecial, servesHere } from '../inbox/placement.ts'
import type { Scheduler, Clock } from '../platform/platform.ts'
import type { JobRow } from '../storage/batch.ts'
import type { Store } from '../storage/store.ts'
import type { WorkerMeter } from '../telemetry/worker-meter.ts'
import { SentJobs } from './sent-jobs.ts'
import { logRow, storeLines, type Patience } from './store-lines.ts'

export interface WorkerOptions {
  readonly inbox: Inbox
  readonly store: Store
  readonly platform: Clock & Scheduler
  readonly node: { readonly node: string; readonly incarnation: number }
  readonly slots: number
  /** Which jobs it is for. */
  readonly profile: WorkerProfile
  /** Nothing new begins now. */
  isPaused(): boolean
  /** Starts a host; called with the first job, and again when the host has died. */
  openHost(events: HostEvents): Host
  /** Answers what a task asks of the world; the result is value text. */
  answer(request: AskRequest, job: HostJob): Promise<string>
  readonly meter?: WorkerMeter
  onNotice(message: string, error?: unknown): void
}

export interface HostEvents {
  onMessage(message: Exclude<FromHost, { type: 'ready' }>): void
  /** The host died: whatever it ran is lost. */
  onExit(reason: string): void
}

export interface Host {
  send(message: ToHost): void
  stop(): Promise<void>
}

interface Running {
  readonly job: HostJob
  readonly claimedMs: number
  readonly queue: string
  /** Done when all lines that came so far are stored, in their order. */
  logged: Promise<boolean> | undefined
}

const CLAIM_MAX = 200
const STORE_RETRY_MS = 500
const DRAIN_LOOK_MS = 50
/** Less than what makes the rescue give up a job of this node that its worker does not know. */
const ON_THE_WAY_MAX_MS = 8_000

export class Worker implements JobSink {
  readonly #options: WorkerOptions
  readonly #running = new Map<string, Running>()
  #reserved = 0
  #watching = 0
  #host: Host | undefined
  #isClaiming = false
  /** Jobs that were to stop while a claim was on its way: if it brings them they are not begun. */
  readonly #unwanted = new Set<string>()
  #hasFree = false
  /** Somebody said that there are jobs while a claim was on its way. */
  #isWoken = false
  #isLooking = false
  #isToLook = false
  /** There are workers of groups, or with tags: not every job is for everybody. */
  #isChoosing: boolean
  /** Takes nothing new. */
  #isDraining = false
  #isCut = false
  #isStopped = false
  #isAbandoned = false
  readonly #sent: SentJobs
  readonly #patience: Patience
  /** Undefined on a node that is alone: nobody takes its jobs over. */
  #beatMs: number | undefined

  constructor(options: WorkerOptions) {
    this.#options = options
    this.#sent = new SentJobs({
      ...options,
      isRunning: key => this.isRunning(key),
      hasPlace: () => this.#hasPlace,
      begin: row => this.#begin(row),
      drop: row => this.#reportLost(row),
    })
    this.#patience = { ...options, isOver: () => this.#isStopped, pause: () => this.#pause() }
    this.#isChoosing = options.store.cluster !== undefined && isSpecial(options.profile)
  }

  get running(): number {
    return this.#running.size
  }

  /** Places that are taken: those who only wait for a source take none. */
  get #taken(): number {
    return this.#running.size - this.#watching
  }

  /** Places taken for jobs that are still to be offered. */
  get reserved(): number {
    return this.#reserved
  }

  reserve(queue: string): boolean {
    if (!this.#isFor(queue) || this.#hasFree || !this.#hasPlace) return false
    this.#reserved += 1
    return true
  }

  /** When each job of the execution that this node runs was begun, by the ordinal of its run. */
  claimsOf(executionId: string): ReadonlyMap<number, number> {
    const claims = new Map<number, number>()
    for (const { job, claimedMs } of this.#running.values())
      if (job.key.executionId === executionId) claims.set(job.key.run, claimedMs)
    return claims
  }

  isRunning(key: JobKey): boolean {
    return this.#running.has(keyText(key))
  }

  release(count: number): void {
    this.#reserved = Math.max(0, this.#reserved - count)
  }

  /** A job that takes no place: it only waits for a source. */
  watch(row: JobRow): void {
    this.#begin(row)
  }

  offer(row: JobRow): void {
    this.release(1)
    this.#begin(row)
  }

  wake(): void {
    this.#hasFree = true
    this.#isWoken = true
    void this.#claim()
  }

  /** There may be jobs that nobody has claimed, or own ones that are to stop. */
  hint(): void {
    this.wake()
    void this.#stopKilled()
  }

  /** Looks for jobs that nobody has claimed, and for own ones that were killed by the node that owns their execution. */
  async sweep(): Promise<void> {
    const { store, profile, onNotice } = this.#options
    try {
      const workers = (await store.cluster?.listWorkers()) ?? []
      this.#isChoosing = isSpecial(profile) || workers.some(isSpecial)
    } catch (error) {
      onNotice('what other nodes are for could not be read; it is tried again', error)
    }
    this.hint()
    await this.takeSent()
  }

  /** Engines of other nodes have handed jobs to this one. */
  async takeSent(): Promise<void> {
    if (!this.#isStopped) await this.#sent.look()
  }

  /** For one more job that nobody has reserved it for. */
  get #hasPlace(): boolean {
    if (this.#isStopped || this.#isDraining || this.#options.isPaused()) return false
    return this.#taken + this.#reserved < this.#options.slots
  }

  /** One look at a time: who asks meanwhile is answered by one more. */
  async #stopKilled(): Promise<void> {
    const { store, node, onNotice } = this.#options
    this.#isToLook = true
    if (this.#isLooking) return
    this.#isLooking = true
    try {
      while (this.#isToLook) {
        this.#isToLook = false
        for (const key of (await store.cluster?.listKilledJobs(node)) ?? []) this.stop(key, 'kill')
      }
    } catch (error) {
      onNotice('what other nodes want of this one could not be read; it is tried again', error)
    }
    this.#isLooking = false
  }

  stop(key: JobKey, reason: 'kill' | 'stale'): void {
    if (this.#running.has(keyText(key))) this.#host?.send({ type: 'kill', key, reason })
    else if (this.#isClaiming) this.#unwanted.add(keyText(key))
  }

  /** Takes no more jobs and waits for those that run, up to the grace; what runs on then is stopped and starts again elsewhere. */
  async drain(graceMs: number): Promise<void> {
    const { platform } = this.#options
    this.#isDraining = true
    const untilMs = platform.nowMs() + graceMs
    while (this.#running.size > 0 && platform.nowMs() < untilMs && !this.#isCut) await this.#pause(DRAIN_LOOK_MS)
    this.#isStopped = true
    const left = [...this.#running.values()]
    if (left.length > 0)
      this.#options.onNotice(`${left.length} jobs still run when the time is over: they are stopped and start again`)
    await this.#host?.stop()
    await Promise.all(left.map(({ job }) => this.#handBack(job.key)))
  }

  /** The lease was renewed: what runs may go on for so long without another word. */
  beat(validMs: number): void {
    this.#beatMs = validMs
    this.#host?.send({ type: 'beat', validMs })
  }

  /** The time to drain is over now. */
  cut(): void {
    this.#isCut = true
  }

  /** The node was fenced: what runs must end before others begin it again, and nothing of it counts. */
  abandon(): void {
    this.#isStopped = true
    this.#isAbandoned = true
    this.#running.clear()
    void this.#host?.stop()
  }

  /** So that it starts again at once, and not only when it is missed. */
  async #handBack({ executionId, run, epoch }: JobKey): Promise<void> {
    try {
      await this.#options.inbox.submit({ type: 'lost', executionId, run, epoch })
    } catch (error) {
      this.#options.onNotice(`the job of ${executionId} could not be handed back; it is missed later`, error)
    }
  }

  async #claim(): Promise<void> {
    if (this.#isClaiming) return
    this.#isClaiming = true
    try {
      do {
        this.#isWoken = false
        await this.#claimOnce()
      } while (this.#isWoken)
    } catch (error) {
      this.#options.onNotice('jobs could not be claimed', error)
    } finally {
      this.#isClaiming = false
      this.#unwanted.clear()
    }
  }

  async #claimOnce(): Promise<void> {
    if (this.#isStopped || this.#isDraining || this.#options.isPaused()) return
    const limit = Math.min(CLAIM_MAX, this.#options.slots - this.#taken - this.#reserved)
    if (limit <= 0) return
    const rows = await this.#options.store.perform('claimJobs', {
      ...this.#options.node,
      limit,
      nowMs: this.#options.platform.nowMs(),
      queues: await this.#ownQueues(),
    })
    this.#hasFree = rows.length === limit
    if (this.#hasFree) this.#isWoken = true
    for (const row of rows) {
      if (this.#unwanted.has(keyText(row))) this.#reportLost(row)
      else this.#begin(row)
    }
  }

  /** Null for all: where no worker is special, everybody takes everything. */
  async #ownQueues(): Promise<readonly string[] | null> {
    if (!this.#isChoosing) return null
    const queues = await this.#options.store.read.listFreeQueues()
    return queues.filter(queue => this.#serves(queue))
  }

  /** Where no worker is special, everybody takes everything but what is pinned to a node. */
  #isFor(queue: string): boolean {
    return (!this.#isChoosing && nodeOfQueue(queue) === undefined) || this.#serves(queue)
  }

  #serves(queue: string): boolean {
    return servesHere(this.#options.profile, queue, this.#options.node.node)
  }

  /** What was on its way for too long may have been given up and begun elsewhere, and a worker that has stopped begins nothing. */
  #begin(row: JobRow): void {
    if (this.#isAbandoned) return
    const onTheWayMs = this.#options.platform.nowMs() - (row.claimedMs ?? Infinity)
    if (this.#isStopped || onTheWayMs > ON_THE_WAY_MAX_MS) return void this.#handBack(row)
    this.#start(row)
  }

  #start(row: JobRow): void {
    const job = decodeJob(row.payload)
    const claimedMs = this.#options.platform.nowMs()
    const { meter } = this.#options
    meter?.started(job.type, claimedMs - (job.sentMs ?? claimedMs))
    if (job.traceparent !== undefined) meter?.onJob?.(job.key.executionId, job.traceparent)
    this.#running.set(keyText(job.key), { job, claimedMs, queue: row.queue, logged: undefined })
    if (isWatch(job)) this.#watching += 1
    this.#host ??= this.#openHost()
    this.#host.send({ type: 'run', job })
  }

  #openHost(): Host {
    if (this.#options.meter) this.#options.meter.hostsStarted += 1
    const host = this.#options.openHost({
      onMessage: message => this.#take(message),
      onExit: reason => this.#lose(reason),
    })
    if (this.#beatMs !== undefined) host.send({ type: 'beat', validMs: this.#beatMs })
    return host
  }

  #take(message: Exclude<FromHost, { type: 'ready' }>): void {
    if (this.#isAbandoned) return
    switch (message.type) {
      case 'log':
        return void this.#appendLog(message)
      case 'settled':
        return void this.#settle(message.key, message.outcome)
      case 'ask':
        return void this.#answer(message)
      case 'notice':
        return this.#options.onNotice(message.message)
    }
  }

  /** The host sends no more than a window ahead of what is stored: a store without room holds the script back and loses no line. */
  async #appendLog({ key, lines, batch }: Extract<FromHost, { type: 'log' }>): Promise<void> {
    const running = this.#running.get(keyText(key))
    if (running) await this.#log(running, key, lines)
    this.#host?.send({ type: 'taken', batch })
  }

  async #log(running: Running, key: JobKey, lines: readonly LogLine[]): Promise<boolean> {
    const before = running.logged
    const row = logRow(running.job, key, lines)
    running.logged = (async () => ((await before) ?? true) && (await storeLines(row, key, this.#patience)))()
    return await running.logged
  }

  async #pause(ms = STORE_RETRY_MS): Promise<void> {
    const { platform } = this.#options
    await new Promise<void>(resolve => platform.at(platform.nowMs() + ms, resolve))
  }

  async #answer({ id, key, request }: Extract<FromHost, { type: 'ask' }>): Promise<void> {
    const running = this.#running.get(keyText(key))
    if (!running) return
    try {
      this.#host?.send({ type: 'answer', id, value: await this.#options.answer(request, running.job) })
    } catch (error) {
      this.#host?.send({ type: 'answer', id, error: error instanceof Error ? error.message : String(error) })
    }
  }

  /** Among others, whoever makes a folder for several tasks says where. */
  #folderOf(job: HostJob | undefined): Pick<Settlement, 'node'> {
    const { store, node } = this.#options
    return store.cluster && job?.directory?.step === 'open' ? { node: node.node } : {}
  }

  async #settle(key: JobKey, outcome: Outcome): Promise<void> {
    const running = this.#running.get(keyText(key))
    const settlement = { ...settlementOf(key, outcome), ...this.#folderOf(running?.job) }
    const isLogged = (await running?.logged) ?? true
    // A result whose log is missing would hide what was said: the job is begun again instead, as all that a fenced node had.
    if (this.#isAbandoned || !isLogged) return
    const offer = running && this.#offerAfter(running)
    await this.#submit(() =>
      this.#options.inbox.submit({
        type: 'settled',
        executionId: key.executionId,
        ...settlement,
        ...(offer ? { offer } : {}),
      }),
    )
    this.#ended(key, settlement.state)
    if (this.#hasFree) void this.#claim()
  }

  /** With its end a job leaves a place for the next; not while others wait for one, whose turn it is. */
  #offerAfter({ queue, job }: Running): PlaceOffer | undefined {
    const { store, node } = this.#options
    const isOffered = store.cluster && !this.#hasFree && !isWatch(job) && this.#taken <= this.#options.slots
    if (!isOffered || this.#isStopped || this.#isDraining || this.#options.isPaused()) return undefined
    return { node: node.node, incarnation: node.incarnation, queue }
  }

  #ended(key: JobKey, state: string): void {
    const { meter, platform } = this.#options
    const running = this.#running.get(keyText(key))
    if (running) meter?.ended(running.job.type, state, platform.nowMs() - running.claimedMs)
    if (running && isWatch(running.job)) this.#watching -= 1
    this.#running.delete(keyText(key))
  }

  /** A settlement is never given up while the server lives: the store may be away for a while. */
  async #submit(send: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await send()
        return
      } catch (error) {
        if (
          this.#isStopped ||
          (error instanceof SubmitError && (error.fault === 'failed' || error.fault === 'stopped'))
        ) {
          this.#options.onNotice('a settlement was not taken', error)
          return
        }
        await this.#pause()
      }
    }
  }

  #lose(reason: string): void {
    this.#host = undefined
    if (this.#isStopped) return
    const lost = [...this.#running.values()]
    if (this.#options.meter) this.#options.meter.hostsLost += 1
    for (const { job } of lost) this.#ended(job.key, 'LOST')
    if (lost.length > 0)
      this.#options.onNotice(`the host process ended (${reason}): ${lost.length} jobs are lost and start again`)
    for (const { job } of lost) this.#reportLost(job.key)
  }

  #reportLost({ executionId, run, epoch }: JobKey): void {
    void this.#submit(() => this.#options.inbox.submit({ type: 'lost', executionId, run, epoch }))
  }
}

function settlementOf({ run, epoch }: JobKey, outcome: Outcome): Settlement {
  const { state, metrics, startedMs, endedMs, logFile, isSpilled, isSealed } = outcome
  const outputs = outcome.outputs === undefined ? undefined : decodeValue(outcome.outputs)
  return {
    ...{ run, epoch, state, metrics, startedMs, endedMs },
    ...(logFile === undefined ? {} : { logFile }),
    ...(isSpilled === true ? { isSpilled } : {}),
    ...(isSealed === true ? { isSealed } : {}),
    ...(outputs !== undefined && isMap(outputs) ? { outputs } : {}),
  }
}

function isWatch({ source }: HostJob): boolean {
  return source?.kind === 'realtime'
}
