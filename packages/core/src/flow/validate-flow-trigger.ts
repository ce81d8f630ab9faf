import { parseDuration } from '../std/duration.ts'
import { parseIsoTime } from '../std/iso-time.ts'
import { isList, isMap, mapGet, mapKeys } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'
import type { Trigger } from './flow.ts'
import { object } from './inspection.ts'
import type { Inspection } from './inspection.ts'
import { hasExpression } from './parse-type.ts'
import { inspectStates } from './validate-states.ts'

const ID = /^[a-zA-Z0-9][a-zA-Z0-9_-]*$/
const PRECONDITION_KEYS = ['id', 'timeWindow', 'resetOnSuccess', 'flows', 'where']
const UPSTREAM_KEYS = ['namespace', 'flowId', 'states', 'labels']
const UPSTREAM_KEYS_OF_2 = [...UPSTREAM_KEYS, 'when']
const WHERE_KEYS = ['id', 'operand', 'filters']
const FILTER_KEYS = ['field', 'type', 'value', 'values']
const FIELDS = ['FLOW_ID', 'NAMESPACE', 'STATE', 'EXPRESSION']
const LIST_FILTERS = ['IN', 'NOT_IN']
const VALUELESS_FILTERS = ['IS_NULL', 'IS_NOT_NULL', 'IS_TRUE', 'IS_FALSE']
const FILTERS = [
  ...LIST_FILTERS,
  ...VALUELESS_FILTERS,
  'EQUAL_TO',
  'NOT_EQUAL_TO',
  'STARTS_WITH',
  'ENDS_WITH',
  'REGEX',
  'CONTAINS',
]

/** Which fields a window has beside its type; required ones are marked by a star. */
const WINDOWS: ReadonlyMap<string, readonly string[]> = new Map([
  ['DURATION_WINDOW', ['window', 'windowAdvance']],
  ['SLIDING_WINDOW', ['window']],
  ['DAILY_TIME_DEADLINE', ['deadline*']],
  ['DAILY_TIME_WINDOW', ['startTime*', 'endTime*']],
])

export function inspectFlowTrigger(inspection: Inspection, trigger: Trigger): void {
  const { properties, conditions, path } = trigger
  const own = (key: string): Value => mapGet(properties, key) ?? null
  const preconditions = own('preconditions')
  const dependsOn = own('dependsOn')
  const states = own('states')
  if (isList(states)) inspectStates(inspection, states.map(printValue), `${path}.states`)
  if (preconditions === null && dependsOn === null && conditions.length === 0 && own('when') === null) {
    const message = `The trigger "${trigger.id}" has no conditions: it fires for every execution of every flow.`
    object(inspection, { severity: 'warning', code: 'unconditional-trigger', message, path })
  }
  if (isMap(preconditions)) inspectPreconditions(inspection, preconditions, `${path}.preconditions`)
  if (isList(dependsOn))
    inspectUpstreams(inspection, dependsOn, { path: `${path}.dependsOn`, keys: UPSTREAM_KEYS_OF_2 })
  if (own('mode') === 'AT_LEAST' && own('minSatisfied') === null) {
    const message = 'The mode AT_LEAST needs `minSatisfied`.'
    object(inspection, { code: 'missing-property', message, path: `${path}.minSatisfied` })
  }
  const window = own('window')
  if (isMap(window)) inspectWindowOf2(inspection, window, `${path}.window`)
}

function inspectPreconditions(inspection: Inspection, preconditions: ValueMap, path: string): void {
  refuseUnknown(inspection, preconditions, { path, keys: PRECONDITION_KEYS })
  const id = mapGet(preconditions, 'id') ?? null
  if (id === null || !ID.test(printValue(id))) {
    object(inspection, {
      code: 'invalid-id',
      message: `Preconditions need an id that matches ${ID.source}.`,
      path: `${path}.id`,
    })
  }
  const window = mapGet(preconditions, 'timeWindow') ?? null
  if (isMap(window)) inspectTimeWindow(inspection, window, `${path}.timeWindow`)
  const flows = mapGet(preconditions, 'flows') ?? null
  if (isList(flows)) inspectUpstreams(inspection, flows, { path: `${path}.flows`, keys: UPSTREAM_KEYS })
  const where = mapGet(preconditions, 'where') ?? null
  if (isList(where)) where.forEach((item, index) => inspectWhere(inspection, item, `${path}.where[${index}]`))
}

