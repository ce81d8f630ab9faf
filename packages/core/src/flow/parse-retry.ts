import type { Retry } from './flow.ts'
import {
  booleanOf,
  choiceOf,
  deprecated,
  durationOf,
  fieldOf,
  integerOf,
  join,
  mapOf,
  missing,
  refuseUnknown,
  report,
  textOf,
  wrongType,
} from './reading.ts'
import type { Place } from './reading.ts'

const RETRY_KEYS: ReadonlySet<string> = new Set([
  ...['type', 'interval', 'minInterval', 'maxInterval', 'delayFactor', 'maxAttempts', 'maxAttempt', 'maxDuration'],
  ...['warningOnRetry', 'behavior'],
])
const TYPES = ['constant', 'exponential', 'random'] as const
const BEHAVIORS = ['RETRY_FAILED_TASK', 'CREATE_NEW_EXECUTION'] as const

/** The retry under a key; undefined when there is none or it makes no sense. */
export function parseRetry(owner: Place, key: string): Retry | undefined {
  const place = mapOf(owner, key)
  if (place === undefined) return undefined
  refuseUnknown(place, RETRY_KEYS, 'a retry')
  if (fieldOf(place, 'type') === undefined) missing(place, 'type', 'a retry')
  const type = retryType(place)
  const attempts = maxAttempts(place)
  const maxDurationMs = durationOf(place, 'maxDuration')
  const common = {
    warningOnRetry: booleanOf(place, 'warningOnRetry', false),
    behavior: choiceOf(place, 'behavior', BEHAVIORS) ?? ('RETRY_FAILED_TASK' as const),
    ...(attempts !== undefined && { maxAttempts: attempts }),
    ...(maxDurationMs !== undefined && { maxDurationMs }),
  }
  switch (type) {
    case undefined:
      return undefined
    case 'constant': {
      const intervalMs = requiredDuration(place, 'interval')
      return intervalMs === undefined ? undefined : { ...common, type, intervalMs }
    }
    case 'exponential': {
      const intervalMs = requiredDuration(place, 'interval')
      const maxIntervalMs = requiredDuration(place, 'maxInterval')
      if (intervalMs === undefined || maxIntervalMs === undefined) return undefined
      return { ...common, type, intervalMs, maxIntervalMs, delayFactor: delayFactor(place) }
    }
    case 'random': {
      const minIntervalMs = requiredDuration(place, 'minInterval')
      const maxIntervalMs = requiredDuration(place, 'maxInterval')
      if (minIntervalMs === undefined || maxIntervalMs === undefined) return undefined
      return { ...common, type, minIntervalMs, maxIntervalMs }
    }
  }
}

function retryType(place: Place): Retry['type'] | undefined {
  const text = textOf(place, 'type')
  const type = TYPES.find(known => known === text)
  if (text === undefined || type !== undefined) return type
  const message = `Unknown type "${text}" of a retry; known are ${TYPES.join(', ')}.`
  const offset = fieldOf(place, 'type')?.start ?? place.map.start
  report(place.reading, { severity: 'error', code: 'unknown-type', message, path: join(place.path, 'type'), offset })
  return undefined
}

/** `maxAttempt` was the only name until 0.20. */
function maxAttempts(place: Place): number | undefined {
  if (fieldOf(place, 'maxAttempt') !== undefined) deprecated(place, 'maxAttempt', '`maxAttempt` is now `maxAttempts`.')
  return integerOf(place, 'maxAttempts') ?? integerOf(place, 'maxAttempt')
}

function requiredDuration(place: Place, key: string): number | undefined {
  if (fieldOf(place, key) === undefined) missing(place, key, `a ${textOf(place, 'type')} retry`)
  return durationOf(place, key)
}

function delayFactor(place: Place): number {
  const node = fieldOf(place, 'delayFactor')
  if (node === undefined) return 2
  const factor = node.type === 'scalar' && /^[+-]?[\d.]+$/.test(node.text) ? Number(node.text) : Number.NaN
  if (Number.isFinite(factor)) return factor
  wrongType(place, 'delayFactor', node, 'a number')
  return 2
}
