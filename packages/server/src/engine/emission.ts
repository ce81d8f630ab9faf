// Events of a source on their way to the owner of its trigger, and what the sender is told.
import { BatutaError, encodeValue, isList, isMap, mapFrom, mapGet, type Value } from '@batuta/core'
import { SOURCE_RUN } from '@batuta/plugin-sdk'
import type { JobKey, OperationRow } from '../storage/batch.ts'

/** What a source emitted at once. */
export interface Emission {
  readonly key: JobKey
  readonly events: readonly Value[]
  readonly mark: Value | undefined
}

/** How long a sender from another node can read that it was taken. */
const TAKEN_KEPT_MS = 600_000

export function takenOf(key: string, { executionId }: JobKey, nowMs: number): OperationRow {
  return { key, entity: executionId, bodyHash: '', status: 200, body: '{}', expiresMs: nowMs + TAKEN_KEPT_MS }
}

/** What is written beside the births of an emission that came as a signal. */
export function takenFrom(
  rowId: string,
  key: JobKey,
  nowMs: number,
): { readonly operations: readonly OperationRow[]; readonly signalsTaken: readonly string[] } {
  return { operations: [takenOf(rowId, key, nowMs)], signalsTaken: [rowId] }
}

const EVENTS_MAX = 500

export function expectFew(events: readonly Value[]): void {
  if (events.length > EVENTS_MAX)
    throw new BatutaError('value-too-large', `A source may emit ${EVENTS_MAX} events at once, not ${events.length}.`)
}

/** For a sender on another node. */
export function refusedEmission(rowId: string, { key }: Emission, nowMs: number): OperationRow {
  return { ...takenOf(rowId, key, nowMs), status: 409 }
}

/** Whoever emits is not the watch of the trigger any more. */
export class StaleWatch extends Error {
  constructor({ executionId, epoch }: JobKey) {
    super(`The watch ${executionId} of epoch ${epoch} is over: another one goes on.`)
    this.name = 'StaleWatch'
  }
}

/** As it travels from the node of the worker to that of the owner. */
export function emissionText({ key, events, mark }: Emission): string {
  return encodeValue(
    mapFrom([
      ['type', 'source-events'],
      ['executionId', key.executionId],
      ['epoch', key.epoch],
      ['events', [...events]],
      ['mark', mark ?? null],
    ]),
  )
}

export function emissionOf(value: Value): Emission {
  const get = (key: string): Value => (isMap(value) ? (mapGet(value, key) ?? null) : null)
  const events = get('events')
  const mark = get('mark')
  return {
    key: { executionId: String(get('executionId')), run: SOURCE_RUN, epoch: Number(get('epoch')) },
    events: isList(events) ? events : [],
    mark: mark === null ? undefined : mark,
  }
}
