// A trigger that looks outside, as its owner has it in memory.
import {
  compileTemplate,
  encodeTriggerState,
  evaluateAsync,
  isTruthyText,
  isMap,
  judgeConditions,
  judgeWhen,
  mapEntries,
  mapFrom,
  mapGet,
  parseDuration,
  printValue,
  shardOf,
  type Ask,
  type Judgement,
  type Plan,
  type Scope,
  type Signal,
  type Trigger,
  type TriggerState,
  type Value,
  type ValueMap,
} from '@batuta/core'
import { POLL_MARK, SOURCE_RUN } from '@batuta/plugin-sdk'
import { homeShardOf } from '../flows/home.ts'
import { failedBirth } from '../flows/trigger-birth.ts'
import type { TriggerRow } from '../storage/batch.ts'
import type { FlowKey, StoredTrigger, TriggerKey } from '../storage/store.ts'
import type { SourceKind } from './source-job.ts'

export interface Source {
  readonly key: TriggerKey
  readonly trigger: Trigger
  readonly plan: Plan
  readonly kind: SourceKind
  stored: StoredTrigger
  state: TriggerState
  /** Where the heap has it. */
  dueMs: number | undefined
  lockedBy: string | undefined
  /** How often that was looked at. */
  looks: number
  /** A poll has emitted, and its job still tells the source of it; `endedAs` when what it started has ended meanwhile. */
  telling: { endedAs?: string } | undefined
  /** Ends in a row without an event. */
  failures: number
  /** Events are taken one message after the other. */
  line: Promise<unknown>
}

/** Of the job of a source. */
export type Told = Extract<Signal, { type: 'settled' | 'lost' | 'unplaced' }>

/** Whether a signal is about the job of a source. */
export function isTold(signal: Signal): signal is Told {
  return (
    (signal.type === 'settled' || signal.type === 'lost' || signal.type === 'unplaced') && signal.run === SOURCE_RUN
  )
}

/** What follows from the end of a job. */
export interface SourceOutcome {
  readonly births: readonly Extract<Signal, { type: 'create' }>[]
  readonly nextMs: number
  readonly executionId?: string
  readonly mark?: Value
}

/** What a poll gave, and the position of its source after it. */
export function foundBy(given: ValueMap | undefined): { readonly outputs?: ValueMap; readonly mark?: Value } {
  if (given === undefined) return {}
  const mark = isMap(given) ? mapGet(given, POLL_MARK) : undefined
  if (mark === undefined) return { outputs: given }
  const others = [...mapEntries(given)].filter(([name]) => name !== POLL_MARK)
  return { mark, ...(others.length === 0 ? {} : { outputs: mapFrom(others) }) }
}

const INTERVAL_MS = 60_000
/** A watch that ended is begun anew after so long, the longer the more often it did without an event. */
const AGAIN_MIN_MS = 1_000
export const AGAIN_MAX_MS = 60_000

/** The end of an execution is told; this is for those that are gone without a word. */
const LOCK_LOOK_MS = 60_000
/** One that is born away from its trigger ends where nobody tells: it is looked at this soon, and then after twice as long each time. */
const LOCK_LOOK_AWAY_MS = 1_000

/** How long to wait for the end of its execution. */
export function lookAfterMs({ key, lockedBy, looks }: Source): number {
  if (lockedBy === undefined) return 0
  if (shardOf(lockedBy) === homeShardOf(key)) return LOCK_LOOK_MS
  return Math.min(LOCK_LOOK_AWAY_MS * 2 ** Math.min(looks, 10), LOCK_LOOK_MS)
}

/** Born away from its trigger, an execution that is not there may still come. */
export function isUnborn(source: Source): boolean {
  return lookAfterMs(source) < LOCK_LOOK_MS
}

/** Nothing that was changed by hand or by a save. */
export function isSame({ stored }: Source, row: StoredTrigger): boolean {
  return (
    row.hash === stored.hash &&
    row.isDisabled === stored.isDisabled &&
    row.executionId === stored.executionId &&
    row.state === stored.state &&
    row.nextMs === stored.nextMs
  )
}

export function isConcurrent({ trigger }: Source): boolean {
  return mapGet(trigger.properties, 'allowConcurrent') === true
}

export function failsOnError({ trigger }: Source): boolean {
  return isTruthyText(printValue(mapGet(trigger.properties, 'failOnTriggerError') ?? 'false'))
}

export function intervalOf({ trigger }: Source): number {
  const interval = mapGet(trigger.properties, 'interval') ?? null
  if (typeof interval === 'number') return interval * 1_000
  return interval === null ? INTERVAL_MS : (parseDuration(printValue(interval)) ?? INTERVAL_MS)
}

export function againMs(failures: number): number {
  return Math.min(AGAIN_MIN_MS * 2 ** Math.min(failures, 10), AGAIN_MAX_MS)
}

export function nameOf({ tenant, namespace, flowId, triggerId }: TriggerKey): string {
  return `${tenant}/${namespace}/${flowId}/${triggerId}`
}

/** The next epoch of its watch at home: one of another shard would be told nothing. */
export function nextWatch(
  { key, state: { watch } }: Source,
  newWatchId: (flow: FlowKey) => string,
): NonNullable<TriggerState['watch']> {
  const isHome = watch !== undefined && shardOf(watch.id) === homeShardOf(key)
  return isHome ? { id: watch.id, epoch: watch.epoch + 1, isOut: true } : { id: newWatchId(key), epoch: 1, isOut: true }
}

/** A poll has used up the id of its execution. */
export function stateAfterEmission({ kind, state }: Source): TriggerState {
  if (kind === 'realtime' || !state.watch) return state
  const { id, epoch, isOut } = state.watch
  return { ...state, watch: { id, epoch, isOut } }
}

/** An execution that is FAILED from its beginning. */
export function failureOf(
  source: Source,
  executionId: string,
  { problem, variables }: { readonly problem: string; readonly variables: ValueMap },
): Extract<Signal, { type: 'create' }> {
  const birth = failedBirth(executionId, { ...source, variables }, { problem, labels: [] })
  return { type: 'create', executionId, birth }
}

/** What is written when something became of it. */
export function movedRow(
  { key, stored }: Source,
  nowMs: number,
  {
    nextMs,
    state,
    executionId = stored.executionId,
  }: { readonly nextMs: number | null; readonly state: TriggerState; readonly executionId?: string | null },
): TriggerRow {
  return { ...key, nextMs, lastMs: nowMs, expectedNextMs: stored.nextMs, executionId, state: encodeTriggerState(state) }
}

export function flowOf({ tenant, namespace, flowId }: TriggerKey): FlowKey {
  return { tenant, namespace, flowId }
}

/** What is asked before its job begins. */
export async function judgeSource({ plan, trigger }: Source, scope: Scope, ask: Ask): Promise<Judgement> {
  const when = mapGet(trigger.properties, 'when') ?? null
  if (trigger.conditions.length === 0 && when === null) return { type: 'holds' }
  const { dialect, namespace, id } = plan.flow
  return await evaluateAsync(
    inner => {
      const render = (text: string): string => compileTemplate(text, { dialect }).render(inner)
      const context = { flow: { namespace, id }, render }
      const judgement = judgeConditions(trigger.conditions, context)
      return judgement.type === 'holds' && when !== null ? judgeWhen(printValue(when), context) : judgement
    },
    scope,
    ask,
  )
}
