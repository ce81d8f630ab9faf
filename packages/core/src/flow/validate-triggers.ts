import { parseDuration } from '../std/duration.ts'
import { parseIsoDate, parseIsoInstant, parseIsoTime } from '../std/iso-time.ts'
import { isList, isMap, mapGet, mapSize } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'
import { findZone } from '../std/zone.ts'
import { parseCron } from '../trigger/cron.ts'
import type { Input, Trigger } from './flow.ts'
import { coreName } from './graph.ts'
import { lookUp } from './inputs.ts'
import { object } from './inspection.ts'
import type { Inspection } from './inspection.ts'
import { hasExpression } from './parse-type.ts'
import { inspectStates } from './validate-states.ts'
import { inspectSignature } from './validate-signature.ts'
import { inspectFlowTrigger, inspectTimeWindow } from './validate-flow-trigger.ts'

const WEBHOOK_KEY_LENGTH_MAX = 256

export function inspectTriggers(inspection: Inspection): void {
  for (const trigger of inspection.flow.triggers) {
    const name = coreName(trigger.type)
    if (name === 'trigger.Schedule') inspectSchedule(inspection, trigger)
    if (name === 'trigger.ScheduleOnDates') inspectDates(inspection, trigger)
    if (name === 'trigger.Webhook') inspectWebhook(inspection, trigger)
    if (name === 'trigger.McpToolTrigger') inspectMcpTool(inspection, trigger)
    if (name === 'trigger.Flow') inspectFlowTrigger(inspection, trigger)
    inspectStates(inspection, trigger.stopAfter, `${trigger.path}.stopAfter`)
    inspectLabels(inspection, trigger)
    inspectConditions(inspection, trigger)
    // Whoever calls a tool gives its inputs.
    if (name !== 'trigger.McpToolTrigger') inspectRequiredInputs(inspection, trigger)
  }
  inspectPreconditionIds(inspection)
}

function inspectSchedule(inspection: Inspection, { properties, path }: Trigger): void {
  const cron = mapGet(properties, 'cron') ?? null
  if (cron !== null) {
    const parsed = parseCron(printValue(cron), { withSeconds: mapGet(properties, 'withSeconds') === true })
    if (parsed.type === 'problem') {
      object(inspection, {
        code: 'invalid-cron',
        message: `Invalid cron expression: ${parsed.problem}.`,
        path: `${path}.cron`,
      })
    }
  }
  inspectZone(inspection, mapGet(properties, 'timezone') ?? null, path)
}

function inspectZone(inspection: Inspection, zone: Value, path: string): void {
  if (zone === null || hasExpression(printValue(zone)) || findZone(printValue(zone)) !== undefined) return
  const message = `Unknown timezone "${printValue(zone)}"; use an id such as Europe/Berlin or UTC.`
  object(inspection, { code: 'unknown-timezone', message, path: `${path}.timezone` })
}

function inspectDates(inspection: Inspection, { properties, path }: Trigger): void {
  inspectZone(inspection, mapGet(properties, 'timezone') ?? null, path)
  const dates = mapGet(properties, 'dates') ?? null
  if (!isList(dates)) return
  dates.forEach((date, index) => {
    const text = printValue(date)
    if (hasExpression(text) || isDate(text)) return
    const message = `"${text}" is not an ISO date-time such as 2031-04-05T06:07:08+02:00.`
    object(inspection, { code: 'invalid-date', message, path: `${path}.dates[${index}]` })
  })
}

/** With or without an offset: what has none is in the trigger's zone. */
function isDate(text: string): boolean {
  if (parseIsoInstant(text) !== undefined || parseIsoDate(text) !== undefined) return true
  const [date = '', time = ''] = text.split('T')
  return parseIsoDate(date) !== undefined && parseIsoTime(time) !== undefined
}

function inspectWebhook(inspection: Inspection, { properties, path }: Trigger): void {
  inspectSignature(inspection, mapGet(properties, 'signature') ?? null, `${path}.signature`)
  const key = printValue(mapGet(properties, 'key') ?? null)
  if (key.length <= WEBHOOK_KEY_LENGTH_MAX) return
  const message = `The key has ${key.length} characters, at most ${WEBHOOK_KEY_LENGTH_MAX} are allowed.`
  object(inspection, { code: 'out-of-range', message, path: `${path}.key` })
}