function inspectUpstreams(
  inspection: Inspection,
  upstreams: readonly Value[],
  { path, keys }: { readonly path: string; readonly keys: readonly string[] },
): void {
  upstreams.forEach((item, index) => {
    const at = `${path}[${index}]`
    if (!isMap(item)) return object(inspection, { code: 'wrong-type', message: `\`${at}\` must be a map.`, path: at })
    refuseUnknown(inspection, item, { path: at, keys })
    const states = mapGet(item, 'states') ?? null
    if (isList(states)) inspectStates(inspection, states.map(printValue), `${at}.states`)
    if ((mapGet(item, 'namespace') ?? null) !== null) return
    object(inspection, {
      code: 'missing-property',
      message: 'The `namespace` of a flow to listen to is missing.',
      path: at,
    })
  })
}

function inspectWhere(inspection: Inspection, item: Value, path: string): void {
  if (!isMap(item)) return object(inspection, { code: 'wrong-type', message: `\`${path}\` must be a map.`, path })
  refuseUnknown(inspection, item, { path, keys: WHERE_KEYS })
  const id = mapGet(item, 'id') ?? null
  if (id === null || !ID.test(printValue(id))) {
    object(inspection, {
      code: 'invalid-id',
      message: `\`where\` needs an id that matches ${ID.source}.`,
      path: `${path}.id`,
    })
  }
  const operand = mapGet(item, 'operand') ?? 'AND'
  if (operand !== 'AND' && operand !== 'OR') {
    object(inspection, { code: 'wrong-type', message: '`operand` is AND or OR.', path: `${path}.operand` })
  }
  const filters = mapGet(item, 'filters') ?? null
  if (!isList(filters) || filters.length === 0) {
    return object(inspection, {
      code: 'missing-property',
      message: '`where` needs `filters`.',
      path: `${path}.filters`,
    })
  }
  filters.forEach((filter, index) => inspectFilter(inspection, filter, `${path}.filters[${index}]`))
}

function inspectFilter(inspection: Inspection, filter: Value, path: string): void {
  if (!isMap(filter)) return object(inspection, { code: 'wrong-type', message: `\`${path}\` must be a map.`, path })
  refuseUnknown(inspection, filter, { path, keys: FILTER_KEYS })
  const text = (key: string): string => printValue(mapGet(filter, key) ?? null)
  if (!FIELDS.includes(text('field'))) {
    object(inspection, {
      code: 'wrong-type',
      message: `\`field\` is one of ${FIELDS.join(', ')}.`,
      path: `${path}.field`,
    })
  }
  if (!FILTERS.includes(text('type'))) {
    return object(inspection, {
      code: 'wrong-type',
      message: `\`type\` is one of ${FILTERS.join(', ')}.`,
      path: `${path}.type`,
    })
  }
  const problem = operandProblem(filter, text('type'))
  if (problem !== undefined) object(inspection, { code: 'invalid-filter', message: problem, path })
}

function operandProblem(filter: ValueMap, type: string): string | undefined {
  const hasValue = (mapGet(filter, 'value') ?? null) !== null
  const values = mapGet(filter, 'values') ?? null
  if (LIST_FILTERS.includes(type)) {
    return hasValue || !isList(values) || values.length === 0
      ? `A filter of type ${type} needs \`values\` and no \`value\`.`
      : undefined
  }
  if (values !== null) return `A filter of type ${type} takes \`value\`, not \`values\`.`
  return hasValue ? undefined : `A filter of type ${type} needs a \`value\`.`
}

