// What a trigger keeps beside its cursor, as JSON in its row: a backfill that runs, the job that watches a source and how far that has come.
import type { Label } from '../flow/flow.ts'
import { isList, isMap, mapGet } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import { decodeValue, encodeValue } from '../std/value-json.ts'
import { trust } from '../std/trust.ts'

/** Dates of the past that are run one after the other, while the regular ones wait. */
export interface Backfill {
  readonly startMs: number
  readonly endMs: number
  /** The date that comes next. */
  readonly currentMs: number
  readonly isPaused: boolean
  readonly inputs?: ValueMap
  readonly labels?: readonly Label[]
  /** Where the schedule stood before. */
  readonly previousNextMs: number | null
}

/** The evaluation that is out: its job is named by this id, and what an older one says counts no more. */
export interface Watch {
  readonly id: string
  readonly epoch: number
  readonly isOut: boolean
  /** Of a poll: the execution that it may start, where its files lie already. */
  readonly birthId?: string
}

export interface TriggerState {
  readonly backfill?: Backfill
  readonly watch?: Watch
  /** The position of the source, as it gave it. */
  readonly mark?: Value
  /** Somebody asked for the missed dates up to here: they run, whatever the trigger says of missed and late ones. */
  readonly makeUpUntilMs?: number
}

const NO_STATE: TriggerState = {}

export function decodeTriggerState(text: string | null): TriggerState {
  if (text === null) return NO_STATE
  const value = decodeValue(text)
  return isMap(value) && !isList(value) ? fromMap(value) : NO_STATE
}

function fromMap(map: ValueMap): TriggerState {
  const [backfill, watch, mark, untilMs] = ['backfill', 'watch', 'mark', 'makeUpUntilMs'].map(key => mapGet(map, key))
  return {
    ...(backfill !== undefined && { backfill: trust<Backfill>(backfill) }),
    ...(watch !== undefined && { watch: trust<Watch>(watch) }),
    ...(mark !== undefined && { mark }),
    ...(typeof untilMs === 'number' && { makeUpUntilMs: untilMs }),
  }
}

/** Null when there is nothing to keep. */
export function encodeTriggerState(state: TriggerState): string | null {
  const { backfill, watch, mark, makeUpUntilMs } = state
  if ([backfill, watch, mark, makeUpUntilMs].every(part => part === undefined)) return null
  return encodeValue(
    trust<Value>({
      ...(backfill !== undefined && { backfill }),
      ...(watch !== undefined && { watch }),
      ...(mark !== undefined && { mark }),
      ...(makeUpUntilMs !== undefined && { makeUpUntilMs }),
    }),
  )
}
