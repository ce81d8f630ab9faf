// The rooms of a server, each with what it is given. They meet at the inbox only.
import { createCatalogue, fold, birthOf, type ExecutionState, type Plan } from '@batuta/core'
import { answerJob, askFor } from './answers/ask.ts'
import type { Ground } from './boot-ground.ts'
import { Clockwork } from './engine/clockwork.ts'
import { Engine } from './engine/engine.ts'
import { startFiring } from './engine/fire-schedule.ts'
import { FlowFollower } from './engine/flow-follower.ts'
import { Membership } from './engine/membership.ts'
import { Schedules, firstDateOf, homeShardOf } from './engine/schedules.ts'
import { newEvaluator, newTurnEnvironment } from './engine/turn-environment.ts'
import type { SaveWorld } from './flows/save-flow.ts'
import type { Inbox } from './inbox/inbox.ts'
import { NO_JOBS } from './inbox/jobs.ts'
import { Router } from './inbox/router.ts'
import { Maintenance, type Round } from './maintenance/maintenance.ts'
import { rescueJobs } from './maintenance/rescue-jobs.ts'
import { takeSignals } from './maintenance/take-signals.ts'
import { wakeReady } from './maintenance/wake-ready.ts'
import { HOST_SCRIPT } from './platform/places.ts'
import type { Cluster } from './storage/cluster.ts'
import { HostProcess } from './worker/host-process.ts'
import { hostOptions } from './worker/host-options.ts'
import { readSpilledOutputs } from './worker/spilled-outputs.ts'
import { Worker } from './worker/worker.ts'

export interface Rooms {
  readonly inbox: Inbox
  readonly engine: Engine
  readonly worker: Worker
  readonly clockwork: Clockwork
  readonly maintenance: Maintenance
  readonly membership: Membership
  readonly followers: readonly { start(): Promise<void>; stop(): void }[]
  readonly saveWorld: SaveWorld
}

const EXIT_BROKEN = 70
const EXIT_FENCED = 75
const WORKER_SWEEP_MS = 1_000

export function openRooms(ground: Ground): Rooms {
  const { config, log, platform, store, node, answers, onNotice } = ground
  const owns = (shard: number): boolean => membership.owns(shard)
  const inbox: Inbox = { submit: (signal, how) => door.submit(signal, how) }
  const worker = newWorker(ground, inbox)
  const clockwork = new Clockwork({
    store,
    inbox,
    platform,
    owns,
    fireSchedules: atMs => schedules.fireDue(atMs),
    onNotice,
  })
  const engine: Engine = new Engine({
    ...ground,
    jobs: config.roles.includes('worker') ? worker : NO_JOBS,
    envOf: newTurnEnvironment({ ...ground, zone: config.zone, locale: config.locale }),
    evaluate: newEvaluator(answers, inbox, onNotice),
    owns,
    onTimer: timer => clockwork.add(timer),
    meter: ground.meters.engine,
    onNotice: ground.noticeOf('engine'),
    onFatal: error => end(ground, EXIT_BROKEN, error),
  })
  const signals = takeSignals({ store, inbox: engine, owns, nowMs: () => platform.nowMs(), onNotice })
  const schedules: Schedules = newSchedules(ground, { inbox, clockwork: () => clockwork, owns })
  const rounds = roundsOf(ground, { inbox, engine, worker, signals, owns })
  const maintenance = new Maintenance({ rounds, platform, onNotice })
  const membership: Membership = new Membership({
    cluster: store.cluster,
    member: node,
    isEngine: config.roles.includes('engine'),
    platform,
    onGained: async () => {
      await maintenance.runAll()
      clockwork.lookAt(await schedules.load())
      clockwork.refresh()
    },
    onLosing: shards => engine.release(shards),
    onFenced: reason => end(ground, EXIT_FENCED, new Error(reason)),
    onNotice,
  })
  const door: Inbox = store.cluster ? newRouter(ground, { engine, cluster: store.cluster, owns }) : engine
  const onChanged = async (key: Parameters<Schedules['reload']>[0]): Promise<void> =>
    clockwork.lookAt(await schedules.reload(key))
  const followers = store.cluster
    ? clusterFollowers(ground, { cluster: store.cluster, worker, signals, onChanged })
    : []
  if (store.cluster) log.info(`node ${node.id} (${config.roles.join(', ')}) over ${store.kind}`)
  return {
    inbox,
    engine,
    worker,
    clockwork,
    maintenance,
    membership,
    followers,
    saveWorld: saveWorldOf(ground, onChanged),
  }
}

interface RoundPlace {
  readonly inbox: Inbox
  readonly engine: Engine
  readonly worker: Worker
  readonly signals: Round
  owns(shard: number): boolean
}

