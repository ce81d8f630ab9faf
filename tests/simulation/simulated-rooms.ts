// The rooms of one incarnation, wired as the boot does it. What the worker and the clock tell the engine may be lost on the way, and said twice.
import { birthOf, decodeValue, fold, isMap, type ExecutionState, type Plan } from '@batuta/core'
import { Clockwork } from '../../packages/server/src/engine/clockwork.ts'
import { Engine } from '../../packages/server/src/engine/engine.ts'
import type { NodeTriggers } from '../../packages/server/src/engine/node-triggers.ts'
import { FlowFollower } from '../../packages/server/src/engine/flow-follower.ts'
import type { NodeIdentity } from '../../packages/server/src/engine/flush-pipeline.ts'
import { Membership } from '../../packages/server/src/engine/membership.ts'
import { EMIT, sendEmission } from '../../packages/server/src/engine/send-emission.ts'
import type { Emission } from '../../packages/server/src/engine/emission.ts'
import {
  newEvaluator,
  newTurnEnvironment,
  type EvaluatorWorld,
} from '../../packages/server/src/engine/turn-environment.ts'
import { homeShardOfLimit, newLimitRules } from '../../packages/server/src/flows/limit-rules.ts'
import type { FlowCatalogue } from '../../packages/server/src/flows/flow-catalogue.ts'
import type { TriggerDesk } from '../../packages/server/src/flows/trigger-desk.ts'
import type { Breakers } from '../../packages/server/src/flows/breakers.ts'
import type { TriggerReasons } from '../../packages/server/src/flows/trigger-reasons.ts'
import type { Changes } from '../../packages/server/src/inbox/changes.ts'
import type { Inbox } from '../../packages/server/src/inbox/inbox.ts'
import { NO_JOBS } from '../../packages/server/src/inbox/jobs.ts'
import { Router } from '../../packages/server/src/inbox/router.ts'
import { Maintenance } from '../../packages/server/src/maintenance/maintenance.ts'
import { placeJobs } from '../../packages/server/src/maintenance/place-jobs.ts'
import { rescueJobs } from '../../packages/server/src/maintenance/rescue-jobs.ts'
import { takeSignals, type SignalTaker } from '../../packages/server/src/maintenance/take-signals.ts'
import { tendLimits } from '../../packages/server/src/maintenance/tend-limits.ts'
import { wakeReady } from '../../packages/server/src/maintenance/wake-ready.ts'
import type { Cluster } from '../../packages/server/src/storage/cluster.ts'
import { FlushError, type FlowKey, type Store } from '../../packages/server/src/storage/store.ts'
import { Worker } from '../../packages/server/src/worker/worker.ts'
import { hearing, hardOfHearing, sayTwice } from './mishearing.ts'
import { noticeOf, type NodeOptions } from './node-options.ts'
import { openSimulatedFiles } from './simulated-files.ts'
import { SimulatedHost } from './simulated-host.ts'
import { PLACE, forgetful, openTriggers, startWorldOf } from './simulated-triggers.ts'

export interface Rooms {
  readonly inbox: Inbox
  readonly engine: Engine
  readonly worker: Worker
  readonly hosts: readonly SimulatedHost[]
  start(): Promise<void>
  stop(graceMs: number): Promise<void>
  abandon(reason: string): void
  onFlowChanged(key: FlowKey): Promise<void>
}

/** Why an incarnation is over. */
export type Over = 'fenced' | 'broken'

/** What the routes of the API share with the rooms. */
export interface Means {
  readonly changes: Changes
  readonly breakers: Breakers
  readonly reasons: TriggerReasons
}

export interface RoomsPlace {
  readonly node: NodeIdentity
  readonly flows: FlowCatalogue
  readonly desk: TriggerDesk
  readonly means: Means
  onOver(over: Over, reason: string): void
}

interface Inner extends Pick<Rooms, 'inbox' | 'engine' | 'worker' | 'hosts'> {
  readonly clockwork: Clockwork
  readonly triggers: NodeTriggers
  readonly maintenance: Maintenance
  readonly membership: Membership
  readonly followers: readonly Follower[]
}

interface Follower {
  start(): Promise<void>
  stop(): void
}

export const SLOTS = 4
const SWEEP_MS = 1_000

