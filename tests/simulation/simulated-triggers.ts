// The triggers of a node, wired as the boot does it, and what a birth needs of the world.
import { DEFAULT_QUEUE, newId, type Value } from '@batuta/core'
import type { Clockwork } from '../../packages/server/src/engine/clockwork.ts'
import type { Listeners } from '../../packages/server/src/engine/listeners.ts'
import { NodeTriggers } from '../../packages/server/src/engine/node-triggers.ts'
import { Sources } from '../../packages/server/src/engine/sources.ts'
import type { NodeIdentity } from '../../packages/server/src/engine/flush-pipeline.ts'
import type { Worker } from '../../packages/server/src/worker/worker.ts'
import { startFiring } from '../../packages/server/src/engine/fire-schedule.ts'
import { FlowTriggers } from '../../packages/server/src/engine/flow-triggers.ts'
import type { NoteTaker } from '../../packages/server/src/engine/note.ts'
import { Schedules } from '../../packages/server/src/engine/schedules.ts'
import { homeShardOf } from '../../packages/server/src/flows/home.ts'
import type { TriggerDesk } from '../../packages/server/src/flows/trigger-desk.ts'
import type { ReasonCode } from '../../packages/server/src/flows/trigger-reasons.ts'
import type { Means } from './simulated-rooms.ts'
import type { StartWorld } from '../../packages/server/src/flows/births.ts'
import { newLimitRules } from '../../packages/server/src/flows/limit-rules.ts'
import type { FlowCatalogue } from '../../packages/server/src/flows/flow-catalogue.ts'
import type { FlowKey, TriggerKey } from '../../packages/server/src/storage/store.ts'
import type { Inbox } from '../../packages/server/src/inbox/inbox.ts'
import { count } from './ledger.ts'
import { noticeOf, type NodeOptions } from './node-options.ts'
import { POLL_TYPE, WATCH_TYPE } from './stranger.ts'

const NO_ROOTS: ReadonlyMap<string, Value> = new Map()
export const PLACE = { zone: 'UTC', locale: 'en-US', configuredRoots: NO_ROOTS }
/** Of the firings, so many take a while. */
const ASKING = 0.3

export interface TriggersPlace {
  readonly flows: FlowCatalogue
  readonly inbox: Inbox
  readonly node: NodeIdentity
  readonly worker: Worker
  readonly desk: TriggerDesk
  readonly means: Means
  notes(): NoteTaker
  clockwork(): Clockwork
  owns(shard: number): boolean
  startWorld(): StartWorld
}

export function openTriggers(options: NodeOptions, place: TriggersPlace): NodeTriggers {
  return new NodeTriggers({
    store: options.store,
    schedules: openSchedules(options, place),
    flowTriggers: openFlowTriggers(options, place),
    sources: openSources(options, place),
    notes: place.notes,
    nowMs: () => options.process.platform.nowMs(),
    prepare: async flow => await place.desk.switchedOff.load(flow),
    lookAt: atMs => place.clockwork().lookAt(atMs),
    onNotice: noticeOf(options.ledger),
  })
}

/** Signals to triggers may be forgotten on the way: the round finds their rows. */
export function forgetful(listeners: Listeners, isHeard: () => boolean): Listeners {
  return { ...listeners, take: (signal, rowId) => void (isHeard() && listeners.take(signal, rowId)) }
}

function openSchedules(
  options: NodeOptions,
  { flows, inbox, means, notes, clockwork, owns, startWorld }: TriggersPlace,
): Schedules {
  const { store, process, ledger } = options
  const onNotice = noticeOf(ledger)
  const newIdFor = newIdForOf(options, flows)
  const onReason = (key: TriggerKey, code: ReasonCode, reason: string): void => {
    means.reasons.note(key, code, reason)
    passedOver(options, key, code)
  }
  const schedules: Schedules = new Schedules({
    store,
    zone: 'UTC',
    nowMs: () => process.platform.nowMs(),
    owns,
    findFlow: key => flows.flowOf(key),
    newId: newIdFor,
    onReason,
    onNotice,
    lookAt: atMs => clockwork().lookAt(atMs),
    fire: firing => {
      const { breakers } = means
      const world = startWorld()
      const fire = { inbox, notes: notes(), flows, world, ask: nothingAsked, breakers, onReason, onNotice }
      // The defaults of inputs may ask the store before there is a birth.
      const asked = options.chance.hits(ASKING) ? store.read.listKeys('main', 'simulation') : Promise.resolve([])
      void asked
        .then(() => startFiring(firing, fire))
        .catch(() => ({ isTaken: false }))
        .then(fired => schedules.settle(firing.row, fired))
        .then(nextMs => clockwork().lookAt(nextMs))
    },
  })
  return schedules
}

