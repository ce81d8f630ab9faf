import { parseDuration } from '../std/duration.ts'
import { mapGet } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'
import type { Retry } from './flow.ts'
import { object } from './inspection.ts'
import type { Inspection } from './inspection.ts'

const BEHAVIORS = ['FAIL', 'CANCEL', 'NONE']
const CHECK_STYLES = ['ERROR', 'SUCCESS', 'WARNING', 'INFO']
const CHECK_BEHAVIORS = ['BLOCK_EXECUTION', 'FAIL_EXECUTION', 'CREATE_EXECUTION']
const SLA_ID = /^[a-zA-Z0-9][a-zA-Z0-9_-]*$/

/** Retry, SLA and checks of the flow itself. */
export function inspectPolicies(inspection: Inspection): void {
  const { flow } = inspection
  if (flow.retry !== undefined) inspectRetry(inspection, flow.retry, 'retry')
  flow.sla.forEach((sla, index) => inspectSla(inspection, sla, `sla[${index}]`))
  flow.checks.forEach((check, index) => inspectCheck(inspection, check, `checks[${index}]`))
}

/** One objection a retry: the first relation that does not hold. */
export function inspectRetry(inspection: Inspection, retry: Retry, path: string): void {
  if (retry.maxAttempts !== undefined && retry.maxAttempts < 1) {
    const message = `\`maxAttempts\` counts the first try too and must be 1 or more, but is ${retry.maxAttempts}.`
    object(inspection, { code: 'out-of-range', message, path: `${path}.maxAttempts` })
  }
  const problem = intervalProblem(retry)
  if (problem !== undefined) object(inspection, { code: 'invalid-retry', message: problem, path })
}

function intervalProblem(retry: Retry): string | undefined {
  const maxDurationMs = retry.maxDurationMs ?? Infinity
  switch (retry.type) {
    case 'constant':
      return retry.intervalMs >= maxDurationMs ? '`interval` must be shorter than `maxDuration`.' : undefined
    case 'exponential':
      if (retry.intervalMs >= retry.maxIntervalMs) return '`interval` must be shorter than `maxInterval`.'
      return retry.intervalMs >= maxDurationMs ? '`interval` must be shorter than `maxDuration`.' : undefined
    case 'random':
      if (retry.minIntervalMs >= retry.maxIntervalMs) return '`minInterval` must be shorter than `maxInterval`.'
      return retry.maxIntervalMs >= maxDurationMs ? '`maxInterval` must be shorter than `maxDuration`.' : undefined
  }
}

function inspectSla(inspection: Inspection, sla: ValueMap, path: string): void {
  const own = (key: string): Value => mapGet(sla, key) ?? null
  const id = own('id')
  if (id === null) missing(inspection, 'id', 'an SLA', path)
  else if (!SLA_ID.test(printValue(id))) {
    object(inspection, {
      code: 'invalid-id',
      message: `The SLA id "${printValue(id)}" must match ${SLA_ID.source}.`,
      path: `${path}.id`,
    })
  }
  requireChoice(inspection, own('behavior'), { key: 'behavior', what: 'an SLA', path, choices: BEHAVIORS })
  const type = own('type')
  if (type === 'MAX_DURATION') {
    const duration = own('duration')
    if (duration === null) missing(inspection, 'duration', 'a MAX_DURATION SLA', path)
    else if (typeof duration !== 'number' && parseDuration(printValue(duration)) === undefined) {
      const message = `\`duration\` must be an ISO 8601 duration such as PT1H, but is "${printValue(duration)}".`
      object(inspection, { code: 'wrong-type', message, path: `${path}.duration` })
    }
  } else if (type === 'EXECUTION_ASSERTION') {
    if (own('assert') === null) missing(inspection, 'assert', 'an EXECUTION_ASSERTION SLA', path)
  } else {
    const message =
      type === null
        ? 'The property "type" of an SLA is missing.'
        : `Invalid type "${printValue(type)}" of an SLA; known are MAX_DURATION and EXECUTION_ASSERTION.`
    object(inspection, { code: 'unknown-type', message, path: `${path}.type` })
  }
}

function inspectCheck(inspection: Inspection, check: ValueMap, path: string): void {
  const own = (key: string): Value => mapGet(check, key) ?? null
  if (own('condition') === null && own('when') === null) missing(inspection, 'condition', 'a check', path)
  if (own('message') === null) missing(inspection, 'message', 'a check', path)
  if (own('style') !== null)
    requireChoice(inspection, own('style'), { key: 'style', what: 'a check', path, choices: CHECK_STYLES })
  if (own('behavior') === null) return
  requireChoice(inspection, own('behavior'), { key: 'behavior', what: 'a check', path, choices: CHECK_BEHAVIORS })
}

interface Choice {
  readonly key: string
  readonly what: string
  readonly path: string
  readonly choices: readonly string[]
}

function requireChoice(inspection: Inspection, value: Value, { key, what, path, choices }: Choice): void {
  if (value === null) return missing(inspection, key, what, path)
  const text = printValue(value)
  if (choices.includes(text)) return
  const message = `\`${key}\` of ${what} must be one of ${choices.join(', ')}, but is "${text}".`
  object(inspection, { code: 'wrong-type', message, path: `${path}.${key}` })
}

function missing(inspection: Inspection, key: string, what: string, path: string): void {
  object(inspection, {
    code: 'missing-property',
    message: `The property "${key}" of ${what} is missing.`,
    path: `${path}.${key}`,
  })
}
