// The rooms of one incarnation of the node, each with what it is given. They meet at the inbox only.
import { decodeValue, isMap } from '@batuta/core'
import { answerJob } from './answers/ask.ts'
import type { Ground } from './boot-ground.ts'
import { openTriggers } from './boot-triggers.ts'
import { Clockwork } from './engine/clockwork.ts'
import { Engine } from './engine/engine.ts'
import { FlowFollower } from './engine/flow-follower.ts'
import { EMIT, sendEmission } from './engine/send-emission.ts'
import type { Emission } from './engine/emission.ts'
import type { NodeTriggers } from './engine/node-triggers.ts'
import type { NodeIdentity } from './engine/flush-pipeline.ts'
import { Membership } from './engine/membership.ts'
import { newEvaluator, newTurnEnvironment } from './engine/turn-environment.ts'
import { homeShardOfLimit } from './flows/limit-rules.ts'
import { findExecution, foldExecution } from './http/executions/read-execution.ts'
import { heapOfEngine } from './platform/heap-growth.ts'
import type { Inbox, LookAtLive } from './inbox/inbox.ts'
import { NO_JOBS } from './inbox/jobs.ts'
import { Router } from './inbox/router.ts'
import { housekeeping } from './maintenance/housekeeping.ts'
import { Maintenance, type Round } from './maintenance/maintenance.ts'
import { placeJobs } from './maintenance/place-jobs.ts'
import { readNamespaces } from './maintenance/read-namespaces.ts'
import { rescueJobs } from './maintenance/rescue-jobs.ts'
import { takeSignals, type SignalTaker } from './maintenance/take-signals.ts'
import { tendLimits } from './maintenance/tend-limits.ts'
import { wakeReady } from './maintenance/wake-ready.ts'
import { HOST_SCRIPT } from './platform/places.ts'
import type { Cluster } from './storage/cluster.ts'
import { FlushError, type FlowKey } from './storage/store.ts'
import { HostProcess } from './worker/host-process.ts'
import { hostOptions } from './worker/host-options.ts'
import { Worker } from './worker/worker.ts'

/** How much each room has in its hands. */
export interface Vitals {
  readonly pendingSignals: number
  readonly oldestSignalMs: number
  readonly residentExecutions: number
  readonly runningJobs: number
  readonly ownedShards: number
}

export const NO_VITALS: Vitals = {
  pendingSignals: 0,
  oldestSignalMs: 0,
  residentExecutions: 0,
  runningJobs: 0,
  ownedShards: 0,
}

export interface Rooms {
  readonly inbox: Inbox
  readonly owned: ReadonlySet<number>
  /** First what was left by the incarnation before, then time. */
  start(): Promise<void>
  /** Takes nothing new, hands on what others can go on with, and lets what runs end, up to the grace. */
  stop(graceMs: number): Promise<void>
  /** The grace of a stop that is under way is over. */
  cut(): void
  /** Lets go of everything at once: nothing of this incarnation may be written or started any more. */
  abandon(reason: string): void
  vitals(): Vitals
  claimsOf(executionId: string): ReadonlyMap<number, number>
  readonly look: LookAtLive
  /** A flow was saved or deleted: its triggers may have changed. */
  onFlowChanged(key: FlowKey): Promise<void>
  /** Limits that flows share were said anew. */
  onPoolsChanged(): Promise<void>
}

/** Why an incarnation is over: fenced by others or out of touch with them, or its store cannot be trusted any more. */
export type Over = 'fenced' | 'broken'

interface Inner {
  readonly inbox: Inbox
  readonly engine: Engine
  readonly worker: Worker
  readonly clockwork: Clockwork
  readonly triggers: NodeTriggers
  readonly maintenance: Maintenance
  readonly membership: Membership
  readonly followers: readonly Follower[]
  onFlowChanged(key: FlowKey): Promise<void>
}

interface Follower {
  start(): Promise<void>
  stop(): void
}

const WORKER_SWEEP_MS = 1_000
const MAINTENANCE_LOOK_MS = 1_000

export interface RoomsPlace {
  readonly node: NodeIdentity
  /** Nothing of these rooms can go on. */
  onOver(over: Over, reason: string): void
}

export function openRooms(ground: Ground, place: RoomsPlace): Rooms {
  const inner = connect(ground, place)
  const { engine, worker, clockwork, maintenance, membership, followers } = inner
  const isEngine = ground.config.roles.includes('engine')
  const quieten = (): void => {
    clockwork.stop()
    maintenance.stop()
    for (const follower of followers) follower.stop()
  }
  return {
    inbox: inner.inbox,
    look: (executionId, view) => engine.look(executionId, view),
    get owned() {
      return membership.owned
    },
    start: async () => {
      await membership.start()
      await maintenance.start()
      if (isEngine) await clockwork.start()
      for (const follower of followers) await follower.start()
    },
    stop: async graceMs => {
      quieten()
      await inner.triggers.release(() => false)
      await membership.handOver()
      await worker.drain(graceMs)
      await engine.stop()
      await membership.stop()
    },
    cut: () => worker.cut(),
    abandon: reason => {
      quieten()
      membership.abandon()
      worker.abandon()
      engine.abandon(reason)
    },
    vitals: () => ({
      pendingSignals: engine.pending,
      oldestSignalMs: engine.oldestMs,
      residentExecutions: engine.resident,
      runningJobs: worker.running,
      ownedShards: membership.owned.size,
    }),
    claimsOf: id => worker.claimsOf(id),
    onFlowChanged: inner.onFlowChanged,
    onPoolsChanged: () => engine.limitsChanged(),
  }
}

