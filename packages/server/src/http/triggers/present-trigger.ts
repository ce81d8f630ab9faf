// Where a trigger stands, as Kestra's clients know it: a context until 1.3, a state in 2.0.
import {
  decodeTriggerState,
  encodeValue,
  mapFrom,
  type ApiDialect,
  type Backfill,
  type Trigger,
  type Value,
  type ValueMap,
} from '@batuta/core'
import type { StoredTrigger } from '../../storage/store.ts'

export interface TriggerLook {
  readonly dialect: ApiDialect
  readonly isDisabledInFlow: boolean
  readonly trigger: Trigger | undefined
  /** The execution that it waits for. */
  readonly lockedBy: string | undefined
  /** When its flow was saved. */
  readonly savedMs: number | undefined
}

export function triggerState(stored: StoredTrigger, look: TriggerLook): ValueMap {
  const { dialect, trigger, lockedBy, savedMs = 0 } = look
  const { backfill, watch } = decodeTriggerState(stored.state)
  const isDisabled = stored.isDisabled || look.isDisabledInFlow
  const next = stored.nextMs === null || isDisabled ? undefined : iso(stored.nextMs)
  const last = stored.lastMs === null ? undefined : iso(stored.lastMs)
  return compact([
    ['tenantId', stored.tenant],
    ['namespace', stored.namespace],
    ['flowId', stored.flowId],
    ['triggerId', stored.triggerId],
    ...(dialect === 'c'
      ? ([
          ['kind', kindOf(trigger)],
          ['updatedAt', iso(stored.lastMs ?? savedMs)],
          ['lastTriggeredDate', last],
          ['evaluatedAt', last],
          ['nextEvaluationDate', next],
          ['locked', lockedBy !== undefined || watch?.isOut === true],
        ] as const)
      : ([
          ['date', last],
          ['nextExecutionDate', next],
        ] as const)),
    ['executionId', lockedBy],
    ['backfill', backfill && backfillDocument(backfill)],
    ['stopAfter', trigger && trigger.stopAfter.length > 0 ? trigger.stopAfter : undefined],
    ['disabled', isDisabled],
  ])
}

export function triggerDocument(trigger: Trigger): ValueMap {
  const { id, type, description, disabled, conditions, labels, inputs, stopAfter, logLevel, properties } = trigger
  return compact([
    ['id', id],
    ['type', type],
    ['description', description],
    ['disabled', disabled],
    ['conditions', conditions.length > 0 ? conditions : undefined],
    ['labels', labels.length > 0 ? labels.map(({ key, value }) => ({ key, value })) : undefined],
    ['inputs', encodeValue(inputs) === '{}' ? undefined : inputs],
    ['stopAfter', stopAfter.length > 0 ? stopAfter : undefined],
    ['logLevel', logLevel],
    ...(properties instanceof Map ? [...properties] : Object.entries(properties)),
  ])
}

/** By the name of its type. */
function kindOf(trigger: Trigger | undefined): string | undefined {
  if (!trigger || /\.core\.trigger\.(Webhook|Flow)$/.test(trigger.type)) return undefined
  if (/\.(Schedule|ScheduleOnDates)$/.test(trigger.type)) return 'SCHEDULE'
  return trigger.type.endsWith('RealtimeTrigger') ? 'REALTIME' : 'POLLING'
}

function backfillDocument({ startMs, endMs, currentMs, isPaused, inputs, labels, previousNextMs }: Backfill): ValueMap {
  return compact([
    ['start', iso(startMs)],
    ['end', iso(endMs)],
    ['currentDate', iso(currentMs)],
    ['paused', isPaused],
    ['inputs', inputs],
    ['labels', labels?.map(({ key, value }) => ({ key, value }))],
    ['previousNextExecutionDate', previousNextMs === null ? undefined : iso(previousNextMs)],
  ])
}

function compact(entries: readonly (readonly [string, Value | undefined])[]): ValueMap {
  return mapFrom(entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])))
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
