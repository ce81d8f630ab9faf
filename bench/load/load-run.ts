// One run of load. In an open loop request i is due at start + i × interval, and its latency counts from there, however late it was sent: a
// server that stalls is charged for all that had to wait. In a closed loop each connection sends as soon as it was answered.
import { Connection, type Answer, type ConnectionEvents } from './connection.ts'
import { Latencies } from './latencies.ts'
import type { LoadPlan, LoadResult } from './plan.ts'

const TICK_MS = 1
/** How long answers are waited for after the last request. */
const DRAIN_MS = 30_000
const OPEN_AT_ONCE = 50
const OPEN_MAX_MS = 30_000
const MINUTE_MS = 60_000

export class LoadRun implements ConnectionEvents {
  readonly #plan: LoadPlan
  readonly #requests: readonly Buffer[]
  readonly #intervalMs: number
  readonly #total: number
  readonly #sampleEvery: number
  readonly #isLeaving: boolean
  readonly #latencies = new Latencies()
  readonly #failures: Record<string, number> = {}
  readonly #sampleIds: string[] = []
  readonly #open = new Set<Connection>()
  /** Connections with nothing out, used in turn. */
  #free: Connection[] = []
  #opening = 0
  #startMs = 0
  #lastMs = 0
  #sent = 0
  #left = 0
  #answered = 0
  #failed = 0
  #finish: ((isDrained: boolean) => void) | undefined

  constructor(plan: LoadPlan) {
    this.#plan = plan
    this.#requests = plan.requests.map(request => Buffer.from(request, 'latin1'))
    this.#intervalMs = plan.pace.type === 'open' ? MINUTE_MS / plan.pace.perMinute : 0
    this.#total = plan.pace.type === 'open' ? Math.round((plan.sendMs * plan.pace.perMinute) / MINUTE_MS) : Infinity
    this.#isLeaving = plan.pace.type === 'open' && plan.pace.whenBusy === 'leave'
    const expected = plan.pace.type === 'open' ? this.#total : plan.samplesMax * 100
    this.#sampleEvery = Math.max(1, Math.floor(expected / Math.max(1, plan.samplesMax)))
  }

  async run(): Promise<LoadResult> {
    // A proxy has its connections before the crowd comes.
    if (this.#isLeaving) await this.#openAll()
    const cpu = process.cpuUsage()
    this.#startMs = performance.now()
    this.#lastMs = this.#startMs
    const done = new Promise<boolean>(resolve => (this.#finish = resolve))
    if (this.#plan.pace.type === 'closed') for (let i = 0; i < this.#plan.connectionsMax; i++) this.#connect()
    this.#tick()
    const isDrained = await done
    if (!isDrained) this.#failures['unanswered'] = this.#sent - this.#answered - this.#failed
    const { user, system } = process.cpuUsage(cpu)
    const result = this.#resultOf(user + system)
    for (const connection of this.#open) connection.end()
    return result
  }

  onOpen(connection: Connection): void {
    this.#opening -= 1
    this.#open.add(connection)
    this.#free.push(connection)
    this.#pump(performance.now())
  }

  onAnswer(connection: Connection, { status, id }: Answer): void {
    const nowMs = performance.now()
    this.#lastMs = nowMs
    this.#answered += 1
    if (status >= 200 && status < 300) {
      this.#latencies.add(nowMs - connection.sinceMs)
      if (id !== undefined && this.#sampleIds.length < this.#plan.samplesMax) this.#sampleIds.push(id)
    } else this.#countFailure(`status-${status}`)
    this.#free.push(connection)
    this.#pump(nowMs)
    this.#finishIfDrained(nowMs)
  }

  onClose(connection: Connection, isOwing: boolean, cause: string): void {
    if (!this.#open.delete(connection)) this.#opening -= 1
    this.#free = this.#free.filter(free => free !== connection)
    if (isOwing) {
      this.#failed += 1
      this.#countFailure(cause)
    }
  }

  #tick(): void {
    const nowMs = performance.now()
    this.#pump(nowMs)
    if (this.#finishIfDrained(nowMs)) return
    if (nowMs - this.#startMs > this.#plan.sendMs + DRAIN_MS) return this.#finish?.(false)
    setTimeout(() => this.#tick(), TICK_MS)
  }

  #pump(nowMs: number): void {
    const due = this.#dueAt(nowMs)
    while (this.#sent + this.#left < due) {
      const connection = this.#free.shift()
      if (!connection) break
      const sinceMs = this.#intervalMs > 0 ? this.#startMs + (this.#sent + this.#left) * this.#intervalMs : nowMs
      const request = this.#requests[this.#sent % this.#requests.length]
      if (request === undefined) throw new Error('a load plan has at least one request')
      connection.send(request, sinceMs, this.#sent % this.#sampleEvery === 0)
      this.#sent += 1
    }
    const missing = due - this.#sent - this.#left
    for (let more = missing - this.#opening; more > 0 && this.#mayConnect(); more--) this.#connect()
    if (missing > 0 && this.#isLeaving && !this.#mayConnect()) this.#left += missing
  }

  /** How many requests should be out by now. */
  #dueAt(nowMs: number): number {
    if (this.#startMs === 0) return 0
    const sinceMs = nowMs - this.#startMs
    if (this.#intervalMs === 0) return sinceMs < this.#plan.sendMs ? Infinity : this.#sent
    return Math.min(this.#total, Math.floor(sinceMs / this.#intervalMs) + 1)
  }

  #mayConnect(): boolean {
    return this.#open.size + this.#opening < this.#plan.connectionsMax
  }

  async #openAll(): Promise<void> {
    const endMs = performance.now() + OPEN_MAX_MS
    while (this.#open.size < this.#plan.connectionsMax && performance.now() < endMs) {
      for (let more = 0; more < OPEN_AT_ONCE && this.#mayConnect(); more++) this.#connect()
      await new Promise(resolve => setTimeout(resolve, TICK_MS))
    }
  }

  #connect(): void {
    this.#opening += 1
    new Connection(this.#plan, this)
  }

  #finishIfDrained(nowMs: number): boolean {
    const isSent =
      this.#intervalMs > 0 ? this.#sent + this.#left >= this.#total : nowMs - this.#startMs >= this.#plan.sendMs
    if (!isSent || this.#answered + this.#failed < this.#sent) return false
    this.#finish?.(true)
    return true
  }

  #countFailure(cause: string): void {
    this.#failures[cause] = (this.#failures[cause] ?? 0) + 1
  }

  #resultOf(cpuMicros: number): LoadResult {
    const acknowledged = this.#latencies.count
    return {
      sent: this.#sent,
      acknowledged,
      failures: this.#failures,
      failed: this.#sent - acknowledged,
      left: this.#left,
      elapsedMs: this.#lastMs - this.#startMs,
      latencyMs: this.#latencies.summarize(),
      latencyFrom: this.#plan.pace.type === 'open' ? 'intended' : 'sent',
      connections: this.#open.size,
      cpuMicros,
      sampleIds: this.#sampleIds,
    }
  }
}