export function openRooms(options: NodeOptions, place: RoomsPlace): Rooms {
  const inner = connect(options, place)
  const { inbox, engine, worker, hosts, clockwork, triggers, maintenance, membership, followers } = inner
  const quieten = (): void => {
    clockwork.stop()
    maintenance.stop()
    for (const follower of followers) follower.stop()
  }
  return {
    inbox,
    engine,
    worker,
    hosts,
    start: async () => {
      await membership.start()
      await maintenance.start()
      if (!options.isSwept) maintenance.stop()
      if (options.roles.includes('engine')) await clockwork.start()
      for (const follower of followers) await follower.start()
    },
    stop: async graceMs => {
      quieten()
      await triggers.release(() => false)
      await membership.handOver()
      await worker.drain(graceMs)
      await engine.stop()
      await membership.stop()
    },
    abandon: reason => {
      quieten()
      membership.abandon()
      worker.abandon()
      engine.abandon(reason)
    },
    onFlowChanged: async key => {
      await triggers.reload(key)
      await engine.limitsChanged(key)
    },
  }
}

function connect(options: NodeOptions, place: RoomsPlace): Inner {
  const { process, store, ledger } = options
  const { node, flows, desk, means, onOver } = place
  const { platform } = process
  const onNotice = noticeOf(ledger)
  const hosts: SimulatedHost[] = []
  const owns = (shard: number): boolean => membership.owns(shard)
  const inbox = options.wrapInbox({ submit: (signal, how) => door.submit(signal, how) })
  const twice = sayTwice(inbox, options)
  const emit = (emission: Emission): Promise<void> => triggers.emit(emission)
  const worker = openWorker(options, { node, inbox: twice, hosts, owns, emit })
  const startWorld = startWorldOf(options)
  const fireSchedules = (atMs: number): number | undefined => triggers.fireDue(atMs)
  const clockwork = new Clockwork({ store, inbox: twice, platform, owns, fireSchedules, onNotice })
  const isHeard = hearing(options)
  const evaluate = newEvaluator({ ...answersOf(options), children: { flows, startWorld } }, twice, onNotice)
  const triggers: NodeTriggers = openTriggers(options, {
    ...{ flows, desk, means, inbox, node, worker, owns, startWorld },
    notes: () => engine,
    clockwork: () => clockwork,
  })
  const limits = newLimitRules(flows, options.pools)
  const engine: Engine = new Engine({
    store,
    limits,
    listeners: forgetful(triggers.listeners, () => isHeard('timer')),
    flows,
    platform,
    node,
    jobs: options.roles.includes('worker') ? hardOfHearing(worker, isHeard) : NO_JOBS,
    changes: means.changes,
    envOf: newTurnEnvironment({ platform, flows, limits, ...PLACE, startWorld }),
    evaluate: async question => {
      if (isHeard('evaluation')) await evaluate(question)
    },
    owns,
    onTimer: timer => void (isHeard('timer') && clockwork.add(timer)),
    onNotice,
    onFatal: error =>
      onOver(error instanceof FlushError && error.fault === 'fenced' ? 'fenced' : 'broken', error.message),
  })
  const toTriggers = triggers.before(engine)
  const { maintenance, signals } = openMaintenance(options, {
    ...{ node, inbox, engine, worker, triggers, owns, toTriggers },
  })
  const membership: Membership = openMembership(options, place, {
    ...{ maintenance, triggers, clockwork, engine, worker },
  })
  const { cluster } = store
  const door: Inbox = cluster ? openRouter(options, cluster, { node, engine: toTriggers, flows, owns }) : toTriggers
  const followers = cluster ? openFollowers(options, cluster, { flows, engine, worker, signals, triggers }) : []
  return { inbox, engine, worker, clockwork, triggers, maintenance, membership, followers, hosts }
}

function openMaintenance(
  { process, store, ledger, roles }: NodeOptions,
  {
    node,
    inbox,
    engine,
    worker,
    triggers,
    toTriggers,
    owns,
  }: Pick<Inner, 'inbox' | 'engine' | 'worker' | 'triggers'> & {
    readonly node: NodeIdentity
    readonly toTriggers: Inbox
    owns(shard: number): boolean
  },
): { readonly maintenance: Maintenance; readonly signals: SignalTaker } {
  const onNotice = noticeOf(ledger)
  const { platform } = process
  const nowMs = (): number => platform.nowMs()
  const signals = takeSignals({
    store,
    inbox: toTriggers,
    owns,
    takeOfTrigger: (body, rowId) => triggers.takeStored(body, rowId),
    platform,
    onNotice,
  })
  const isRunning: Worker['isRunning'] = key => worker.isRunning(key)
  const wake = (): void => {
    if (roles.includes('worker')) worker.wake()
  }
  const rescue = rescueJobs({ store, inbox, node, owns, nowMs, isRunning, wake, onNotice })
  const ready = wakeReady({ store, owns, wake: id => engine.wake(id) })
  const { cluster } = store
  const placing = cluster ? [placeJobs({ store, cluster, inbox, owns, onNotice })] : []
  const limits = tendLimits({
    store,
    owns: key => owns(homeShardOfLimit(key)),
    tend: keys => engine.tendLimits(keys),
  })
  const rounds = roles.includes('engine') ? [signals, rescue, ready, ...placing, limits] : [rescue]
  return { maintenance: new Maintenance({ rounds, platform, onNotice }), signals }
}

