// One incarnation of the server: the rooms wired as the boot does it, over a simulated process, store and host. What the worker and the clock tell
// the engine may be lost on the way, and said twice.
import { newId, type Signal, type Value } from '@batuta/core'
import { Clockwork } from '../../packages/server/src/engine/clockwork.ts'
import { Engine } from '../../packages/server/src/engine/engine.ts'
import { openFlowCatalogue, type FlowCatalogue } from '../../packages/server/src/flows/flow-catalogue.ts'
import type { NodeIdentity } from '../../packages/server/src/engine/flush-pipeline.ts'
import { startFiring } from '../../packages/server/src/engine/fire-schedule.ts'
import { Schedules } from '../../packages/server/src/engine/schedules.ts'
import { newEvaluator, newTurnEnvironment } from '../../packages/server/src/engine/turn-environment.ts'
import type { StartWorld } from '../../packages/server/src/flows/births.ts'
import { newChanges } from '../../packages/server/src/inbox/changes.ts'
import type { Inbox, SubmitOptions } from '../../packages/server/src/inbox/inbox.ts'
import type { JobSink } from '../../packages/server/src/inbox/jobs.ts'
import { Maintenance, type Round } from '../../packages/server/src/maintenance/maintenance.ts'
import { rescueJobs } from '../../packages/server/src/maintenance/rescue-jobs.ts'
import { takeSignals } from '../../packages/server/src/maintenance/take-signals.ts'
import { wakeReady } from '../../packages/server/src/maintenance/wake-ready.ts'
import type { FlowRow, Store, TriggerKey } from '../../packages/server/src/storage/store.ts'
import { Worker } from '../../packages/server/src/worker/worker.ts'
import type { Chance } from './chance.ts'
import type { Faults } from './faults.ts'
import { count, type Ledger } from './ledger.ts'
import type { Process } from './process.ts'
import { SimulatedHost, type SimulatedHostOptions } from './simulated-host.ts'
import type { World } from './world.ts'

export interface NodeOptions {
  readonly world: World
  readonly chance: Chance
  readonly process: Process
  readonly store: Store
  readonly ledger: Ledger
  readonly isSwept: boolean
  faults(): Faults
  onStart: SimulatedHostOptions['onStart']
  /** Puts something between the engine and those who talk to it. */
  wrapInbox(inbox: Inbox): Inbox
  onFatal(error: Error): void
}

const NODE = 'local'
const SLOTS = 4

export class SimulatedNode {
  readonly inbox: Inbox
  readonly flows: FlowCatalogue
  readonly hosts: readonly SimulatedHost[]
  readonly newId: () => string
  readonly startWorld: () => StartWorld
  readonly #engine: Engine
  readonly #worker: Worker
  readonly #clockwork: Clockwork
  readonly #schedules: Schedules
  readonly #store: Store
  readonly #stops: readonly { stop(): void }[]

  private constructor(rooms: {
    readonly engine: Engine
    readonly worker: Worker
    readonly clockwork: Clockwork
    readonly schedules: Schedules
    readonly maintenance: Maintenance
    readonly store: Store
    readonly inbox: Inbox
    readonly flows: FlowCatalogue
    readonly hosts: readonly SimulatedHost[]
    readonly startWorld: () => StartWorld
    readonly newId: () => string
  }) {
    this.#engine = rooms.engine
    this.#worker = rooms.worker
    this.#clockwork = rooms.clockwork
    this.#schedules = rooms.schedules
    this.#store = rooms.store
    this.#stops = [rooms.clockwork, rooms.maintenance]
    this.inbox = rooms.inbox
    this.flows = rooms.flows
    this.hosts = rooms.hosts
    this.newId = rooms.newId
    this.startWorld = rooms.startWorld
  }