function connect(ground: Ground, { node, onOver }: RoomsPlace): Inner {
  const { config, log, platform, store, answers, onNotice } = ground
  const owns = (shard: number): boolean => membership.owns(shard)
  const inbox: Inbox = { submit: (signal, how) => door.submit(signal, how) }
  const worker = newWorker(ground, { node, inbox, owns, emit: emission => triggers.emit(emission) })
  const clockwork = new Clockwork({
    store,
    inbox,
    platform,
    owns,
    // What is due waits for the end of a maintenance.
    fireSchedules: atMs => (ground.mode.isOn ? atMs + MAINTENANCE_LOOK_MS : triggers.fireDue(atMs)),
    onNotice,
  })
  const triggers: NodeTriggers = openTriggers(ground, {
    inbox,
    node,
    worker: config.roles.includes('worker') ? worker : undefined,
    notes: () => engine,
    lookAt: atMs => clockwork.lookAt(atMs),
    owns,
  })
  const engine: Engine = new Engine({
    ...ground,
    node,
    listeners: triggers.listeners,
    jobs: config.roles.includes('worker') ? worker : NO_JOBS,
    envOf: newTurnEnvironment({ ...ground, zone: config.zone, locale: config.locale }),
    evaluate: newEvaluator({ ...answers, children: ground }, inbox, onNotice),
    owns,
    onTimer: timer => clockwork.add(timer),
    ...heapOfEngine(),
    meter: ground.meters.engine,
    sampledPart: config.telemetry.otlp?.tracesUrl === undefined ? undefined : config.telemetry.otlp.sampledPart,
    onNotice: ground.noticeOf('engine'),
    onFatal: error =>
      onOver(error instanceof FlushError && error.fault === 'fenced' ? 'fenced' : 'broken', error.message),
  })
  const toTriggers = triggers.before(engine)
  const signals = takeSignals({
    store,
    inbox: toTriggers,
    owns,
    takeOfTrigger: (body, rowId) => triggers.takeStored(body, rowId),
    platform,
    onNotice,
  })
  ground.triggerDesk.watch(async key => {
    await triggers.reload(key).catch(error => onNotice('changed triggers could not be read; it is tried again', error))
  })
  const rounds = roundsOf(ground, { node, inbox, engine, worker, signals, owns })
  const maintenance = new Maintenance({ rounds, platform, onNotice })
  const membership: Membership = newMembership(
    ground,
    { node, onOver },
    { engine, worker, triggers, maintenance, clockwork },
  )
  const door: Inbox = store.cluster
    ? newRouter(ground, { node, engine: toTriggers, cluster: store.cluster, owns })
    : toTriggers
  const onChanged = async (key: FlowKey): Promise<void> => {
    await triggers.reload(key)
    await engine.limitsChanged(key)
  }
  const followers = store.cluster
    ? clusterFollowers(ground, { cluster: store.cluster, worker, signals, onChanged })
    : []
  if (store.cluster) log.info(`node ${node.id} (${config.roles.join(', ')}) over ${store.kind}`)
  return { inbox, engine, worker, clockwork, triggers, maintenance, membership, followers, onFlowChanged: onChanged }
}

type Touched = Pick<Inner, 'engine' | 'worker' | 'triggers' | 'maintenance' | 'clockwork'>

function newMembership(
  { config, store, platform, onNotice }: Ground,
  { node, onOver }: RoomsPlace,
  { engine, worker, triggers, maintenance, clockwork }: Touched,
): Membership {
  return new Membership({
    cluster: store.cluster,
    member: node,
    isEngine: config.roles.includes('engine'),
    platform,
    onGained: async () => {
      await triggers.open()
      await maintenance.runAll()
      await triggers.load()
      clockwork.refresh()
    },
    onLosing: async shards => {
      await triggers.release(shard => !shards.has(shard))
      await engine.release(shards)
    },
    onRenewed: validMs => worker.beat(validMs),
    onFenced: reason => onOver('fenced', reason),
    onNotice,
  })
}

interface RoundPlace {
  readonly node: NodeIdentity
  readonly inbox: Inbox
  readonly engine: Engine
  readonly worker: Worker
  readonly signals: SignalTaker
  owns(shard: number): boolean
}