function openMembership(
  options: NodeOptions,
  { node, onOver }: RoomsPlace,
  {
    maintenance,
    triggers,
    clockwork,
    engine,
    worker,
  }: Pick<Inner, 'maintenance' | 'triggers' | 'clockwork' | 'engine' | 'worker'>,
): Membership {
  return new Membership({
    cluster: options.store.cluster,
    member: node,
    isEngine: options.roles.includes('engine'),
    platform: options.process.platform,
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
    onNotice: noticeOf(options.ledger),
  })
}

function openRouter(
  { process, store }: NodeOptions,
  cluster: Cluster,
  {
    node,
    engine,
    flows,
    owns,
  }: {
    readonly node: NodeIdentity
    readonly engine: Inbox
    readonly flows: FlowCatalogue
    owns(shard: number): boolean
  },
): Router {
  let sent = 0
  return new Router({
    engine,
    store,
    cluster,
    platform: process.platform,
    member: node,
    owns,
    load: id => loadExecution(store, flows, id),
    newSignalId: () => `${node.id}/${node.incarnation}/r${String(++sent).padStart(12, '0')}`,
  })
}

async function loadExecution(
  store: Store,
  flows: FlowCatalogue,
  id: string,
): Promise<{ readonly state: ExecutionState; readonly plan: Plan } | undefined> {
  const rows = await store.read.journalOf(id)
  if (rows.length === 0) return undefined
  const birth = birthOf(id, rows)
  const plan = await flows.loadPlan(birth, birth.revision)
  return plan && { state: fold(id, rows, plan), plan }
}

function openFollowers(
  { process, ledger, isSwept, roles }: NodeOptions,
  cluster: Cluster,
  {
    flows,
    engine,
    worker,
    signals,
    triggers,
  }: Pick<Inner, 'engine' | 'worker' | 'triggers'> & {
    readonly flows: FlowCatalogue
    readonly signals: SignalTaker
  },
): readonly Follower[] {
  const { platform } = process
  const onNotice = noticeOf(ledger)
  const onChanged = async (key: FlowKey): Promise<void> => {
    await triggers.reload(key)
    await engine.limitsChanged(key)
  }
  const follower = new FlowFollower({ cluster, flows, platform, onChanged, onNotice })
  const isWorker = roles.includes('worker')
  let callOff: (() => void) | undefined
  const sweep = (): void => {
    void worker.sweep()
    if (isSwept) callOff = platform.at(platform.nowMs() + SWEEP_MS, sweep)
  }
  const unlisten = cluster.onHint(hint => {
    if (hint === 'signals' && roles.includes('engine'))
      void signals.look().catch(error => onNotice('stored signals are read later', error))
    if (hint === 'jobs' && isWorker) worker.hint()
    if (hint === 'sent' && isWorker) void worker.takeSent()
    if (hint === 'flows') void follower.look()
  })
  const hearing: Follower = { start: async () => {}, stop: unlisten }
  const sweeping: Follower = { start: async () => sweep(), stop: () => callOff?.() }
  return isWorker ? [follower, hearing, sweeping] : [follower, hearing]
}

interface WorkerPlace {
  readonly node: NodeIdentity
  readonly inbox: Inbox
  readonly hosts: SimulatedHost[]
  owns(shard: number): boolean
  emit(emission: Emission): Promise<void>
}

function openWorker(options: NodeOptions, { node, inbox, hosts, owns, emit }: WorkerPlace): Worker {
  const { store, process } = options
  const { platform } = process
  let sent = 0
  const newSignalId = (): string => `${node.id}/${node.incarnation}/e${String(++sent).padStart(12, '0')}`
  return new Worker({
    inbox,
    store,
    platform,
    node,
    slots: SLOTS,
    profile: { group: undefined, tags: [] },
    isPaused: () => false,
    openHost: events => {
      const host = new SimulatedHost(options, events)
      hosts.push(host)
      return host
    },
    answer: async (request, job) => {
      if (request.name !== EMIT) throw new Error('nothing is asked here')
      const args = decodeValue(request.args)
      await sendEmission(job, isMap(args) ? args : {}, { store, platform, owns, emit, newSignalId })
      return 'null'
    },
    onNotice: noticeOf(options.ledger),
  })
}

/** What a template asks is answered from the store, which takes its time and may fail. */
function answersOf({ store, process }: NodeOptions): Omit<EvaluatorWorld, 'children'> {
  return {
    store,
    flows: { all: () => [] },
    environmentSecrets: new Map(),
    nowMs: () => process.platform.nowMs(),
    files: openSimulatedFiles(store),
  }
}
