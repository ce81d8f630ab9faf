// A trigger as it is shown: what it is by its flow, and where it stands.
import { trust } from '@batuta/core'
import type { api } from '../../lib/api.ts'
import { formatDuration } from '../../lib/time.ts'
import { parseLengthMs } from '../../lib/filters/moments.ts'
import { cronWords } from './cron-words.ts'
import { t } from './messages.ts'

export type TriggerKind = 'schedule' | 'dates' | 'poll' | 'realtime' | 'webhook' | 'flow'

/** Which dates a schedule missed while it was off. */
export type MissedReport = Awaited<ReturnType<typeof api.triggers.missed>>

/** What becomes of them. */
export type MissedPolicy = MissedReport['policy']

export interface TriggerRow {
  readonly key: string
  readonly namespace: string
  readonly flowId: string
  readonly triggerId: string
  readonly type: string
  readonly kind: TriggerKind
  readonly words: string
  readonly description?: string
  readonly cron?: string
  readonly timezone?: string
  readonly when?: string
  readonly webhookKey?: string
  readonly isOn: boolean
  /** The flow itself says so: the switch cannot change it. */
  readonly isOffInFlow: boolean
  readonly lastMs?: number
  readonly nextMs?: number
  readonly lockedBy?: string
  readonly backfill?: BackfillState
}

export interface BackfillState {
  readonly startMs: number
  readonly endMs: number
  readonly currentMs: number
  readonly isPaused: boolean
}

interface GivenRow {
  readonly abstractTrigger?: Readonly<Record<string, unknown>> | null | undefined
  readonly triggerContext?: Readonly<Record<string, unknown>> | undefined
}

interface Context {
  readonly namespace: string
  readonly flowId: string
  readonly triggerId: string
  readonly date?: string
  readonly nextExecutionDate?: string
  readonly executionId?: string
  readonly disabled?: boolean
  readonly backfill?: {
    readonly start: string
    readonly end: string
    readonly currentDate: string
    readonly paused: boolean
  }
}

const known = new WeakMap<GivenRow, TriggerRow>()

/** The same row for what did not change when a list was read again or has another page: its line is not drawn anew. */
export function triggerRowOf(given: GivenRow): TriggerRow {
  const row = known.get(given) ?? rowOf(given)
  known.set(given, row)
  return row
}

function rowOf({ abstractTrigger, triggerContext }: GivenRow): TriggerRow {
  const context = trust<Context>(triggerContext)
  const { namespace, flowId, triggerId, date, nextExecutionDate, executionId, disabled, backfill } = context
  const definition = abstractTrigger ?? {}
  const text = (name: string): string | undefined => {
    const value = definition[name]
    return typeof value === 'string' ? value : undefined
  }
  const type = text('type') ?? ''
  const kind = kindOf(type)
  return compact({
    key: `${namespace}.${flowId}.${triggerId}`,
    namespace,
    flowId,
    triggerId,
    type,
    kind,
    words: wordsOf(kind, definition),
    description: text('description'),
    cron: text('cron'),
    timezone: text('timezone'),
    when: text('when'),
    webhookKey: kind === 'webhook' ? text('key') : undefined,
    isOn: disabled !== true,
    isOffInFlow: definition['disabled'] === true,
    lastMs: momentOf(date),
    nextMs: momentOf(nextExecutionDate),
    lockedBy: executionId,
    backfill: backfill && {
      startMs: Date.parse(backfill.start),
      endMs: Date.parse(backfill.end),
      currentMs: Date.parse(backfill.currentDate),
      isPaused: backfill.paused,
    },
  })
}

/** Those that can miss some. */
export function hasDates({ kind }: TriggerRow): boolean {
  return kind === 'schedule' || kind === 'dates'
}

/** From its next date on nothing has happened for a while. */
export function lateMsOf({ isOn, nextMs, lockedBy }: TriggerRow, nowMs: number): number {
  const late = isOn && nextMs !== undefined && lockedBy === undefined ? nowMs - nextMs : 0
  return late > LATE_MS ? late : 0
}

const LATE_MS = 60_000

export function backfillPart({ startMs, endMs, currentMs }: BackfillState): number {
  return endMs <= startMs ? 1 : Math.min(1, Math.max(0, (currentMs - startMs) / (endMs - startMs)))
}

function kindOf(type: string): TriggerKind {
  const name = type.slice(type.lastIndexOf('.') + 1)
  if (name === 'Schedule') return 'schedule'
  if (name === 'ScheduleOnDates') return 'dates'
  if (name === 'Webhook') return 'webhook'
  if (name === 'Flow') return 'flow'
  return name.endsWith('RealtimeTrigger') ? 'realtime' : 'poll'
}

function wordsOf(kind: TriggerKind, definition: Readonly<Record<string, unknown>>): string {
  switch (kind) {
    case 'schedule': {
      const cron = String(definition['cron'] ?? '')
      const zone = definition['timezone']
      return `${cronWords(cron) ?? cron}${typeof zone === 'string' ? ` ${zone.replace(/^.*\//, '').replaceAll('_', ' ')}` : ''}`
    }
    case 'dates': {
      const { dates } = definition
      return t('someDates', { count: Array.isArray(dates) ? dates.length : 0 })
    }
    case 'webhook':
      return t('onCall')
    case 'flow':
      return t('afterFlows')
    case 'realtime':
      return t('onEvents')
    case 'poll': {
      const ms = parseLengthMs(String(definition['interval'] ?? 'PT60S'))
      return t('everyInterval', { interval: ms === undefined ? String(definition['interval']) : formatDuration(ms) })
    }
  }
}

function momentOf(iso: string | undefined): number | undefined {
  return iso === undefined ? undefined : Date.parse(iso)
}

type Present<T> = { readonly [Name in keyof T]: T[Name] }

function compact(row: { readonly [Name in keyof TriggerRow]-?: TriggerRow[Name] | undefined }): Present<TriggerRow> {
  return trust<TriggerRow>(Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)))
}
