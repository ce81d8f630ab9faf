// What a watch emits goes to the owner of its trigger: on this node directly, on another one as a signal, whose answer is an outcome in the store.
import { isList, mapGet, shardOf, type ValueMap } from '@batuta/core'
import type { HostJob } from '@batuta/plugin-sdk'
import type { Clock, Scheduler } from '../platform/platform.ts'
import type { Store } from '../storage/store.ts'
import { StaleWatch, emissionText, type Emission } from './emission.ts'

export const EMIT = 'trigger.emit'

const ANSWER_MAX_MS = 60_000
const LOOK_FIRST_MS = 5
const LOOK_MAX_MS = 200

export interface EmissionPlace {
  readonly store: Store
  readonly platform: Clock & Scheduler
  owns(shard: number): boolean
  emit(emission: Emission): Promise<void>
  newSignalId(): string
}

export async function sendEmission(job: HostJob, args: ValueMap, place: EmissionPlace): Promise<void> {
  const events = mapGet(args, 'events') ?? null
  const mark = mapGet(args, 'mark') ?? null
  const emission = { key: job.key, events: isList(events) ? events : [], mark: mark === null ? undefined : mark }
  const { store, owns, emit, newSignalId } = place
  const shard = shardOf(job.key.executionId)
  if (owns(shard) || !store.cluster) return await emit(emission)
  const id = newSignalId()
  await store.cluster.sendSignals([{ id, shard, executionId: job.key.executionId, body: emissionText(emission) }])
  await answerTo(id, emission, place)
}

async function answerTo(id: string, { key }: Emission, { store, platform }: EmissionPlace): Promise<void> {
  const untilMs = platform.nowMs() + ANSWER_MAX_MS
  for (let waitMs = LOOK_FIRST_MS; platform.nowMs() < untilMs; waitMs = Math.min(waitMs * 2, LOOK_MAX_MS)) {
    const operation = await store.read.findOperation(id)
    if (operation?.status === 200) return
    if (operation) throw new StaleWatch(key)
    await new Promise<void>(resolve => platform.at(platform.nowMs() + waitMs, resolve))
  }
  // It may still be taken: this watch must not go on, and the next one begins with the mark that is in the store.
  throw new StaleWatch(key)
}