/** Their order is that of the recovery. */
function roundsOf(
  { config, store, node, platform, onNotice }: Ground,
  { inbox, engine, worker, signals, owns }: RoundPlace,
): readonly Round[] {
  const isWorker = config.roles.includes('worker')
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
  return [signals, rescue, wakeReady({ store, owns, wake: id => engine.wake(id) })]
}

function end({ log }: Ground, code: number, error: Error): never {
  log.error('the server cannot go on', error)
  process.exit(code)
}

function newWorker(
  { config, store, platform, node, answers, files, manifests, meters, noticeOf }: Ground,
  inbox: Inbox,
): Worker {
  const host = hostOptions({ script: HOST_SCRIPT, config, modules: manifests.modules })
  return new Worker({
    inbox,
    store,
    platform,
    node,
    slots: config.slots,
    openHost: events => new HostProcess({ ...host, ...events }),
    answer: (request, job) => answerJob(answers, request, job),
    readOutputs: uri => readSpilledOutputs(files, uri),
    meter: meters.worker,
    onNotice: noticeOf('worker'),
  })
}

interface SchedulePlace {
  readonly inbox: Inbox
  clockwork(): Clockwork
  owns(shard: number): boolean
}

function newSchedules(ground: Ground, { inbox, clockwork, owns }: SchedulePlace): Schedules {
  const { store, config, platform, flows, answers, onNotice } = ground
  const schedules: Schedules = new Schedules({
    store,
    zone: config.zone,
    nowMs: () => platform.nowMs(),
    owns,
    findFlow: key => flows.flowOf(key),
    onNotice,
    fire: firing => {
      const ask = askFor(answers, { ...firing.row, executionId: '' })
      const newId = (): string => ground.newIdOn(new Set([homeShardOf(firing.row)]))
      const options = { inbox, flows, world: ground.startWorld(), ask, newId, onNotice }
      void startFiring(firing, options)
        .then(isTaken => schedules.settle(firing.row, isTaken))
        .then(nextMs => clockwork().lookAt(nextMs))
    },
  })
  return schedules
}

function newRouter(
  ground: Ground,
  { engine, cluster, owns }: { readonly engine: Engine; readonly cluster: Cluster; owns(shard: number): boolean },
): Router {
  const { store, platform, node } = ground
  let count = 0
  return new Router({
    engine,
    store,
    cluster,
    platform,
    member: node,
    owns,
    load: id => loadExecution(ground, id),
    newSignalId: () => `${node.id}/${node.incarnation}/r${String(++count).padStart(12, '0')}`,
  })
}

/** An execution as the store has it. */
async function loadExecution(
  { store, flows }: Ground,
  id: string,
): Promise<{ readonly state: ExecutionState; readonly plan: Plan } | undefined> {
  const rows = await store.read.journalOf(id)
  if (rows.length === 0) return undefined
  const birth = birthOf(id, rows)
  const plan = await flows.loadPlan(birth, birth.revision)
  return plan && { state: fold(id, rows, plan), plan }
}

interface ClusterPlace {
  readonly cluster: Cluster
  readonly worker: Worker
  readonly signals: Round
  onChanged(key: Parameters<Schedules['reload']>[0]): Promise<void>
}

/** What a node among others looks after all the time: signals, free jobs, flows. Hints make it sooner. */
function clusterFollowers(
  { config, platform, flows, onNotice }: Ground,
  { cluster, worker, signals, onChanged }: ClusterPlace,
): Rooms['followers'] {
  const follower = new FlowFollower({ cluster, flows, platform, onChanged, onNotice })
  const isWorker = config.roles.includes('worker')
  let callOff: (() => void) | undefined
  const sweepJobs = (): void => {
    if (isWorker) void worker.sweep()
    callOff = platform.at(platform.nowMs() + WORKER_SWEEP_MS, sweepJobs)
  }
  cluster.onHint(hint => {
    if (hint === 'signals') void signals.run().catch(error => onNotice('stored signals could not be read', error))
    if (hint === 'jobs' && isWorker) void worker.sweep()
    if (hint === 'flows') void follower.look()
  })
  return [follower, { start: async () => sweepJobs(), stop: () => callOff?.() }]
}

function saveWorldOf(
  { config, platform, store, flows, manifests }: Ground,
  onChanged: SaveWorld['onChanged'],
): SaveWorld {
  return {
    store,
    flows,
    catalogue: createCatalogue(manifests.types),
    globalDefaults: [],
    tenant: config.tenant,
    nowMs: () => platform.nowMs(),
    firstDateOf: (flow, triggerId) => firstDateOf(flow, triggerId, { nowMs: platform.nowMs(), zone: config.zone }),
    onChanged,
  }
}