  /** Boots: settles when all that was left over is in hand, never when the process dies meanwhile. */
  static async open(options: NodeOptions): Promise<SimulatedNode> {
    const { store, process, isSwept, ledger } = options
    const { platform } = process
    const joined = await store.perform('joinNode', { node: NODE, nowMs: platform.nowMs() })
    const node: NodeIdentity = { id: NODE, node: NODE, incarnation: joined.incarnation, flushSeq: joined.flushSeq }
    const flows = await openFlowCatalogue(store)
    const { engine, worker, clockwork, schedules, ...rooms } = openRooms(options, node, flows)
    const onNotice = noticeOf(ledger)
    const nowMs = (): number => platform.nowMs()
    const rounds: Round[] = [
      takeSignals({ store, inbox: engine, owns: ownsAll, nowMs, onNotice }),
      rescueJobs({
        store,
        inbox: engine,
        node,
        owns: ownsAll,
        nowMs,
        isRunning: key => worker.isRunning(key),
        wake: () => worker.wake(),
        onNotice,
      }),
      wakeReady({ store, owns: ownsAll, wake: id => engine.wake(id) }),
    ]
    const maintenance = new Maintenance({ rounds, platform, onNotice })
    await schedules.load()
    await maintenance.start()
    if (!isSwept) maintenance.stop()
    await clockwork.start()
    return new SimulatedNode({ ...rooms, engine, worker, clockwork, schedules, maintenance, store, flows })
  }

  get pending(): number {
    return this.#engine.pending
  }

  /** What a server in which nothing happens still holds. */
  get held(): Readonly<Record<string, number>> {
    const { resident, pending } = this.#engine
    const { running, reserved } = this.#worker
    return { resident, pending, running, reserved }
  }

  /** A flow was saved. */
  async take(row: FlowRow): Promise<void> {
    this.flows.take(row)
    this.#clockwork.lookAt(await this.#schedules.reload(row))
  }

  async stopSchedule(key: TriggerKey): Promise<void> {
    await this.#store.perform('setTriggerDisabled', { ...key, isDisabled: true, nextMs: null })
    await this.#schedules.reload(key)
  }

