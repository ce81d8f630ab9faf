// The schedules of a node, and what a birth needs of the world.
import { newId, type Value } from '@batuta/core'
import type { Clockwork } from '../../packages/server/src/engine/clockwork.ts'
import { startFiring } from '../../packages/server/src/engine/fire-schedule.ts'
import { FlowTriggers } from '../../packages/server/src/engine/flow-triggers.ts'
import type { Listeners } from '../../packages/server/src/engine/listeners.ts'
import type { NoteTaker } from '../../packages/server/src/engine/note.ts'
import { Schedules } from '../../packages/server/src/engine/schedules.ts'
import { homeShardOf } from '../../packages/server/src/flows/home.ts'
import { TriggerReasons } from '../../packages/server/src/flows/trigger-reasons.ts'
import type { StartWorld } from '../../packages/server/src/flows/births.ts'
import type { FlowCatalogue } from '../../packages/server/src/flows/flow-catalogue.ts'
import type { Inbox } from '../../packages/server/src/inbox/inbox.ts'
import { noticeOf, type NodeOptions } from './node-options.ts'

const NO_ROOTS: ReadonlyMap<string, Value> = new Map()
export const PLACE = { zone: 'UTC', locale: 'en-US', configuredRoots: NO_ROOTS }
/** Of the firings, so many take a while. */
const ASKING = 0.3

export interface SchedulePlace {
  readonly flows: FlowCatalogue
  readonly inbox: Inbox
  readonly notes: NoteTaker
  readonly clockwork: Clockwork
  owns(shard: number): boolean
  startWorld(): StartWorld
}

export function openSchedules(
  options: NodeOptions,
  { flows, inbox, notes, clockwork, owns, startWorld }: SchedulePlace,
): Schedules {
  const { store, process, ledger } = options
  const onNotice = noticeOf(ledger)
  const freshId = freshIdOf(options)
  const schedules: Schedules = new Schedules({
    store,
    zone: 'UTC',
    nowMs: () => process.platform.nowMs(),
    owns,
    findFlow: key => flows.flowOf(key),
    newId: key => freshId(homeShardOf(key)),
    onNotice,
    fire: firing => {
      const ask = (): Promise<never> => Promise.reject(new Error('nothing is asked here'))
      const fire = { inbox, notes, flows, world: startWorld(), ask, onNotice }
      // The defaults of inputs may ask the store before there is a birth.
      const asked = options.chance.hits(ASKING) ? store.read.listKeys('main', 'simulation') : Promise.resolve([])
      void asked
        .then(() => startFiring(firing, fire))
        .catch(() => ({ isTaken: false }))
        .then(fired => schedules.settle(firing.row, fired))
        .then(nextMs => clockwork.lookAt(nextMs))
    },
  })
  return schedules
}

export function startWorldOf({ chance, process }: NodeOptions): () => StartWorld {
  return () => ({ ...PLACE, nowMs: process.platform.nowMs(), random: () => chance.next() })
}

export function freshIdOf({ chance, process }: NodeOptions): (shard: number) => string {
  return shard => newId({ nowMs: process.platform.nowMs(), shard, random: () => chance.next() })
}

export function openFlowTriggers(
  options: NodeOptions,
  place: Pick<SchedulePlace, 'flows' | 'owns' | 'startWorld'> & { notes(): NoteTaker },
): FlowTriggers {
  const { store, process, ledger } = options
  const { platform } = process
  const onNotice = noticeOf(ledger)
  const freshId = freshIdOf(options)
  return new FlowTriggers({
    ...place,
    store,
    zone: 'UTC',
    reasons: new TriggerReasons({ store, platform, onNotice }),
    nowMs: () => platform.nowMs(),
    askOf: () => () => Promise.reject(new Error('nothing is asked here')),
    newId: key => freshId(homeShardOf(key)),
    lookAt: () => {},
    defer: run => void platform.at(platform.nowMs() + 1_000, run),
    onNotice,
  })
}

/** Signals to triggers may be forgotten on the way: the round finds their rows. */
export function listenersOf(
  flowTriggers: FlowTriggers,
  place: Pick<SchedulePlace, 'clockwork'> & { schedules(): Schedules; isHeard(): boolean },
): Listeners {
  return {
    tell: (view, events) => flowTriggers.tell(view, events),
    take: (signal, rowId) => void (place.isHeard() && flowTriggers.take(signal, rowId)),
    waitsFor: id => place.schedules().waitsFor(id),
    ended: (id, state) =>
      void place
        .schedules()
        .ended(id, state)
        .then(nextMs => place.clockwork.lookAt(nextMs)),
  }
}