const TOOL_NAME = /^[A-Za-z0-9_.-]{1,64}$/

function inspectMcpTool(inspection: Inspection, { properties, path }: Trigger): void {
  const toolName = mapGet(properties, 'toolName') ?? null
  if (toolName === null || TOOL_NAME.test(printValue(toolName))) return
  const message = `The tool name "${printValue(toolName)}" is none: models take 1 to 64 letters, digits, "_", "." and "-".`
  object(inspection, { code: 'invalid-tool-name', message, path: `${path}.toolName` })
}

function inspectLabels(inspection: Inspection, { labels, path }: Trigger): void {
  for (const { key } of labels) {
    if (!key.startsWith('system.')) continue
    const message = `The label "${key}" is one of the system's own.`
    object(inspection, { code: 'system-label', message, path: `${path}.labels.${key}` })
  }
}

function inspectConditions(inspection: Inspection, trigger: Trigger): void {
  trigger.conditions.forEach((condition, index) => {
    const path = `${trigger.path}.conditions[${index}]`
    if (coreName(printValue(mapGet(condition, 'type') ?? null)) !== 'condition.MultipleCondition') return
    if (coreName(trigger.type) === 'trigger.Webhook') {
      const message = 'A webhook starts one execution a call and cannot wait for several conditions.'
      object(inspection, { code: 'invalid-condition', message, path })
    }
    const window = mapGet(condition, 'timeWindow') ?? null
    if (isMap(window)) inspectTimeWindow(inspection, window, `${path}.timeWindow`)
    inspectMultiple(inspection, condition, path)
  })
}

function inspectMultiple(inspection: Inspection, condition: ValueMap, path: string): void {
  const conditions = mapGet(condition, 'conditions') ?? null
  const isEmpty = !isMap(conditions) || mapSize(conditions) === 0
  if (isEmpty) object(inspection, { code: 'empty-list', message: 'A MultipleCondition needs `conditions`.', path })
  for (const key of ['window', 'windowAdvance']) {
    const value = mapGet(condition, key) ?? null
    if (typeof value !== 'string' || parseDuration(value) !== undefined) continue
    const message = `\`${key}\` must be an ISO 8601 duration such as PT1H, but is "${value}".`
    object(inspection, { code: 'wrong-type', message, path: `${path}.${key}` })
  }
}

/** What a trigger starts must be able to start: every required input needs a default or a value from the trigger. */
function inspectRequiredInputs(inspection: Inspection, trigger: Trigger): void {
  const missing = requiredIds(inspection.flow.inputs).filter(id => lookUp(trigger.inputs, id) === undefined)
  if (missing.length === 0) return
  const { dialect } = inspection.flow
  // Dialect 1 saves such a flow and fails at every start; a webhook or plugin may have inputs that are not known here.
  const isSure = dialect === 2 && coreName(trigger.type).startsWith('trigger.')
  const message = `The trigger "${trigger.id}" gives no value to the required input${missing.length > 1 ? 's' : ''} ${missing.join(', ')}.`
  object(inspection, { severity: isSure ? 'error' : 'warning', code: 'missing-input', message, path: trigger.path })
}

function requiredIds(inputs: readonly Input[]): readonly string[] {
  return inputs.flatMap(input => {
    if (input.dependsOn?.condition !== undefined) return []
    if (input.type === 'FORM') return requiredIds(input.inputs ?? []).map(id => `${input.id}.${id}`)
    const isGiven = input.defaults !== undefined || mapGet(input.properties, 'autoSelectFirst') === true
    return input.required && !isGiven ? [input.id] : []
  })
}

function inspectPreconditionIds(inspection: Inspection): void {
  const seen = new Set<string>()
  for (const { properties, path } of inspection.flow.triggers) {
    const preconditions = mapGet(properties, 'preconditions') ?? null
    const id = isMap(preconditions) ? mapGet(preconditions, 'id') : undefined
    if (typeof id !== 'string') continue
    if (seen.has(id)) {
      const message = `The preconditions id "${id}" occurs more than once.`
      object(inspection, { code: 'duplicate-id', message, path: `${path}.preconditions.id` })
    }
    seen.add(id)
  }
}