  async stop(): Promise<void> {
    for (const room of this.#stops) room.stop()
    await this.#engine.stop()
  }
}

function openRooms(
  options: NodeOptions,
  node: NodeIdentity,
  flows: FlowCatalogue,
): {
  engine: Engine
  worker: Worker
  clockwork: Clockwork
  schedules: Schedules
  inbox: Inbox
  hosts: SimulatedHost[]
  startWorld(): StartWorld
  newId(): string
} {
  const { world, chance, process, store, ledger } = options
  const { platform } = process
  const onNotice = noticeOf(ledger)
  const hosts: SimulatedHost[] = []
  const random = (): number => chance.next()
  const newFreshId = (): string => newId({ nowMs: platform.nowMs(), shard: chance.int(0, 255), random })
  const startWorld = (): StartWorld => ({
    nowMs: platform.nowMs(),
    zone: 'UTC',
    locale: 'en-US',
    random,
    configuredRoots: NO_ROOTS,
  })
  const inbox = options.wrapInbox({ submit: (signal, how) => engine.submit(signal, how) })
  const twice = sayTwice(inbox, options)
  const worker = openWorker(options, { node, inbox: twice, hosts })
  const clockwork = new Clockwork({
    store,
    inbox: twice,
    platform,
    owns: ownsAll,
    fireSchedules: atMs => schedules.fireDue(atMs),
    onNotice,
  })
  const envOf = newTurnEnvironment({
    platform,
    flows,
    zone: 'UTC',
    locale: 'en-US',
    configuredRoots: NO_ROOTS,
    startWorld,
  })
  const evaluate = newEvaluator(answersOf(options), twice, onNotice)
  const isHeard = hearing(options)
  const engine: Engine = new Engine({
    store,
    flows,
    platform,
    node,
    jobs: hardOfHearing(worker, isHeard),
    changes: newChanges(),
    envOf,
    evaluate: async question => {
      if (isHeard('evaluation')) await evaluate(question)
    },
    owns: ownsAll,
    onTimer: timer => void (isHeard('timer') && clockwork.add(timer)),
    onNotice,
    onFatal: error => {
      world.note(`fatal ${error.message}\n`)
      options.onFatal(error)
    },
  })
  const schedules = openSchedules(options, { flows, inbox, clockwork, startWorld, newId: newFreshId })
  return { engine, worker, clockwork, schedules, inbox, hosts, startWorld, newId: newFreshId }
}

interface SchedulePlace {
  readonly flows: FlowCatalogue
  readonly inbox: Inbox
  readonly clockwork: Clockwork
  startWorld(): StartWorld
  newId(): string
}

function openSchedules({ store, process, ledger }: NodeOptions, place: SchedulePlace): Schedules {
  const onNotice = noticeOf(ledger)
  const { flows, inbox, clockwork, startWorld } = place
  const schedules: Schedules = new Schedules({
    store,
    zone: 'UTC',
    nowMs: () => process.platform.nowMs(),
    owns: ownsAll,
    findFlow: key => flows.flowOf(key),
    newId: () => place.newId(),
    onNotice,
    fire: firing => {
      const ask = (): Promise<never> => Promise.reject(new Error('nothing is asked here'))
      const fire = { inbox, flows, world: startWorld(), ask, onNotice }
      void startFiring(firing, fire)
        .then(isTaken => schedules.settle(firing.row, isTaken))
        .then(nextMs => clockwork.lookAt(nextMs))
    },
  })
  return schedules
}

/** Whether something said in passing arrives: what is not heard, the store must bring. */
function hearing({ chance, ledger, faults }: NodeOptions): (what: string) => boolean {
  return what => {
    const isLost = chance.hits(faults().lost)
    if (isLost) count(ledger, `lost ${what}`)
    return !isLost
  }
}

function openWorker(
  options: NodeOptions,
  { node, inbox, hosts }: { readonly node: NodeIdentity; readonly inbox: Inbox; readonly hosts: SimulatedHost[] },
): Worker {
  return new Worker({
    inbox,
    store: options.store,
    platform: options.process.platform,
    node,
    slots: SLOTS,
    profile: { group: undefined, tags: [] },
    openHost: events => {
      const host = new SimulatedHost({ ...options }, events)
      hosts.push(host)
      return host
    },
    answer: () => Promise.reject(new Error('nothing is asked here')),
    readOutputs: () => Promise.reject(new Error('nothing is spilled here')),
    onNotice: noticeOf(options.ledger),
  })
}

/** A node alone. */
const ownsAll = (): boolean => true

const NO_ROOTS: ReadonlyMap<string, Value> = new Map()

/** What a template asks is answered from the store, which takes its time and may fail. */
function answersOf({ store, process }: NodeOptions): Parameters<typeof newEvaluator>[0] {
  return {
    store,
    environment: {},
    nowMs: () => process.platform.nowMs(),
    files: undefined as never,
  }
}

function hardOfHearing(worker: Worker, isHeard: (what: string) => boolean): JobSink {
  return {
    reserve: queue => worker.reserve(queue),
    release: places => worker.release(places),
    offer: job => (isHeard('offer') ? worker.offer(job) : worker.release(1)),
    wake: () => void (isHeard('wake') && worker.wake()),
    stop: (key, reason) => worker.stop(key, reason),
  }
}

/** Delivery is at least once: whoever reports may report again. */
function sayTwice(inbox: Inbox, { world, chance, faults, process, ledger }: NodeOptions): Inbox {
  const again = <T>(signal: Signal, options: SubmitOptions<T> | undefined): void => {
    count(ledger, `doubled ${signal.type}`)
    world.at(world.nowMs + chance.int(0, 3_000), `again ${signal.type}`, () =>
      process.whenAwake(() => void inbox.submit(signal, options).catch(() => world.note('again refused\n'))),
    )
  }
  return {
    submit: (signal, options) => {
      if (options?.rowId === undefined && chance.hits(faults().doubled)) again(signal, options)
      return inbox.submit(signal, options)
    },
  }
}

function noticeOf(ledger: Ledger): (message: string, error?: unknown) => void {
  return (message, error) => {
    if (/threw|is held|cannot be read/.test(message) && !/store does not answer/.test(String(error)))
      ledger.findings.push(`${message}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    count(ledger, 'notices')
  }
}