/** Their order is that of the recovery. */
function roundsOf(
  { config, store, files, log, platform, onNotice, namespaces, policies }: Ground,
  { node, inbox, engine, worker, signals, owns }: RoundPlace,
): readonly Round[] {
  const isWorker = config.roles.includes('worker')
  const isEngine = config.roles.includes('engine')
  const others = store.cluster ? [readNamespaces(namespaces, policies)] : []
  if (!isWorker && !isEngine) return others
  const rescue = rescueJobs({
    store,
    inbox,
    node,
    owns,
    nowMs: () => platform.nowMs(),
    isRunning: key => worker.isRunning(key),
    wake: () => {
      if (isWorker) worker.wake()
    },
    onNotice,
  })
  // A worker alone has no executions: it only looks for its own jobs that it never heard of.
  if (!isEngine) return [rescue]
  const ready = wakeReady({ store, owns, wake: id => engine.wake(id) })
  const { cluster } = store
  const places = cluster ? [placeJobs({ store, cluster, inbox, owns, onNotice })] : []
  const { executionsKeptMs } = config.storage
  const tell = (message: string): void => log.info(message)
  return [
    signals,
    rescue,
    ready,
    ...places,
    ...others,
    tendLimits({
      store,
      owns: key => owns(homeShardOfLimit(key)),
      tend: keys => engine.tendLimits(keys),
    }),
    ...housekeeping({ store, files, platform, executionsKeptMs, owns, tell, onNotice }),
  ]
}

interface WorkerPlace {
  readonly node: NodeIdentity
  readonly inbox: Inbox
  owns(shard: number): boolean
  emit(emission: Emission): Promise<void>
}

function newWorker(ground: Ground, { node, inbox, owns, emit }: WorkerPlace): Worker {
  const { config, store, platform, answers, manifests, meters, mode, noticeOf } = ground
  let count = 0
  const newSignalId = (): string => `${node.id}/${node.incarnation}/e${String(++count).padStart(12, '0')}`
  const host = hostOptions({ script: HOST_SCRIPT, config, modules: manifests.modules })
  const modulesNow = (): Readonly<Record<string, string>> => manifests.modules
  return new Worker({
    inbox,
    store,
    platform,
    node,
    slots: config.slots,
    profile: config.worker,
    isPaused: () => mode.isOn,
    openHost: events => new HostProcess({ ...host, modulesNow, ...events }),
    answer: async (request, job) => {
      if (request.name !== EMIT) return await answerJob({ ...answers, inbox }, request, job)
      const args = decodeValue(request.args)
      await sendEmission(job, isMap(args) ? args : {}, { store, platform, owns, emit, newSignalId })
      return 'null'
    },
    meter: meters.worker,
    onNotice: noticeOf('worker'),
  })
}

interface RouterPlace {
  readonly node: NodeIdentity
  readonly engine: Inbox
  readonly cluster: Cluster
  owns(shard: number): boolean
}

function newRouter(ground: Ground, { node, engine, cluster, owns }: RouterPlace): Router {
  const { store, platform, flows } = ground
  let count = 0
  return new Router({
    engine,
    store,
    cluster,
    platform,
    member: node,
    owns,
    load: async (id, rows) => await (rows ? foldExecution(id, rows, flows) : findExecution(id, ground)),
    newSignalId: () => `${node.id}/${node.incarnation}/r${String(++count).padStart(12, '0')}`,
  })
}

interface ClusterPlace {
  readonly cluster: Cluster
  readonly worker: Worker
  readonly signals: SignalTaker
  onChanged(key: FlowKey): Promise<void>
}

/** What a node among others looks after all the time: signals, free jobs, flows. Hints make it sooner. */
function clusterFollowers(
  { config, nodeId, platform, flows, onNotice }: Ground,
  { cluster, worker, signals, onChanged }: ClusterPlace,
): readonly Follower[] {
  const isWorker = config.roles.includes('worker')
  const isEngine = config.roles.includes('engine')
  const follower = new FlowFollower({ cluster, flows, platform, onChanged, onNotice })
  let callOff: (() => void) | undefined
  const sweepJobs = (): void => {
    void worker.sweep()
    callOff = platform.at(platform.nowMs() + WORKER_SWEEP_MS, sweepJobs)
  }
  const unlisten = cluster.onHint((hint, nodes) => {
    if (nodes && !nodes.includes(nodeId)) return
    if (hint === 'signals' && isEngine)
      void signals.look().catch(error => onNotice('stored signals could not be read', error))
    if (hint === 'jobs' && isWorker) worker.hint()
    if (hint === 'sent' && isWorker) void worker.takeSent()
    if (hint === 'flows') void follower.look()
  })
  const hearing: Follower = { start: async () => {}, stop: unlisten }
  const sweeping: Follower = { start: async () => sweepJobs(), stop: () => callOff?.() }
  return isWorker ? [follower, hearing, sweeping] : [follower, hearing]
}