/** Why a schedule did not fire, with its date or the hour by its node's clock. */
function passedOver({ ledger, process }: NodeOptions, key: TriggerKey, code: ReasonCode): void {
  count(ledger, `reason ${code}`)
  const { lastMs = null } = key as TriggerKey & { readonly lastMs?: number | null }
  ledger.passedOver.push({ triggerId: key.triggerId, code, dateMs: lastMs, nowMs: process.platform.nowMs() })
}

const nothingAsked = (): Promise<never> => Promise.reject(new Error('nothing is asked here'))

/** What the stranger's triggers are. */
const KINDS: ReadonlyMap<string, 'polling' | 'realtime'> = new Map([
  [POLL_TYPE, 'polling'],
  [WATCH_TYPE, 'realtime'],
])

function openSources(
  options: NodeOptions,
  { flows, means, node, worker, notes, clockwork, owns, startWorld }: TriggersPlace,
): Sources {
  const { store, process, ledger, roles } = options
  const freshId = freshIdOf(options)
  const own = roles.includes('worker') ? worker : undefined
  return new Sources({
    store,
    flows,
    notes,
    nowMs: () => process.platform.nowMs(),
    owns,
    kindOf: type => KINDS.get(type),
    startWorld,
    askOf: () => nothingAsked,
    newId: newIdForOf(options, flows),
    newWatchId: key => freshId(homeShardOf(key)),
    placeFor: kind => {
      if (!own || (kind === 'polling' && !own.reserve(DEFAULT_QUEUE))) return undefined
      return { node: node.node, incarnation: node.incarnation }
    },
    giveBack: kind => {
      if (kind === 'polling') own?.release(1)
    },
    begin: (row, kind) => {
      if (row.node === null) own?.wake()
      else if (kind === 'polling') own?.offer(row)
      else own?.watch(row)
    },
    stop: key => own?.stop(key, 'kill'),
    lookAt: atMs => clockwork().lookAt(atMs),
    breakers: means.breakers,
    onReason: (_key, code) => count(ledger, `reason ${code}`),
    onNotice: noticeOf(ledger),
  })
}

export function startWorldOf({ chance, process }: NodeOptions): () => StartWorld {
  return () => ({ ...PLACE, nowMs: process.platform.nowMs(), random: () => chance.next() })
}

export function freshIdOf({ chance, process }: NodeOptions): (shard: number, atMs?: number) => string {
  return (shard, nowMs = process.platform.nowMs()) => newId({ nowMs, shard, random: () => chance.next() })
}

/** Where the limits of the flow are at home, else where its triggers are. */
function newIdForOf(options: NodeOptions, flows: FlowCatalogue): (flow: FlowKey, atMs?: number) => string {
  const freshId = freshIdOf(options)
  const limits = newLimitRules(flows, options.pools)
  return (flow, atMs) => freshId(limits.birthShardOf(flow) ?? homeShardOf(flow), atMs)
}

function openFlowTriggers(
  options: NodeOptions,
  { flows, desk, means, notes, clockwork, owns, startWorld }: TriggersPlace,
): FlowTriggers {
  const { store, process, ledger } = options
  const { platform } = process
  const onNotice = noticeOf(ledger)
  return new FlowTriggers({
    store,
    flows,
    zone: 'UTC',
    isOff: key => desk.switchedOff.has(key),
    notes,
    owns,
    startWorld,
    reasons: means.reasons,
    breakers: means.breakers,
    nowMs: () => platform.nowMs(),
    askOf: () => nothingAsked,
    newId: newIdForOf(options, flows),
    lookAt: atMs => clockwork().lookAt(atMs),
    defer: run => void platform.at(platform.nowMs() + 1_000, run),
    onNotice,
  })
}