/** The windows of dialect 1, of preconditions and MultipleConditions. */
export function inspectTimeWindow(inspection: Inspection, window: ValueMap, path: string): void {
  const type = printValue(mapGet(window, 'type') ?? 'DURATION_WINDOW')
  const fields = WINDOWS.get(type)
  if (fields === undefined) {
    const message = `Unknown type "${type}" of a time window; known are ${[...WINDOWS.keys()].join(', ')}.`
    return object(inspection, { code: 'unknown-type', message, path: `${path}.type` })
  }
  const names = fields.map(field => field.replace('*', ''))
  // One objection a window, as each of them breaks the same rule.
  const foreign = Array.from(mapKeys(window)).find(key => key !== 'type' && !names.includes(key))
  const absent = fields.find(field => field.endsWith('*') && (mapGet(window, field.slice(0, -1)) ?? null) === null)
  if (foreign !== undefined) {
    const message = `A ${type} has no \`${foreign}\`, only ${names.join(' and ')}.`
    object(inspection, { code: 'invalid-window', message, path: `${path}.${foreign}` })
  } else if (absent !== undefined) {
    object(inspection, { code: 'invalid-window', message: `A ${type} needs \`${absent.slice(0, -1)}\`.`, path })
  } else {
    for (const name of names)
      inspectWindowField(inspection, mapGet(window, name) ?? null, { name, path: `${path}.${name}` })
  }
}

function inspectWindowField(
  inspection: Inspection,
  value: Value,
  { name, path }: { readonly name: string; readonly path: string },
): void {
  if (value === null) return
  const isDuration =
    name === 'window' || name === 'windowAdvance' || name === 'every' || name === 'offset' || name === 'lookback'
  const text = printValue(value)
  if (hasExpression(text)) return
  const isValid = isDuration
    ? typeof value === 'number' || parseDuration(text) !== undefined
    : parseIsoTime(text.replace(/(?:Z|[+-]\d\d:\d\d)$/, '')) !== undefined
  const expected = isDuration ? 'an ISO 8601 duration such as PT1H' : 'a time such as 09:00:00'
  if (!isValid)
    object(inspection, { code: 'wrong-type', message: `\`${name}\` must be ${expected}, but is "${text}".`, path })
}

const WINDOW_KEYS_OF_2 = ['deadline', 'from', 'to', 'every', 'offset', 'lookback']

/** Exactly one of a deadline, a range, a period and a look back. */
function inspectWindowOf2(inspection: Inspection, window: ValueMap, path: string): void {
  refuseUnknown(inspection, window, { path, keys: WINDOW_KEYS_OF_2 })
  const has = (key: string): boolean => (mapGet(window, key) ?? null) !== null
  const forms = [has('deadline'), has('from') || has('to'), has('every'), has('lookback')].filter(Boolean).length
  if (forms !== 1) {
    const message = 'A window is exactly one of `deadline`, `from` with `to`, `every`, or `lookback`.'
    return object(inspection, { code: 'invalid-window', message, path })
  }
  if (has('from') !== has('to'))
    object(inspection, { code: 'invalid-window', message: '`from` and `to` need each other.', path })
  if (has('offset') && !has('every'))
    object(inspection, { code: 'invalid-window', message: '`offset` needs `every`.', path })
  for (const name of WINDOW_KEYS_OF_2)
    inspectWindowField(inspection, mapGet(window, name) ?? null, { name, path: `${path}.${name}` })
}

function refuseUnknown(
  inspection: Inspection,
  map: ValueMap,
  { path, keys }: { readonly path: string; readonly keys: readonly string[] },
): void {
  for (const key of mapKeys(map)) {
    if (keys.includes(key)) continue
    const message = `Unknown property "${key}"; known are ${keys.join(', ')}.`
    object(inspection, { code: 'unknown-property', message, path: `${path}.${key}` })
  }
}
