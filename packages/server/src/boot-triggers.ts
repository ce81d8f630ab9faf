// The triggers of one incarnation of the node, with what they are given.
import { DEFAULT_QUEUE } from '@batuta/core'
import { askFor } from './answers/ask.ts'
import type { Ground } from './boot-ground.ts'
import { newDateFilters } from './engine/date-filters.ts'
import { startFiring } from './engine/fire-schedule.ts'
import { FlowTriggers } from './engine/flow-triggers.ts'
import { NodeTriggers } from './engine/node-triggers.ts'
import type { NoteTaker } from './engine/note.ts'
import { Schedules } from './engine/schedules.ts'
import { homeShardOf } from './flows/home.ts'
import { Sources } from './engine/sources.ts'
import type { NodeIdentity } from './engine/flush-pipeline.ts'
import type { Worker } from './worker/worker.ts'
import type { ReasonCode } from './flows/trigger-reasons.ts'
import type { Inbox } from './inbox/inbox.ts'
import type { FlowKey, TriggerKey } from './storage/store.ts'

export interface TriggersPlace {
  readonly inbox: Inbox
  notes(): NoteTaker
  readonly node: NodeIdentity
  /** The worker of this node, if it has the role. */
  readonly worker: Worker | undefined
  lookAt(atMs: number | undefined): void
  owns(shard: number): boolean
}

const MISS_AGAIN_MS = 1_000

export function openTriggers(ground: Ground, place: TriggersPlace): NodeTriggers {
  const schedules = newSchedules(ground, place)
  const flowTriggers = newFlowTriggers(ground, place)
  const { flows, holidays, triggerDesk } = ground
  const prepare = async (flow?: FlowKey): Promise<void> => {
    await triggerDesk.switchedOff.load(flow)
    const entry = flow && flows.newest(flow)
    for (const { parsed } of flow ? (entry ? [entry] : []) : flows.all()) await holidays.need(parsed)
  }
  const sources = newSources(ground, place)
  const nowMs = (): number => ground.platform.nowMs()
  return new NodeTriggers({
    ...{ store: ground.store, schedules, flowTriggers, sources, prepare, nowMs },
    notes: place.notes,
    lookAt: place.lookAt,
    onNotice: ground.onNotice,
  })
}

function birthPlaceOf({ limits }: Ground, flow: FlowKey): ReadonlySet<number> {
  return new Set([limits.birthShardOf(flow) ?? homeShardOf(flow)])
}

function newSchedules(ground: Ground, { inbox, notes, lookAt, owns }: TriggersPlace): Schedules {
  const { store, config, platform, flows, answers, reasons, holidays, onNotice } = ground
  const onReason = (key: TriggerKey, code: ReasonCode, reason: string): void => reasons.note(key, code, reason)
  const { isHoliday } = holidays
  const schedules: Schedules = new Schedules({
    store,
    zone: config.zone,
    nowMs: () => platform.nowMs(),
    owns,
    findFlow: key => flows.flowOf(key),
    filterOf: newDateFilters({ flows, startWorld: () => ground.startWorld(), isHoliday }),
    newId: (row, decidedMs) => ground.newIdOn(birthPlaceOf(ground, row), decidedMs),
    onReason,
    onNotice,
    lookAt,
    fire: firing => {
      const ask = askFor(answers, { ...firing.row, executionId: '' })
      const world = ground.startWorld()
      const { breakers } = ground
      const options = { inbox, notes: notes(), flows, world, ask, breakers, isHoliday, onReason, onNotice }
      void startFiring(firing, options)
        .then(fired => schedules.settle(firing.row, fired))
        .then(lookAt)
    },
  })
  return schedules
}

/** Watches begin on this node without a place of their own: they would keep it for ever. Polls are jobs among others. */
function newSources(ground: Ground, { notes, node, worker, lookAt, owns }: TriggersPlace): Sources {
  const { store, flows, platform, answers, reasons, onNotice } = ground
  const { manifests } = ground
  const { node: name, incarnation } = node
  return new Sources({
    store,
    flows,
    notes,
    nowMs: () => platform.nowMs(),
    owns,
    kindOf: type => manifests.kinds.get(type),
    mayHoldSource: parsed => [...manifests.kinds.keys()].some(type => parsed.includes(type)),
    startWorld: () => ground.startWorld(),
    askOf: key => askFor(answers, { ...key, executionId: '' }),
    newId: flow => ground.newIdOn(birthPlaceOf(ground, flow)),
    newWatchId: flow => ground.newIdOn(new Set([homeShardOf(flow)])),
    placeFor: kind => {
      if (!worker || (kind === 'polling' && !worker.reserve(DEFAULT_QUEUE))) return undefined
      return { node: name, incarnation }
    },
    giveBack: kind => {
      if (kind === 'polling') worker?.release(1)
    },
    begin: (row, kind) => {
      if (row.node === null) worker?.wake()
      else if (kind === 'polling') worker?.offer(row)
      else worker?.watch(row)
    },
    stop: key => worker?.stop(key, 'kill'),
    lookAt,
    breakers: ground.breakers,
    onReason: (key, code, reason) => reasons.note(key, code, reason),
    onNotice,
  })
}

function newFlowTriggers(ground: Ground, { notes, lookAt, owns }: TriggersPlace): FlowTriggers {
  const { store, flows, config, reasons, platform, answers, holidays, triggerDesk, onNotice } = ground
  return new FlowTriggers({
    store,
    flows,
    zone: config.zone,
    reasons,
    notes,
    breakers: ground.breakers,
    isHoliday: holidays.isHoliday,
    isOff: key => triggerDesk.switchedOff.has(key),
    nowMs: () => platform.nowMs(),
    owns,
    startWorld: () => ground.startWorld(),
    askOf: (key: FlowKey) => askFor(answers, { ...key, executionId: '' }),
    newId: (flow, bornMs) => ground.newIdOn(birthPlaceOf(ground, flow), bornMs),
    lookAt,
    defer: run => void platform.at(platform.nowMs() + MISS_AGAIN_MS, run),
    onNotice,
  })
}
